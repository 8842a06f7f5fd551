"""Gather what reading a file needs to know besides the file, once for all files."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.intake.assign import CourseFinder, Rosters
from coursewaves.intake.course_names import CourseNames
from coursewaves.intake.header_book import Alias, HeaderBook, row_numbers
from coursewaves.platforms import PLATFORMS
from coursewaves.privacy.pseudonyms import Pseudonyms
from coursewaves.reading.corrections import Correction
from coursewaves.reading.lss import LimeQuestionnaire
from coursewaves.registry.reader import Registry
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Survey
from coursewaves.survey.wordings import normalised


class Context(NamedTuple):
    """What reading a file needs to know besides the file."""

    survey: Survey
    registry: Registry
    settings: Settings
    book: HeaderBook
    row_numbers: dict[tuple[str, str, str], int]
    programme_ids: dict[str, str]
    region_ids: dict[str, str]
    finders: dict[str, CourseFinder]
    rosters: Rosters
    pseudonyms: Pseudonyms
    corrections: Mapping[str, list[Correction]] = MappingProxyType({})
    structures: Mapping[str, list[LimeQuestionnaire]] = MappingProxyType({})


def make_context(
    survey: Survey,
    registry: Registry,
    settings: Settings,
    pseudonyms: Pseudonyms,
    aliases: Iterable[Alias] = (),
    corrections: Mapping[str, list[Correction]] = MappingProxyType({}),
) -> Context:
    """Gather what all files of a folder are read with.

    Raises
    ------
    CoursewavesError
        Where a source names a questionnaire or a platform that there is not.
    """
    for source in settings.sources:
        for instrument_id in source.instruments:
            survey.instrument(instrument_id)
        if source.platform is not None and source.platform not in PLATFORMS:
            raise CoursewavesError.not_found(source.platform, "the platforms", PLATFORMS)
    courses = registry.courses
    programmes = dict(zip(courses["course_id"], courses["programme_id"], strict=True))
    book = HeaderBook(survey, registry, aliases)
    names = CourseNames(registry)
    finders = {instrument.id: CourseFinder(registry, instrument, names) for instrument in survey.instruments}
    rosters = Rosters(registry.participants)
    return Context(survey, registry, settings, book, row_numbers(registry), programmes, _region_ids(registry),
                   finders, rosters, pseudonyms, corrections)  # fmt: skip


def _region_ids(registry: Registry) -> dict[str, str]:
    ids: dict[str, str] = {}
    for row in registry.regions.to_dict("records"):
        names = [row["region_id"], *(row[f"title_{language}"] for language in ("kk", "ru", "en"))]
        names += str(row["aliases"]).split("|") if isinstance(row["aliases"], str) else []
        ids |= {normalised(name): str(row["region_id"]) for name in names if isinstance(name, str)}
    return ids
