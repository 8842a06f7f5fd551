"""What the councils discuss and decide (¶15-20): the facts of a year go in, evidence comes out."""

from collections.abc import Iterator

import pandas as pd

from coursewaves.phrases import marked
from coursewaves.regulation.facts import Facts
from coursewaves.regulation.states import AT_RISK, BROKEN, KEPT, NOT_YET, Evidence, Said, Value

SMC, ACADEMIC = "smc", "academic"

NEEDED = {
    "programmes": marked("programmes"),
    "topics": marked("curriculum topics"),
    "trainers": marked("trainers"),
    "participants": marked("contingent"),
    "centres": marked("competence centres"),
}
"""Tables of ¶17's data base."""


def councils(facts: Facts) -> Iterator[Evidence]:
    """Count the decisions of both councils; the Academic Council comes after the other (¶15)."""
    decisions = facts.decisions
    if decisions.empty:
        yield Evidence(NOT_YET, marked("No decision of a council is recorded yet"))
        return
    told: dict[str, Value] = {name: int((decisions["council"] == name).sum()) for name in (SMC, ACADEMIC)}
    text = marked("Decisions recorded: scientific-methodological council {smc}, Academic Council {academic}")
    yield Evidence(KEPT, text, told)
    first = {name: _first_days(decisions, name) for name in (SMC, ACADEMIC)}
    early = {name for name, day in first[ACADEMIC].items() if name in first[SMC] and day < first[SMC][name]}
    text = marked("Decided by the Academic Council before the other council: {n} ({list})")
    yield from _named(BROKEN, text, early)
    text = marked("Decided by the Academic Council, nothing recorded of the other council: {n} ({list})")
    yield from _named(AT_RISK, text, set(first[ACADEMIC]) - set(first[SMC]))


def _first_days(decisions: pd.DataFrame, council: str) -> dict[str, pd.Timestamp]:
    """Return by programme the day on which a council first decided."""
    own = decisions[decisions["council"] == council]
    return {str(name): day for name, day in own.groupby("programme_id")["decided_on"].min().items()}


def _named(weight: str, phrase: str, names: set[str]) -> Iterator[Evidence]:
    if names:
        yield Evidence(weight, phrase, {"n": len(names), "list": tuple(sorted(names))})


def factor_analysis(facts: Facts) -> Iterator[Evidence]:
    """Look for low-rated programmes without a factor analysis (¶16)."""
    if not facts.low:
        yield Evidence(KEPT, marked("No programme is low-rated."))
        return
    told: dict[str, Value] = {"n": len(facts.low), "list": facts.low}
    yield Evidence(KEPT, marked("Low-rated programmes: {n} ({list}); factor analysis"), told)
    if facts.pages is not None:
        made = set(facts.pages.loc[facts.pages["kind"] == "factors", "id"])
        text = marked("Low-rated programmes without a report on their factors: {n} ({list})")
        yield from _named(BROKEN, text, set(facts.low) - made)


def data_base(facts: Facts) -> Iterator[Evidence]:
    """Look for tables of the data base that are empty (¶17); a low-rated programme needs them."""
    yield Evidence(KEPT, marked("Registry of the institute"))
    weight = BROKEN if facts.low else AT_RISK
    for table, name in NEEDED.items():
        if getattr(facts.registry, table).empty:
            yield Evidence(weight, marked("The registry has no rows of: {table}"), {"table": Said(name)})


def topics_discussed(facts: Facts) -> Iterator[Evidence]:
    """Look for low-rated programmes that no council has discussed, and for topics without a trainer (¶18)."""
    if not facts.low:
        yield Evidence(NOT_YET, marked("No programme is low-rated."))
        return
    yield Evidence(KEPT, marked("Factor analysis of topics; their trainers are named"))
    discussed = _decided(facts, SMC)
    text = marked("Low-rated programmes still to be discussed at the scientific-methodological council: {n} ({list})")
    yield from _named(AT_RISK, text, set(facts.low) - discussed)
    topics = facts.registry.topics
    lacking = topics[topics["programme_id"].isin(facts.low) & topics["trainer_id"].isna()]
    if len(lacking):
        yield Evidence(AT_RISK, marked("Topics without a trainer: {n}"), {"n": len(lacking)})


def decisions(facts: Facts) -> Iterator[Evidence]:
    """Look for low-rated programmes of which the Academic Council has not decided (¶19)."""
    n = int(facts.decisions["kind"].str.startswith("change").sum())
    if n:
        yield Evidence(KEPT, marked("Changes recorded: {n}"), {"n": n})
    elif not facts.low:
        yield Evidence(NOT_YET, marked("No programme is low-rated."))
    text = marked("Decision on the low-rated: {list}")
    yield from _named(AT_RISK, text, set(facts.low) - _decided(facts, ACADEMIC))


def _decided(facts: Facts, council: str) -> set[str]:
    rows = facts.decisions
    return set(rows.loc[rows["council"] == council, "programme_id"])


def removal(facts: Facts) -> Iterator[Evidence]:
    """Look for programmes that were removed from the plan and run again (¶20)."""
    rows = facts.decisions
    removed = rows[(rows["kind"] == "remove_programme") & (rows["council"] == ACADEMIC)]
    if removed.empty:
        yield Evidence(NOT_YET, marked("No programme was removed from the plan"))
        return
    since = _first_days(removed, ACADEMIC)
    told: dict[str, Value] = {"n": len(since), "list": tuple(sorted(since))}
    yield Evidence(KEPT, marked("Removed from the plan: {n} ({list})"), told)
    courses = facts.registry.courses
    again = courses[courses["starts_on"] > courses["programme_id"].map(since)]
    yield from _named(BROKEN, marked("Courses begun after the removal: {n} ({list})"), set(again["course_id"]))
