"""The rating of the programme in this course, and its five named factors (¶16)."""

from coursewaves.page import Html, Section, Sections, paragraph
from coursewaves.phrases import marked
from coursewaves.present import scores_figure
from coursewaves.rate import RatingVerdict, rate
from coursewaves.summarise import mean_scores
from coursewaves.view import CourseView


def factors(view: CourseView) -> Sections:
    """Show the rating against the councils' threshold, and direct and indirect factors; none without a rating."""
    survey = view.year.survey
    if not survey.ratings:
        return Sections()
    title = view.say("Rating and factors")
    parts = [paragraph(verdict_sentence(view)), *_factors(view)]
    return Sections([Section("factors", title, [16], parts)])


def course_verdict(view: CourseView) -> RatingVerdict | None:
    """Return how this course stands to the threshold; None where there are too few ratings to say anything."""
    ratings = view.year.survey.ratings
    values = view.scores[ratings[0].id].dropna().to_numpy(dtype=float) if ratings else []
    if len(values) < view.least("means"):
        return None
    return rate(values, view.year.settings.low_rated_below)


def verdict_sentence(view: CourseView) -> str:
    """Say the verdict of ¶16 with its uncertainty and the threshold."""
    found = course_verdict(view)
    threshold = view.phrases.number(view.year.settings.low_rated_below, 1)
    if found is None:
        return view.say(
            "Rating: fewer than {minimum} answers, so nothing is said about this course alone.",
            minimum=view.least("means"),
        )
    values = {
        "mean": view.phrases.number(found.mean),
        "interval": view.phrases.interval(found.low, found.high),
        "n": view.phrases.number(found.n),
        "threshold": threshold,
    }
    phrases = {
        "low": marked(
            "Rating {mean} of 100 (80 % interval {interval}, n = {n}): below the councils' threshold of {threshold}, "
            "low-rated in this course."
        ),
        "not low": marked(
            "Rating {mean} of 100 (80 % interval {interval}, n = {n}): not below the councils' threshold of {threshold}."
        ),
        "cannot say yet": marked(
            "Rating {mean} of 100 (80 % interval {interval}, n = {n}): the evidence does not suffice to place it above "
            "or below the councils' threshold of {threshold}; repeat with the next intake."
        ),
    }
    return view.say(phrases[found.verdict], **values)


def _factors(view: CourseView) -> list[Html]:
    survey, settings = view.year.survey, view.year.settings
    asked = survey.ratings[0].instrument
    own = view.scores[view.scores["instrument_id"] == asked]
    pooled = view.year.scores
    pooled = pooled[(pooled["instrument_id"] == asked) & (pooled["course_id"] != view.course_id)]
    kinds = {
        "direct_factor": view.say("Direct factors: content, methodology, trainers' mastery"),
        "indirect_factor": view.say("Indirect factors: infrastructure, participants' mood"),
    }
    parts = []
    for kind, caption in kinds.items():
        names = [criterion.id for criterion in survey.criteria if criterion.kind == kind]
        means = view.gate(mean_scores(own, names), "means", ["name"])
        others = view.gate(mean_scores(pooled, names), "means", ["name"])
        if means.rows():
            name = lambda factor: view.wording(survey.criterion(factor))  # noqa: E731
            parts.append(scores_figure(view, means, name, caption, others, settings.low_rated_below))
    if parts:
        parts.append(paragraph(view.say("Association, not cause: factors that are marked low together can't be told "
                                        "apart in one course."), "note"))  # fmt: skip
    return parts
