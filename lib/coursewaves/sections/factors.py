"""The rating of the programme in this course and over its runs, and its five named factors (¶16)."""

from coursewaves.page import Html, Section, Sections, paragraph
from coursewaves.phrases import marked
from coursewaves.present import scores_figure
from coursewaves.rate import RatingVerdict, rate
from coursewaves.sections.waves import other_courses
from coursewaves.stats.values import Numbers
from coursewaves.summarise import mean_scores
from coursewaves.view import CourseView


def factors(view: CourseView) -> Sections:
    """Show the rating against the councils' threshold, and direct and indirect factors; none without a rating."""
    if not view.year.survey.ratings:
        return Sections()
    sentences = [paragraph(course_sentence(view)), paragraph(programme_sentence(view))]
    title = view.say("Rating and factors")
    return Sections([Section("factors", title, [16], [*sentences, *_factors(view)])])


def programme_verdict(view: CourseView) -> RatingVerdict | None:
    """Return how the programme stands to the threshold over all its runs; None where too few have rated it."""
    rating = view.year.survey.ratings[0]
    courses = view.year.registry.courses
    runs = set(courses.loc[courses["programme_id"] == view.programme["programme_id"], "course_id"])
    return _verdict(view, view.pooled(rating.instrument, rating.id, runs)[rating.id].to_numpy(dtype=float))


def _verdict(view: CourseView, ratings: Numbers) -> RatingVerdict | None:
    return rate(ratings, view.year.settings.low_rated_below) if len(ratings) >= view.least("means") else None


def course_sentence(view: CourseView) -> str:
    """Say how this course was rated, with its uncertainty and the threshold."""
    rating = view.year.survey.ratings[0]
    found = _verdict(view, view.scores[rating.id].dropna().to_numpy(dtype=float))
    if found is None:
        minimum = view.least("means")
        return view.say("Rating of this course: fewer than {minimum} answers, nothing is said.", minimum=minimum)
    phrases = {
        "low": marked(
            "Rating of this course: {mean} of 100 ({interval}, n = {n}), below the threshold of {threshold}."
        ),
        "not low": marked(
            "Rating of this course: {mean} of 100 ({interval}, n = {n}), not below the threshold of {threshold}."
        ),
        "cannot say yet": marked(
            "Rating of this course: {mean} of 100 ({interval}, n = {n}), neither surely below nor surely above the "
            "threshold of {threshold}."
        ),
    }
    return _said(view, phrases[found.verdict], found)


def programme_sentence(view: CourseView) -> str:
    """Say the verdict of ¶16 on the programme: it rests on all its runs, never on one alone."""
    found = programme_verdict(view)
    if found is None:
        minimum = view.least("means")
        return view.say("The programme over all its runs: fewer than {minimum} ratings, no verdict.", minimum=minimum)
    phrases = {
        "low": marked("The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — low-rated (¶16)."),
        "not low": marked("The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — not low-rated."),
        "cannot say yet": marked(
            "The programme over all its runs: {mean} of 100 ({interval}, n = {n}) — the evidence does not suffice to "
            "call it low-rated; repeat with the next intake."
        ),
    }
    return _said(view, phrases[found.verdict], found)


def _said(view: CourseView, phrase: str, found: RatingVerdict) -> str:
    return view.say(
        phrase,
        mean=view.phrases.number(found.mean),
        interval=view.phrases.interval(found.low, found.high),
        n=view.phrases.number(found.n),
        threshold=view.phrases.number(view.year.settings.low_rated_below, 1),
    )


def _factors(view: CourseView) -> list[Html]:
    survey, threshold = view.year.survey, view.year.settings.low_rated_below
    asked = survey.ratings[0].instrument
    own = view.scores[view.scores["instrument_id"] == asked]
    kinds = {
        "direct_factor": view.say("Direct factors: content, methodology, trainers' mastery"),
        "indirect_factor": view.say("Indirect factors: infrastructure, participants' mood"),
    }
    parts = []
    for kind, caption in kinds.items():
        names = [criterion.id for criterion in survey.criteria if criterion.kind == kind and criterion.id in own]
        means = view.gate(mean_scores(own, names), "means", ["name"])
        others = view.gate(other_courses(view, asked, names), "means", ["name"])
        if means.shown():
            parts.append(
                scores_figure(view, means, lambda n: view.wording(survey.criterion(n)), caption, others, threshold)
            )
    if parts:
        note = view.say(
            "The brackets after a rating hold an 80 % interval. Association, not cause: factors that are marked low "
            "together can't be told apart in one course."
        )
        parts.append(paragraph(note, "note"))
    return parts
