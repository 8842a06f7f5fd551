"""Lay ready what the councils need for a sitting (¶15, ¶18-20): a loaded year goes in, a private folder comes out.

Agenda, reports, factor analyses, low-rated topics, invitations, drafts of decisions and minutes: the regulation is the
order of things, and every number is that of a published report.
"""

from coursewaves.councils.agenda import Agenda, Item, make_agenda
from coursewaves.councils.bundle import INVENTORY, Bundle, councils_folder, write_bundle
from coursewaves.councils.docket import LOW_TOPICS, Docket, find_docket
from coursewaves.councils.material import Report, collect_reports
from coursewaves.councils.papers import CLERK, MEMBERS, File, make_papers, page_of
from coursewaves.councils.wording import TEMPLATES

__all__ = [
    "CLERK",
    "INVENTORY",
    "LOW_TOPICS",
    "MEMBERS",
    "TEMPLATES",
    "Agenda",
    "Bundle",
    "Docket",
    "File",
    "Item",
    "Report",
    "collect_reports",
    "councils_folder",
    "find_docket",
    "make_agenda",
    "make_papers",
    "page_of",
    "write_bundle",
]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
