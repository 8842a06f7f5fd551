"""Tell on which days reports on courses were made: the reports folder goes in, a table of days comes out."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home

if TYPE_CHECKING:
    import pandas as pd

MANIFEST = "manifest.json"

STATUS = "due.json"
"""The last status; it remembers when a report was there first, which the manifest of a report made anew does not."""

REPORT = "processing"
"""The step that is done with a report."""


def read_report_days(home: Home) -> "pd.DataFrame":
    """Read the days on which reports on courses were made, by the institute's clocks.

    Returns
    -------
    DataFrame
        One row is one day on which reports on a course were made: ``course_id``, ``made_on`` (a date). Without
        files there is none.

    Raises
    ------
    CoursewavesError
        Where the manifest or the last status is damaged.
    """
    import pandas as pd  # noqa: PLC0415  (whoever asks for the day of a status alone should not wait for it)

    pages = _entries(home.reports / MANIFEST, "make all reports anew", "reports")
    days = [
        (str(entry["id"]), _local_day(entry["made_at"], home))
        for entry in pages
        if entry.get("kind", "course") == "course" and entry.get("made_at")
    ]
    days += [
        (str(row["scope_id"]), date.fromisoformat(row["done_on"]))
        for row in _entries(home.reports / STATUS, "ask for the status anew", "deadlines")
        if row["step"] == REPORT and row["done_on"]
    ]
    return pd.DataFrame(sorted(set(days)), columns=["course_id", "made_on"])


def read_made_days(home: Home) -> "pd.DataFrame":
    """Read when the published pages of each report were made, the first of its languages.

    Returns
    -------
    DataFrame
        One row is one report: ``kind``, ``subject_id`` and ``made_on`` (a date), by the institute's clocks.

    Raises
    ------
    CoursewavesError
        Where the manifest is damaged.
    """
    import pandas as pd  # noqa: PLC0415  (as above)

    days: dict[tuple[str, str], date] = {}
    for page in _entries(home.reports / MANIFEST, "make all reports anew", "reports"):
        if page.get("made_at"):
            key, day = (str(page.get("kind", "course")), str(page["id"])), _local_day(page["made_at"], home)
            days[key] = min(days.get(key, day), day)
    return pd.DataFrame([[*key, day] for key, day in sorted(days.items())], columns=["kind", "subject_id", "made_on"])


def read_status_day(home: Home) -> date | None:
    """Return the day of the last status; None where there is none."""
    content = _content(home.reports / STATUS, "ask for the status anew")
    return date.fromisoformat(content["today"]) if isinstance(content, dict) else None


def check_day(home: Home, today: date) -> None:
    """Refuse to go back behind the day of the last status.

    Raises
    ------
    CoursewavesError
        Where it is of a later day, or damaged.
    """
    known = read_status_day(home)
    if known is not None and known > today:
        raise CoursewavesError(
            f"{home.reports.name}/{STATUS} is of {known}, later than {today}; "
            f"fix: set the clock right, or delete {STATUS}"
        )


def _local_day(made_at: str, home: Home) -> date:
    return datetime.fromisoformat(made_at).astimezone(home.settings.zone).date()


def _entries(path: Path, fix: str, name: str) -> list[dict[str, Any]]:
    """Return the entries of a file: it is their list, or holds it under a name."""
    content = _content(path, fix)
    entries: list[dict[str, Any]] = content.get(name, []) if isinstance(content, dict) else content
    return entries


def _content(path: Path, fix: str) -> Any:
    if not path.exists():
        return []
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        raise CoursewavesError(f"{path.parent.name}/{path.name} is damaged; fix: delete it and {fix}") from None
