"""Say which surveys are open still and when their answers are shown: a loaded year goes in, words come out."""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from coursewaves.phrases import Phrases, marked
from coursewaves.processed.year import Year
from coursewaves.releases.open_surveys import last_days

OPEN = {
    False: marked("{wave}: the survey is open until {day}; its answers are shown from {shown} on."),
    True: marked("{wave}: the survey is open until {day}; its further answers are shown from {shown} on."),
}
"""What is said of a survey; the second of one of which pages count earlier answers."""


def open_sentences(
    year: Year, phrases: Phrases, course_id: str, instrument_id: str = "", *, is_brief: bool = False
) -> list[str]:
    """Say of each open survey of a course, or of one questionnaire, until when it is open and when it is shown.

    In brief days are written in figures.
    """
    day = phrases.short_day if is_brief else phrases.day
    return [
        phrases.say(OPEN[bool(row["is_again"])], wave=wave, day=day(row["closes_on"].date()),
                    shown=day(row["shown_on"].date()))
        for row, wave in _rows(year, phrases, [course_id])
        if instrument_id in ("", row["instrument_id"])
    ]  # fmt: skip


def open_lines(year: Year, phrases: Phrases, course_ids: Collection[str]) -> list[list[str]]:
    """List the open surveys of some courses: the course, the wave, its last day, and the first of its answers."""
    return [
        [row["course_id"], wave, *(phrases.short_day(row[name].date()) for name in ("closes_on", "shown_on"))]
        for row, wave in _rows(year, phrases, course_ids)
    ]


def open_notes(year: Year, phrases: Phrases, today: date) -> list[str]:
    """Say on a day whose answers no report shows yet, and of which surveys no end is known."""
    found: dict[str, list[str]] = {"open": [], "over": []}
    for row, wave in _rows(year, phrases, set(year.open_surveys["course_id"])):
        is_over = row["shown_on"].date() <= today
        day = phrases.short_day(row["shown_on"].date())
        found["over" if is_over else "open"].append(f"{row['course_id']} ({wave}; {day})")
    texts = {
        "open": marked("Surveys that are open still, with the day from which reports show their answers: {list}."),
        "over": marked("Surveys that ended since the last load; load once more, so that reports show them: {list}."),
    }
    told = [phrases.say(texts[name], list=", ".join(rows)) for name, rows in found.items() if rows]
    return [*told, *_endless(year, phrases)]


def _rows(year: Year, phrases: Phrases, course_ids: Collection[str]) -> Iterator[tuple[dict[Any, Any], str]]:
    """Yield the open surveys of some courses with what their waves are called, by course and wave."""
    found = year.open_surveys
    if found.empty:
        return
    waves = {one.id: one.wave for one in year.survey.waves()}
    found = found[found["course_id"].isin(course_ids)]
    found = found.assign(wave=found["instrument_id"].map(waves)).sort_values(["course_id", "wave"])
    for row in found.to_dict("records"):
        yield row, phrases.say("Monitoring {wave}", wave=waves[row["instrument_id"]])


def _endless(year: Year, phrases: Phrases) -> Iterator[str]:
    """Name the sample waves that are answered in courses of which no invitation has a date."""
    if year.settings.publishing.open_surveys == "show":
        return
    ends = last_days(year.registry, year.survey, year.settings)
    for one in (wave for wave in year.survey.waves() if wave.least_percent is not None):
        forms, known = year.responses, ends.loc[ends["instrument_id"] == one.id, "course_id"]
        n = len(set(forms.loc[forms["instrument_id"] == one.id, "course_id"]) - set(known))
        if n:
            text = marked(
                "{wave}: of {n} courses no invitation has a date, so that no end of the survey is known; its answers "
                "are shown as they come in."
            )
            yield phrases.say(text, wave=phrases.say("Monitoring {wave}", wave=one.wave), n=phrases.number(n))
