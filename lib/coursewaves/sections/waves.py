"""What each wave found (¶7-9): closed questions, distributions by question, scores by indicator and criterion."""

from coursewaves.analysis.summarise import count_answers, option_shares
from coursewaves.deadlines.open_words import open_sentences
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, Section, Sections, heading, paragraph, side_by_side
from coursewaves.pages.present import counts_table, likert_figure, scores_figure, scores_table, shares_figure
from coursewaves.score import score_names
from coursewaves.survey.instruments import Instrument, Item, Scale
from coursewaves.views.course import Course
from coursewaves.views.opening import CourseView
from coursewaves.views.subject import once


def waves(view: CourseView) -> Sections:
    """Show every wave of the survey, in order; topics and open answers have sections of their own."""
    return Sections(_wave(view, instrument) for instrument in view.year.survey.waves())


def _wave(view: CourseView, instrument: Instrument) -> Section:
    title = f"{view.wave_name(instrument)}. {view.wording(instrument)}"
    section_id = f"wave-{instrument.id.lower()}"
    forms = view.of_wave(instrument)
    if len(forms) < view.least("counts"):
        few = view.say("Fewer than {minimum} answers: nothing is shown.", minimum=view.least("counts"))
        told = open_sentences(view.year, view.phrases, view.course_id, instrument.id) or [few]
        return Section(section_id, title, instrument.paragraphs, [paragraph(text) for text in told])
    parts = [*_scores(view, instrument), *_closed(view, instrument), *_ratings(view, instrument)]
    return Section(section_id, title, instrument.paragraphs, parts)


def _scores(view: CourseView, instrument: Instrument) -> list[Html]:
    """Show the mean of each indicator and criterion that this questionnaire measures."""
    survey, names = view.year.survey, _given(view, instrument.id)
    if not names:
        return []
    criteria = [c.id for c in survey.criteria if c.kind == "criterion" and c.id in names]
    indicators = [indicator.id for indicator in survey.indicators if indicator.id in names]
    main = criteria or indicators
    caption = view.say("Mean scores, 0–100, with 95 % intervals")
    means = view.means(instrument.id, tuple(main))
    others = view.other_courses(instrument.id, tuple(main))
    listed = view.means(instrument.id, tuple(indicators))
    parts = []
    if means.shown():
        parts.append(scores_figure(view, means, lambda name: _name(view, name), caption, others))
    if listed.shown() and main != indicators:  # what a figure tells already is not listed once more
        caption = f"{view.say('Mean scores by indicator')} ({view.wave_name(instrument)})"
        parts.append(scores_table(view, listed, lambda name: _name(view, name), caption))
    return parts


@once
def _given(course: Course, instrument_id: str) -> list[str]:
    """Name the scores that a questionnaire gives in this course."""
    own = course.scores[course.scores["instrument_id"] == instrument_id]
    is_given = own.notna().any()
    return [name for name in score_names(course.year.survey) if is_given[name]]


def _name(view: CourseView, name: str) -> str:
    survey = view.year.survey
    entries = {entry.id: entry for entry in [*survey.indicators, *survey.criteria, *survey.ratings]}
    return view.wording(entries[name])


def _closed(view: CourseView, instrument: Instrument) -> list[Html]:
    """Show the questions with options that are not steps of a scale."""
    survey = view.year.survey
    parts: list[Html] = []
    for item in instrument.items:
        scale = survey.scale(item.scale)
        if scale.kind not in ("single", "multiple") or item.repeat or scale.options_from:
            continue
        parts += _choices(view, instrument, item, scale)
    return [heading(view.say("Choices")), side_by_side(parts)] if parts else []


def _choices(view: CourseView, instrument: Instrument, item: Item, scale: Scale) -> list[Html]:
    n, chosen = _chosen(view, instrument.id, item.id)
    if n < view.least("counts"):
        return []
    notes = [view.say("n = {n}", n=view.phrases.number(n))]
    if scale.kind == "multiple":
        notes.append(view.say("several answers were possible"))
    caption = f"{view.wording(item)} ({'; '.join(notes)})"
    show = counts_table if n < view.least("shares") else shares_figure
    return [show(view, chosen, scale, caption)]


@once
def _chosen(course: Course, instrument_id: str, item_id: str) -> tuple[int, Disclosed]:
    """Return how many answered a closed question, and what of its options may be shown."""
    found = option_shares(course.forms(instrument_id), course.year.survey, item_id)
    n = int(found["n"].max())
    return n, course.gate(found, "counts" if n < course.least("shares") else "shares", ["item_id", "code"])


def _ratings(view: CourseView, instrument: Instrument) -> list[Html]:
    """Show the distribution of every labelled scale, grid by grid."""
    survey = view.year.survey
    items = [
        item for item in instrument.items if survey.scale(item.scale).kind == "ordinal" and item.repeat != "topics"
    ]
    grids = {grid.id: view.wording(grid) for grid in instrument.grids}
    groups: dict[tuple[str, str], list[str]] = {}
    for item in items:  # questions outside a grid stand together where they have one scale
        groups.setdefault((item.grid or "", item.scale), []).extend(view.columns(item))
    parts: list[Html] = []
    for (grid, scale_id), columns in groups.items():
        counts = _counts(view, instrument.id, tuple(columns))
        if counts.shown():
            alone = view.item_label(columns[0]) if len(columns) == 1 else view.say("Single questions")
            parts.append(likert_figure(view, counts, survey.scale(scale_id), grids.get(grid, alone)))
    return [heading(view.say("Answers by question")), side_by_side(parts)] if parts else []


@once
def _counts(course: Course, instrument_id: str, columns: tuple[str, ...]) -> Disclosed:
    """Count the answers to the questions of one scale."""
    found = count_answers(course.forms(instrument_id), course.year.survey, list(columns))
    return course.gate(found, "counts", ["item_id"])
