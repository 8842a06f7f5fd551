"""The first screen: what was found, how sure it is and what to decide, in at most seven sentences."""

from typing import Any

from coursewaves.deadlines.open_words import open_sentences
from coursewaves.pages.pieces import Section, bullets
from coursewaves.phrases import marked
from coursewaves.sections.changes import is_compared, shown_comparisons, unseen
from coursewaves.sections.factors import course_sentence, programme_sentence, programme_verdict
from coursewaves.views.opening import CourseView, ProgrammeReader


def summary(view: CourseView) -> Section:
    """Sum the report up from the same numbers that its sections show (¶14)."""
    rated = bool(view.year.survey.ratings)
    opened = open_sentences(view.year, view.phrases, view.course_id)
    ratings = [course_sentence(view), programme_sentence(view), ends(view)] if rated else []
    ratings = [sentence for sentence in ratings if sentence not in opened]
    answered = " ".join([_response(view), *opened]) if opened else _response(view)
    sentences = [answered, *ratings, *compared(view)[:2], *([to_decide(view)] if rated else [])]
    return Section("summary", view.say("In short"), [14], [bullets([s for s in sentences if s][:7])])


def _response(view: CourseView) -> str:
    counts = view.gate(view.counts, "counts", ["instrument_id", "wave"])
    parts = []
    for row in counts.rows():
        wave = view.wave_name(view.year.survey.instrument(row["instrument_id"]))
        n = f"<{counts.minimum}" if row["is_hidden"] else view.phrases.number(row["n"])
        has_share = not row["is_hidden"] and row["share"] == row["share"]
        share = f" ({view.phrases.percent(row['share'])})" if has_share else ""
        parts.append(f"{wave} — {n}{share}")
    return view.say("Answers: {list}.", list="; ".join(parts))


def ends(view: ProgrammeReader) -> str:
    """Name the best and the least rated criterion or factor."""
    survey = view.year.survey
    names = [criterion.id for criterion in survey.criteria if criterion.kind.endswith("factor")]
    shown = view.means(survey.ratings[0].instrument, tuple(names or survey.ratings[0].criteria)).shown()
    if len(shown) < 2:
        return ""
    ordered = sorted(shown, key=lambda row: float(row["mean"]))
    return view.say(
        "Rated highest: {best} ({high}); rated lowest: {worst} ({low}).",
        best=view.wording(survey.criterion(ordered[-1]["name"])),
        high=view.phrases.number(ordered[-1]["mean"]),
        worst=view.wording(survey.criterion(ordered[0]["name"])),
        low=view.phrases.number(ordered[0]["mean"]),
    )


def compared(view: ProgrammeReader) -> list[str]:
    """Name the largest differences between the waves, and say how many are not distinguishable."""
    rows = shown_comparisons(view).shown()
    tested = [row for row in rows if is_compared(row)]
    if not tested:
        return [view.say("Waves could not be compared by a test: too few answers.")] if rows else []
    texts = {
        ("change", "higher"): marked("Higher later: {list}."),
        ("gap", "lower"): marked("Less than expected or intended: {list}."),
        ("change", "lower"): marked("Lower later: {list}."),
        ("gap", "higher"): marked("More than expected or intended: {list}."),
    }
    sentences = [
        view.say(text, list="; ".join(_named(view, row) for row in _largest(tested, kind, verdict)))
        for (kind, verdict), text in texts.items()
        if _largest(tested, kind, verdict)
    ]
    n_same, size = sum(row["verdict"] == "not distinguishable" for row in tested), unseen(view, tested)
    values = {"n": n_same, "count": len(tested), "size": size}
    if not sentences:
        text = marked(
            "None of {count} comparisons shows a distinguishable difference; one under {size} standard deviations can "
            "go unseen."
        )
        return [view.say(text, **values)]
    text = marked(
        "Not distinguishable: {n} of {count} comparisons; a difference under {size} standard deviations can go unseen."
    )
    return [*sentences, view.say(text, **values)] if n_same else sentences


def _largest(rows: list[dict[str, Any]], kind: str, verdict: str) -> list[dict[str, Any]]:
    chosen = [row for row in rows if row["kind"] == kind and row["verdict"] == verdict]
    return sorted(chosen, key=lambda row: -abs(row["difference"]))[:2]


def _named(view: ProgrammeReader, row: dict[str, Any]) -> str:
    pair = view.wording(view.year.survey.pair(row["pair_id"]))
    return f"{pair} ({view.phrases.signed(row['difference'])})"


def to_decide(view: ProgrammeReader) -> str:
    """Say what the verdict asks the councils to decide (¶16)."""
    found = programme_verdict(view)
    if found is None:
        return view.say("To decide: nothing yet; too few ratings.")
    texts = {
        "low": marked("To decide: a detailed factor analysis of the programme (¶16)."),
        "not low": marked("To decide: the rating asks for no decision."),
        "cannot say yet": marked("To decide: wait for the next intake before calling the programme low-rated."),
    }
    verdict = found["verdict"]
    return view.say(texts[verdict])
