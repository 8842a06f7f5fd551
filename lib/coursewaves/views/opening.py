"""Open what a report is about: a work folder and an id go in, a view in the reader's language comes out."""

from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from coursewaves.phrases import Phrases, Said
from coursewaves.processed.contents import CONTENTS
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home, find_home
from coursewaves.views.centre import Centre
from coursewaves.views.course import Course
from coursewaves.views.direction import Direction
from coursewaves.views.programme import OfProgramme, Programme
from coursewaves.views.subject import Subject
from coursewaves.views.view import View


@dataclass(frozen=True)
class YearView(View):
    """The whole year, for reports on more than one course."""

    phrases: Phrases

    @property
    def numbers(self) -> Subject:
        """The year without a reader's language."""
        return Subject(self.year, memo=self.memo)


class ProgrammeReader(OfProgramme, View):
    """What belongs to one programme, seen by one reader: of it, or of one of its courses."""


@dataclass(frozen=True)
class ProgrammeView(Programme, ProgrammeReader):
    """Everything that the sections of the reports on a programme show, in one language."""

    phrases: Phrases

    @property
    def numbers(self) -> Programme:
        """The programme without a reader's language."""
        return Programme(self.year, self.programme_id, memo=self.memo)


@dataclass(frozen=True)
class DirectionView(Direction, View):
    """Everything that the sections of the report on a training direction show, in one language."""

    phrases: Phrases

    @property
    def numbers(self) -> Direction:
        """The direction without a reader's language."""
        return Direction(self.year, self.direction_id, memo=self.memo)


@dataclass(frozen=True)
class CourseView(Course, ProgrammeReader):
    """Everything that the sections of a course report show, in one language."""

    phrases: Phrases

    @property
    def numbers(self) -> Course:
        """The course without a reader's language."""
        return Course(self.year, self.course_id, memo=self.memo)

    def item_label(self, column: str) -> str:
        """Return the wording of an item; for a repeated one, of the course's own ability or topic."""
        item = self.year.survey.item(column)
        if item.repeat is None:
            return Said(self.wording(item), column)
        row = self.row_of(item.repeat, int(column.rpartition(".")[2]))
        return Said(self.wording(item).replace("{row}", self.title(item.repeat, row) if row else column), column)


@dataclass(frozen=True)
class CentreView(Centre, View):
    """A competence centre, in one language."""

    phrases: Phrases

    @property
    def numbers(self) -> Centre:
        """The centre without a reader's language."""
        return Centre(self.year, self.centre_id, memo=self.memo)


def open_course(home: str | Path, course_id: str, language: str = "") -> CourseView:
    """Open one course for a reader.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    course_id
        A course of the registry.
    language
        Language of the report, such as ``kk``; by default the first of the settings.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, course or language.

    Examples
    --------
    >>> view = cw.open_course(example, "P01-01", "en")
    >>> view.course_id, view.phrases
    ('P01-01', Phrases('en'))
    """
    found = find_home(home)
    course = _opened(found.root, course_id, _stamp(found, course_id))
    _ = course.course  # an unknown course is said at once, not by the first section
    return CourseView(course.year, course_id, _said(language, found), memo=course.memo)


def _said(language: str, home: Home) -> Phrases:
    return Phrases(language or home.settings.languages[0])


@lru_cache(maxsize=1)
def _opened(root: Path, course_id: str, stamp: tuple[int, ...]) -> Course:
    """Open a course once for all its languages, as long as its files stay as they are."""
    home = _home(root, stamp[1:])
    partition = home.partition(course_id)
    return Course(Year(home, partition if partition.exists() else None), course_id)


@lru_cache(maxsize=1)
def _home(root: Path, stamp: tuple[int, ...]) -> Home:
    """Keep a work folder's settings and instruments, as long as their files stay as they are."""
    return Home(root)


def open_whole(home: str | Path, language: str = "") -> YearView:
    """Open the whole year of a work folder for a reader; see `open_course`."""
    found = find_home(home)
    subject = _opened_whole(found.root, _stamp(found, ""))
    return YearView(subject.year, _said(language, found), memo=subject.memo)


def open_programme(home: str | Path, programme_id: str, language: str = "") -> ProgrammeView:
    """Open one programme with all its runs for a reader; see `open_course`."""
    found = find_home(home)
    programme = _opened_programme(found.root, programme_id, _stamp(found, ""))
    _ = programme.programme
    return ProgrammeView(programme.year, programme_id, _said(language, found), memo=programme.memo)


@lru_cache(maxsize=1)
def _opened_programme(root: Path, programme_id: str, stamp: tuple[int, ...]) -> Programme:
    return Programme(_opened_whole(root, stamp).year, programme_id)


def open_direction(home: str | Path, direction_id: str, language: str = "") -> DirectionView:
    """Open one training direction with all its programmes for a reader; see `open_course`."""
    found = find_home(home)
    direction = _opened_direction(found.root, direction_id, _stamp(found, ""))
    _ = direction.direction
    return DirectionView(direction.year, direction_id, _said(language, found), memo=direction.memo)


@lru_cache(maxsize=1)
def _opened_direction(root: Path, direction_id: str, stamp: tuple[int, ...]) -> Direction:
    return Direction(_opened_whole(root, stamp).year, direction_id)


@lru_cache(maxsize=1)
def _opened_whole(root: Path, stamp: tuple[int, ...]) -> Subject:
    return Subject(Year(_home(root, stamp[1:])))


def open_centre(home: str | Path, centre_id: str, language: str = "") -> CentreView:
    """Open one competence centre for a reader; see `open_course`."""
    found = find_home(home)
    centre = _opened_centre(found.root, centre_id, _stamp(found, ""))
    _ = centre.centre  # an unknown centre is said at once
    return CentreView(centre.year, centre_id, _said(language, found), memo=centre.memo)


@lru_cache(maxsize=1)
def _opened_centre(root: Path, centre_id: str, stamp: tuple[int, ...]) -> Centre:
    return Centre(_opened_whole(root, stamp).year, centre_id)


def warm_up(home: str, languages: list[str]) -> None:
    """Read what all reports of a work folder share."""
    found = find_home(home)
    shared = _home(found.root, _stamp(found, "")[1:])
    _ = shared.settings, shared.survey, [_said(language, found) for language in languages]


def _stamp(home: Home, course_id: str) -> tuple[int, ...]:
    """Return when the files of a course, and of all courses, last changed."""
    shared = [home.root / "coursewaves.yml", home.processed / CONTENTS, *sorted(home.instruments.glob("*.yml"))]
    files = [home.partition(course_id), *shared]
    return tuple(path.stat().st_mtime_ns if path.exists() else 0 for path in files)
