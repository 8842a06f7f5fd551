"""Know which rows of the registry belong to a closed period: a settings' day goes in, problems come out.

A closed period is one whose reports were handed in. What they rest on must not change without a word.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from coursewaves.problems import Problem
from coursewaves.registry.reader import Registry
from coursewaves.registry.rows import iso_day
from coursewaves.settings.home import Home

OF_A_COURSE = ("courses", "participants", "receipts")
"""Tables whose rows belong to a course. A handover is not among them: it follows a year later, as it must."""


def closed_faults(
    home: Home, registry: Registry, table: str, rows: Sequence[Mapping[str, str]], name: str
) -> Iterator[Problem]:
    """Yield a problem where a row belongs to the closed period, as it is or as it would be.

    Parameters
    ----------
    registry
        The registry as it is.
    rows
        The rows that change, before and after.
    name
        The file that problems name.
    """
    until = home.settings.closed_until
    if until is None:
        return
    ends = {
        str(course): day for course, day in zip(registry.courses["course_id"], registry.courses["ends_on"], strict=True)
    }
    seen = set()
    for row in rows:
        days = [_day(row.get("decided_on", ""))] if table == "decisions" else []
        if table in OF_A_COURSE:
            known = ends.get(row.get("course_id", ""))
            days += [None if known is None or known != known else known.date()]  # noqa: PLR0124  (a missing day)
        if table == "courses":
            days.append(_day(row.get("ends_on", "")))
        what = row.get("decision_id" if table == "decisions" else "course_id", "")
        if what not in seen and any(day is not None and day <= until for day in days):
            seen.add(what)
            told, fix = f"{what} lies in the period closed on {until}", "leave it, or say why with --reopen REASON"
            yield Problem(name, 0, "", "", "E-CLOSED", told, "nothing written", fix)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(iso_day(text) or "")
    except ValueError:
        return None
