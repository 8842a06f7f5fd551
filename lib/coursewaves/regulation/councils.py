"""What the councils hear and decide (¶15-20): the facts of a year go in, evidence comes out."""

from collections.abc import Iterable, Iterator

import pandas as pd

from coursewaves.deadlines.hearings.ways import DECIDED
from coursewaves.phrases import marked
from coursewaves.registry.removals import removal_days
from coursewaves.registry.spans import DONE, DUE_SOON, OVERDUE
from coursewaves.regulation.facts import Facts
from coursewaves.regulation.states import AT_RISK, BROKEN, KEPT, NOT_YET, Evidence, Phrase, Value

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
    """Look for reports that a sitting passed over; the Academic Council comes after the other one (¶15)."""
    yield from _heard(facts.ways[facts.ways["paragraph"] == 15], marked("Reports heard by both councils: {n} of {all}"))
    first = {name: _first_days(facts.decisions, name) for name in (SMC, ACADEMIC)}
    early = {name for name, day in first[ACADEMIC].items() if name in first[SMC] and day < first[SMC][name]}
    text = marked("Decided by the Academic Council before the other council: {n} ({list})")
    yield from _named(BROKEN, text, early)


def _heard(ways: pd.DataFrame, phrase: str) -> Iterator[Evidence]:
    """Yield how many reports are through, which a sitting passed over, and which are to be heard soon."""
    if ways.empty:
        yield Evidence(NOT_YET, marked("No report is to be heard yet"))
        return
    n = int((ways["place"] == DECIDED).sum())
    yield Evidence(KEPT if n else NOT_YET, phrase, {"n": n, "all": len(ways)})
    late = ways[ways["state"] == OVERDUE]
    text = marked("Reports without which a sitting was held: {n} ({list})")
    yield from _named(BROKEN, text, late["subject_id"])
    near = ways[ways["state"] == DUE_SOON]
    if len(near):
        told: dict[str, Value] = {
            "n": len(near), "list": _sorted(near["subject_id"]), "day": near["due_on"].min().date(),
        }  # fmt: skip
        yield Evidence(AT_RISK, marked("Reports to be heard on {day}: {n} ({list})"), told)


def _first_days(decisions: pd.DataFrame, council: str) -> dict[str, pd.Timestamp]:
    """Return by programme the day on which a council first decided."""
    own = decisions[decisions["council"] == council]
    return {str(name): day for name, day in own.groupby("programme_id")["decided_on"].min().items()}


def _named(weight: str, phrase: str, names: Iterable[str]) -> Iterator[Evidence]:
    """Yield how many there are and which; nothing where there is none."""
    found = list(names)
    if found:
        yield Evidence(weight, phrase, {"n": len(found), "list": _sorted(found)})


def _sorted(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({str(name) for name in names}))


def factor_analysis(facts: Facts) -> Iterator[Evidence]:
    """Look for low-rated programmes without a factor analysis though results are overdue, or not yet (¶16)."""
    if not facts.low:
        yield Evidence(KEPT, marked("No programme is low-rated."))
        return
    told: dict[str, Value] = {"n": len(facts.low), "list": facts.low}
    yield Evidence(KEPT, marked("Low-rated programmes: {n} ({list}); factor analysis"), told)
    if facts.pages is not None:
        unmade = set(facts.low) - set(facts.pages.loc[facts.pages["kind"] == "factors", "id"])
        late = facts.late_programmes()
        text = marked("Low-rated programmes without a report on their factors: {n} ({list})")
        yield from _named(BROKEN, text, unmade & late)
        yield from _named(AT_RISK, text, unmade - late)


def data_base(facts: Facts) -> Iterator[Evidence]:
    """Look for tables of the data base that are empty (¶17); a low-rated programme needs them."""
    yield Evidence(KEPT, marked("Registry of the institute"))
    weight = BROKEN if facts.low else AT_RISK
    for table, name in NEEDED.items():
        if getattr(facts.registry, table).empty:
            yield Evidence(weight, marked("The registry has no rows of: {table}"), {"table": Phrase(name)})


def topics_discussed(facts: Facts) -> Iterator[Evidence]:
    """Look for factor analyses that a sitting passed over, and for topics without a trainer (¶18)."""
    if not facts.low:
        yield Evidence(NOT_YET, marked("No programme is low-rated."))
        return
    ways = facts.ways[facts.ways["paragraph"] == 18]
    yield from _heard(ways, marked("Factor analyses heard by both councils: {n} of {all}"))
    topics = facts.registry.topics
    lacking = topics[topics["programme_id"].isin(facts.low) & topics["trainer_id"].isna()]
    if len(lacking):
        yield Evidence(AT_RISK, marked("Topics without a trainer: {n}"), {"n": len(lacking)})


def decisions(facts: Facts) -> Iterator[Evidence]:
    """Look for low-rated programmes without a decision, and for decisions that were not carried out in time (¶19)."""
    tasks = facts.tasks[facts.tasks["paragraph"] == 19]
    if len(tasks):
        told: dict[str, Value] = {"n": int((tasks["state"] == DONE).sum()), "all": len(tasks)}
        yield Evidence(KEPT, marked("Decisions carried out: {n} of {all}"), told)
    elif not facts.low:
        yield Evidence(NOT_YET, marked("No programme is low-rated."))
    late = tasks[tasks["state"] == OVERDUE]["decision_id"]
    yield from _named(AT_RISK, marked("Decisions not carried out in time: {n} ({list})"), late)
    undecided = set(facts.low) - set(_first_days(facts.decisions, ACADEMIC))
    yield from _named(AT_RISK, marked("Low-rated programmes without a decision: {n} ({list})"), undecided)


def removal(facts: Facts) -> Iterator[Evidence]:
    """Look for courses of programmes that were removed from the plan; the registry refuses them (¶20)."""
    since = removal_days(facts.decisions)
    if not since:
        yield Evidence(NOT_YET, marked("No programme was removed from the plan"))
        return
    yield Evidence(KEPT, marked("Removed from the plan: {n} ({list})"), {"n": len(since), "list": _sorted(since)})
    if facts.n_refused:
        text = marked("Courses entered after the removal and refused: {n}")
        yield Evidence(AT_RISK, text, {"n": facts.n_refused})
