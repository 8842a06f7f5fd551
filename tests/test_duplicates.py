"""Duplicates: one form of a person counts, by a declared rule and never by the order of a table."""

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursewaves.errors import CoursewavesError
from coursewaves.intake.duplicates import is_in_two_courses, mark_copies, mark_repeats


def mark_duplicates(forms, rule="last"):
    """Both steps, as reading takes them where nobody links by a code of their own."""
    return mark_repeats(mark_copies(forms), rule)


RULES = ["last", "first", "most_complete"]


def make_forms(*rows: dict, index=None) -> pd.DataFrame:
    """Forms that differ from each other in content and row, all else equal unless said otherwise."""
    usual = {"course_id": "A-1", "instrument_id": "P", "respondent_id": None, "submitted_at": "2025-03-01 10:00",
             "is_exact": True, "n_answered": 3, "outcome": "kept", "file": "a.csv"}  # fmt: skip
    given_ = [usual | {"content": f"{n:02}", "row": n + 2} | row for n, row in enumerate(rows)]
    names = [*usual, "content", "row"]
    forms = pd.DataFrame(given_, columns=names, index=index)
    texts = dict.fromkeys(["course_id", "instrument_id", "respondent_id", "outcome", "file", "content"], "str")
    forms["submitted_at"] = pd.to_datetime(forms["submitted_at"]).dt.tz_localize("Asia/Almaty")
    return forms.astype(texts | {"is_exact": "bool", "n_answered": "int64", "row": "int64"})


def counted(forms: pd.DataFrame, rule="last") -> list[int]:
    """The places of the forms that still count."""
    marked = mark_duplicates(forms, rule)
    return [n for n, outcome in enumerate(marked["outcome"]) if outcome == "kept"]


def person(**more) -> dict:
    return {"respondent_id": "p1"} | more


TIMES = [{"submitted_at": f"2025-03-0{day} 10:00"} for day in (2, 3, 1)]


@pytest.mark.parametrize(("rule", "expected"), [("last", [1]), ("first", [2])])
def test_of_a_persons_forms_the_last_or_the_first_counts(rule, expected):
    assert counted(make_forms(*(person(**time) for time in TIMES)), rule) == expected


def test_of_a_persons_forms_the_most_complete_counts_and_of_equal_ones_the_later():
    forms = make_forms(*(person(**time, n_answered=n) for time, n in zip(TIMES, (7, 2, 7), strict=True)))
    assert counted(forms, "most_complete") == [0]


@pytest.mark.parametrize("rule", ["last", "first"])
def test_of_forms_of_one_moment_the_one_with_more_answers_counts(rule):
    assert counted(make_forms(person(n_answered=4), person(n_answered=5), person(n_answered=2)), rule) == [1]


@pytest.mark.parametrize("rule", RULES)
def test_what_is_even_is_decided_by_the_content(rule):
    forms = make_forms(person(content="b"), person(content="c"), person(content="a"))
    assert counted(forms, rule) == [1]
    assert counted(forms.assign(row=[9, 2, 5], file=["z", "x", "y"]), rule) == [1]


@pytest.mark.parametrize("rule", ["last", "first"])
def test_a_form_without_a_time_counts_only_alone(rule):
    assert counted(make_forms(person(), person(submitted_at=None)), rule) == [0]
    assert counted(make_forms(person(submitted_at=None), person()), rule) == [1]
    assert counted(make_forms(person(submitted_at=None)), rule) == [0]


def test_a_form_outside_its_window_replaces_none():
    late = person(submitted_at="2025-03-09 10:00", outcome="outside_window")
    marked = mark_duplicates(make_forms(person(), late, person(outcome="set_aside")))
    assert marked["outcome"].tolist() == ["kept", "outside_window", "set_aside"]


def test_the_same_code_in_two_courses_or_questionnaires_is_not_merged():
    assert counted(make_forms(person(), person(course_id="B-1"), person(instrument_id="Q"))) == [0, 1, 2]


def test_people_without_a_code_are_different_people():
    assert counted(make_forms({}, {}, {})) == [0, 1, 2]
    assert counted(make_forms({}, {}, {}).assign(respondent_id=float("nan"))) == [0, 1, 2]


def test_a_double_submit_counts_once_although_nobody_is_linked():
    # the record of the first file, of these the first row, stays
    copies = make_forms({"content": "x", "file": "b.csv"}, {"content": "x"}, {"content": "x"}, {"content": "y"})
    assert counted(copies) == [1, 3]


@pytest.mark.parametrize(
    "other", [{"course_id": "B-1"}, {"instrument_id": "Q"}, {"is_exact": False}, {"outcome": "outside_window"}]
)
def test_records_are_copies_only_in_one_course_and_questionnaire_and_with_a_time(other):
    forms = make_forms({"content": "x"}, {"content": "x"} | other)
    assert (mark_copies(forms)["outcome"] != "duplicate").all()


def test_forms_without_a_course_are_no_copies_of_each_other():
    forms = make_forms(*[{"content": "x", "course_id": None, "respondent_id": "p1"}] * 2)
    assert counted(forms) == [0, 1]


def test_a_code_of_ones_own_in_two_forms_names_nobody_and_both_stay():
    marked = mark_duplicates(make_forms(*[{"respondent_id": code} for code in ("self:ab", "self:ab", "self:xy")]))
    assert marked["outcome"].tolist() == ["kept"] * 3
    assert marked["respondent_id"].isna().tolist() == [True, True, False]


def test_a_copied_record_does_not_cost_the_link_of_a_code_of_ones_own():
    marked = mark_duplicates(make_forms(*[{"respondent_id": "self:ab", "content": "x"}] * 2))
    assert marked["outcome"].tolist() == ["kept", "duplicate"]
    assert marked["respondent_id"][0] == "self:ab"


def test_the_same_record_in_two_courses_is_seen_and_both_stay():
    rows = [{"content": "x"}, {"content": "x", "course_id": "B-1"}, {"content": "y"},
            {"content": "y", "course_id": "B-1", "is_exact": False},
            {"content": "x", "instrument_id": "Q"}]  # fmt: skip
    forms = make_forms(*rows)
    assert is_in_two_courses(forms).tolist() == [True, True, False, False, False]
    assert counted(forms) == [0, 1, 2, 3, 4]


def test_a_form_need_not_say_how_much_it_answers_unless_the_rule_asks():
    forms = make_forms(*(person(**time) for time in TIMES)).drop(columns="n_answered")
    assert counted(forms) == [1]
    with pytest.raises(CoursewavesError, match="Can't find 'n_answered' in the columns of the forms"):
        mark_duplicates(forms, "most_complete")


def test_an_unknown_rule_is_the_callers_mistake():
    with pytest.raises(CoursewavesError, match="Can't find 'newest' in the rules for duplicates"):
        mark_repeats(make_forms(), "newest")  # type: ignore[arg-type]


def test_no_forms_stay_none_and_the_table_given_is_not_changed():
    assert mark_duplicates(make_forms()).empty
    forms = make_forms(person(), person(), {"respondent_id": "self:a"}, {"respondent_id": "self:a"})
    before = forms.copy()
    mark_duplicates(forms)
    pd.testing.assert_frame_equal(forms, before)


# Properties

# what a record says follows from its content; where it lies does not
RECORDS = st.fixed_dictionaries(
    {
        "respondent_id": st.sampled_from([None, "p1", "p1", "p2", "self:x"]),
        "submitted_at": st.sampled_from(["2025-03-01 10:00", "2025-03-02 10:00", None]),
        "is_exact": st.booleans(),
        "n_answered": st.integers(0, 2),
    }
)
PLACES = st.fixed_dictionaries(
    {
        "content": st.integers(0, 4),
        "course_id": st.sampled_from(["A-1", "A-1", "B-1", None]),
        "instrument_id": st.sampled_from(["P", "P", "Q"]),
        "outcome": st.sampled_from(["kept", "kept", "kept", "set_aside", "outside_window"]),
        "file": st.sampled_from(["a.csv", "b.csv"]),
    }
)


def stacked(records: list[dict], places: list[dict]) -> list[dict]:
    return [place | records[place["content"]] | {"content": "abcde"[place["content"]]} for place in places]


tables = st.builds(stacked, st.lists(RECORDS, min_size=5, max_size=5), st.lists(PLACES, max_size=10))
rules = st.sampled_from(RULES)


@settings(max_examples=60)
@given(tables, rules, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(given_, rule, random):
    forms = make_forms(*given_)
    shuffled = forms.loc[random.sample(list(forms.index), len(forms))]
    pd.testing.assert_frame_equal(mark_duplicates(shuffled, rule).sort_index(), mark_duplicates(forms, rule))


@settings(max_examples=60)
@given(tables, rules)
def test_marking_twice_changes_nothing_more(given_, rule):
    once = mark_duplicates(make_forms(*given_), rule)
    pd.testing.assert_frame_equal(mark_duplicates(once, rule), once)


@settings(max_examples=60)
@given(tables, rules)
def test_no_form_is_lost_and_each_person_counts_once(given_, rule):
    forms = make_forms(*given_, index=[7] * len(given_))
    marked = mark_duplicates(forms, rule)
    same = [name for name in forms if name not in ("outcome", "respondent_id")]
    pd.testing.assert_frame_equal(marked[same], forms[same])
    is_changed = (marked["outcome"] != forms["outcome"]).to_numpy()
    assert set(forms["outcome"][is_changed]) <= {"kept"}
    assert set(marked["outcome"][is_changed]) <= {"duplicate"}
    assert people(marked) == people(forms)
    counting = marked[(marked["outcome"] == "kept") & marked["course_id"].notna() & marked["respondent_id"].notna()]
    assert not counting.duplicated(WHO).any()


WHO = ["course_id", "instrument_id", "respondent_id"]


def people(forms: pd.DataFrame) -> set[tuple]:
    """Whom the roster knows of those whose forms count."""
    is_known = forms["respondent_id"].isin(["p1", "p2"]) & forms["course_id"].notna() & (forms["outcome"] == "kept")
    return set(forms[is_known][WHO].itertuples(index=False, name=None))


@settings(max_examples=60)
@given(tables, st.integers(0, 11))
def test_files_and_rows_decide_nothing_that_is_analysed(given_, turn):
    # the same forms in other files and rows: the same contents count for the same people
    forms = make_forms(*given_)
    moved = forms.assign(file=forms["file"].map({"a.csv": "b.csv", "b.csv": "a.csv"}), row=(forms["row"] + turn) % 12)
    told = [*WHO, "submitted_at", "content", "outcome"]
    said = [sorted(map(str, mark_duplicates(table)[told].to_numpy().tolist())) for table in (forms, moved)]
    assert said[0] == said[1]
