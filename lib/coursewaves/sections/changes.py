"""What changed between the waves: the chain expectation, experience, application, and the declared pairs."""

from typing import Any

import pandas as pd

from coursewaves.disclosure import Disclosed
from coursewaves.page import Html, Section, bullets, paragraph, table
from coursewaves.phrases import marked
from coursewaves.present import chain_figure
from coursewaves.view import CourseView


def changes(view: CourseView) -> Section:
    """Show the declared pairs only: the waves' questionnaires ask different things (¶7-9)."""
    title = view.say("What changed between the waves")
    compared = shown_comparisons(view)
    if not compared.shown():
        text = view.say("No pair of questions has enough answers on both sides to be compared.")
        return Section("changes", title, [7, 8, 9], [paragraph(text)])
    parts = [
        _chains(view),
        bullets(sentence(view, row) for row in compared.shown() if _is_told(row)),
        *_tables(view, compared),
        *_notes(view, compared),
    ]
    return Section("changes", title, [7, 8, 9], parts)


def shown_comparisons(view: CourseView) -> Disclosed:
    """Return the course's comparisons that may be shown."""
    comparisons = view.comparisons
    if comparisons.empty:
        comparisons = pd.DataFrame(columns=["pair_id", "construct_id", "kind", "n_earlier", "n_later"])
    labels = ["pair_id", "construct_id", "kind"]
    return view.gate(comparisons, "means", labels, n=("n_earlier", "n_later"))


def is_tested(row: dict[str, Any]) -> bool:
    """Whether a comparison rests on enough answers for a test."""
    return bool(row["verdict"] != "not tested")


def _is_told(row: dict[str, Any]) -> bool:
    return row["kind"] != "related" and row["verdict"] in ("higher", "lower")


def sentence(view: CourseView, row: dict[str, Any]) -> str:
    """Say one comparison in plain words, from the numbers of the table."""
    values = {
        "pair": view.wording(view.year.survey.pair(row["pair_id"])),
        "earlier": view.phrases.number(row["mean_earlier"]),
        "later": view.phrases.number(row["mean_later"]),
        "difference": view.phrases.signed(row["difference"]),
        "low": view.phrases.signed(row["low"]),
        "high": view.phrases.signed(row["high"]),
    }
    if row["verdict"] == "higher":
        text = marked(
            "{pair}: {earlier} → {later} of 100, higher later (difference {difference}, likely {low} to {high})."
        )
    elif row["verdict"] == "lower":
        text = marked(
            "{pair}: {earlier} → {later} of 100, lower later (difference {difference}, likely {low} to {high})."
        )
    elif row["verdict"] == "not distinguishable":
        text = marked("{pair}: {earlier} → {later} of 100, not distinguishable (difference likely {low} to {high}).")
    else:
        text = marked("{pair}: {earlier} → {later} of 100, too few answers for a test.")
    return view.say(text, **values) + (" " + _steps(view, row) if row["n_both"] >= view.least("counts") else "")


def _steps(view: CourseView, row: dict[str, Any]) -> str:
    return view.say(
        "Linked participants: {n}; higher {up}, the same {same}, lower {down}.",
        n=view.phrases.number(row["n_both"]),
        up=view.phrases.number(row["n_up"]),
        same=view.phrases.number(row["n_same"]),
        down=view.phrases.number(row["n_down"]),
    )


def _chains(view: CourseView) -> Html:
    """Draw each chain of pairs: its first pair's earlier side, then every pair's later side."""
    survey = view.year.survey
    order = [instrument.id for instrument in survey.waves()]
    rows = []
    by_pair = view.comparisons.set_index("pair_id") if not view.comparisons.empty else pd.DataFrame()
    for chain in survey.chains:
        found: list[Disclosed | None] = [None] * len(order)
        for pair_id in chain.pairs:
            if pair_id not in by_pair.index:
                continue
            pair, row = survey.pair(pair_id), by_pair.loc[pair_id].to_dict()
            for side, items in (("earlier", pair.earlier), ("later", pair.later)):
                place = order.index(survey.instrument_of(items[0]).id)
                found[place] = found[place] or _step(view, row, side)
        if any(found):
            rows.append((view.wording(chain), found))
    steps = [view.wave_name(instrument) for instrument in survey.waves()]
    caption = view.say("Expectation → experience → application: mean scores with 95 % intervals")
    return chain_figure(view, rows, steps, caption) if rows else Html("")


def _step(view: CourseView, row: dict[Any, Any], side: str) -> Disclosed:
    names = {"n": f"n_{side}", "mean": f"mean_{side}", "low": f"{side}_low", "high": f"{side}_high"}
    return view.gate(pd.DataFrame([{key: row[name] for key, name in names.items()}]), "means", [])


def _tables(view: CourseView, compared: Disclosed) -> list[Html]:
    """List the pairs, one table for each kind: a gap must not be read as a change."""
    captions = {
        "change": view.say("Changes: the same question asked twice, scores 0–100"),
        "gap": view.say("Gaps: expected and met, intended and done, scores 0–100"),
        "related": view.say("Related questions about different things, scores 0–100"),
    }
    head = [view.say("Pair"), view.say("Earlier → later"), view.say("Difference (95 %)")]
    head += [view.say("Answers, earlier / later"), view.say("p (Holm)"), view.say("Result")]
    by_kind = {kind: [_line(view, row) for row in compared.shown() if row["kind"] == kind] for kind in captions}
    return [table(caption, head, by_kind[kind]) for kind, caption in captions.items()]


def _line(view: CourseView, row: dict[str, Any]) -> list[str]:
    say, phrases = view.say, view.phrases
    verdicts = {
        "higher": say("higher"),
        "lower": say("lower"),
        "not distinguishable": say("not distinguishable"),
        "not tested": say("not tested"),
    }
    return [
        view.wording(view.year.survey.pair(row["pair_id"])),
        f"{phrases.number(row['mean_earlier'])} → {phrases.number(row['mean_later'])}",
        f"{phrases.signed(row['difference'])} ({phrases.signed(row['low'])} … {phrases.signed(row['high'])})",
        f"{phrases.number(row['n_earlier'])} / {phrases.number(row['n_later'])}",
        phrases.p_value(row["p_value_adjusted"]),
        verdicts[row["verdict"]],
    ]


def _notes(view: CourseView, compared: Disclosed) -> list[Html]:
    survey = view.year.survey
    shown = compared.shown()
    cautions = dict.fromkeys(
        survey.construct_of(row["pair_id"]).caution.get(view.phrases.language, "") for row in shown
    )
    designs = {
        "paired": view.say("the same people in both waves"),
        "partly paired": view.say("partly the same people; all answers are used"),
        "independent": view.say("treated as independent; the interval is wider than necessary"),
    }
    used = [text for design, text in designs.items() if any(row["design"] == design for row in shown)]
    blind = [row["detectable"] for row in shown if row["verdict"] == "not distinguishable" and row["detectable"]]
    notes = [
        view.say("How the two sides are compared: {list}.", list="; ".join(used)),
        view.say("An interval speaks of its pair alone; the result also allows for the number of pairs tested (Holm)."),
    ]
    if blind:
        size = view.phrases.number(max(blind), 1)
        notes.append(
            view.say(
                "“Not distinguishable” does not mean equal: a difference under {size} standard "
                "deviations can go unseen with so few answers.",
                size=size,
            )
        )
    return [paragraph(note, "note") for note in notes] + [bullets(cautions, "note")]
