"""Times of answers: every form as exports write it, nothing guessed, nothing raised."""

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pandas as pd
import pytest
from babel import Locale
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.reading.times import EITHER_WAY, KNOWN_FORMS, FormChoice, find_form, parse_times

ALMATY = ZoneInfo("Asia/Almaty")
ZONES = [ALMATY, ZoneInfo("Asia/Qyzylorda"), ZoneInfo("America/Denver"), ZoneInfo("UTC")]
GOOGLE, ISO, SHEETS = "Y/m/d h:M:S p z", "Y-m-d H:M:S", "d.m.Y H:M:S"
MOODLE = "A, d B Y, h:M p"


def read(text: str, form: str, zone: ZoneInfo = ALMATY) -> str | None:
    moment = parse_times([text], form, zone)[0]
    return None if pd.isna(moment) else moment.isoformat()


# Writing, independent of the library -------------------------------------------------------------------

SPACES = [" ", "\u202f", "\u00a0", "  ", "\t"]
HALVES = [("AM", "PM"), ("am", "pm"), ("a.m.", "p.m."), ("ДП", "ПП"), ("дп", "пп"), ("до полудня", "после полудня"),
          ("ТД", "ТК"), ("түске дейін", "түстен кейін")]  # fmt: skip
WIDTHS = [("format", "wide"), ("format", "abbreviated"), ("stand-alone", "wide"), ("stand-alone", "abbreviated")]


@st.composite
def manners(draw):
    """One manner of writing: language, spaces, padding, halves of the day."""
    locale, (context, width) = Locale.parse(draw(st.sampled_from(["kk", "ru", "en"]))), draw(st.sampled_from(WIDTHS))
    names = {"B": locale.months[context][width], "A": locale.days[context][width]}
    halves, padding = draw(st.sampled_from(HALVES)), draw(st.sampled_from(["02", ""]))
    return {"names": names, "halves": halves, "padding": padding, "space": draw(st.sampled_from(SPACES))}


def written(moment: datetime, form: str, manner: dict) -> str:
    """A moment as a program of that manner writes it in a form."""
    padding, offset = manner["padding"], moment.utcoffset() // timedelta(minutes=1)
    sign, (hours, minutes) = "-" if offset < 0 else "+", divmod(abs(offset), 60)
    zone = f"GMT{sign}{hours}" + (f":{minutes:02}" if minutes else "")
    parts = {
        "Y": f"{moment.year:04}",
        "y": f"{moment.year % 100:02}",
        "m": f"{moment.month:{padding}}",
        "B": manner["names"]["B"][moment.month],
        "d": f"{moment.day:{padding}}",
        "A": manner["names"]["A"][moment.weekday()],
        "H": f"{moment.hour:{padding}}",
        "h": f"{moment.hour % 12 or 12:{padding}}",
        "p": manner["halves"][moment.hour >= 12],
        "M": f"{moment.minute:02}",
        "S": f"{moment.second:02}" + (f".{moment.microsecond:06}" if moment.microsecond else ""),
        "z": zone if " z" in form else f"{sign}{hours:02}:{minutes:02}",
        " ": manner["space"],
    }
    return "".join(parts.get(letter, letter) for letter in form)


def shown(moment: datetime, form: str) -> datetime:
    """What of a moment is left in a form."""
    if "S" not in form:
        moment = moment.replace(second=0, microsecond=0)
    return moment if "M" in form else moment.replace(hour=0, minute=0)


DAYS = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31))
ALL_FORMS = [*KNOWN_FORMS, *EITHER_WAY, *EITHER_WAY.values()]
WITHOUT_ZONE = [form for form in ALL_FORMS if "z" not in form]
WITH_ZONE = [form for form in ALL_FORMS if "z" in form]
OFFSETS = st.integers(-12 * 4, 14 * 4).map(lambda quarters: timezone(timedelta(minutes=15 * quarters)))


@given(DAYS, st.sampled_from(WITHOUT_ZONE), st.sampled_from(ZONES), manners())
def test_local_times_stay_on_their_local_clock(time, form, zone, manner):
    time = shown(time, form).replace(tzinfo=zone)
    if time.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != time.replace(tzinfo=None):
        return  # the clock skipped it; see test_zones
    found = parse_times([written(time, form, manner)], form, zone)
    assert (found[0], found.dtype) == (time, pd.DatetimeTZDtype("us", zone))


@given(DAYS, st.sampled_from(WITH_ZONE), OFFSETS, st.sampled_from(ZONES), manners())
def test_times_with_a_zone_are_the_same_moment_in_any_other(time, form, offset, zone, manner):
    time = shown(time, form).replace(tzinfo=offset)
    found = parse_times([written(time, form, manner)], form, zone)
    assert (found[0], found.dtype) == (time, pd.DatetimeTZDtype("us", zone))


@given(DAYS.filter(lambda time: 2000 <= time.year <= 2099), st.sampled_from(["m/d/y H:M", "d.m.y h:M p", "y.m.d"]))
def test_two_digits_of_the_year_are_of_this_century_where_declared(time, form):
    manner = {"names": {"B": {}, "A": {}}, "halves": ("AM", "PM"), "padding": "", "space": " "}
    manner["names"] = {"B": dict.fromkeys(range(13)), "A": dict.fromkeys(range(7))}
    time = shown(time, form).replace(tzinfo=ALMATY)
    assert parse_times([written(time, form, manner)], form, ALMATY)[0] == time
    assert find_form([written(time, form, manner)], ALMATY).form == ""


@given(DAYS, st.sampled_from(KNOWN_FORMS), manners())
def test_no_text_fits_two_known_forms(time, form, manner):
    text = written(time.replace(tzinfo=timezone(timedelta(hours=5))), form, manner)
    fitting = [known for known in KNOWN_FORMS if parse_times([text], known, ALMATY).notna()[0]]
    assert fitting == [form]
    assert find_form([text], ALMATY) == FormChoice(form, 1)


# What stands in exports --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form", "expected"),
    [
        ("2025/10/10 1:29:21 PM GMT+5", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 1:29:21 p.m. GMT+5", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 1:29:21 ПП GMT+5", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 1:29:21 түстен кейін GMT+5", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 1:29:21 түске дейін GMT+5", GOOGLE, "2025-10-10T01:29:21+05:00"),
        ("2025/10/10 08:29:21 AM GMT", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2025/10/10 8:29:21 AM UTC", GOOGLE, "2025-10-10T13:29:21+05:00"),
        ("2024/02/20 8:29:21 AM GMT+6", GOOGLE, "2024-02-20T08:29:21+06:00"),
        ("2025-10-10 13:29:21", ISO, "2025-10-10T13:29:21+05:00"),
        ("2025-10-10 13:29:21.500", ISO, "2025-10-10T13:29:21.500000+05:00"),
        ("2025-10-10T13:29:21,123456789", "Y-m-dTH:M:S", "2025-10-10T13:29:21.123456+05:00"),
        ("2025-10-10T08:29:21.5Z", "Y-m-dTH:M:Sz", "2025-10-10T13:29:21.500000+05:00"),
        ("2025-10-10T13:29:21+05:00", "Y-m-dTH:M:Sz", "2025-10-10T13:29:21+05:00"),
        ("2025-10-10T13:29:21+0500", "Y-m-dTH:M:Sz", "2025-10-10T13:29:21+05:00"),
        ("2025-10-10T08:29Z", "Y-m-dTH:Mz", "2025-10-10T13:29:00+05:00"),
        ("2020-01-27 10:50:28.265561+00:00", "Y-m-d H:M:Sz", "2020-01-27T16:50:28.265561+06:00"),
        ("2025-10-10 11:29:21 Europe/Moscow", "Y-m-d H:M:S z", "2025-10-10T13:29:21+05:00"),
        ("2025-10-10 13:29:21 Asia/Almaty", "Y-m-d H:M:S z", "2025-10-10T13:29:21+05:00"),
        ("20251010T132921+0500", "YmdTHMSz", "2025-10-10T13:29:21+05:00"),
        ("10.10.2025 13:29:21", SHEETS, "2025-10-10T13:29:21+05:00"),
        ("1.2.2025 3:04:05", SHEETS, "2025-02-01T03:04:05+05:00"),
        ("9/7/16 14:05", "m/d/y H:M", "2016-09-07T14:05:00+06:00"),
        ("3/4/2025 14:05", "m/d/Y H:M", "2025-03-04T14:05:00+05:00"),
        ("3/4/2025 14:05", "d/m/Y H:M", "2025-04-03T14:05:00+05:00"),
        ("2018-9-01", "Y-m-d", "2018-09-01T00:00:00+06:00"),
        ("Monday, 10 March 2025, 10:15 AM", MOODLE, "2025-03-10T10:15:00+05:00"),
        ("понедельник, 10 марта 2025, 22:15", "A, d B Y, H:M", "2025-03-10T22:15:00+05:00"),
        ("Дүйсенбі, 10 Наурыз 2025, 22:15", "A, d B Y, H:M", "2025-03-10T22:15:00+05:00"),
        ("10 March 2025  10:15 AM", "d B Y h:M p", "2025-03-10T10:15:00+05:00"),
        ("10 сент. 2025 г., 22:15", "d B Y г., H:M", "2025-09-10T22:15:00+05:00"),
        ("2025 ж. 10 наурыз, 22:15", "Y ж. d B, H:M", "2025-03-10T22:15:00+05:00"),
        ("1900-01-01 00:00:00", ISO, "1900-01-01T00:00:00+05:07:48"),  # local mean time
        ("2199-12-31 23:59:59", ISO, "2199-12-31T23:59:59+05:00"),
    ],
)
def test_every_form_is_read_as_it_stands(text, form, expected):
    assert read(text, form) == expected


def test_the_sign_of_gmt_is_plain_so_that_east_is_positive():
    # 13:29 in Almaty is 08:29 UTC; a reader with the sign of Etc/GMT+5 would say 18:29 UTC
    texts = ["2025/10/10 1:29:21 PM GMT+5", "2025/10/10 1:29:21 PM GMT-5", "2025/10/10 1:29:21 PM GMT+5:30"]
    found = parse_times(texts, GOOGLE, ZoneInfo("UTC"))
    assert [f"{moment:%H:%M}" for moment in found] == ["08:29", "18:29", "07:59"]


@pytest.mark.parametrize("halves", HALVES)
def test_noon_and_midnight_are_twelve(halves):
    morning, afternoon = halves
    clocks = [f"12:30:00 {morning}", f"1:30:00 {morning}", f"12:30:00 {afternoon}", f"11:30:00 {afternoon}"]
    found = parse_times([f"2025/10/10 {clock} GMT+5" for clock in clocks], GOOGLE, ALMATY)
    assert found.hour.tolist() == [0, 1, 12, 23]


@pytest.mark.parametrize("space", ["\u202f", "\u00a0", "  ", "\u2009", "\n", "\x1f", "\u200e "])
def test_every_kind_of_space_is_a_space(space):
    assert read(f"{space}2025/10/10 1:29:21{space}PM GMT+5{space}", GOOGLE) == "2025-10-10T13:29:21+05:00"


KAZAKH = "қаңтар ақпан наурыз сәуір мамыр маусым шілде тамыз қыркүйек қазан қараша желтоқсан"
MONTHS = [
    KAZAKH,
    KAZAKH.title(),
    KAZAKH.upper(),
    "қаң. ақп. нау. сәу. мам. мау. шіл. там. қыр. қаз. қар. жел.",
    "қаңтардың ақпанның наурыздың сәуірдің мамырдың маусымның шілденің тамыздың қыркүйектің қазанның қарашаның "
    "желтоқсанның",
    "январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь",
    "января февраля марта апреля мая июня июля августа сентября октября ноября декабря",
    "янв фев мар апр май июн июл авг сен окт ноя дек",
    "янв. февр. март апр. мая июнь июля авг. сент. окт. нояб. дек.",
    "January February March April May June July August September October November December",
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
]


@pytest.mark.parametrize("names", MONTHS)
def test_months_go_by_name_in_three_languages_whole_and_short(names):
    texts = [f"5 {name} 2025, 10:15" for name in names.split()]
    assert parse_times(texts, "d B Y, H:M", ALMATY).month.tolist() == list(range(1, 13))


def test_a_letter_in_two_pieces_is_the_same_letter():
    # й as и with a breve, as macOS writes it
    assert read("5 маи\u0306 2025, 10:15", "d B Y, H:M") == "2025-05-05T10:15:00+05:00"
    assert read("2025/10/10 1:29:21 түстен кеи\u0306ін GMT+5", GOOGLE) == "2025-10-10T13:29:21+05:00"


@pytest.mark.parametrize("name", ["Monday", "Mon", "monday", "понедельник", "Пн", "пон", "дүйсенбі", "Дс", "дүй"])
def test_the_weekday_is_passed_over(name):
    assert read(f"{name}, 10 March 2025, 10:15 AM", MOODLE) == "2025-03-10T10:15:00+05:00"


def test_almaty_moved_its_clock_on_the_first_of_march_2024():
    assert read("2024-02-29 12:00:00", ISO) == "2024-02-29T12:00:00+06:00"
    assert read("2024-02-29 23:30:00", ISO) == "2024-02-29T23:30:00+06:00"  # of two readings the first
    assert read("2024/02/29 11:30:00 PM GMT+5", GOOGLE) == "2024-02-29T23:30:00+05:00"
    assert read("2024-03-02 12:00:00", ISO) == "2024-03-02T12:00:00+05:00"


# What is no moment --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("31.02.2025 10:00:00", SHEETS),
        ("29.02.2025 10:00:00", SHEETS),
        ("29.02.1900 10:00:00", SHEETS),
        ("00.01.2025 10:00:00", SHEETS),
        ("01.00.2025 10:00:00", SHEETS),
        ("01.13.2025 10:00:00", SHEETS),
        ("2025-10-10 24:00:00", ISO),
        ("2025-10-10 25:00:00", ISO),
        ("2025-10-10 10:60:00", ISO),
        ("2025-10-10 10:00:60", ISO),
        ("2025/10/10 0:30:00 AM GMT+5", GOOGLE),
        ("2025/10/10 13:30:00 PM GMT+5", GOOGLE),
        ("2025/10/10 1:30:00 GMT+5", GOOGLE),
        ("2025/10/10 1:30:00 PM GMT+25", GOOGLE),
        ("2025/10/10 1:30:00 PM GMT+5:75", GOOGLE),
        ("2025/10/10 1:30:00 PM ALMT", GOOGLE),
        ("2025/10/10 1:30:00 PM MSK", GOOGLE),
        ("2025/10/10 1:30:00 PM Etc/GMT+5", GOOGLE),
        ("2025/10/10 1:30:00 PM Asia/Nowhere", GOOGLE),
        ("0000-10-10 10:00:00", ISO),
        ("0001/01/01 1:00:00 AM GMT+14", GOOGLE),
        ("9999/12/31 11:00:00 PM GMT-12", GOOGLE),
        ("٢٠٢٥-١٠-١٠ ١٠:٠٠:٠٠", ISO),
        ("2025-10-10 10:00:00 x", ISO),
        ("10 Foo 2025, 10:15", "d B Y, H:M"),
        ("Someday, 10 March 2025, 10:15 AM", MOODLE),
        ("2025111", "Ymd"),
        ("", ISO),
    ],
)
def test_what_is_no_moment_is_missing_and_raises_nothing(text, form):
    assert read(text, form) is None


NO_TIMES = ["10:00", "2024", "45352", "45352.5", "10.10", "today", "бүгін", "вчера", "Yesterday, 10:15 AM", "now",
            "10 қазан", "10 March, 10:15", "March 2025", "T", "NaN", "3 days ago", "20251010"]  # fmt: skip


@pytest.mark.parametrize("text", NO_TIMES)
def test_half_a_date_a_number_and_a_word_are_never_a_time(text):
    assert [form for form in ALL_FORMS if read(text, form) is not None] == []
    assert find_form([text], ALMATY).form == ""


@given(st.lists(st.integers(0, 99), min_size=6, max_size=6), st.integers(0, 9999))
def test_a_moment_is_one_exactly_where_the_calendar_has_it(numbers, year):
    month, day, hour, minute, second, _ = numbers
    try:
        expected = datetime(year, month, day, hour, minute, second).replace(tzinfo=UTC)
    except ValueError:
        expected = None
    found = read(f"{year:04}-{month}-{day} {hour}:{minute:02}:{second:02}", ISO, ZoneInfo("UTC"))
    is_at_an_end = expected is not None and not datetime(1, 1, 3) <= expected.replace(tzinfo=None) < datetime(
        9999, 12, 29
    )
    assert found == (None if expected is None or is_at_an_end else expected.isoformat())


@given(st.lists(st.text(st.characters(), max_size=40), max_size=5), st.sampled_from(ALL_FORMS))
def test_no_text_raises(texts, form):
    found = parse_times(texts, form, ALMATY)
    assert (len(found), found.dtype) == (len(texts), pd.DatetimeTZDtype("us", ALMATY))
    assert find_form(texts, ALMATY).form in {"", *ALL_FORMS}


@given(st.lists(st.sampled_from([*NO_TIMES, "2025-10-10 10:00:00", "2024-02-29 23:30:00", "10.10.2025 10:00:00", ""])))
def test_a_text_is_read_the_same_whatever_stands_around_it(texts):
    together = parse_times(texts, ISO, ALMATY)
    assert [None if pd.isna(moment) else moment.isoformat() for moment in together] == [
        read(text, ISO) for text in texts
    ]


def test_half_a_character_is_no_time():
    assert parse_times(["\ud800", "2025-10-10 10:00:00"], ISO, ALMATY).notna().tolist() == [False, True]


def test_nothing_fits_the_empty_form():
    assert parse_times(["2025-10-10 10:00:00"], "", ALMATY).isna().all()


def test_what_is_no_form_is_the_caller_s_mistake():
    with pytest.raises(CoursewavesError, match=r"No time form '%Y'.*fix: "):
        parse_times([], "%Y", ALMATY)


# Choosing a form for a column ----------------------------------------------------------------------------


def test_the_form_that_most_different_times_fit_is_found():
    isos = ["2025-10-10 10:00:00", "2025-10-11 10:00:00"]
    others = ["10.10.2025 10:00:00"] * 9
    assert find_form([*isos, *others, "", " ", "no time"], ALMATY) == FormChoice(ISO, 2)


def test_two_forms_for_as_many_times_are_a_question():
    choice = find_form(["2025-10-10 10:00:00", "10.10.2025 10:00:00"], ALMATY)
    assert (choice.form, choice.n_fitting, choice.is_ambiguous) == ("", 1, True)
    assert "as many" in choice.reason


def test_a_column_without_times_has_no_form_and_no_question():
    assert find_form([], ALMATY) == FormChoice("", 0, False, "no times")
    assert find_form(["", "\u00a0"], ALMATY) == FormChoice("", 0, False, "no times")
    assert find_form(["10:00", "31.02.2025 10:00:00"], ALMATY).reason == "no time fits a known form"


def test_every_text_of_a_column_is_looked_at():
    early = [f"1/{day}/2025 10:00" for day in range(1, 13)] * 500
    assert find_form(early, ALMATY).is_ambiguous
    assert find_form([*early, "1/13/2025 10:00"], ALMATY).form == "m/d/Y H:M"


@pytest.mark.parametrize("sign", ["/", "-"])
def test_dates_that_fit_both_orders_are_never_guessed(sign):
    choice = find_form([f"3{sign}4{sign}2025 10:00", f"5{sign}5{sign}2025 11:00"], ALMATY)
    assert (choice.form, choice.n_fitting, choice.is_ambiguous) == ("", 2, True)
    assert "both" in choice.reason


def test_an_order_that_some_days_prove_holds_for_the_column_and_is_told():
    choice = find_form(["3/4/2025 10:00", "3/14/2025 10:00", "12/31/2025 10:00"], ALMATY)
    assert (choice.form, choice.n_fitting, choice.is_ambiguous) == ("m/d/Y H:M", 3, False)
    assert choice.reason == "2 of 3 different times fit only with the month first, and all can"
    choice = find_form(["14/3/2025 10:00", "3/4/2025 10:00"], ALMATY)
    assert (choice.form, choice.is_ambiguous) == ("d/m/Y H:M", False)
    assert choice.reason == "1 of 2 different times fit only with the day first, and all can"


def test_both_orders_in_one_column_are_never_sorted_out_row_by_row():
    choice = find_form(["14/3/2025 10:00", "3/14/2025 10:00", "3/4/2025 10:00"], ALMATY)
    assert (choice.form, choice.n_fitting, choice.is_ambiguous) == ("", 3, True)
    assert choice.reason == "1 different times fit only with the month first, 1 only with the day first"


def test_what_is_no_date_in_either_order_decides_nothing():
    texts = ["31/31/2025 10:00", "10:00", "3/4/2025 10:00"]
    assert find_form(texts, ALMATY).is_ambiguous
    assert find_form([*texts, "3/14/2025 10:00"], ALMATY).form == "m/d/Y H:M"


def test_a_few_slash_dates_do_not_outweigh_a_form_that_speaks_for_itself():
    texts = ["2025-10-10 10:00:00", "2025-10-11 10:00:00", "3/4/2025 10:00"]
    assert find_form(texts, ALMATY) == FormChoice(ISO, 2)


def test_only_the_forms_asked_for_and_dates_in_either_order_are_tried():
    assert find_form(["2025-10-10"], ALMATY, [SHEETS]).form == ""
    assert find_form(["2025-10-10"], ALMATY, ["Y-m-d"]).form == "Y-m-d"
    assert find_form(["3/4/2025"], ALMATY, ["m/d/Y"]).is_ambiguous


@given(st.lists(st.dates(), min_size=1, max_size=10), st.randoms(use_true_random=False))
def test_the_order_is_inferred_exactly_where_a_day_proves_it(days, random):
    texts = [f"{day.month}/{day.day}/{day.year:04}" for day in days if 1 < day.year < 9999] or ["1/1/2025"]
    choice = find_form(texts, ALMATY)
    is_proven = any(int(text.split("/")[1]) > 12 for text in texts)
    assert (choice.form, choice.is_ambiguous) == (("m/d/Y", False) if is_proven else ("", True))
    assert bool(choice.reason)
    random.shuffle(texts)
    assert find_form(texts, ALMATY) == choice
