"""The explorer itself: menus in the reader's language, and four panes that follow them."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import ipywidgets as widgets
import pandas as pd
from babel import Locale

from coursewaves.errors import CoursewavesError
from coursewaves.explore.choice import Choice, Measure, measures
from coursewaves.explore.panes import answers, comparison, data, scores
from coursewaves.instruments import Criterion
from coursewaves.opening import CourseView
from coursewaves.page import Section
from coursewaves.phrases import Phrases
from coursewaves.report import page_css
from coursewaves.year import Year, open_year

PANES = (answers, scores, comparison, data)

DENSE = """
& { background: var(--paper); color: var(--ink); padding: 0.25rem 1rem; }
h3 { font-weight: 600; }
figure { max-width: 30rem; }
table { font-size: 0.82rem; }
th, td { padding: 0.3rem 0.5rem; }
tbody th { min-width: 9rem; }
"""
"""What differs from a report: a pane stands in a notebook, not on a page of its own."""

ALL = ""
"""The menu entry that chooses every wave."""


class Explorer:
    """Menus and the panes that follow them; a notebook shows it as it is.

    Attributes
    ----------
    menus
        The dropdowns ``language``, ``programme``, ``course``, ``measure`` and ``wave``; their values are ids.
    tabs
        The panes, each an Output with one `Section`.
    """

    def __init__(self, year: Year, course_id: str, language: str) -> None:
        self.year = year
        names = ("programme", "course", "measure", "wave", "language")
        self.menus: dict[str, widgets.Dropdown] = {name: _menu() for name in names}
        self.tabs = widgets.Tab([widgets.Output() for _ in PANES])
        columns = {"grid_template_columns": "repeat(auto-fit, minmax(20rem, 1fr))", "max_width": "64rem"}
        self.box = widgets.VBox([widgets.GridBox(list(self.menus.values()), layout=columns), self.tabs])
        self._is_filling = False
        self._views: dict[tuple[str, str], CourseView] = {}
        programme = str(year.registry.course(course_id)["programme_id"])
        chosen = {"programme": programme, "course": course_id, "measure": self._first(), "language": language}
        self._follow(chosen)
        for menu in self.menus.values():
            menu.observe(self._changed, names="value")

    def _repr_mimebundle_(self, **kwargs: object) -> dict[str, object]:
        return dict(self.box._repr_mimebundle_(**kwargs))

    @property
    def choice(self) -> Choice:
        """What the menus choose."""
        chosen = self._chosen()
        survey = self.year.survey
        view = self._view(chosen)
        measure = next(measure for measure in measures(survey) if measure.id == chosen["measure"])
        return Choice(view, measure, [one for one in survey.waves() if chosen["wave"] in (ALL, one.id)])

    def _view(self, chosen: dict[str, str]) -> CourseView:
        """Return the course in the language; kept, since comparing its waves takes half a second."""
        course_id, language = chosen["course"], chosen["language"]
        view = CourseView(self.year, course_id, Phrases(language))
        return self._views.setdefault((course_id, language), view)

    def _chosen(self) -> dict[str, str]:
        return {name: menu.value or "" for name, menu in self.menus.items()}

    def _first(self) -> str:
        """Id of the first measure that has a score: the best one to begin with."""
        table, found = self.year.scores, measures(self.year.survey)
        if not found:
            raise CoursewavesError("No closed question has an indicator; fix: name them in the survey.")
        scored = [measure.id for measure in found if measure.id in table and table[measure.id].notna().any()]
        return [*scored, found[0].id][0]

    def _changed(self, _change: object) -> None:
        if not self._is_filling:
            self._follow(self._chosen())

    def _follow(self, chosen: dict[str, str]) -> None:
        """Offer what can be chosen now, and show what is."""
        self._is_filling = True
        view = self._view(chosen)
        self._offer("language", view.say("Language"), self._languages(), chosen)
        self._offer("programme", view.say("Programme"), self._programmes(view), chosen)
        self._offer("course", view.say("Course"), self._courses(view), chosen)
        self._offer("measure", view.say("Criterion"), self._measures(view), chosen)
        self._offer("wave", view.say("Wave"), self._waves(view), chosen)
        self._is_filling = False
        choice = self.choice
        for pane, section in zip(self.tabs.children, [make(choice) for make in PANES], strict=True):
            pane.outputs = (_shown(section),)
        self.tabs.titles = (view.say("Answers"), view.say("Scores"), view.say("Comparison"), view.say("Data"))

    def _offer(self, name: str, label: str, options: list[tuple[str, str]], chosen: dict[str, str]) -> None:
        menu, values = self.menus[name], [value for _, value in options]
        menu.description, menu.options = label, options
        menu.value = chosen[name] if chosen.get(name) in values else values[0]

    def _languages(self) -> list[tuple[str, str]]:
        codes = self.year.settings.languages
        return [(Locale.parse(code).display_name or code, code) for code in codes]

    def _programmes(self, view: CourseView) -> list[tuple[str, str]]:
        registry = self.year.registry
        held = registry.programmes[registry.programmes["programme_id"].isin(registry.courses["programme_id"])]
        return [(view.title("programmes", row), str(row["programme_id"])) for _, row in held.iterrows()]

    def _courses(self, view: CourseView) -> list[tuple[str, str]]:
        courses = self.year.registry.courses
        held = courses[courses["programme_id"] == self.menus["programme"].value].sort_values("starts_on")
        return [(_course(view, row), str(row["course_id"])) for _, row in held.iterrows()]

    def _measures(self, view: CourseView) -> list[tuple[str, str]]:
        return [(_measure(view, measure), measure.id) for measure in measures(self.year.survey)]

    def _waves(self, view: CourseView) -> list[tuple[str, str]]:
        named = [(f"{view.wave_name(one)}. {view.wording(one)}", one.id) for one in self.year.survey.waves()]
        return [(view.say("All waves"), ALL), *named]


def course_explorer(home: str | Path = "", course_id: str = "", language: str = "kk") -> Explorer:
    """Open the explorer of a work folder.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    course_id
        The course shown first; empty for the first of the registry.
    language
        The language shown first.

    Raises
    ------
    CoursewavesError
        Where there is no such folder, course or language, or nothing was loaded there yet.
    """
    year = open_year(home)
    return Explorer(year, course_id or str(year.registry.courses["course_id"].iloc[0]), language)


@lru_cache(maxsize=1)
def _pane_css() -> str:
    """Return the reports' style sheet, bounded to the panes: JupyterLab keeps its own look.

    The class is named three times so that the sheet outweighs JupyterLab's rules for tables.
    """
    bounded = page_css().replace(":root", "&")
    return f".coursewaves.coursewaves.coursewaves {{ {bounded} {DENSE} }}"


def _menu() -> widgets.Dropdown:
    return widgets.Dropdown(style={"description_width": "6.5rem"}, layout={"width": "auto"})


def _course(view: CourseView, row: pd.Series) -> str:
    day = row["starts_on"]
    return f"{row['course_id']} — {view.phrases.day(day.date())}" if pd.notna(day) else str(row["course_id"])


def _measure(view: CourseView, measure: Measure) -> str:
    return view.wording(measure) if isinstance(measure, Criterion) else f"— {view.wording(measure)}"


def _shown(section: Section) -> dict[str, Any]:
    """Return a section, dressed as in a report, as the output of a cell."""
    html = f'<style>{_pane_css()}</style><div class="coursewaves">{section._repr_html_()}</div>'
    bundle = {"text/html": html, "text/plain": section.section_id}
    return {"output_type": "display_data", "data": bundle, "metadata": {}}
