"""Self-made codes: one person is linked over the waves by the code, or the only near one, and it is listed."""

from itertools import product
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from coursewaves.intake.near_codes import LEAST_SIGNS, MOST_CODES, PAIR_COLUMNS, NearLinks, link_near, own_key

Form = tuple[int, str | None]


def link(forms: list[Form], courses: list[str | None] | None = None, index=None) -> NearLinks:
    """Forms as (wave, code), all of one course unless said otherwise."""
    return link_near(
        pd.Series([code for _, code in forms], dtype="str", index=index),
        pd.Series(courses or ["c"] * len(forms), dtype="str", index=index),
        pd.Series([wave for wave, _ in forms], dtype="int64", index=index),
    )


def links(*forms: Form, courses: list[str | None] | None = None) -> list[str | None]:
    return [None if pd.isna(code) else code for code in link(list(forms), courses).links]


def test_a_code_is_linked_however_it_is_spelt():
    # the last is written with Latin A, K and O
    assert len(set(links((1, "АК-05 12 ОШ"), (2, "ак0512ош"), (3, "AK0512OШ")))) == 1


@pytest.mark.parametrize(
    "typed",
    ["ab1334", "ab134", "ab12234", "ba1234", "ab1243", "b1234", "ab12345"],
    ids=["another digit", "one left out", "one doubled", "first two swapped", "last two swapped", "first left out",
         "one added"],
)  # fmt: skip
def test_one_slip_is_linked_to_the_code_of_the_earlier_wave_and_listed(typed):
    found = link([(2, typed), (1, "ab1234")], index=[70, 80])
    assert found.links.tolist() == ["ab1234", "ab1234"]
    assert found.pairs.to_dict("records") == [
        {"course_id": "c", "wave_from": 2, "wave_to": 1, "form_from": 70, "form_to": 80}
    ]


@pytest.mark.parametrize("typed", ["ba1243", "ab3421", "1ab234", "ab1"])
def test_two_slips_are_not_linked(typed):
    assert links((1, "ab1234"), (2, typed)) == ["ab1234", typed]


def test_a_code_of_two_waves_keeps_its_name_and_the_slip_of_the_first_wave_gives_way():
    found = link([(1, "ab1334"), (2, "ab1234"), (3, "ab1234")])
    assert found.links.tolist() == ["ab1234"] * 3
    assert found.pairs[["wave_from", "wave_to", "form_from", "form_to"]].to_numpy().tolist() == [[1, 2, 0, 1]]


def test_with_two_candidates_nobody_is_linked():
    # ab1204 could be a slip of either, and may be a third person
    assert links((1, "ab1234"), (1, "ab1264"), (2, "ab1204")) == ["ab1234", "ab1264", "ab1204"]


@pytest.mark.parametrize("others", [("abx234", "ab123y"), ("aa1234", "ab1235"), ("aa1234", "ab12345")])
def test_a_candidate_that_has_another_candidate_is_not_linked(others):
    # ab1234 has both of wave 2 within one edit, which are two edits from each other
    forms = [(1, "ab1234"), *((2, code) for code in others)]
    assert links(*forms) == [code for _, code in forms]


def test_two_people_of_one_wave_whose_codes_are_near_are_two_people():
    assert links((1, "ab1234"), (1, "ab1235")) == ["ab1234", "ab1235"]


def test_a_near_link_never_gives_a_person_a_second_form_of_a_wave():
    forms = [(1, "ab1234"), (2, "ab1234"), (2, "ab1235")]
    assert links(*forms) == [code for _, code in forms]


def test_codes_that_both_stand_in_several_waves_are_two_people():
    forms = [(1, "ab1234"), (2, "ab1234"), (3, "ab1235"), (4, "ab1235"), (1, "zz9999")]
    assert links(*forms) == [code for _, code in forms]


def test_a_code_that_stands_twice_in_a_wave_names_nobody_and_is_not_linked_to_a_near_one():
    forms = [(1, "ab1234"), (1, "ab1234"), (2, "ab1235")]
    found = link(forms)
    assert found.links.tolist() == [code for _, code in forms]
    assert found.pairs.empty


def test_codes_mean_something_within_their_course_only():
    found = link([(1, "ab1234"), (2, "ab1235"), (2, "ab1236")], ["c", "d", "e"])
    assert found.pairs.empty


def test_missing_and_damaged_codes_link_nobody():
    forms = [(1, None), (2, None), (1, "1.02E+10"), (2, "1.02E+10"), (1, " - "), (2, "-")]
    assert links(*forms) == [None] * 6


def test_forms_without_a_course_are_not_linked():
    assert links((1, "ab1234"), (2, "ab1234"), courses=[None, None]) == [None, None]


def test_four_signs_are_too_few_even_beside_five():
    assert LEAST_SIGNS == 5
    assert links((1, "1234"), (2, "1235")) == ["1234", "1235"]
    assert links((1, "1234"), (2, "12345")) == ["1234", "12345"]
    assert links((1, "12345"), (2, "12346")) == ["12345", "12345"]


def test_short_codes_lie_too_near_each_other_by_chance():
    # as the module says: chance pairs among the 300 pairs of 25 people, counted over all codes of n digits
    for n_digits, expected in ((3, 8.6), (4, 1.2)):
        codes = ["".join(digits) for digits in product("0123456789", repeat=n_digits)]
        near = sum(OSA.distance(codes[0], code, score_cutoff=1) == 1 for code in codes)
        assert near == 9 * n_digits  # of 000 no swap makes another code
        mean = sum(OSA.distance(one, code, score_cutoff=1) == 1 for one in codes[:: 10 ** (n_digits - 2) - 1]
                   for code in codes) / len(codes[:: 10 ** (n_digits - 2) - 1])  # fmt: skip
        formula = 9 * n_digits + 0.9 * (n_digits - 1)
        assert mean == pytest.approx(formula, rel=0.02)
        assert comb(25, 2) * formula / 10**n_digits == pytest.approx(expected, abs=0.05)
    assert [round(300 * (9 * n + 0.9 * (n - 1)) / 10**n, 3) for n in (5, 6)] == [0.146, 0.018]


def test_a_course_with_too_many_codes_is_linked_only_by_equal_ones():
    crowd = [(1, f"{number:07}xy") for number in range(0, 70 * MOST_CODES, 70)]
    pair = [(1, "ab1234"), (2, "ab1235")]
    assert len(link([*crowd[: MOST_CODES - 2], *pair]).pairs) == 1
    assert link([*crowd[: MOST_CODES - 1], *pair]).pairs.empty


def test_no_forms_give_empty_tables_with_their_columns():
    found = link([])
    assert found.links.empty
    assert list(found.pairs.columns) == list(PAIR_COLUMNS)


def test_own_keys_have_letters_and_digits_only():
    assert own_key(" Ә-1 / ") == "ә1"
    assert own_key("...") is None


# Properties

# two codes near each other, a chain of three, one beside one that is too short, one alone
NEAR = [None, "abab12", "abab21", "mnmn78", "mnmn7", "nmmn7", "pqpq5", "pqpq", "zyzy33"]
courses = st.sampled_from(["c", "c", "d"])
crowds = st.lists(st.tuples(st.integers(1, 3), st.sampled_from(NEAR), courses), min_size=2, max_size=8)


def linked(rows, order) -> tuple[dict[int, str | None], set[tuple]]:
    found = link([rows[n][:2] for n in order], [rows[n][2] for n in order], index=order)
    return found.links.astype("object").where(found.links.notna(), None).to_dict(), set(
        found.pairs.itertuples(index=False, name=None)
    )


@settings(max_examples=60)
@given(crowds, st.randoms(use_true_random=False))
def test_the_order_of_the_rows_changes_nothing(rows, random):
    order = list(range(len(rows)))
    # forms of one wave with one code can't be told apart, and no near link is made to them
    assert linked(rows, order) == linked(rows, random.sample(order, len(order)))


@settings(max_examples=60)
@given(crowds)
def test_the_links_are_those_of_the_rule_read_word_by_word(rows):
    found, pairs = linked(rows, list(range(len(rows))))
    expected, reported = {}, set()
    for n, (wave, code, course) in enumerate(rows):
        own = [(w, c) for w, c, k in rows if k == course and c is not None]
        expected[n] = code

        def candidates(one, own=own):
            return {c for _, c in own if OSA.distance(one, c) == 1}

        if code is None or sum(c == code for _, c in own) > 1 or len(candidates(code)) != 1:
            continue
        (other,) = candidates(code)
        waves = [w for w, c in own if c == other]
        is_later = len(waves) > 1 or waves[0] < wave
        is_clean = len(waves) == len(set(waves)) and wave not in waves
        if candidates(other) == {code} and is_later and is_clean and min(len(code), len(other)) >= 5:
            expected[n] = other
            first = next(m for m, row in enumerate(rows) if row == (min(waves), other, course))
            reported.add((course, wave, min(waves), n, first))
    assert found == expected
    assert pairs == reported


@settings(max_examples=60)
@given(crowds)
def test_no_person_gets_two_forms_of_a_wave_by_a_near_link(rows):
    found, pairs = linked(rows, list(range(len(rows))))
    for course, wave, _, form, _ in pairs:
        same = [n for n, row in enumerate(rows) if row[2] == course and row[0] == wave and found[n] == found[form]]
        assert same == [form]


def test_planted_slips_are_found_and_chance_makes_next_to_no_pairs():
    # 400 courses of 25 people, each wave answered by 60 in 100, one code in 20 with a sign changed
    rng = np.random.default_rng(11)
    people = pd.DataFrame({"course": np.repeat(np.arange(400), 25), "day": rng.integers(1, 32, 10_000)})
    begins = [a + b for a in "абгдежзиклмнрст" for b in "аеиоу"]
    chances = 1 / np.arange(1, len(begins) + 1)
    mother, birthplace = rng.choice(begins, (2, len(people)), p=chances / chances.sum())
    digits = people["day"].map("{:02}".format) + pd.Series(rng.integers(0, 100, len(people))).map("{:02}".format)
    people["code"] = mother + digits + birthplace
    forms = pd.concat([people[rng.random(len(people)) < 0.6].assign(wave=wave) for wave in (1, 2, 3)])
    forms = forms.reset_index(names="person")
    is_slip = rng.random(len(forms)) < 0.05
    places = rng.integers(0, 8, len(forms))
    typed = [code[:at] + "ф" + code[at + 1 :] if slip else code
             for code, at, slip in zip(forms["code"], places, is_slip, strict=True)]  # fmt: skip
    found = link_near(pd.Series(typed, dtype="str"), forms["course"].astype("str"), forms["wave"])
    persons = forms["person"].to_numpy()
    is_right = persons[found.pairs["form_from"]] == persons[found.pairs["form_to"]]
    n_linkable = int((is_slip & (forms.groupby("person")["wave"].transform("size") > 1)).sum())
    assert n_linkable > 600
    assert is_right.sum() > 0.85 * n_linkable
    assert (~is_right).sum() <= 4
