"""Draw a sample wave and follow it in the field (¶10): who is asked, who answered, whom to ask next.

The draw has a public part (`coursewaves.field.paper`), from which anybody who has the list of those who completed
draws the same people again, and private lists. What becomes of the invitations stands in the registry's table of that
name, which staff keep; answers that came in count by themselves.
"""

from coursewaves.field.draw import Draw, draw_sample, sample_instrument
from coursewaves.field.files import field_folder, read_frame, write_draw, write_next
from coursewaves.field.follow import Drawn, Followed, draw_of, follow
from coursewaves.field.paper import paper_of, redraw
from coursewaves.field.progress import ALARMS, Progress, field_progress

__all__ = [
    "ALARMS",
    "Draw",
    "Drawn",
    "Followed",
    "Progress",
    "draw_of",
    "draw_sample",
    "field_folder",
    "field_progress",
    "follow",
    "paper_of",
    "read_frame",
    "redraw",
    "sample_instrument",
    "write_draw",
    "write_next",
]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
