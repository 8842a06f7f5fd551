"""The rating of the programme in this course and over its runs, and its five named factors (¶16)."""

from typing import Any

from coursewaves.deadlines.open_words import open_sentences
from coursewaves.disclosure import Disclosed
from coursewaves.pages.pieces import Html, Section, Sections, paragraph, side_by_side
from coursewaves.pages.present import scores_figure
from coursewaves.phrases import marked
from coursewaves.sections.low_rated import factor_analysis
from coursewaves.views.course import Course
from coursewaves.views.opening import CourseView, ProgrammeReader
from coursewaves.views.subject import once
from coursewaves.views.view import View

WATCHED = "watched"
ALIKE = "alike"


def factors(view: CourseView) -> Sections:
    """Show the rating against the councils' threshold, and direct and indirect factors; none without a rating.

    A programme that is low, or of which it can't be said yet, gets its factor analysis.
    """
    if not view.year.survey.ratings:
        return Sections()
    parts = [paragraph(course_sentence(view)), paragraph(programme_sentence(view)), *_factors(view)]
    found = programme_verdict(view)
    if found is not None and found["verdict"] != "not low":
        parts += factor_analysis(view)
    return Sections([Section("factors", view.say("Rating and factors"), [16], parts)])


def programme_verdict(view: ProgrammeReader) -> dict[str, Any] | None:
    """Return the programme's row of `coursewaves.analysis.rate.Rated`; None where too few have rated it."""
    return next(iter(view.rating.shown()), None)


@once
def _rating_of_run(course: Course) -> Disclosed:
    runs = course.rated.runs
    return course.gate(runs[runs["course_id"] == course.course_id], "means", ["course_id", "programme_id"])


def course_sentence(view: CourseView) -> str:
    """Say how this course was rated, with its uncertainty and the threshold."""
    own = _rating_of_run(view).shown()
    if not own:
        few = view.say(
            "Rating of this course: fewer than {minimum} answers, nothing is said.", minimum=view.least("means")
        )
        asked = view.year.survey.ratings[0].instrument
        return next(iter(open_sentences(view.year, view.phrases, view.course_id, asked)), few)
    found = own[0]
    threshold = view.year.settings.low_rated_below
    standing = WATCHED if found["is_watched"] else "not low" if found["low"] >= threshold else "cannot say yet"
    phrases = {
        WATCHED: marked(
            "Rating of this course: {mean} of 100 ({interval}, n = {n}), below the threshold of {threshold}."
        ),
        "not low": marked(
            "Rating of this course: {mean} of 100 ({interval}, n = {n}), not below the threshold of {threshold}."
        ),
        "cannot say yet": marked(
            "Rating of this course: {mean} of 100 ({interval}, n = {n}), neither surely below nor surely above the "
            "threshold of {threshold}."
        ),
        ALIKE: marked("Rating of this course: {mean} of 100 (n = {n}); the ratings are all alike."),
    }
    return _said(view, phrases[_standing(found, standing)], found)


def programme_sentence(view: ProgrammeReader) -> str:
    """Say the verdict of ¶16 on the programme: it rests on all its runs, never on one alone."""
    found = programme_verdict(view)
    if found is None:
        minimum = view.least("means")
        return view.say("The programme over all its runs: fewer than {minimum} ratings, no verdict.", minimum=minimum)
    phrases = {
        "low": marked(
            "The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — low-rated (¶16); probability "
            "that it lies below {threshold}: {chance}."
        ),
        "not low": marked(
            "The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — not low-rated; probability "
            "that it lies below {threshold}: {chance}."
        ),
        "cannot say yet": marked(
            "The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — the evidence does not suffice to "
            "call it low-rated; probability that it lies below {threshold}: {chance}; about {more} more answers "
            "would decide."
        ),
        "never": marked(
            "The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — the evidence does not suffice to "
            "call it low-rated; probability that it lies below {threshold}: {chance}; it lies too near for more "
            "answers to decide."
        ),
        WATCHED: marked(
            "The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — to be watched; probability that "
            "it lies below {threshold}: {chance}; one run alone makes no programme low-rated."
        ),
        ALIKE: marked("The programme over all its runs: {mean} of 100 (n = {n}); the ratings are all alike."),
    }
    verdict = found["verdict"]
    if verdict == "cannot say yet" and found["more_answers"] != found["more_answers"]:
        verdict = WATCHED if found["is_watched"] else "never"
    return _said(view, phrases[_standing(found, verdict)], found)


def _standing(found: dict[str, Any], standing: str) -> str:
    """Without any spread among ratings there is no interval and no verdict."""
    return standing if found["low"] == found["low"] else ALIKE


def _said(view: ProgrammeReader, phrase: str, found: dict[str, Any]) -> str:
    number = view.phrases.number
    return view.say(
        phrase,
        mean=number(found["mean"]),
        interval=view.phrases.interval(found["low"], found["high"]),
        n=number(found["n"]),
        threshold=number(view.year.settings.low_rated_below, 1),
        chance=chance(view, found["probability"]),
        more=number(found.get("more_answers")),
    )


def chance(view: View, probability: float) -> str:
    """Say a probability in whole percent; nothing is ever quite sure."""
    if probability < 0.01:
        return f"<{view.phrases.percent(0.01)}"
    return f">{view.phrases.percent(0.99)}" if probability > 0.99 else view.phrases.percent(probability)


def _factors(view: CourseView) -> list[Html]:
    survey, threshold = view.year.survey, view.year.settings.low_rated_below
    asked = survey.ratings[0].instrument
    kinds = {
        "direct_factor": view.say("Direct factors: content, methodology, trainers' mastery"),
        "indirect_factor": view.say("Indirect factors: infrastructure, participants' mood"),
    }
    parts = []
    for kind, caption in kinds.items():
        names = tuple(criterion.id for criterion in survey.criteria if criterion.kind == kind)
        means, others = view.means(asked, names), view.other_courses(asked, names)
        if means.shown():
            parts.append(
                scores_figure(view, means, lambda n: view.wording(survey.criterion(n)), caption, others, threshold)
            )
    if parts:
        note = view.say(
            "The brackets after a rating hold an 80 % interval. Association, not cause: factors that are marked low "
            "together can't be told apart in one course."
        )
        return [side_by_side(parts), paragraph(note, "note")]
    return []
