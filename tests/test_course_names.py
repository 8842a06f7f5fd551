"""Names of courses: however a name is typed it means its own courses or none; near ones are proposed only."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import small
from coursewaves.intake.check_digits import with_check
from coursewaves.intake.course_names import MOST_NAMES, CourseNames

TITLES = {"title_kk": "Ойын — «Дамыту»", "title_ru": "Игра: «Развитие»", "title_en": "Play - growth"}


def make_names(courses: list[dict], **titles: str) -> CourseNames:
    programmes = [{"programme_id": "G", "hours": 36} | (titles or TITLES)]
    return CourseNames(small.make_registry(programmes=programmes, courses=[{"programme_id": "G"} | c for c in courses]))


@pytest.fixture
def names() -> CourseNames:
    return make_names([{"course_id": "P01-03", "aliases": "Ойынлар | Games-2025"}])


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("P01-03", "code"),
        ("p01 - 03", "code"),
        ("P01-03.1", "code"),
        ("р01-03 . 1", "look_alikes"),
        ("Р01—03", "look_alikes"),
        ("G", "title"),
        ("Ойын — «Дамыту»", "title"),
        ("ОЙЫН -  \u201cдамыту\u201d", "title"),
        ("Ойын – Дамыту.", "title"),
        ("Игра: „Развитие\u201c", "title"),
        ('игра: "РАЗВИТИЕ"', "title"),
        ("\u00a0Play–growth\ufeff", "title"),
        ("PLAY\u2212GROWTH", "title"),
        ("games-2025", "title"),
        ("Ойынлар", "title"),
        ("Oйын — дaмытy", "look_alikes"),  # Latin O, a and y
        ("Plаy - growth", "look_alikes"),  # Cyrillic а
    ],
)
def test_spelling_does_not_change_what_a_name_means(names, typed, reading):
    assert names.meant(typed) == ((0,), reading)


@pytest.mark.parametrize(
    ("typed", "reading"),
    [
        ("", "absent"),
        ("\u200b ", "absent"),
        ("P01-03.2", "wrong_check"),
        ("P01-30.1", "wrong_check"),
        ("P10-03.1", "wrong_check"),
        ("P01-03.*", "wrong_check"),
        ("P01-04.*", "unknown"),  # the check fits, the course is not registered
        ("1.02E+10", "damaged"),
        ("Play growths", "unknown"),
        ("Ойын", "unknown"),
        ("P0103", "unknown"),
        ("Айгүл нашар мұғалім", "unknown"),
    ],
)
def test_what_is_not_registered_means_nothing(names, typed, reading):
    assert names.meant(typed) == ((), reading)


def test_a_title_means_every_run_of_its_programme_and_a_code_one():
    names = make_names([{"course_id": "r1"}, {"course_id": "r2"}])
    assert names.meant("play - growth") == ((0, 1), "title")
    assert names.meant("R2") == ((1,), "code")


def test_a_registered_title_that_looks_like_a_code_with_a_check_is_a_title():
    names = make_names([{"course_id": "x"}], title_en="Unit1.2")
    assert names.meant("unit1.2") == ((0,), "title")
    assert names.meant("unit1.3") == ((), "wrong_check")


def test_titles_of_two_programmes_that_differ_by_alphabet_or_quotes_alone_are_not_merged():
    programmes = [{"programme_id": code, "title_en": title, "hours": 1}
                  for code, title in (("L", "COMET"), ("C", "СОМЕТ"), ("Q", "«Comet»"))]  # fmt: skip
    courses = [{"course_id": f"{code}1", "programme_id": code} for code in "LCQ"]
    names = CourseNames(small.make_registry(programmes=programmes, courses=courses))
    assert [names.meant(title).places for title in ("Comet", "сомет", "«comet»")] == [(0,), (1,), (2,)]
    assert names.meant("Сomet") == ((), "undecided")


def test_an_exact_title_in_the_other_alphabet_comes_before_a_code_that_looks_so():
    programmes = [{"programme_id": code, "title_ru": title, "hours": 1} for code, title in (("L", "x"), ("C", "АВС-1"))]
    courses = [{"course_id": "ABC-1", "programme_id": "L"}, {"course_id": "c", "programme_id": "C"}]
    names = CourseNames(small.make_registry(programmes=programmes, courses=courses))
    assert names.meant("АВС-1") == ((1,), "title")
    assert names.meant("ABC-1") == ((0,), "code")


def test_a_registry_without_titles_or_courses_knows_nothing():
    assert CourseNames(small.make_registry()).meant("Play") == ((), "unknown")
    lone = CourseNames(small.make_registry(courses=[{"course_id": "c", "programme_id": "Z"}]))
    assert lone.meant("z") == ((0,), "title")


# Proposals


def propose(names: CourseNames, *typed: str | None) -> dict[str, str]:
    return names.proposals(pd.Series(typed, dtype="str"))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("Игра: Развите", "Игра: «Развитие»"),
        ("Ойын Дамыт", "Ойын — «Дамыту»"),
        ("Plya - growth", "Play - growth"),
        ("P01-O3", "P01-03"),
        ("P1-03", "P01-03"),
        ("P01-30.1", "P01-03"),
        ("p01-03.7", "P01-03"),
    ],
)
def test_the_nearest_name_is_proposed(names, typed, expected):
    assert propose(names, typed) == {typed: expected}


@pytest.mark.parametrize("typed", [None, "", "P01-03", "Ойынлар", "1.02E+10", "Айгүл нашар мұғалім", "x"])
def test_nothing_is_proposed_for_a_name_that_is_known_or_damaged_or_near_to_none(names, typed):
    assert propose(names, typed) == {}


def test_up_to_three_equally_near_names_are_proposed_and_not_an_arbitrary_one():
    runs = [{"course_id": f"R-{number}"} for number in range(4)]
    assert propose(make_names(runs[:3]), "R-7") == {"R-7": "R-0 or R-1 or R-2"}
    assert propose(make_names(runs), "R-7") == {}


def test_a_code_with_a_wrong_check_is_compared_together_with_the_checks():
    # P01-04.* would be right, and so would P01-03.1: one slip each
    names = make_names([{"course_id": "P01-03"}, {"course_id": "P01-04"}, {"course_id": "P01-05"}])
    assert propose(names, "P01-04.1") == {"P01-04.1": "P01-03 or P01-04"}


def test_codes_of_digits_have_no_check_and_disturb_no_proposal():
    assert propose(make_names([{"course_id": "2025"}, {"course_id": "P01-03"}]), "P01-03.2") == {"P01-03.2": "P01-03"}


def test_the_most_frequent_names_are_looked_at_first_and_not_all_of_many(names):
    many = [f"P01-03{number:03}" for number in range(MOST_NAMES + 50)]
    found = propose(names, *many, *many[-3:])
    assert len(found) == MOST_NAMES
    assert set(many[-3:]) <= set(found)
    assert many[MOST_NAMES - 4] in found
    assert many[MOST_NAMES - 3] not in found


# Properties

ids = st.lists(st.from_regex(r"[A-Z]{1,2}[0-9]{1,2}-[0-9]{1,2}", fullmatch=True), min_size=1, max_size=8, unique=True)


@settings(max_examples=60)
@given(ids, st.data())
def test_no_slip_in_a_code_with_its_check_finds_another_course(codes, data):
    names = make_names([{"course_id": code} for code in codes])
    place = data.draw(st.integers(0, len(codes) - 1))
    text = with_check(codes[place])
    assert names.meant(text) == ((place,), "code")
    at = data.draw(st.sampled_from([n for n, sign in enumerate(text) if sign not in "-."]))
    other = data.draw(st.sampled_from([sign for sign in "0123456789ABCKTXYZ" if sign != text[at]]))
    assert names.meant(text[:at] + other + text[at + 1 :]).places == ()
    if text[at] != text[at - 1] and "-" not in text[at - 1 : at + 1] and "." not in text[at - 1 : at + 1] and at:
        assert names.meant(text[: at - 1] + text[at] + text[at - 1] + text[at + 1 :]).places == ()
