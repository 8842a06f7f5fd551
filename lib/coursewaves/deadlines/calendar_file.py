"""Write deadlines as a calendar that people subscribe to (RFC 5545): `deadlines` go in, the bytes of an .ics come out.

The same deadlines give the same bytes: no clock is asked, and what is still to come does not hang on the day of the
question.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pandas as pd

from coursewaves.deadlines.due_words import Words

PRODUCT = "-//coursewaves//deadlines//EN"
HOST = "coursewaves"
"""What makes an event's id unique beside those of other calendars (RFC 7986, 5.3: an id names no machine)."""

MORNING = timedelta(hours=9)
"""When an alarm sounds, by the reader's clock."""

REFRESH = timedelta(days=1)


def calendar_file(deadlines: pd.DataFrame, words: Words) -> bytes:
    """Return an iCalendar file with one event for each deadline that has a day.

    Parameters
    ----------
    deadlines
        As of `coursewaves.deadlines.table.find_deadlines`.
    words
        The words of the reader's language.

    Returns
    -------
    bytes
        All-day events in the order of their ids, which stay the same when a day moves. What is done says so and
        sounds no alarm; what an unconfirmed holiday could move is tentative.
    """
    from icalendar import Calendar  # noqa: PLC0415  (only who writes a calendar pays for the import)

    calendar = Calendar()
    for name, value in (
        ("prodid", PRODUCT),
        ("version", "2.0"),
        ("name", words.title()),
        ("x-wr-calname", words.title()),
    ):
        calendar.add(name, value)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", "P1D")
    for row in deadlines[deadlines["due_on"].notna()].sort_values("deadline_id").to_dict("records"):
        calendar.add_component(_event(row, words))
    content: bytes = calendar.to_ical()
    return content


def _event(row: dict[Any, Any], words: Words) -> Any:
    from icalendar import Event  # noqa: PLC0415

    due_on: date = row["due_on"].date()
    event = Event()
    for name, value in _fields(row, due_on, words):
        event.add(name, value)
    if pd.isna(row["done_on"]) and pd.notna(row["warns_on"]):
        event.add_component(_alarm(row, due_on, words))
    return event


def _fields(row: dict[Any, Any], due_on: date, words: Words) -> Iterator[tuple[str, Any]]:
    yield "uid", f"{row['deadline_id']}@{HOST}"
    yield (
        "dtstamp",
        datetime.combine(row["opens_on"].date(), time(), UTC),
    )  # a day on which nothing depends but the data
    yield "dtstart", due_on
    yield "dtend", due_on + timedelta(days=1)  # the end of an all-day event is the day after
    yield "summary", summary(row, words)
    yield "description", "\n".join(filter(None, [words.subject(row), f"¶{row['paragraph']}", words.remark(row)]))
    yield "status", "TENTATIVE" if row["rests_on_estimate"] else "CONFIRMED"
    yield "transp", "TRANSPARENT"


def summary(row: dict[Any, Any], words: Words) -> str:
    """Return what an event is called: whom it is about, and what is to be done or was done."""
    about = row["scope_id"] if row["scope"] == "course" else words.subject(row)
    text = f"{about}: {words.what(row)}"
    return text if pd.isna(row["done_on"]) else words.say("Done: {what}", what=text)


def _alarm(row: dict[Any, Any], due_on: date, words: Words) -> Any:
    from icalendar import Alarm  # noqa: PLC0415

    alarm = Alarm()
    alarm.add("action", "DISPLAY")
    alarm.add("description", summary(row, words))
    alarm.add("trigger", row["warns_on"].date() - due_on + MORNING)
    return alarm
