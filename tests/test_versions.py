"""Language versions: compared within courses, by hand, and blind to what a language is called."""

from math import sqrt

import numpy as np
import pandas as pd
import pytest

from coursewaves.analysis.versions import NO_COURSE, compare_versions
from small import responses_of, survey


def forms(rows: list[tuple[str, str, float, float]]) -> pd.DataFrame:
    """Forms of Q: course, language, answer to Q1, answer to Q2."""
    courses, languages, first, second = (list(column) for column in zip(*rows, strict=True))
    return responses_of("Q", {"Q1": first, "Q2": second}, course_id=courses).assign(language=languages)


def mixed(n_courses: int = 12) -> pd.DataFrame:
    """Two forms in each language a course; in every other course Q1 is a step lower in Russian, Q2 never is."""
    rows = []
    for place in range(n_courses):
        lower = 1.0 * (place % 2)
        rows += [(f"C{place}", "kk", 3, 3), (f"C{place}", "kk", 4, 4)]
        rows += [(f"C{place}", "ru", 3 - lower, 3), (f"C{place}", "ru", 4 - lower, 4)]
    return forms(rows)


def one(table: pd.DataFrame, item_id: str) -> dict[str, object]:
    (found,) = table[table["item_id"] == item_id].to_dict("records")
    return found


def test_a_difference_and_its_interval_are_those_of_the_hand():
    found = one(compare_versions(mixed(), survey()), "Q1")
    assert [found[name] for name in ("first", "second", "n_first", "n_second", "n_courses")] == ["kk", "ru", 24, 24, 12]
    # courses differ by 0 and by -25 points in turn, so that each lies 12.5 from the mean; ten degrees of freedom
    error = sqrt(12 * 12.5**2 * 12 / 11 * 47 / 46) / 12
    assert found["difference"] == pytest.approx(-12.5)
    assert (found["low"], found["high"]) == pytest.approx((-12.5 - 2.228 * error, -12.5 + 2.228 * error), abs=0.01)
    # Q2 alone is the rest of Q1: it does not differ, so that all of the difference is the item's own
    assert found["beyond"] == pytest.approx(-12.5)
    assert found["p_value"] < found["p_value_adjusted"] + 1e-12


def test_people_who_rate_everything_lower_do_not_make_an_item_differ():
    table = mixed()
    table["Q2"] = table["Q1"] + [1, *[0] * 9, 1, *[0] * 37]  # one person of each language rates Q2 higher
    found = one(compare_versions(table, survey()), "Q1")
    assert found["difference"] == pytest.approx(-12.5)
    assert found["beyond"] == pytest.approx(0)
    assert found["p_value"] > 0.99


def test_where_nothing_is_left_beyond_the_person_that_is_the_reason():
    table = mixed()
    found = one(compare_versions(table.assign(Q2=table["Q1"]), survey()), "Q1")
    assert found["difference"] == pytest.approx(-12.5)
    assert np.isnan(found["beyond"])
    assert found["reason"] == "beyond the person all values equal"


def test_courses_in_one_language_tell_nothing_of_the_versions():
    # all Kazakh courses rate 5, all Russian ones 1: that is the courses, not the wording
    rows = [(f"K{place}", "kk", 5.0, 5.0) for place in range(20)] + [
        (f"R{place}", "ru", 1.0, 1.0) for place in range(20)
    ]
    found = one(compare_versions(forms(rows), survey()), "Q1")
    assert (found["n_courses"], found["reason"]) == (0, NO_COURSE)
    assert np.isnan(found["difference"])


def test_few_answers_and_few_courses_have_reasons():
    assert one(compare_versions(mixed(4), survey()), "Q1")["reason"] == "fewer than 10 answers in a version"
    found = one(compare_versions(mixed(6), survey()), "Q1")
    assert found["reason"] == "fewer than ten courses"
    assert found["difference"] == pytest.approx(-12.5)
    assert np.isnan([found["low"], found["high"], found["p_value"]]).all()


def test_a_language_by_another_name_changes_nothing():
    table = mixed()
    other = table.assign(language=table["language"].map({"kk": "kk", "ru": "en"}))
    before, after = (compare_versions(one, survey()).drop(columns="second") for one in (table, other))
    pd.testing.assert_frame_equal(before, after)


def test_swapped_languages_flip_the_sign_alone():
    table = mixed()
    swapped = table.assign(language=table["language"].map({"kk": "ru", "ru": "kk"}))
    before, after = (one(compare_versions(forms, survey()), "Q1") for forms in (table, swapped))
    assert after["difference"] == pytest.approx(-before["difference"])
    assert (after["low"], after["high"]) == pytest.approx((-before["high"], -before["low"]))
    assert after["p_value"] == pytest.approx(before["p_value"])


def test_the_order_of_forms_does_not_matter():
    table = mixed()
    before, after = (compare_versions(one, survey()) for one in (table, table.iloc[::-1]))
    pd.testing.assert_frame_equal(before, after)


def test_forms_without_a_language_do_not_count():
    table = mixed()
    lost = table.assign(language=table["language"].where(table["course_id"] != "C0"))
    assert one(compare_versions(lost, survey()), "Q1")["n_courses"] == 11
