"""The sections of the course report: a `CourseView` goes in, a `Section` comes out; one notebook cell each."""

from coursewaves.sections.changes import changes
from coursewaves.sections.decisions import of_course as decisions
from coursewaves.sections.factors import factors
from coursewaves.sections.front import end_of_report, front
from coursewaves.sections.methods import methods
from coursewaves.sections.open_answers import open_answers
from coursewaves.sections.respondents import respondents
from coursewaves.sections.summary import summary
from coursewaves.sections.topics import topics
from coursewaves.sections.waves import waves

__all__ = [
    "changes",
    "decisions",
    "end_of_report",
    "factors",
    "front",
    "methods",
    "open_answers",
    "respondents",
    "summary",
    "topics",
    "waves",
]


def __dir__() -> list[str]:
    """List the public names, for completion in a notebook."""
    return __all__
