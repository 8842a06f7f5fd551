"""Publish in batches: a load may count what differs from earlier pages by nobody or by enough people.

`coursewaves.releases.batches` decides at a load what pages may count; this face is what a run needs, without pandas.
"""

from coursewaves.releases.register import enter, retract

__all__ = ["enter", "retract"]
