"""The explorer of one course: menus in the reader's language, and four panes that follow them."""

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.explore.board import ALL, Board, Chosen, Offer, Offers, Pane, spoken
from coursewaves.explore.choice import Choice, Measure, measures
from coursewaves.explore.panes import answers, comparison, data, numbers, scores
from coursewaves.pages.pieces import Section
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year, open_year
from coursewaves.survey.instruments import Criterion, Survey
from coursewaves.views.opening import CourseView, YearView
from coursewaves.views.view import View


class Explorer(Board):
    """Menus and the panes that follow them; a notebook shows it as it is.

    Attributes
    ----------
    menus
        The dropdowns ``programme``, ``course``, ``measure``, ``wave`` and ``language``; their values are ids.
    tabs
        The panes, each an Output with one `Section`.
    """

    def __init__(self, year: Year, course_id: str, language: str) -> None:
        self._courses: dict[str, CourseView] = {}
        programme = str(year.registry.course(course_id)["programme_id"])
        chosen = {"programme": programme, "course": course_id, "measure": _first(year)}
        super().__init__("course", year, language, self._menus, self._show_course, chosen)

    @property
    def choice(self) -> Choice:
        """What the menus choose."""
        return self._choice(self.chosen)

    def _choice(self, chosen: Chosen) -> Choice:
        survey = self.year.survey
        view = self._course(str(chosen["course"]), str(chosen["language"]))
        measure = next(measure for measure in measures(survey) if measure.id == chosen["measure"])
        return Choice(view, measure, [one for one in survey.waves() if chosen["wave"] in (ALL, one.id)])

    def _course(self, course_id: str, language: str) -> CourseView:
        """Return the course in the language; what was found of it is kept, since comparing takes half a second."""
        first = self._courses.setdefault(course_id, CourseView(self.year, course_id, Phrases(language)))
        return CourseView(self.year, course_id, Phrases(language), memo=first.memo)

    def _menus(self, view: YearView) -> Offers:
        registry, survey = self.year.registry, self.year.survey
        held = registry.programmes[registry.programmes["programme_id"].isin(registry.courses["programme_id"])]
        named = [(view.title("programmes", row), str(row["programme_id"])) for _, row in held.iterrows()]
        programme = yield Offer("programme", view.say("Programme"), named)
        courses = registry.courses[registry.courses["programme_id"] == programme].sort_values("starts_on")
        named = [(_course(view, row), str(row["course_id"])) for _, row in courses.iterrows()]
        yield Offer("course", view.say("Course"), named)
        yield measures_offer(view, survey)
        yield Offer("wave", view.say("Wave"), [(view.say("All waves"), ALL), *waves_named(view, survey)])

    def _show_course(self, view: YearView, chosen: Chosen) -> list[Pane]:
        choice = self._choice(chosen)
        made: list[tuple[str, Callable[[Choice], Section]]] = [
            (view.say("Answers"), answers),
            (view.say("Scores"), scores),
            (view.say("Comparison"), comparison),
        ]
        shown = [Pane(title, make(choice)) for title, make in made]
        return [*shown, Pane(view.say("Data"), data(choice), numbers(choice))]


def course_explorer(home: str | Path = "", course_id: str = "", language: str = "") -> Explorer:
    """Open the explorer of a work folder.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    course_id
        The course shown first; empty for the first of the registry.
    language
        The language shown first; empty for that of ``coursewaves lab``, else the institute's first.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, course or language, or nothing was loaded there yet.
    """
    year = open_year(home)
    return Explorer(year, course_id or str(year.registry.courses["course_id"].iloc[0]), spoken(year, language))


def measures_offer(view: View, survey: Survey) -> Offer:
    """Offer the criteria and factors, each with its indicators below it."""
    return Offer("measure", view.say("Criterion"), [(_measure(view, one), one.id) for one in measures(survey)])


def waves_named(view: View, survey: Survey) -> list[tuple[str, str]]:
    """Return the label and id of each questionnaire."""
    return [(f"{view.wave_name(one)}. {view.wording(one)}", one.id) for one in survey.waves()]


def _first(year: Year) -> str:
    """Id of the first measure that has a score: the best one to begin with."""
    table, found = year.scores, measures(year.survey)
    if not found:
        raise CoursewavesError("No closed question has an indicator; fix: name them in the survey.")
    scored = [measure.id for measure in found if measure.id in table and table[measure.id].notna().any()]
    return [*scored, found[0].id][0]


def _course(view: View, row: pd.Series) -> str:
    day = row["starts_on"]
    return f"{row['course_id']} — {view.phrases.day(day.date())}" if pd.notna(day) else str(row["course_id"])


def _measure(view: View, measure: Measure) -> str:
    return view.wording(measure) if isinstance(measure, Criterion) else f"— {view.wording(measure)}"
