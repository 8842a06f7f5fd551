"""What goes together with the rating of a programme that is low, or may be (¶16): parts of its gap, and figures."""

from typing import Any

from coursewaves.analysis.factor_analysis import UNEXPLAINED, FactorGaps, importance_performance
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, heading, paragraph, side_by_side, table
from coursewaves.pages.present import funnel_figure, map_figure, runs_figure
from coursewaves.views.course import Course
from coursewaves.views.opening import CourseView, ProgrammeReader
from coursewaves.views.programme import OfProgramme
from coursewaves.views.subject import once


def factor_analysis(view: CourseView) -> list[Html]:
    """Set a programme beside all others and its runs beside each other, and split its gap among the factors."""
    programme_id = str(view.programme["programme_id"])
    gaps = view.pooled.gaps_of(programme_id)
    figures = [
        funnel(view),
        runs_figure(view, _runs(view), view.say("Runs of this programme, with 80 % intervals"), view.course_id),
        *importance_map(view, gaps),
    ]
    title = view.say("Factor analysis of the programme")
    return [heading(title), *gap_parts(view, gaps), paragraph(same_mix(view)), side_by_side(figures)]


def funnel(view: ProgrammeReader) -> Html:
    """Draw all programmes by their number of ratings."""
    caption = view.say("Programmes by number of ratings; not a ranking")
    return funnel_figure(view, _programmes(view), view.rated, caption, str(view.programme["programme_id"]))


@once
def _programmes(course: OfProgramme) -> Disclosed:
    return course.gate(course.rated.programmes, "means", ["programme_id"])


@once
def _runs(course: Course) -> Disclosed:
    runs = course.rated.runs
    own = runs[runs["programme_id"] == course.programme["programme_id"]]
    return course.gate(own, "means", ["course_id", "programme_id"])


def gap_parts(view: ProgrammeReader, gaps: FactorGaps) -> list[Html]:
    """List the parts of the gap, and name the factors that lie lower than the programme's others."""
    say, phrases = view.say, view.phrases
    if (gaps.reason and gaps.parts["part"].isna().any()) or gaps.n < view.least("means"):
        return [paragraph(say("The gap to the other programmes can't be split among factors: too few answers."))]
    shown = view.gate(gaps.parts, "means", ["factor_id"])
    head = [say("Factor"), say("Mean, 0–100"), say("95 % interval"), say("All programmes"), say("Part of the gap")]
    lines = [_line(view, row) for row in shown.shown()]
    caption = say("Gap of {gap} points to the mean of all, split among the factors", gap=phrases.signed(gaps.gap))
    lowest = [_named(view, row["factor_id"]) for row in shown.shown() if row["stands_out"]]
    text = say("No factor lies clearly lower than the programme's other factors.")
    if lowest:
        text = say("Clearly lower than the programme's other factors: {list}.", list="; ".join(lowest))
    return [paragraph(text), table(caption, head, lines)]


def _line(view: ProgrammeReader, row: dict[str, Any]) -> list[str]:
    phrases = view.phrases
    part = phrases.signed(row["part"], 1)
    if row["factor_id"] == UNEXPLAINED:
        return [view.say("Unexplained"), "–", "–", "–", part]
    interval = phrases.interval(row["low"], row["high"])
    if row["part_low"] == row["part_low"]:
        part += f" ({phrases.signed(row['part_low'], 1)} … {phrases.signed(row['part_high'], 1)})"
    level = [phrases.number(row["mean"]), interval, phrases.number(row["mean_of_all"])]
    return [_named(view, row["factor_id"]), *level, part]


def _named(view: ProgrammeReader, factor_id: str) -> str:
    return view.wording(view.year.survey.criterion(factor_id))


def same_mix(view: ProgrammeReader) -> str:
    """Say what the rating would be had the programme the participants of all."""
    found = view.pooled.adjusted
    shown = view.gate(found[found["programme_id"] == view.programme["programme_id"]], "means", ["programme_id"]).shown()
    if not shown:
        return ""
    return view.say(
        "With participants of the same age, experience, role and region as in all courses, the rating would be {mean}.",
        mean=view.phrases.number(shown[0]["mean"]),
    )


def importance_map(view: ProgrammeReader, gaps: FactorGaps) -> list[Html]:
    """Draw the factors by rating and importance; nothing where importance is not given."""
    importance = view.pooled.importance
    found = importance_performance(importance, gaps, view.year.settings.low_rated_below)
    factors = view.gate(found, "means", ["factor_id"])
    if not factors.shown():
        return []
    caption = view.say("Factors by rating in this programme and importance over all courses")
    if (importance["standing"] == "tentative").any():
        caption += " " + view.say("(tentative: fewer than 200 answers)")
    return [map_figure(view, factors, lambda name: _named(view, name), caption)]
