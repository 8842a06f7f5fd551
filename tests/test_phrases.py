"""Words and numbers: rounded as people do, with real minus signs, in three languages."""

import datetime
from decimal import ROUND_HALF_UP, Decimal

import pandas as pd
import pytest
from babel.numbers import format_decimal, format_percent
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.phrases import LOCALES, Phrases

EN, RU, KK = (Phrases(language) for language in ("en", "ru", "kk"))


def plain(text: str) -> str:
    """With one kind of space."""
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [(0.5, 0, "1"), (1.5, 0, "2"), (2.5, 0, "3"), (62.5, 0, "63"), (0.285, 2, "0.29"), (1.005, 2, "1.01"),
     (2.675, 2, "2.68"), (-2.5, 0, "−3"), (-0.4, 0, "0"), (-0.0, 1, "0.0"), (71.25, 1, "71.3"),
     (28.499999999999996, 0, "29"),
     (28.49, 0, "28"), (1234567.0, 0, "1,234,567"), (0.1 + 0.2, 1, "0.3"), (100, 0, "100")],
)  # fmt: skip
def test_halves_are_rounded_away_from_zero(value, digits, expected):
    assert EN.number(value, digits) == expected


@pytest.mark.parametrize("value", [None, float("nan"), float("inf"), float("-inf")])
def test_a_missing_number_is_a_dash_everywhere(value):
    assert EN.number(value) == EN.signed(value) == EN.percent(value) == EN.p_value(value) == "–"
    assert EN.interval(value, value) == "–––"


@pytest.mark.parametrize(
    ("value", "digits", "expected"),
    [
        (5.4, 0, "+5"),
        (-5.4, 0, "−5"),
        (0.0, 0, "0"),
        (-0.4, 0, "0"),
        (0.04, 1, "0.0"),
        (0.05, 1, "+0.1"),
        (-0.05, 1, "−0.1"),
    ],
)
def test_a_difference_has_its_sign_and_zero_has_none(value, digits, expected):
    assert EN.signed(value, digits) == expected


def test_no_number_has_a_hyphen_for_its_minus():
    for phrases in (EN, RU, KK):
        assert "-" not in phrases.number(-12.5, 1) + phrases.signed(-3.0) + phrases.interval(-3.0, -1.0)
        assert phrases.number(-12.5, 1).startswith("−")


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.285, "29%"), (0.575, "58%"), (0.625, "63%"), (57 / 200, "29%"), (0.0, "0%"), (1.0, "100%"), (0.004, "0%")],
)
def test_shares_are_whole_percent(share, expected):
    assert EN.percent(share) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.0, "p < 0.001"), (1e-12, "p < 0.001"), (0.000999, "p < 0.001"), (0.001, "p = 0.001"), (0.0046, "p = 0.005"),
     (0.0312, "p = 0.03"), (0.049, "p = 0.05"), (0.5, "p = 0.50"), (1.0, "p = 1.00")],
)  # fmt: skip
def test_a_p_value_is_never_zero(value, expected):
    assert EN.p_value(value) == expected


@given(st.floats(0, 1))
def test_no_p_value_reads_as_zero(value):
    assert "0.000" not in EN.p_value(value)
    assert not EN.p_value(value).endswith(("= 0", "= 0.0", "= 0.00"))


def test_numbers_are_written_as_each_language_does():
    assert [plain(phrases.number(1234.5, 1)) for phrases in (EN, RU, KK)] == ["1,234.5", "1 234,5", "1 234,5"]
    assert [plain(phrases.percent(0.25)) for phrases in (EN, RU, KK)] == ["25%", "25 %", "25%"]
    assert RU.p_value(0.03) == "p = 0,03"
    assert KK.p_value(0.0001) == "p < 0,001"


def test_dates_are_written_as_each_language_does():
    day = datetime.date(2025, 10, 10)
    assert EN.day(day) == "October 10, 2025"
    assert plain(RU.day(day)) == "10 октября 2025 г."
    assert plain(KK.day(day)) == "2025 ж. 10 қазан"
    assert EN.day(pd.Timestamp("2025-10-10")) == "October 10, 2025"


@pytest.mark.parametrize("day", [None, pd.NaT])
def test_a_missing_date_is_a_dash(day):
    assert KK.day(day) == "–"


@pytest.mark.parametrize("language", ["de", "fr"])
def test_a_language_without_a_catalogue_is_refused_with_those_there_are(language):
    with pytest.raises(CoursewavesError, match=r"in the languages of the reports\. Possible values: .*'en'"):
        Phrases(language)


@pytest.mark.parametrize("language", ["", "xx", "../kk", "kazakh", "k k"])
def test_what_is_no_language_is_refused(language):
    with pytest.raises(CoursewavesError):
        Phrases(language)


def test_the_languages_of_an_installation_without_catalogues_are_english_alone(monkeypatch, tmp_path):
    from coursewaves import phrases

    monkeypatch.setattr(phrases, "LOCALES", tmp_path / "none")
    phrases.catalogue.cache_clear()
    with pytest.raises(CoursewavesError, match="Possible values: 'en'"):
        Phrases("kk")
    assert Phrases("en").say("Answers") == "Answers"
    phrases.catalogue.cache_clear()


@pytest.mark.parametrize(
    ("count", "expected"),
    [(1, "1 ответ"), (2, "2 ответа"), (5, "5 ответов"), (11, "11 ответов"), (21, "21 ответ"), (0, "0 ответов")],
)
def test_russian_counts_have_three_forms(count, expected):
    assert RU.say_many("{count} answer", "{count} answers", count) == expected


def test_english_and_kazakh_counts():
    assert [EN.say_many("{count} answer", "{count} answers", count) for count in (1, 2, 0)] == [
        "1 answer",
        "2 answers",
        "0 answers",
    ]
    assert len({KK.say_many("{count} answer", "{count} answers", count).lstrip("012 ") for count in (1, 2)}) == 1


def test_values_are_put_in_as_they_are():
    assert EN.say("{wave}: {what}", wave="{wave}", what="100 %s {0}") == "{wave}: 100 %s {0}"


def test_a_phrase_that_no_catalogue_has_is_said_in_english():
    assert KK.say("A phrase that nobody translated") == "A phrase that nobody translated"


def test_there_is_a_catalogue_for_each_language_of_the_regulation():
    assert {path.parent.parent.name for path in LOCALES.glob("*/LC_MESSAGES/coursewaves.po")} == {"kk", "ru"}


ANY_NUMBER = st.one_of(st.floats(-1e7, 1e7), st.integers(-(10**6), 10**6), st.sampled_from([0.0, -0.0, -0.001, 0.5]))


@given(ANY_NUMBER, st.integers(0, 3), st.sampled_from([EN, RU, KK]))
def test_a_number_is_written_as_the_locale_writes_it_whatever_was_written_before(value, digits, phrases):
    rounded = plain_half_up(value, digits)
    text = format_decimal(abs(rounded), format="#,##0" + ("." + "0" * digits if digits else ""), locale=phrases.locale)
    assert phrases.number(value, digits) == ("−" if rounded < 0 else "") + text


@given(ANY_NUMBER, st.integers(0, 3), st.sampled_from([EN, RU, KK]))
def test_a_share_is_written_as_the_locale_writes_it_whatever_was_written_before(share, digits, phrases):
    rounded = plain_half_up(share, 2 + digits)
    assert phrases.percent(share, digits) == format_percent(rounded, locale=phrases.locale, decimal_quantization=False)


def plain_half_up(value: float, digits: int) -> Decimal:
    return Decimal(repr(round(float(value), 10))).quantize(Decimal(10) ** -digits, ROUND_HALF_UP)


def test_a_span_of_days_says_once_what_both_ends_share():
    first, last = datetime.date(2025, 9, 22), datetime.date(2025, 9, 26)
    assert [plain(phrases.days(first, last)) for phrases in (RU, KK)] == ["22–26 сент. 2025 г.", "2025 ж. 22–26 қыр."]
    assert EN.days(first, last).replace("\u2009", "") == "Sep 22–26, 2025"
    assert EN.days(first, pd.NaT) == EN.days(first, first) == "September 22, 2025"
    assert EN.days(None, None) == ""
