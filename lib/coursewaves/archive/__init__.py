"""Keep the documents of courses as long as they must be kept, hand them over, and remove them (¶22).

The retention register says what is kept until when. A bag (BagIt) holds a course or a year with its checksums and its
inventory; any archive can check it without this program. What lies in a verified bag, was handed over and has had its
time can be removed here; the registry remembers it with the bag's id.
"""

from coursewaves.archive.bags import Damage, check_bag, key_fingerprint, make_bag, read_facts, restore
from coursewaves.archive.checks import count_due, look_over
from coursewaves.archive.handover import draft_handover
from coursewaves.archive.inventory import read_inventory
from coursewaves.archive.names import safe_names
from coursewaves.archive.payload import archive_folder
from coursewaves.archive.removal import Removal, begin, finish, plan_removal, unfinished
from coursewaves.archive.retention import Subject, find_retention, find_subject

__all__ = [
    "Damage",
    "Removal",
    "Subject",
    "archive_folder",
    "begin",
    "check_bag",
    "count_due",
    "draft_handover",
    "find_retention",
    "find_subject",
    "finish",
    "key_fingerprint",
    "look_over",
    "make_bag",
    "plan_removal",
    "read_facts",
    "read_inventory",
    "restore",
    "safe_names",
    "unfinished",
]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
