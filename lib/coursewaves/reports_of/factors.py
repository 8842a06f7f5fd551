"""The factor analysis of a low-rated programme (¶16-18)."""

from typing import Any

from coursewaves.analysis.factor_analysis import KINDS, LEAST_FOR_RANKS, FactorGaps, importance_performance
from coursewaves.pages.pieces import Html, Section, Sections, bullets, heading, paragraph, side_by_side, table
from coursewaves.pages.present import runs_figure, scores_figure
from coursewaves.phrases import marked
from coursewaves.reports_of.alike import in_short, methods_of
from coursewaves.reports_of.frame import end_of, front_of
from coursewaves.reports_of.levels import levels_table
from coursewaves.reports_of.mix import mix_table
from coursewaves.reports_of.programme import programme_facts
from coursewaves.reports_of.topic import not_useful, told_choices, trainers_of, weak_table
from coursewaves.sections.decisions import earlier
from coursewaves.sections.factors import programme_sentence, programme_verdict
from coursewaves.sections.low_rated import funnel, gap_parts, importance_map, same_mix
from coursewaves.sections.summary import to_decide
from coursewaves.views.opening import ProgrammeView

QUADRANTS = {
    "concentrate here": marked("low and important: improve first"),
    "low priority": marked("low and less important"),
    "keep up": marked("not low and important: keep"),
    "possible overkill": marked("not low and less important"),
}


def front(view: ProgrammeView) -> Section:
    """Say which programme is analysed, from which runs (¶1-3)."""
    title = view.say("Factor analysis of the programme: {title}", title=view.title("programmes", view.programme))
    purpose = view.say(
        "What goes together with the rating of a programme that is low or may be: direct and indirect factors, "
        "participants and topics, for the councils (paragraphs 16–18)."
    )
    return front_of(view, title, programme_facts(view), purpose)


def summary(view: ProgrammeView) -> Section:
    """Sum the analysis up from the same numbers that its sections show (¶16)."""
    if not view.year.survey.ratings:
        return in_short(view, [16], [_no_rating(view)])
    told = [programme_sentence(view), _gap(view), _lowest(view), _first(view), same_mix(view), _topics(view)]
    return in_short(view, [16], [*told, _decision(view)])


def _no_rating(view: ProgrammeView) -> str:
    return view.say("The survey declares no rating, so that no programme is called low-rated.")


def _gaps(view: ProgrammeView) -> FactorGaps:
    return view.pooled.gaps_of(view.programme_id)


def _gap(view: ProgrammeView) -> str:
    gaps = _gaps(view)
    if gaps.gap != gaps.gap or gaps.n < view.least("means"):
        return ""
    return view.say("Distance from the mean of all programmes: {gap} points.", gap=view.phrases.signed(gaps.gap))


def _lowest(view: ProgrammeView) -> str:
    """Name the factors that lie lower than the programme's others."""
    shown = view.gate(_gaps(view).parts, "means", ["factor_id"]).shown()
    names = [view.wording(view.year.survey.criterion(row["factor_id"])) for row in shown if row["stands_out"]]
    if names:
        return view.say("Clearly lower than the programme's other factors: {list}.", list="; ".join(names))
    return view.say("No factor lies clearly lower than the programme's other factors.") if shown else ""


def _first(view: ProgrammeView) -> str:
    """Say how direct and indirect factors share what they explain, over all courses."""
    told = {row["factor_id"]: row for row in _importance(view) if row["factor_id"] in KINDS}
    if len(told) < len(KINDS):
        return ""
    shares = {kind: _share(view, told[kind]) for kind in KINDS}
    return view.say(
        "Of what ratings differ by within courses, direct factors go with {direct}, indirect ones with {indirect}.",
        direct=shares["direct_factor"], indirect=shares["indirect_factor"],
    )  # fmt: skip


def _importance(view: ProgrammeView) -> list[dict[str, Any]]:
    """Return the pooled importance of the factors where it is given."""
    shown = view.gate(view.pooled.importance, "importance", ["factor_id", "kind", "standing"]).shown()
    return [row for row in shown if row["share"] == row["share"]]


def _share(view: ProgrammeView, row: dict[str, Any]) -> str:
    percent = view.phrases.percent
    ends = f" ({percent(row['low'])}–{percent(row['high'])})" if row["low"] == row["low"] else ""
    return percent(row["share"]) + ends


def _topics(view: ProgrammeView) -> str:
    if not view.judged.shown():
        return ""
    names = [view.title("topics", row) for row in not_useful(view, surely=True)]
    if not names:
        return view.say("No topic is surely less useful than the threshold.")
    return view.say("Topics that are not useful enough: {list}.", list="; ".join(names))


def _decision(view: ProgrammeView) -> str:
    found = programme_verdict(view)
    if found is None or found["verdict"] != "low":
        return to_decide(view)
    return view.say(
        "To decide: which changes of the curriculum plan, of topics or of the duration follow (¶19); the findings for "
        "each stand below."
    )


def gap(view: ProgrammeView) -> Section:
    """Set the programme beside all others and its runs beside each other, and split its gap (¶16)."""
    title = view.say("The rating and what its gap is made of")
    if not view.year.survey.ratings:
        return Section("gap", title, [16], [paragraph(_no_rating(view))])
    figures = [funnel(view), runs_figure(view, view.runs, view.say("Runs of this programme, with 80 % intervals"))]
    note = view.say(
        "A part of the gap is the weight of a factor within all courses times the programme's own distance on it. "
        "Association, not cause."
    )
    parts = [paragraph(programme_sentence(view)), side_by_side(figures)]
    found = programme_verdict(view)
    if found is not None and found["verdict"] == "not low":
        none = view.say("The regulation asks for a factor analysis of low-rated programmes alone (¶16).")
        return Section("gap", title, [16], [*parts, paragraph(none)])
    return Section("gap", title, [16], [*parts, *gap_parts(view, _gaps(view)), paragraph(note, "note")])


def importance(view: ProgrammeView) -> Sections:
    """Show how important the factors are over all courses, and how the programme was rated on them (¶16)."""
    rows = _importance(view)
    title = view.say("What matters, and how it was rated")
    if not rows:
        text = view.say(
            "Importance is not given: fewer than {minimum} answers of all courses.",
            minimum=view.phrases.number(view.least("importance")),
        )
        return Sections([Section("importance", title, [16], [paragraph(text)])] if view.year.survey.ratings else [])
    head = [view.say("Factor"), view.say("Importance over all courses (95 %)"), view.say("In this programme")]
    found = importance_performance(view.pooled.importance, _gaps(view), view.year.settings.low_rated_below)
    places = {row["factor_id"]: row["quadrant"] for row in view.gate(found, "means", ["factor_id"]).shown()}
    lines = [[_factor(view, row["factor_id"]), _share(view, row), _place(view, places, row)] for row in rows]
    caption = view.say("Share of the differences between participants' ratings that goes with each factor")
    if any(row["standing"] == "tentative" for row in rows):
        caption += " " + view.say("(tentative: fewer than 200 answers)")
    parts = [*importance_map(view, _gaps(view)), table(caption, head, lines), paragraph(_order(view, rows), "note")]
    return Sections([Section("importance", title, [16], parts)])


def _factor(view: ProgrammeView, factor_id: str) -> str:
    kinds = {
        "direct_factor": view.say("Direct factors together"),
        "indirect_factor": view.say("Indirect factors together"),
    }
    return kinds.get(factor_id) or view.wording(view.year.survey.criterion(factor_id))


def _place(view: ProgrammeView, places: dict[str, str], row: dict[str, Any]) -> str:
    if row["factor_id"] not in places:
        return "–"
    phrase = QUADRANTS[places[row["factor_id"]]]
    return view.say(phrase)


def _order(view: ProgrammeView, rows: list[dict[str, Any]]) -> str:
    """Say that factors whose intervals overlap are in no order."""
    text = view.say("Factors whose intervals overlap are not distinguishable in importance.")
    if min(row["n"] for row in rows) < LEAST_FOR_RANKS:
        return text
    return f"{text} " + view.say("Pooled over all courses, within courses: what differs between courses doesn't count.")


def by_run(view: ProgrammeView) -> Sections:
    """Show the direct and the indirect factors over all runs, and run by run (¶16)."""
    survey = view.year.survey
    if not survey.ratings:
        return Sections()
    asked = survey.ratings[0].instrument
    captions = {
        "direct_factor": view.say("Direct factors: content, methodology, trainers' mastery"),
        "indirect_factor": view.say("Indirect factors: infrastructure, participants' mood"),
    }
    parts = [_kind(view, asked, kind, caption) for kind, caption in captions.items()]
    names = {one.id: view.wording(one) for one in survey.criteria if one.kind in KINDS}
    means = view.means_by("course_id", asked, tuple(names))
    listed = levels_table(view, means, names, view.say("Run"), view.say("Factors by run, 0–100"))
    if not any([*parts, *listed]):
        return Sections()
    return Sections([Section("by-run", view.say("Factors over the runs"), [16], [side_by_side(parts), *listed])])


def _kind(view: ProgrammeView, asked: str, kind: str, caption: str) -> Html:
    survey, threshold = view.year.survey, view.year.settings.low_rated_below
    names = tuple(one.id for one in survey.criteria if one.kind == kind)
    means = view.means(asked, names)
    if not means.shown():
        return Html("")
    sides = (view.say("this programme"), view.say("other programmes"))
    others = view.other_means(asked, names)
    return scores_figure(view, means, lambda name: _factor(view, name), caption, others, threshold, sides)


def mix(view: ProgrammeView) -> Sections:
    """Say what the participants' mix explains of the rating (¶17)."""
    if not view.year.survey.ratings:
        return Sections()
    note = view.say("Hidden are groups that are small here or in one run; their shares are missing from the table.")
    parts = [paragraph(same_mix(view)), *mix_table(view), paragraph(note, "note")]
    return Sections([Section("mix", view.say("Who took part, and what that explains"), [16, 17], parts)])


def topics(view: ProgrammeView) -> Sections:
    """List the topics that are not useful enough, or may be, with those who teach them (¶17-18)."""
    if not view.judged.shown():
        return Sections()
    title, rows = view.say("Topics that are not useful enough, or may be"), not_useful(view)
    if not rows:
        return Sections([Section("topics", title, [18], [paragraph(view.say("All topics are useful enough."))])])
    invited = trainers_of(view, rows)
    text = view.say("Trainers who may be invited to the council (¶15, ¶18): {list}.", list="; ".join(invited))
    parts = [weak_table(view, rows), paragraph(text if invited else "")]
    return Sections([Section("topics", title, [17, 18], parts)])


def proposals(view: ProgrammeView) -> Section:
    """List the kinds of decisions that the councils may take, each with the findings it may rest on (¶18-20)."""
    found = [_curriculum(view), _changed_topics(view), _durations(view), _removal(view)]
    intro = view.say("The councils decide. Each kind of decision stands here with the findings on which it may rest.")
    parts, told = [paragraph(intro), bullets(found)], earlier(view)
    if told:
        parts += [heading(view.say("Earlier decisions of the councils")), *told]
    return Section("proposals", view.say("What the councils may decide"), [18, 19, 20], parts)


def _curriculum(view: ProgrammeView) -> str:
    """Say what speaks for a change of the curriculum plan or the programme."""
    return view.say(
        "Change of the curriculum plan or the programme (¶19). {finding}", finding=_lowest(view) or _none(view)
    )


def _changed_topics(view: ProgrammeView) -> str:
    return view.say("Change of a topic (¶19). {finding}", finding=_topics(view) or _none(view))


def _durations(view: ProgrammeView) -> str:
    """Say what clearly most participants would do with topics; the hours follow from it."""
    told, finding = told_choices(view), view.say("No choice on any topic clearly leads.")
    if told:
        finding = view.say("Most participants chose: {list}.", list="; ".join(told))
    return view.say("Change of a topic's hours or of the duration (¶19). {finding}", finding=finding)


def _removal(view: ProgrammeView) -> str:
    """Say that a removal is a later step, and what has been decided before it."""
    n = sum(row["kind"] != "none" for row in view.decisions.rows())
    return view.say(
        "Removal from the curriculum plan (¶20): only later, where the rating stays low after changes; changes decided "
        "so far: {n}.",
        n=view.phrases.number(n),
    )


def _none(view: ProgrammeView) -> str:
    return view.say("Too few answers for a finding.")


def methods(view: ProgrammeView) -> Section:
    """Explain how the numbers were made (¶14)."""
    return methods_of(view)


def end_of_report(view: ProgrammeView) -> Section:
    """Close the report; only a report that runs to here is published."""
    return end_of(view)
