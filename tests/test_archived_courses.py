"""Courses whose data were removed (¶22) are named by the reports that can't count them any more."""

from dataclasses import replace

import pytest

import handmade
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.reports_of import centre, direction, period, programme
from coursewaves.reports_of.archived import with_archived
from coursewaves.views.opening import CentreView, DirectionView, ProgrammeView, YearView
from small import make_registry

GONE = {"course_id": "A-0", "programme_id": "A", "centre_id": "C1", "starts_on": "2024-03-04", "ends_on": "2024-03-15",
        "handed_over_on": "2025-06-02", "removed_on": "2025-06-10", "bag_id": "bag-1"}  # fmt: skip


def year_with(survey, *rows: dict[str, object], language: str = "en") -> tuple[Year, Phrases]:
    """Course A-1 with twelve answers to each questionnaire, and courses that the registry's history alone knows."""
    found = handmade.year(survey, 12)
    archived = make_registry(archived=[GONE | row for row in rows]).archived
    found.__dict__["registry"] = replace(found.registry, archived=archived)
    return found, Phrases(language)


def of_programme(survey, *rows: dict[str, object], language: str = "en") -> ProgrammeView:
    found, phrases = year_with(survey, *rows, language=language)
    return ProgrammeView(found, "A", phrases)


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", "Courses that are not in these figures, since their documents are in the archive: 1 (A-0, archived on "
               "6/2/25)."),
        ("ru", "Курсы, не вошедшие в эти показатели, так как их документы находятся в архиве: 1 (A-0, передан в архив "
               "02.06.2025)."),
        ("kk", "Құжаттары мұрағатта болғандықтан бұл көрсеткіштерге кірмеген курстар: 1 (A-0, мұрағатқа тапсырылған "
               "күні: 02.06.25)."),
    ],
)  # fmt: skip
def test_a_programme_s_report_names_the_run_that_is_in_the_archive(survey, language, told):
    view = of_programme(survey, {}, language=language)
    assert told in programme.summary(view).parts[0]
    assert view.counts["course_id"].unique().tolist() == ["A-1"]


def test_its_table_says_when_it_went_and_which_bag_holds_it(survey):
    found = programme.response(of_programme(survey, {})).parts[-1]
    cells = ["A-0", "3/4/24 – 3/15/24", "6/2/25", "6/10/25", "bag-1"]
    assert [f">{cell}<" in found for cell in cells] == [True] * 5
    assert "Courses in the archive, not in these figures" in found


def test_where_no_handover_was_written_down_the_day_of_the_removal_counts(survey):
    told = with_archived(of_programme(survey, {"handed_over_on": None}), "Said.")
    assert told.endswith("(A-0, archived on 6/10/25).")


def test_of_many_the_sentence_tells_the_number_and_the_table_the_names(survey):
    view = of_programme(survey, *({"course_id": f"A-0{n}"} for n in range(4)))
    told = with_archived(view, "Said.")
    assert told == (
        "Said. Courses that are not in these figures, since their documents are in the archive: 4 (named in the table "
        "of courses in the archive)."
    )
    table = programme.response(view).parts[-1]
    assert [f">A-0{n}<" in table for n in range(4)] == [True] * 4


def test_a_course_of_another_programme_is_not_named(survey):
    view = of_programme(survey, {"course_id": "Z-1", "programme_id": "Z"})
    assert "archive" not in programme.summary(view).parts[0]
    assert programme.response(view).parts[-1] == ""


def test_where_nothing_was_removed_a_sentence_is_as_it_was(survey):
    sentence = "Said."
    assert with_archived(of_programme(survey), sentence) is sentence


def test_the_period_the_direction_and_the_centre_name_it_too(survey):
    found, phrases = year_with(survey, {}, {"course_id": "Z-1", "programme_id": "Z", "centre_id": "C9"})
    whole, one, two = YearView(found, phrases), DirectionView(found, "D1", phrases), CentreView(found, "C1", phrases)
    told = [period.in_short(whole), direction.summary(one), centre.in_short(two)]
    tables = [period.respondents(whole), direction.response(one), centre.respondents(two)]
    assert ["A-0, archived on 6/2/25" in section.parts[0] for section in told] == [True] * 3
    assert ["Z-1" in section.parts[0] for section in told] == [True, False, False]
    assert [">A-0<" in section.parts[-1] for section in tables] == [True] * 3
