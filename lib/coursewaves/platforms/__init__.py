"""Recognise the platform of an export and arrange it: records as they stand go in, columns named alike come out.

A new platform is one function and its line in `PLATFORMS`. It looks at the header and, where there are several
header rows, at the first records, returns None for a file that is not of its platform, and otherwise says

- under which header each column is known: ``Question``, ``Question [row of a grid]`` or ``Question [option]``, a
  code in `Records.also`, and for what the platform itself adds the purpose that the column serves
  (``submitted_at``, ``language``), or ``ignore``;
- which records are no answers (a second header row) or no finished ones, through `Records.without`;
- in which forms it writes a time, and what stands between several answers of a cell.
"""

from collections.abc import Callable, Sequence
from functools import partial

from coursewaves.platforms.export import Export
from coursewaves.platforms.google_forms import google_forms
from coursewaves.platforms.indico import indico
from coursewaves.platforms.kobo import kobo, odk_central
from coursewaves.platforms.lime_survey import lime_survey
from coursewaves.platforms.microsoft_forms import microsoft_forms
from coursewaves.platforms.moodle import moodle
from coursewaves.platforms.qualtrics import qualtrics
from coursewaves.platforms.survey_monkey import survey_monkey
from coursewaves.platforms.typeform import typeform
from coursewaves.problems import Problem
from coursewaves.reading.lss import LimeQuestionnaire
from coursewaves.reading.records import Records

__all__ = ["PLATFORMS", "Export", "arrange", "plain"]


def plain(records: Records) -> Export:
    """Take a table as it stands: one header row, one record a person."""
    return Export("plain", records)


PLATFORMS: dict[str, Callable[[Records], Export | None]] = {
    "qualtrics": qualtrics,
    "survey_monkey": survey_monkey,
    "typeform": typeform,
    "indico": indico,
    "microsoft_forms": microsoft_forms,
    "google_forms": google_forms,
    "kobo": kobo,
    "odk_central": odk_central,
    "moodle": moodle,
    "lime_survey": lime_survey,
    "plain": plain,
}
"""Every platform by its name, the most particular first; a plain table fits every file."""


def arrange(records: Records, declared: str | None = None, questionnaires: Sequence[LimeQuestionnaire] = ()) -> Export:
    """Arrange the records of one file as its platform means them.

    Parameters
    ----------
    records
        The file as it stands.
    declared
        The platform that a source names; by default the first that recognises the file.
    questionnaires
        Structures of LimeSurvey surveys that lie beside the file.

    Returns
    -------
    Export
        A file that is not of the declared platform is read as a plain table, and a problem says so.
    """
    readers = PLATFORMS | {"lime_survey": partial(lime_survey, questionnaires=questionnaires)}
    if declared is not None:
        found = readers[declared](records)
        if found is not None:
            return found
        seen, fix = f"not laid out as {declared} exports are", "correct the platform of this source in coursewaves.yml"
        problem = Problem(records.name, 0, "", "", "E-PLATFORM", seen, "read as a plain table", fix)
        return plain(records._replace(problems=[problem, *records.problems]))
    return next(export for read in readers.values() if (export := read(records)) is not None)
