"""The year at a glance: who answered, the criteria, the programmes, and every course in one table."""

from pathlib import Path
from typing import Any

import pandas as pd

from coursewaves.explore.board import Board, Chosen, Offers, Pane, programmes_offer, spoken
from coursewaves.lookup import list_courses
from coursewaves.pages.pieces import Section, paragraph
from coursewaves.pages.present import runs_figure
from coursewaves.processed.year import open_year
from coursewaves.reports_of.criteria import criteria_means
from coursewaves.reports_of.period import criteria, programmes
from coursewaves.reports_of.response import response_tables
from coursewaves.views.opening import YearView


def year_board(home: str | Path = "", language: str = "") -> Board:
    """Open the year at a glance.

    Parameters
    ----------
    home
        The work folder; empty for ``COURSEWAVES_HOME`` or the current folder.
    language
        The language shown first; empty for that of ``coursewaves lab``, else the institute's first.

    Raises
    ------
    CoursewavesError
        Where there is no such folder or language, or nothing was loaded there yet.
    """
    year = open_year(home)
    return Board("year", year, spoken(year, language), _menus, _show)


def _menus(view: YearView) -> Offers:
    yield programmes_offer(view)


def _show(view: YearView, chosen: Chosen) -> list[Pane]:
    say, courses = view.say, _courses(view, str(chosen["programme"]))
    means = [criteria_means(view, one.id).table.assign(instrument_id=one.id) for one in view.year.survey.waves()]
    programme_rows = view.gate(view.rated.programmes, "means", ["programme_id"]).table
    parts = [part for section in programmes(view) for part in section.parts]
    return [
        Pane(say("Answers"), Section("respondents", "", [], response_tables(view))),
        Pane(say("Criteria"), criteria(view)._replace(title="", paragraphs=[]), {"criteria": _stacked(means)}),
        Pane(say("Programmes"), Section("programmes", "", [], parts), {"programmes": programme_rows.infer_objects()}),
        Pane(say("Courses"), _runs(view, courses), {"courses": courses}, _listed(view, courses)),
    ]


def _courses(view: YearView, programme_id: str) -> pd.DataFrame:
    """Return the courses without what too few people answered."""
    courses = list_courses(view.year, programme_id)
    for name in [one.id for one in view.year.survey.waves()]:
        is_small = courses[f"n_{name}"] < view.least("counts")
        courses[f"n_{name}"] = courses[f"n_{name}"].astype("Int64").mask(is_small)
        courses[f"share_{name}"] = courses[f"share_{name}"].astype("Float64").mask(is_small)
    is_small = courses["rating_n"] < view.least("means")
    courses["rating_n"] = courses["rating_n"].astype("Int64").mask(is_small)
    courses["rating_mean"] = courses["rating_mean"].astype("Float64").mask(is_small)
    return courses


def _runs(view: YearView, courses: pd.DataFrame) -> Section:
    """Draw the rating of each course, in the order of their names."""
    runs = view.rated.runs
    runs = runs[runs["course_id"].isin(set(courses["course_id"]))].reset_index(drop=True)
    caption = view.say("Mean rating of each course, 0–100; not a ranking")
    parts = []
    if len(runs):
        drawn = view.gate(runs, "means", ["course_id", "programme_id"])
        parts.append(runs_figure(view, drawn, caption))
    note = view.say(
        "Courses in the order of their names. Blank: fewer than {counts} answers in a wave, or fewer than {means} "
        "ratings.",
        counts=view.least("counts"), means=view.least("means"),
    )  # fmt: skip
    return Section("courses", "", [], [*parts, paragraph(note, "note")])


def _listed(view: YearView, courses: pd.DataFrame) -> pd.DataFrame:
    """Return the courses under headings in the reader's language, with numbers as it writes them."""
    say, phrases = view.say, view.phrases
    told = {
        say("Course"): courses["course_id"],
        say("Programme"): [view.title("programmes", view.year.registry.programme(name))
                           for name in courses["programme_id"]],
        say("Begins"): courses["starts_on"].dt.strftime("%Y-%m-%d"),
    }  # fmt: skip
    for one in view.year.survey.waves():
        cells = zip(courses[f"n_{one.id}"], courses[f"share_{one.id}"], strict=True)
        told[view.wave_name(one)] = [_cell(view, n, share) for n, share in cells]
    told[say("Rating")] = ["" if pd.isna(mean) else phrases.number(mean, 1) for mean in courses["rating_mean"]]
    return pd.DataFrame(told)


def _cell(view: YearView, n: Any, share: Any) -> str:
    if pd.isna(n):
        return ""
    return str(n) if pd.isna(share) else f"{n} ({view.phrases.percent(float(share))})"


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    return pd.concat(tables, ignore_index=True).infer_objects() if tables else pd.DataFrame()
