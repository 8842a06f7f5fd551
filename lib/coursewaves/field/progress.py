"""Follow a sample wave in the field (¶10): draw, invitations, answers go in, progress and the next reserves come out.

The day is a parameter. An answer that came in counts, whatever the register says; who answered without a code counts
for ¶10 and can't be told from those who are silent.
"""

from datetime import date
from fractions import Fraction
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from coursewaves.analysis.coverage import Scope, count_coverage, scopes_of, wave_answers
from coursewaves.analysis.sample import TARGET_PERCENT, SamplePlan, find_completers
from coursewaves.phrases import marked
from coursewaves.registry.reader import Registry
from coursewaves.stats import outcome_rates, sample_size
from coursewaves.survey.instruments import Instrument
from coursewaves.system.findings import Finding

OUTCOMES = ("answered", "refused", "not_reached", "other", "not_eligible", "silent", "waiting", "not_invited")
"""What became of a person: the last three are not final."""

OUT_OF_REACH = marked("even if everybody left answers, the least share can't be reached")
AT_RISK = marked("if answers come as expected, the least share is not reached")
NO_RESERVES = marked("there are fewer reserves than are needed")
ALARMS = (OUT_OF_REACH, AT_RISK, NO_RESERVES)

COLUMNS = {
    "scope": "str", "scope_id": "str", "n_completed": "int64", "n_required": "int64", "n_invited": "int64",
    **{f"n_{name}": "int64" for name in OUTCOMES}, "n_unlinked": "int64", "n": "int64", "share": "float64",
    "response_rate": "float64", "refusal_rate": "float64", "contact_rate": "float64", "cooperation_rate": "float64",
    "n_to_least": "int64", "n_to_target": "int64", "n_reserves": "int64", "n_to_call": "int64",
    "share_expected": "float64", "share_most": "float64", "alarm": "str",
}  # fmt: skip

_KEYS = ["course_id", "participant_id"]


class Progress(NamedTuple):
    """How a sample wave stands in the field.

    Attributes
    ----------
    scopes
        One row is one scope, as of `coursewaves.analysis.coverage.cover_wave`: all, each direction, each programme.
        ``n_required`` answers are planned for; ``n_invited`` people were asked, those replaced too;
        ``n_answered`` ... ``n_not_invited`` of `people` have each of `OUTCOMES`; ``n_unlinked`` answers
        have no code; ``n`` counts all answers, ``share`` of the completers (0-1). The rates are AAPOR's.
        ``n_to_least`` and ``n_to_target`` answers are missing. ``n_reserves`` are left, ``n_to_call`` of them are to
        be asked now. ``share_expected`` and ``share_most`` say what can still be reached: if those left answer as
        expected, and if all do. ``alarm`` is one of `ALARMS`, empty where all is well.
    people
        One row is one person who is drawn, or of the draw's frame and in the register or among the answers: columns of
        the frame, ``invited_on`` and ``outcome``, one of `OUTCOMES`.
    next
        One row is one reserve to ask now, in the order of the draw.
    findings
        What in the register does not fit the draw.
    """

    scopes: pd.DataFrame
    people: pd.DataFrame
    next: pd.DataFrame
    findings: list[Finding]


def field_progress(
    plan: SamplePlan, registry: Registry, responses: pd.DataFrame, instrument: Instrument, *, today: date,
    expected_response: float, wait_days: int,
) -> Progress:  # fmt: skip
    """Find how a sample wave stands on a day.

    Parameters
    ----------
    plan
        The draw.
    registry, responses
        Loaded tables of the year, whose codes are those of the draw.
    instrument
        Its questionnaire.
    today
        The day.
    expected_response
        Share (0-1) of those left that is expected to answer.
    wait_days
        Days after the invitation from which a person counts as silent.
    """
    own = registry.invitations[registry.invitations["wave"] == instrument.wave]
    completers = find_completers(registry, instrument)
    answers = wave_answers(responses, registry, instrument, completers)
    people = _people(plan.frame, own, answers, today, wait_days)
    coverage = count_coverage(answers, instrument, completers, None).set_index(["scope", "scope_id"])
    linked = answers.merge(plan.frame[_KEYS], left_on=["course_id", "respondent_id"], right_on=_KEYS)
    counts = _Counts(plan, people, coverage, linked["programme_id"], instrument.least_percent or 0,
                     Fraction(str(expected_response)))  # fmt: skip
    scopes = pd.DataFrame([counts.row(scope) for scope in scopes_of(plan.strata)], columns=list(COLUMNS)).astype(
        COLUMNS
    )
    calls = dict(scopes.loc[scopes["scope"] == "programme", ["scope_id", "n_to_call"]].to_numpy().tolist())
    return Progress(scopes, people, _next(plan.frame, people, calls), _findings(plan.frame, own))


def _people(frame: pd.DataFrame, own: pd.DataFrame, answers: pd.DataFrame, today: date, wait_days: int) -> pd.DataFrame:
    """Return what became of the drawn, and of whoever else stands in the register or has answered."""
    answered = answers[["course_id", "respondent_id"]].dropna().drop_duplicates()
    answered = answered.rename(columns={"respondent_id": "participant_id"}).assign(has_answered=True)
    register = own[[*_KEYS, "invited_on", "outcome"]].assign(is_listed=True)
    people = frame.merge(register, on=_KEYS, how="left").merge(answered, on=_KEYS, how="left")
    is_in = people["is_invited"] | people["is_listed"].notna() | people["has_answered"].notna()
    people = people[is_in].reset_index(drop=True)
    is_invited, is_late = people["invited_on"].notna(), _is_late(people["invited_on"], today, wait_days)
    said = people["outcome"].fillna("")
    tests = [people["has_answered"].notna(), said != "", ~is_invited, is_late]
    outcome = np.select(tests, ["answered", said, "not_invited", "silent"], "waiting")
    return people.drop(columns=["is_listed", "has_answered"]).assign(outcome=outcome)


def _is_late(invited_on: pd.Series, today: date, wait_days: int) -> pd.Series:
    return pd.Series((pd.Timestamp(today) - invited_on).dt.days >= wait_days)


class _Counts(NamedTuple):
    """What the rows of all scopes are counted from."""

    plan: SamplePlan
    people: pd.DataFrame
    coverage: pd.DataFrame
    linked: pd.Series
    least_percent: int
    rate: Fraction

    def row(self, scope: Scope) -> dict[str, Any]:
        """Return the row of one scope."""
        names = set(scope.strata["programme_id"])
        people, frame = (one[one["programme_id"].isin(names)] for one in (self.people, self.plan.frame))
        by_outcome = people["outcome"].value_counts()
        n_by = {name: int(by_outcome.get(name, 0)) for name in OUTCOMES}
        completed, required = int(scope.strata["n_completed"].sum()), int(scope.strata["n_required"].sum())
        n = int(self.coverage["n"].to_dict()[scope.kind, scope.name])
        n_unlinked = n - int(self.linked.isin(names).sum())
        n_left = max(n_by["waiting"] + n_by["not_invited"] - n_unlinked, 0)
        n_reserves = len(frame) - len(people)
        n_wanted = self._wanted(required, n, n_left)
        parts = [self._n_to_call(programme) for programme in names] if len(names) > 1 else [min(n_wanted, n_reserves)]
        expected = n + self.rate * (n_left + n_reserves)
        most = min(completed, n + max(n_left + n_by["silent"], 0) + n_reserves)
        least = _needed(completed, self.least_percent)
        return {
            "scope": scope.kind, "scope_id": scope.name, "n_completed": completed, "n_required": required,
            "n_invited": len(people) - n_by["not_invited"], **{f"n_{name}": count for name, count in n_by.items()},
            "n_unlinked": n_unlinked, "n": n, "share": _share(n, completed), **_rates(n_by),
            "n_to_least": max(least - n, 0), "n_to_target": max(_needed(completed, TARGET_PERCENT) - n, 0),
            "n_reserves": n_reserves, "n_to_call": sum(parts),
            "share_expected": _share(min(float(expected), completed), completed), "share_most": _share(most, completed),
            "alarm": _alarm(least, most, expected, n_wanted > n_reserves),
        }  # fmt: skip

    def _n_to_call(self, programme: str) -> int:
        strata = self.plan.strata[self.plan.strata["programme_id"] == programme]
        return int(self.row(Scope("programme", programme, strata))["n_to_call"])

    def _wanted(self, required: int, n: int, n_left: int) -> int:
        """Return how many reserves are to be asked so that as many answer as are planned for."""
        short = required - n - self.rate * n_left
        return max(-(-(short / self.rate).numerator // (short / self.rate).denominator), 0)


def _needed(completed: int, percent: int) -> int:
    return int(sample_size(completed, percent, minimum=0))


def _share(n: float, completed: int) -> float:
    return n / completed if completed else float("nan")


def _rates(n_by: dict[str, int]) -> dict[str, float]:
    found = outcome_rates(
        n_by["answered"], n_by["refused"], n_by["not_reached"] + n_by["silent"] + n_by["waiting"], n_by["other"]
    )
    return {"response_rate": found.response, "refusal_rate": found.refusal, "contact_rate": found.contact,
            "cooperation_rate": found.cooperation}  # fmt: skip


def _alarm(least: int, most: int, expected: Fraction, is_short: bool) -> str:
    if most < least:
        return OUT_OF_REACH
    if expected < least:
        return AT_RISK
    return NO_RESERVES if is_short else ""


def _next(frame: pd.DataFrame, people: pd.DataFrame, calls: dict[str, int]) -> pd.DataFrame:
    """Return the first so many of each programme who were not asked yet."""
    known = set(zip(people["course_id"], people["participant_id"], strict=True))
    is_free = [key not in known for key in zip(frame["course_id"], frame["participant_id"], strict=True)]
    free = frame[np.array(is_free, dtype=bool)]
    places = free.groupby("programme_id").cumcount().tolist()
    is_next = [place < calls[name] for place, name in zip(places, free["programme_id"], strict=True)]
    return free[np.array(is_next, dtype=bool)].reset_index(drop=True)


def _findings(frame: pd.DataFrame, own: pd.DataFrame) -> list[Finding]:
    """Tell how many of the register were not drawn, and where the order of the draw was left."""
    joined = own.merge(frame, on=_KEYS, how="left")
    n_strange = int(joined["draw_order"].isna().sum())
    findings = []
    if n_strange:
        fix = "correct the code, or take the row out: whom nobody drew stands for nobody"
        findings.append(Finding("warn", f"people in invitations who are not in the draw: {n_strange}", fix))
    for programme, rows in joined.dropna(subset="draw_order").groupby("programme_id"):
        n_skipped = int(rows["draw_order"].max()) - len(rows)
        if n_skipped:
            fix = "ask those before first: coursewaves field names them"
            findings.append(Finding("warn", f"{programme}: reserves were asked before their turn: {n_skipped}", fix))
    return findings
