"""Look things up in a loaded year: a `Year` and names go in, tables with explained columns come out.

For methodologists who write Python, and below the notebooks of those who do not. A wrong name is answered with those
that there are. Nothing here is gated: figures of fewer than the minimum group are not to be passed on.
"""

from coursewaves.lookup.columns import describe_columns
from coursewaves.lookup.courses import list_courses
from coursewaves.lookup.faults import list_problems
from coursewaves.lookup.groups import GROUPINGS, GroupDifference, compare_groups, groups_of, means_by, waves_of
from coursewaves.lookup.items import answers_to, pairs_with, paths_of
from coursewaves.lookup.scale import OwnScale, own_scale, scale_columns

__all__ = [
    "GROUPINGS",
    "GroupDifference",
    "OwnScale",
    "answers_to",
    "compare_groups",
    "describe_columns",
    "groups_of",
    "list_courses",
    "list_problems",
    "means_by",
    "own_scale",
    "pairs_with",
    "paths_of",
    "scale_columns",
    "waves_of",
]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
