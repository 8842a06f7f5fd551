"""What changed between the waves: the chain expectation, experience, application, and the declared pairs."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from coursewaves.analysis.compare import RELATED, TOO_FEW
from coursewaves.deadlines.open_words import open_sentences
from coursewaves.disclosure import Disclosed, Mask
from coursewaves.pages.pieces import Html, Section, bullets, paragraph, table
from coursewaves.pages.present import chain_figure
from coursewaves.phrases import Said, marked, rounded
from coursewaves.views.opening import CourseView, ProgrammeReader
from coursewaves.views.programme import OfProgramme
from coursewaves.views.subject import once

LINKED = ["linked_difference", "linked_low", "linked_high", "linked_distance"]
"""What `comparisons` tells of the linked people alone."""


def changes(view: ProgrammeReader) -> Section:
    """Show the declared pairs only: the waves' questionnaires ask different things (¶7-9)."""
    title = view.say("What changed between the waves")
    compared = shown_comparisons(view)
    if not compared.shown():
        few = view.say("No pair of questions has enough answers on both sides to be compared.")
        opened = open_sentences(view.year, view.phrases, view.course_id) if isinstance(view, CourseView) else []
        return Section("changes", title, [7, 8, 9], [paragraph(text) for text in opened or [few]])
    parts = [
        _chains(view),
        bullets(sentence(view, row) for row in compared.shown() if _is_told(row)),
        *_tables(view, compared),
        *_notes(view, compared),
    ]
    return Section("changes", title, [7, 8, 9], parts)


@once
def shown_comparisons(view: OfProgramme) -> Disclosed:
    """Return the course's comparisons that may be shown.

    What the linked people alone tell stays where they are enough and so are those left out, in every course: whoever
    takes it away from what all tell would otherwise learn of a few. Where a few are left out of a paired design, its
    difference is that of the means of all, with their interval.
    """
    comparisons = view.comparisons
    n_earlier, n_later, n_both = (comparisons[name].to_numpy() for name in ("n_earlier", "n_later", "n_both"))
    is_few = comparisons["pair_id"].isin(view.few_alone).to_numpy(dtype=bool)
    is_told = (n_both >= view.least("means")) & (n_earlier + n_later - 2 * n_both >= view.least("counts")) & ~is_few
    linked = {name: np.where(is_told, comparisons[name].to_numpy(dtype=float), np.nan) for name in LINKED}
    shown = comparisons.assign(
        **linked, **_of_all(comparisons, is_few & (comparisons["design"] == "paired").to_numpy())
    )
    labels = ["pair_id", "construct_id", "kind"]
    return view.gate(shown, "means", labels, n=("n_earlier", "n_later"))


def _of_all(comparisons: pd.DataFrame, rows: Mask) -> dict[str, pd.Series]:
    """Put the differences of the means of all in the place of some rows' own, within the scale's differences."""
    names = ("difference", "low", "high")
    return {name: comparisons[name].where(~rows, comparisons[f"overall_{name}"]).clip(-100, 100) for name in names}


def is_compared(row: dict[str, Any]) -> bool:
    """Whether a pair was tested, by itself or with its block."""
    return bool(row["verdict"] != "not tested")


def unseen(view: ProgrammeReader, rows: Iterable[dict[str, Any]]) -> str:
    """Say what size of difference the rows that show none can miss, in standard deviations; empty where all do."""
    sizes = [row["detectable"] for row in rows if row["verdict"] == "not distinguishable"]
    return view.phrases.number(max(sizes), 1) if sizes else ""


def _is_told(row: dict[str, Any]) -> bool:
    return row["kind"] != "related" and row["verdict"] in ("higher", "lower")


def sentence(view: ProgrammeReader, row: dict[str, Any]) -> str:
    """Say one comparison in plain words, from the numbers of the table."""
    values = {
        "pair": view.wording(view.year.survey.pair(row["pair_id"])),
        "earlier": view.phrases.number(row["mean_earlier"]),
        "later": view.phrases.number(row["mean_later"]),
        "difference": view.phrases.signed(row["difference"]),
        "low": view.phrases.signed(row["low"]),
        "high": view.phrases.signed(row["high"]),
        "size": unseen(view, [row]),
    }
    phrase = _phrase(row)
    return f"{view.say(phrase, **values)} {_steps(view, row)}".rstrip()


def _phrase(row: dict[str, Any]) -> str:
    phrases = {
        "higher": marked(
            "{pair}: {earlier} → {later} of 100, higher later (difference {difference}, likely {low} to {high})."
        ),
        "lower": marked(
            "{pair}: {earlier} → {later} of 100, lower later (difference {difference}, likely {low} to {high})."
        ),
        "not distinguishable": marked(
            "{pair}: {earlier} → {later} of 100, not distinguishable (difference likely {low} to {high}; one under "
            "{size} standard deviations can go unseen)."
        ),
        TOO_FEW: marked("{pair}: {earlier} → {later} of 100, too few answers for a test."),
        RELATED: marked("{pair}: {earlier} → {later} of 100; not the same question, so there is no test."),
    }
    without = marked("{pair}: {earlier} → {later} of 100; everybody answers alike, so there is no test.")
    return phrases.get(row["reason"] if row["verdict"] == "not tested" else row["verdict"], without)


def _steps(view: ProgrammeReader, row: dict[str, Any]) -> str:
    """Count the linked people who rose and fell; beside the bars of both sides they would tell of a few who are not."""
    if row["n_both"] < view.least("counts") or row["pair_id"] in view.few_alone:
        return ""
    return view.say(
        "Linked participants: {n}; higher {up}, the same {same}, lower {down}.",
        n=view.phrases.number(row["n_both"]),
        up=view.phrases.number(row["n_up"]),
        same=view.phrases.number(row["n_same"]),
        down=view.phrases.number(row["n_down"]),
    )


def _chains(view: ProgrammeReader) -> Html:
    """Draw each chain of pairs: its first pair's earlier side, then every pair's later side."""
    survey = view.year.survey
    rows = [(view.wording(one), found) for one, found in zip(survey.chains, _chained(view), strict=True) if any(found)]
    steps = [view.wave_name(instrument) for instrument in survey.waves()]
    caption = view.say("Expectation → experience → application: mean scores with 95 % intervals")
    return chain_figure(view, rows, steps, caption) if rows else Html("")


@once
def _chained(subject: OfProgramme) -> list[list[Disclosed | None]]:
    """Return what may be shown of each chain, wave by wave."""
    survey = subject.year.survey
    order = [instrument.id for instrument in survey.waves()]
    by_pair = {row["pair_id"]: row for row in subject.comparisons.to_dict("records")}
    chains = []
    for chain in survey.chains:
        found: list[Disclosed | None] = [None] * len(order)
        for pair in (survey.pair(pair_id) for pair_id in chain.pairs if pair_id in by_pair):
            for side, items in (("earlier", pair.earlier), ("later", pair.later)):
                place = order.index(survey.instrument_of(items[0]).id)
                found[place] = found[place] or _step(subject, by_pair[pair.id], side)
        chains.append(found)
    return chains


def _step(subject: OfProgramme, row: dict[Any, Any], side: str) -> Disclosed:
    names = {"n": f"n_{side}", "mean": f"mean_{side}", "low": f"{side}_low", "high": f"{side}_high"}
    return subject.gate(pd.DataFrame([{key: row[name] for key, name in names.items()}]), "means", [])


def _tables(view: ProgrammeReader, compared: Disclosed) -> list[Html]:
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


def _line(view: ProgrammeReader, row: dict[str, Any]) -> list[str]:
    phrases = view.phrases
    return [
        Said(f"{view.wording(view.year.survey.pair(row['pair_id']))} ({_design(view, row['design'])})", row["pair_id"]),
        f"{phrases.number(row['mean_earlier'])} → {phrases.number(row['mean_later'])}",
        f"{phrases.signed(row['difference'])} ({phrases.signed(row['low'])} … {phrases.signed(row['high'])})",
        f"{phrases.number(row['n_earlier'])} / {phrases.number(row['n_later'])}",
        phrases.p_value(row["p_value_adjusted"]),
        _result(view, row),
    ]


def _design(view: ProgrammeReader, design: str) -> str:
    names = {
        "paired": view.say("paired"),
        "partly paired": view.say("partly paired"),
        "independent": view.say("independent"),
    }
    return names[design]


def _result(view: ProgrammeReader, row: dict[str, Any]) -> str:
    """Say the verdict: beside "no difference shown" what can go unseen, beside "not tested" why not."""
    if row["verdict"] == "not distinguishable":
        size = f"<\N{NO-BREAK SPACE}{unseen(view, [row])}\N{NO-BREAK SPACE}SD"
        return view.say("not distinguishable ({size})", size=size)
    if row["verdict"] == "not tested":
        reasons = {TOO_FEW: view.say("not tested: too few answers"), RELATED: view.say("not tested")}
        return reasons.get(row["reason"], view.say("not tested: all alike"))
    return view.say("higher") if row["verdict"] == "higher" else view.say("lower")


def _notes(view: ProgrammeReader, compared: Disclosed) -> list[Html]:
    shown = compared.shown()
    cautions = dict.fromkeys(
        view.year.survey.construct_of(row["pair_id"]).caution.get(view.phrases.language, "") for row in shown
    )
    notes = [_designs(view, shown), apart(view, shown), _sensitivity(view, shown), _blocks(view, shown)]
    notes.append(edges(view, shown))
    if unseen(view, shown):
        notes.append(
            view.say(
                "“Not distinguishable” does not mean equal: a difference smaller than the one beside it, in standard "
                "deviations (SD), can go unseen with so few answers, and a larger one where the other pairs of its "
                "block do not differ."
            )
        )
    return [paragraph(note, "note") for note in notes] + [bullets(cautions, "note")]


def _designs(view: ProgrammeReader, rows: list[dict[str, Any]]) -> str:
    designs = {
        "paired": view.say("the same people in both waves"),
        "partly paired": view.say("partly the same people; all answers are used"),
        "independent": view.say("treated as independent; the interval is wider than necessary"),
    }
    used = [
        f"{_design(view, design)} — {text}"
        for design, text in designs.items()
        if any(row["design"] == design for row in rows)
    ]
    return view.say("How the two sides are compared: {list}.", list="; ".join(used))


def apart(view: ProgrammeReader, rows: list[dict[str, Any]]) -> str:
    """Say why a difference is not that of the two means beside it, where that can be seen."""
    figures = [[rounded(row[name]) or 0 for name in ("mean_later", "mean_earlier", "difference")] for row in rows]
    if all(later - earlier == difference for later, earlier, difference in figures):
        return ""
    return view.say(
        "A difference may miss that of the two means beside it: each figure is rounded by itself, and a paired "
        "difference is that of the people who answered both sides."
    )


def edges(view: ProgrammeReader, rows: list[dict[str, Any]]) -> str:
    """Say which counts, where an interval and the result beside it seem to tell two stories."""
    told = [row for row in rows if is_compared(row) and np.isfinite(row["low"])]
    if all((row["low"] > 0 or row["high"] < 0) == (row["verdict"] in ("higher", "lower")) for row in told):
        return ""
    return view.say(
        "Where an interval and a result seem to differ, the result counts: it allows for all pairs that were looked "
        "at, and of paired answers it tests the ranks of the differences, while the interval is of their mean."
    )


def _sensitivity(view: ProgrammeReader, rows: list[dict[str, Any]]) -> str:
    """Say how far the changes of the linked people alone lie from those of all, and where that is far."""
    told = [row for row in rows if row["design"] == "partly paired" and np.isfinite(row["linked_distance"])]
    if not told:
        return ""
    most = max(abs(row["linked_distance"]) for row in told)
    text = view.say(
        "Sensitivity: among the linked people alone the differences lie up to {most} points from those shown.",
        most=view.phrases.number(most),
    )
    signed, survey = view.phrases.signed, view.year.survey
    far = [
        f"{view.wording(survey.pair(row['pair_id']))} "
        f"{signed(row['linked_difference'])} ({signed(row['linked_low'])} … {signed(row['linked_high'])})"
        for row in told
        if row["is_selective"]
    ]
    if not far:
        return text
    return text + " " + view.say("Who could be linked may differ from who could not: {list}.", list="; ".join(far))


def _blocks(view: ProgrammeReader, rows: list[dict[str, Any]]) -> str:
    """Name the blocks that were tested, with their p-values."""
    survey = view.year.survey
    tested = {
        row["block"]: f"{view.wording(survey.construct_of(row['pair_id']))} — "
        + view.phrases.p_value(row["block_p_value_adjusted"])
        for row in rows
        if np.isfinite(row["block_p_value_adjusted"])
    }
    if not tested:
        return ""
    return view.say(
        "An interval speaks of its pair alone. Tested were first blocks of pairs, and pairs only in the blocks that "
        "differ (Holm): {list}.",
        list="; ".join(tested.values()),
    )
