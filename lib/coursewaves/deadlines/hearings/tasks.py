"""Tell how far the decisions of the councils are carried out (¶19-20): `decisions` and a day go in, tasks come out."""

from datetime import date, timedelta
from typing import Any

import pandas as pd

from coursewaves.registry.spans import DONE, DUE_SOON, OPEN, OVERDUE

DECISION_KINDS = {
    "change_curriculum": 19,
    "change_topic": 19,
    "change_programme": 19,
    "change_duration": 19,
    "remove_programme": 20,
}
"""What the Academic Council may decide, with the paragraph that says so; nothing else."""

WARNING = timedelta(days=14)
"""How long before the day due a task is near."""

TASKS = {
    "decision_id": "str", "programme_id": "str", "kind": "str", "council": "str", "decided_on": "datetime64[ns]",
    "owner": "str", "due_on": "datetime64[ns]", "done_on": "datetime64[ns]", "state": "str", "days_late": "Int64",
    "paragraph": "int64",
}  # fmt: skip


def find_tasks(decisions: pd.DataFrame, today: date) -> pd.DataFrame:
    """Find what is to be carried out, and how it stands on a day.

    Parameters
    ----------
    decisions
        The registry's. What the scientific-methodological council recommends, and what was to change nothing, is no
        task; what was decided after the day is not known on it.
    today
        The day of the question.

    Returns
    -------
    DataFrame
        One row is one decision of the Academic Council (¶19-20), the next one due first. ``state`` is ``done``,
        ``overdue``, ``due soon`` or ``open``, as it is without a day due; ``days_late`` counts days after the day
        due and is missing before it. A removal is done by being decided.
    """
    is_task = decisions["kind"].isin(set(DECISION_KINDS)) & (decisions["council"] == "academic")
    is_known = decisions["decided_on"] <= pd.Timestamp(today)
    rows = [_task(row, today) for row in decisions[is_task & is_known].to_dict("records")]
    table = pd.DataFrame(rows, columns=list(TASKS)).astype(TASKS)
    return table.sort_values(["due_on", "decision_id"], na_position="last", ignore_index=True)


def _task(row: dict[Any, Any], today: date) -> dict[str, Any]:
    due_on, done_on = row["due_on"], row["done_on"]
    if row["kind"] == "remove_programme" and pd.isna(done_on):
        done_on = row["decided_on"]
    is_done = pd.notna(done_on) and done_on.date() <= today
    state = DONE if is_done else _open_state(due_on, today)
    late = (today - due_on.date()).days if state == OVERDUE else None
    known = {name: row[name] for name in ("decision_id", "programme_id", "kind", "council", "decided_on", "owner")}
    more = {"due_on": due_on, "done_on": done_on if is_done else pd.NaT, "state": state, "days_late": late}
    return known | more | {"paragraph": DECISION_KINDS[row["kind"]]}


def _open_state(due_on: pd.Timestamp, today: date) -> str:
    if pd.isna(due_on):
        return OPEN
    if today > due_on.date():
        return OVERDUE
    return DUE_SOON if today >= due_on.date() - WARNING else OPEN
