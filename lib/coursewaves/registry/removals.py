"""Tell which programmes were removed from the curriculum plan (¶20): `decisions` go in, days come out."""

from datetime import date

import pandas as pd


def removal_days(decisions: pd.DataFrame) -> dict[str, date]:
    """Return the first day on which the Academic Council removed each programme.

    What the scientific-methodological council recommends removes nothing. A programme that was never removed has no
    entry; one that was stays in the registry with all its courses.

    >>> removal_days(pd.DataFrame({
    ...     "programme_id": ["A", "B"], "council": ["academic", "smc"], "kind": ["remove_programme"] * 2,
    ...     "decided_on": pd.to_datetime(["2025-06-27", "2025-06-18"]),
    ... }))
    {'A': datetime.date(2025, 6, 27)}
    """
    is_removal = (decisions["kind"] == "remove_programme") & (decisions["council"] == "academic")
    days = decisions[is_removal].groupby("programme_id")["decided_on"].min()
    return {str(programme_id): day.date() for programme_id, day in days.items()}
