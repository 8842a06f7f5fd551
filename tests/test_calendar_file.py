"""The calendar (RFC 5545): whole events under ids that stay, alarms, Kazakh letters, the same bytes every time.

It is read twice: with `icalendar`, which also wrote it, and with a reader of the standard's few rules that the test
has of its own.
"""

import re
from datetime import date, datetime, timedelta
from pathlib import Path

import icalendar
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from coursewaves.deadlines.calendar_file import calendar_file
from coursewaves.deadlines.due_words import Words
from coursewaves.deadlines.table import find_deadlines
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home, Settings
from coursewaves.survey.files import load_survey
from small import make_registry

SURVEY = load_survey()
TITLE = "Мектепке дейінгі ұйымды басқару; «ұғым», әдіс, ізденіс және өзін-өзі бағалау дағдылары"


def registry(title: str = TITLE, **course: str):
    row = {"course_id": "K-1", "programme_id": "K", "starts_on": "2026-05-04", "ends_on": "2026-05-12", "completed": 9}
    return make_registry(programmes=[{"programme_id": "K", "title_kk": title, "hours": 72}], courses=[row | course])


def answered() -> pd.DataFrame:
    """One form of wave 1 and one of wave 2 of K-1."""
    times = pd.to_datetime(["2026-05-03 10:00", "2026-05-12 18:00"]).tz_localize("Asia/Almaty").as_unit("us")
    columns = {
        "course_id": ["K-1"] * 2,
        "instrument_id": ["A", "B"],
        "submitted_at": times,
        "respondent_id": [None] * 2,
    }
    return pd.DataFrame(columns).astype({"course_id": "str", "instrument_id": "str", "respondent_id": "str"})


def written(known=None, today: str = "2026-05-20", made: tuple[str, ...] = (), language: str = "kk") -> bytes:
    known = known or registry()
    year = Year(Home(Path("institute")))
    year.__dict__["registry"] = known
    year.home.__dict__.update(settings=Settings(), survey=SURVEY)
    reports = pd.DataFrame([("K-1", date.fromisoformat(one)) for one in made], columns=["course_id", "made_on"])
    table = find_deadlines(known, answered(), SURVEY, reports, date.fromisoformat(today))
    return calendar_file(table, Words(year, Phrases(language)))


def events(content: bytes) -> dict[str, icalendar.Event]:
    return {str(event["UID"]): event for event in icalendar.Calendar.from_ical(content).walk("VEVENT")}


def test_every_deadline_with_a_day_is_an_all_day_event_under_its_id():
    found = events(written())
    assert sorted(found) == [
        "processing.A.K-1@coursewaves",
        "processing.B.K-1@coursewaves",
        "wave.A.K-1@coursewaves",
        "wave.B.K-1@coursewaves",
        "wave.C.direction@coursewaves",
        "wave.C.programme.K@coursewaves",
    ]
    event = found["processing.B.K-1@coursewaves"]
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2026, 6, 3), date(2026, 6, 4))
    assert event["DTSTART"].params["VALUE"] == "DATE"
    assert event["TRANSP"] == "TRANSPARENT"


def test_an_event_says_in_kazakh_whom_it_is_about_what_is_to_be_done_and_why():
    event = events(written())["processing.B.K-1@coursewaves"]
    assert event["SUMMARY"] == "K-1: 2-мониторинг: нәтижелерді өңдеу және талдау"
    lines = str(event["DESCRIPTION"]).split("\n")
    assert lines == [f"K-1 · {TITLE}", "¶13", "соңғы жауап күнінен есептелген; болжамды мереке күні бойынша"]
    assert event["STATUS"] == "TENTATIVE"
    assert events(written())["processing.A.K-1@coursewaves"]["STATUS"] == "TENTATIVE"  # due on 26 May, Ait on the 27th


def test_an_alarm_sounds_on_the_morning_from_which_a_day_is_near():
    event = events(written())["processing.B.K-1@coursewaves"]
    (alarm,) = event.walk("VALARM")
    # near from Tuesday 26 May (13-15, 18-22, 25, 26), due on 3 June: eight days before, at nine
    assert alarm.decoded("TRIGGER") == timedelta(days=-8, hours=9)
    assert (alarm["ACTION"], alarm["DESCRIPTION"]) == ("DISPLAY", event["SUMMARY"])


def test_what_is_done_says_so_and_sounds_no_alarm():
    event = events(written(made=("2026-05-25",)))["processing.B.K-1@coursewaves"]
    assert event["SUMMARY"] == "Орындалды: K-1: 2-мониторинг: нәтижелерді өңдеу және талдау"
    assert event.walk("VALARM") == []


def test_an_answered_survey_sounds_no_alarm_while_it_is_open():
    found = events(written(today="2026-05-04"))
    assert found["wave.A.K-1@coursewaves"].walk("VALARM") == []
    assert not str(found["wave.A.K-1@coursewaves"]["SUMMARY"]).startswith("Орындалды")


def test_an_id_stays_when_the_day_moves():
    moved = events(written(registry(ends_on="2026-05-13")))
    assert moved.keys() == events(written()).keys()
    assert moved["wave.B.K-1@coursewaves"].decoded("DTSTART") == date(2026, 5, 13)


def test_the_same_deadlines_give_the_same_bytes_on_any_day_while_nothing_is_done():
    assert written() == written()
    assert written(today="2026-05-13") == written(today="2026-05-14")
    assert written(today="2026-05-21") == written(today="2031-01-01")
    stamps = set(re.findall(rb"DTSTAMP:(\d{8}T\d{6}Z)", written()))
    assert b"20260512T000000Z" in stamps  # the day on which the results came in, and no clock


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_the_file_keeps_the_rules_of_lines(language):
    content = written(language=language)
    lines = content.split(b"\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(map(len, lines)) <= 75  # octets; longer ones are folded
    for line in lines:
        line.decode("utf-8")  # and never within a letter
    assert lines[0] == b"BEGIN:VCALENDAR"
    assert b"VERSION:2.0" in lines
    assert any(line.startswith(b"PRODID:") for line in lines)


# A second reader -----------------------------------------------------------------------------------


def unescaped(text: str) -> str:
    """Undo the escapes of a TEXT value (RFC 5545, 3.3.11)."""
    return re.sub(r"\\(.)", lambda match: "\n" if match[1] in "nN" else match[1], text)


def read_plainly(content: bytes) -> list[dict[str, str]]:
    """Read the events of a calendar: lines unfolded (3.1), name before the first colon, alarms left out."""
    found: list[dict[str, str]] = []
    inside: list[str] = []
    for line in re.sub(r"\r\n[ \t]", "", content.decode()).split("\r\n"):
        name, _, value = line.partition(":")
        if name == "BEGIN":
            inside.append(value)
            if value == "VEVENT":
                found.append({})
        elif name == "END":
            assert inside.pop() == value
        elif inside[-1:] == ["VEVENT"]:
            found[-1][name.partition(";")[0]] = unescaped(value)
    assert inside == []
    return found


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1, max_size=90)


@examples(max_examples=25)
@given(TEXTS.filter(str.strip))
def test_both_readers_get_every_text_back(title):
    content = written(registry(title))
    plain = {event["UID"]: event for event in read_plainly(content)}
    parsed = events(content)
    assert plain.keys() == parsed.keys()
    for name, event in parsed.items():
        for field in ("SUMMARY", "DESCRIPTION"):
            assert str(event[field]) == plain[name][field]
        assert event.decoded("DTSTART") == datetime.strptime(plain[name]["DTSTART"], "%Y%m%d").date()
    assert plain["processing.B.K-1@coursewaves"]["DESCRIPTION"].startswith(f"K-1 · {title}\n¶13")
