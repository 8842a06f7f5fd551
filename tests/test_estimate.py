"""Wave 3 over all who completed (¶9-10): weights, joined strata, margins, bounds, and a planted truth."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

import figures
from coursewaves.analysis.estimate import COLUMNS, NO_MARGIN, estimate_wave
from coursewaves.errors import CoursewavesError
from coursewaves.registry.reader import Registry
from coursewaves.score import IDENTITY, score_responses
from coursewaves.simulate.answers import answer_all, make_people
from coursewaves.simulate.institute import make_institute
from coursewaves.stats.survey import ALL_EQUAL, EVERYBODY, NO_VALUES, SINGLE_VALUE, TOO_MANY
from coursewaves.survey.files import load_survey
from small import make_registry

SURVEY = load_survey()
Given = dict[str, list[float]]


def registry(sizes: dict[str, int], directions: dict[str, str] | None = None, people: list[dict] | None = None):
    """One course for each programme, called as the programme; all of direction D1 unless said otherwise."""
    where = dict.fromkeys(sizes, "D1") | (directions or {})
    return make_registry(
        directions=[{"direction_id": name, "title_en": name} for name in ("D1", "D2", "D3")],
        programmes=[{"programme_id": p, "title_en": p, "hours": 36, "direction_id": where[p]} for p in sizes],
        courses=[{"course_id": p, "programme_id": p, "completed": n} for p, n in sizes.items()],
        participants=people or [],
    )  # fmt: skip


def tables(given: Given, item: Given | None = None, **columns: list) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Responses and scores: for each programme the values of `application`, and codes of item C1.1."""
    course_ids = [name for name, values in given.items() for _ in values]
    identity = {
        "response_id": [f"r{number}" for number in range(len(course_ids))],
        "course_id": pd.Series(course_ids, dtype="str"),
        "instrument_id": pd.Series(["C"] * len(course_ids), dtype="str"),
        "respondent_id": pd.Series([None] * len(course_ids), dtype="str"),
    }
    codes = [float(code) for values in (item or {}).values() for code in values] or [math.nan] * len(course_ids)
    responses = pd.DataFrame(identity | {"C1.1": codes} | columns)
    application = pd.Series([value for values in given.values() for value in values], dtype="float64")
    return responses, pd.DataFrame(identity | {"application": application})


def estimates(given: Given, known: Registry, name: str = "application", item: Given | None = None, **more):
    columns = more.pop("columns", {})
    found = estimate_wave(*tables(given, item, **columns), known, SURVEY, instrument="C", names=[name], **more)
    return found.estimates.set_index(found.estimates["scope"].str[:1] + found.estimates["scope_id"])


def test_means_are_weighted_by_those_who_completed_and_corrected_by_those_who_answered():
    found = estimates({"a": [40, 50, 30], "b": [20, 30, 10]}, registry({"a": 30, "b": 10}))
    row = found.loc["a"]
    # (30 * 40 + 10 * 20) / 40; variance 100 in each: .75² (1 - .1) / 3 + .25² (1 - .3) / 3
    error = 10 * math.sqrt(0.75**2 * 0.9 / 3 + 0.25**2 * 0.7 / 3)
    half = scipy_stats.t.ppf(0.975, 4) * error
    assert row[["estimate", "se", "low", "high"]].tolist() == pytest.approx([35, error, 35 - half, 35 + half])
    assert row[["n", "n_completed", "df", "target", "kind"]].tolist() == [6, 40, 4, "completers", "mean"]
    assert found.loc["dD1", "estimate"] == pytest.approx(35)
    single = found.loc["pb"]
    assert single[["estimate", "se"]].tolist() == pytest.approx([20, math.sqrt(100 * 0.7 / 3)])
    assert single["low"] == 0  # 20 - 4.30 * 4.83 lies below the scale


def test_the_next_cohort_has_no_correction_and_is_named():
    row = estimates({"a": [40, 50, 30], "b": [20, 30, 10]}, registry({"a": 30, "b": 10}), fpc=False).loc["a"]
    assert (row["target"], row["se"]) == ("next cohort", pytest.approx(10 * math.sqrt(0.75**2 / 3 + 0.25**2 / 3)))


def api() -> tuple[dict[str, int], pd.DataFrame]:
    table = figures.table("api_strat").set_index("stype")
    return table["population"].to_dict(), table


def test_r_s_stratified_mean_comes_out_of_the_tables():
    sizes, table = api()
    given = {
        name: list(figures.with_moments(int(row["n"]), row["mean"] / 10, row["variance"] / 100))
        for name, row in table.iterrows()
    }
    # R survey 4.1.1: svymean(~api00, svydesign(id=~1, strata=~stype, weights=~pw, fpc=~fpc, data=apistrat)); by 10
    known = figures.known("A01_strat_mean_fpc")
    row = estimates(given, registry(sizes)).loc["a"]
    expected = [known["mean"] / 10, known["se"] / 10, known["df"], known["lo"] / 10, known["hi"] / 10]
    assert row[["estimate", "se", "df", "low", "high"]].tolist() == pytest.approx(expected, rel=1e-6)


def test_r_s_share_with_its_logit_interval_comes_out_of_the_tables():
    sizes, table = api()
    item = {name: [5] * int(row["sch_wide"]) + [2] * int(row["n"] - row["sch_wide"]) for name, row in table.iterrows()}
    given = {name: [50.0] * len(codes) for name, codes in item.items()}
    # R survey 4.1.1: svyciprop(~I(sch_wide == "Yes"), design as above, method = "logit")
    known = figures.known("A05_prop_ci")
    row = estimates(given, registry(sizes), "C1.1", item).loc["a"]
    expected = [known["p"], known["se"], known["logit_lo"], known["logit_hi"]]
    assert row[["estimate", "se", "low", "high"]].tolist() == pytest.approx(expected, rel=1e-5)
    assert row["kind"] == "share"


def test_a_share_counts_the_two_upper_steps_and_not_what_does_not_apply():
    scale = SURVEY.scale_of("C1.1")
    item = {"a": [5, 4, 3, 1, float(scale.not_applicable.code), math.nan]}
    row = estimates({"a": [50] * 6}, registry({"a": 20}), "C1.1", item).loc["a"]
    assert (row["estimate"], row["n"]) == (0.5, 4)


def test_a_short_stratum_is_joined_with_its_neighbour_of_the_same_direction():
    sizes, where = {"a": 30, "b": 20, "c": 10, "d": 40}, {"c": "D2", "d": "D2"}
    given = {"a": [40.0, 60], "b": [80.0], "c": [10.0, 20, 30], "d": [70.0, 90]}
    found = estimates(given, registry(sizes, where))
    # b alone has no variance: a and b are one stratum of 50 with mean 60
    assert found.loc["a", "joined"] == found.loc["dD1", "joined"] == "a+b"
    assert found.loc["a", "estimate"] == pytest.approx((50 * 60 + 10 * 20 + 40 * 80) / 100)
    assert found.loc["dD2", "joined"] == ""
    # alone it is not joined: its mean stands, without an error
    assert found.loc["pb", ["estimate", "reason", "joined"]].tolist() == [80, SINGLE_VALUE, ""]
    assert math.isnan(found.loc["pb", "low"])


def test_a_direction_that_is_short_as_a_whole_joins_the_next():
    given = {"a": [40.0], "b": [], "c": [10.0, 30], "d": [70.0, 90]}
    sizes, where = {"a": 30, "b": 20, "c": 10, "d": 40}, {"c": "D2", "d": "D3"}
    found = estimates(given, registry(sizes, where))
    assert found.loc["a", "joined"] == "a+b+c"
    assert found.loc["a", "estimate"] == pytest.approx((60 * 80 / 3 + 40 * 80) / 100)
    assert found.loc["dD1", ["joined", "reason", "n"]].tolist() == ["a+b", SINGLE_VALUE, 1]
    assert found.loc["pb", ["reason", "n"]].tolist() == [NO_VALUES, 0]


def test_weights_say_for_how_many_people_each_answer_stands():
    given = {"a": [40.0, 60], "b": [80.0], "c": [10.0, 20, 30]}
    known = registry({"a": 30, "b": 20, "c": 12}, {"c": "D2"})
    weights = estimate_wave(*tables(given), known, SURVEY, instrument="C", names=["application"]).weights
    assert weights["stratum"].tolist() == ["a+b"] * 3 + ["c"] * 3
    assert weights["weight"].tolist() == pytest.approx([50 / 3] * 3 + [4] * 3)
    assert weights["programme_id"].tolist() == ["a", "a", "b", "c", "c", "c"]


@pytest.mark.parametrize(
    ("given", "size", "reason"),
    [
        ({"a": [40.0, 50]}, 2, EVERYBODY),
        ({"a": [40.0, 50, 60]}, 2, TOO_MANY),
        ({"a": [40.0, 40, 40]}, 9, ALL_EQUAL),
        ({"a": [math.nan]}, 9, NO_VALUES),
        ({"a": []}, 0, NO_VALUES),
    ],
)
def test_where_a_figure_cannot_be_made_its_reason_stands_in_the_table(given, size, reason):
    found = estimates(given, registry({"a": size}))
    assert found["reason"].tolist() == [reason] * 3
    assert (found["se"].fillna(0) == 0).all()


# Bounds --------------------------------------------------------------------------------------------


def test_bounds_put_those_who_did_not_answer_at_the_quarters():
    found = estimates({"a": [50, 40, 40, 30]}, registry({"a": 8})).loc["a"]
    # quarters of 30, 40, 40, 50 are 37.5 and 42.5; half of the people answered
    assert found[["estimate", "bound_low", "bound_high"]].tolist() == [40, 38.75, 41.25]


def test_bounds_never_leave_the_estimate_out():
    found = estimates({"a": [100.0] * 9 + [0]}, registry({"a": 20})).loc["a"]
    # both quarters are 100: those missing would only raise the mean of 90
    assert found[["estimate", "bound_low", "bound_high"]].tolist() == [90, 90, 95]


@pytest.mark.parametrize(
    ("codes", "bounds"), [([5, 4, 2, 1], [0.25, 0.75]), ([5, 4, 4, 5], [0.5, 1]), ([1, 1, 2, 3], [0, 0.5])]
)
def test_a_share_is_bounded_by_none_and_all_of_those_missing(codes, bounds):
    found = estimates({"a": [50.0] * 4}, registry({"a": 8}), "C1.1", {"a": codes}).loc["a"]
    assert found[["bound_low", "bound_high"]].tolist() == bounds


def test_bounds_are_about_those_who_were_asked():
    known, codes = registry({"a": 20}), {"a": [5, 4, 2, 1]}
    found = estimates({"a": [50, 40, 40, 30]}, known, invited={"a": 4}).loc["a"]
    assert found[["bound_low", "bound_high"]].tolist() == [40, 40]
    shares = estimates({"a": [50.0] * 4}, known, "C1.1", codes, invited={"a": 5}).loc["a"]
    assert shares[["bound_low", "bound_high"]].tolist() == pytest.approx([0.4, 0.6])  # four of five answered


# Raking --------------------------------------------------------------------------------------------


def people(*counts: tuple[str | None, int], margin: str = "age_band", course: str = "a") -> list[dict]:
    """Completers of a course, so many of each band."""
    bands = [band for band, n in counts for _ in range(n)]
    return [{"participant_id": f"{course}{number}", "course_id": course, "completed": "yes", margin: band}
            for number, band in enumerate(bands)]  # fmt: skip


def aged(*bands: str | None) -> dict[str, pd.Series]:
    return {"age_band": pd.Series(bands, dtype="str")}


def test_answers_are_weighted_to_the_list_s_ages():
    known = registry({"a": 40}, people=people(("u30", 10), ("30-39", 30)))
    columns = aged(*["u30"] * 10, *["30-39"] * 10)
    found = estimates({"a": [90.0, 70] * 5 + [50.0, 30] * 5}, known, columns=columns).loc["a"]
    assert found[["estimate", "raked", "raked_n"]].tolist() == pytest.approx([60, 50, 20])
    # weights 1 and 3: 20 * (10 + 90) / 40²
    assert found["raked_deff"] == pytest.approx(1.25)
    assert found[["raked_on", "raked_reason"]].tolist() == ["age_band", ""]


def test_thin_bands_are_joined_with_their_neighbours():
    known = registry({"a": 60}, people=people(("30-39", 30), ("40-49", 20), ("60+", 10)))
    columns = aged(*["30-39"] * 10, *["40-49"] * 9, "60+")
    found = estimates({"a": [80.0, 60] * 5 + [50.0] * 9 + [30.0]}, known, columns=columns).loc["a"]
    assert found["raked_on"] == "age_band (40-49+60+)"
    assert found["raked"] == pytest.approx((30 * 70 + 30 * 48) / 60)


def test_the_programmes_keep_their_people_when_ages_are_raked():
    roster = people(("u30", 50), ("30-39", 50)) + people(("u30", 20), ("30-39", 80), course="b")
    columns = aged(*["u30"] * 15, *["30-39"] * 10, *["u30"] * 10, *["30-39"] * 10)
    given = {"a": [80.0] * 25, "b": [40.0] * 20}
    found = estimates(given, registry({"a": 100, "b": 100}, people=roster), columns=columns).loc["a"]
    # values depend on the programme alone, and each still stands for a hundred
    assert found["raked"] == pytest.approx(60)
    assert found["raked_on"] == "programme, age_band"


def test_programmes_with_few_answers_are_joined_to_be_raked_and_named():
    roster = people(("u30", 50), ("30-39", 50)) + people(("u30", 50), ("30-39", 50), course="b")
    columns = aged(*["u30"] * 15, *["30-39"] * 10, *["u30"] * 3)
    found = estimates(
        {"a": [80.0] * 25, "b": [40.0, 50, 60]}, registry({"a": 100, "b": 100}, people=roster), columns=columns
    ).loc["a"]
    assert (found["raked_on"], found["joined"]) == ("programme (a+b), age_band", "")
    # an answer begins as 4 people in a, 33.3 in b: of the u30 60 * 80 + 100 * 50 by 160, of the others 80
    assert found["raked"] == pytest.approx((9800 / 160 + 80) / 2)


def test_one_answer_stands_for_three_times_the_average_at_most():
    known = registry({"a": 400}, people=people(("u30", 20), ("30-39", 380)))
    columns = aged(*["u30"] * 40, *["30-39"] * 10)
    found = estimates({"a": [90.0, 70] * 20 + [50.0, 30] * 5}, known, columns=columns).loc["a"]
    # weights 0.5 and 38, cut to 3 * 400 / 50 = 24
    assert found["raked"] == pytest.approx((20 * 80 + 240 * 40) / 260)


def test_the_few_whose_band_the_list_does_not_tell_are_like_the_others():
    known = registry({"a": 40}, people=people(("u30", 9), ("30-39", 27), (None, 4)))
    columns = aged(*["u30"] * 10, *["30-39"] * 10)
    found = estimates({"a": [90.0, 70] * 5 + [50.0, 30] * 5}, known, columns=columns).loc["a"]
    assert found[["raked", "raked_reason"]].tolist() == [pytest.approx(50), ""]


def test_the_list_s_word_comes_before_the_form_s():
    roster = people(("u30", 20), ("30-39", 20))
    columns = aged(*["30-39"] * 20) | {"respondent_id": pd.Series([f"a{n}" for n in range(10, 30)], dtype="str")}
    # by the list ten of them are under 30: as many as among all, so that nothing moves
    found = estimates({"a": [80.0] * 10 + [40.0] * 10}, registry({"a": 40}, people=roster), columns=columns).loc["a"]
    assert found[["raked", "raked_deff", "raked_n"]].tolist() == pytest.approx([60, 1, 20])


@pytest.mark.parametrize(
    ("roster", "bands"),
    [
        ([], ["u30"] * 10 + ["30-39"] * 10),  # no list
        (people(("u30", 10), ("30-39", 20), (None, 10)), ["u30"] * 10 + ["30-39"] * 10),  # a quarter is not known
        (people(("u30", 10), ("30-39", 30)), ["u30"] * 10 + ["30-39"] * 10 + [None] * 4),  # nor of the answers
        (people(("u30", 10), ("30-39", 30)), ["u30"] * 9 + ["30-39"] * 11),  # fewer than ten in a cell of two
    ],
)
def test_without_a_usable_margin_nothing_is_raked(roster, bands):
    values = [80.0, 60] * (len(bands) // 2)
    found = estimates({"a": values}, registry({"a": 40}, people=roster), columns=aged(*bands)).loc["a"]
    assert found[["raked_on", "raked_reason", "raked_n"]].tolist() == ["", NO_MARGIN, 0]
    assert math.isnan(found["raked"])
    assert found["estimate"] == pytest.approx(70)


# Properties ----------------------------------------------------------------------------------------


@settings(max_examples=15)
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 100)), max_size=20), st.randoms(use_true_random=False))
def test_the_order_of_rows_is_irrelevant(rows, random):
    known = registry({"a": 30, "b": 25, "c": 40}, {"c": "D2"})
    given: Given = {name: [float(value) for own, value in rows if own == name] for name in "abc"}
    responses, scores = tables(given)
    order = random.sample(range(len(responses)), len(responses))
    moved = estimate_wave(responses.iloc[order], scores, known, SURVEY, instrument="C", names=["application"])
    found = estimate_wave(responses, scores, known, SURVEY, instrument="C", names=["application"])
    pd.testing.assert_frame_equal(found.estimates, moved.estimates)
    pd.testing.assert_frame_equal(found.coverage, moved.coverage)
    assert found.weights["weight"].sum() == pytest.approx(95 if rows else 0)
    inside = found.estimates.dropna(subset=["estimate", "bound_low", "bound_high"])
    assert (inside["bound_low"] <= inside["estimate"]).all()
    assert (inside["estimate"] <= inside["bound_high"]).all()


def test_other_names_of_programmes_and_directions_change_no_figure():
    given, sizes = {"a": [40.0, 60, 70], "b": [80.0], "c": [10.0, 20]}, {"a": 30, "b": 20, "c": 12}
    found = estimates(given, registry(sizes, {"c": "D2"}))
    new = {"a": "x", "b": "y", "c": "z"}
    renamed = estimates({new[p]: values for p, values in given.items()},
                        registry({new[p]: n for p, n in sizes.items()}, {"x": "D2", "y": "D2", "z": "D3"}))  # fmt: skip
    numbers = found.select_dtypes("number").columns
    assert np.allclose(found[numbers], renamed[numbers], equal_nan=True)


def test_unequal_response_is_mended_by_the_weights():
    # marks differ by programme, and so does the response: 70 % where they are low, 30 % where they are high
    rng = np.random.default_rng(31)
    marks = {"a": 200 * [0.0] + 200 * [50.0], "b": 200 * [50.0] + 200 * [100.0]}
    known, hits, plain, weighted = registry({"a": 400, "b": 400}), 0, [], []
    for _ in range(60):
        given = {p: list(rng.permutation(marks[p])[:n]) for p, n in {"a": 84, "b": 36}.items()}
        row = estimates(given, known).loc["a"]
        hits += row["low"] <= 50 <= row["high"]
        plain.append(np.mean([*given["a"], *given["b"]]))
        weighted.append(row["estimate"])
    assert np.mean(plain) == pytest.approx(40, abs=1)  # (84 * 25 + 36 * 75) / 120
    assert np.mean(weighted) == pytest.approx(50, abs=1)
    assert hits >= 52  # 57 expected at 95 %; under 52 has a chance of 1 in 100


# The caller ----------------------------------------------------------------------------------------


def test_a_name_that_is_neither_score_nor_item_is_named():
    for name in ("applications", "C8", "C10"):
        with pytest.raises(CoursewavesError, match="the scores and items with ordered steps"):
            estimates({"a": [40.0]}, registry({"a": 9}), name)


def test_no_answers_give_the_columns_and_a_row_a_scope():
    found = estimates({}, registry({"a": 9}))
    assert list(found.columns) == COLUMNS
    assert found["n"].tolist() == [0, 0, 0]
    assert estimates({}, registry({}))["n_completed"].tolist() == [0]


def test_the_tables_given_are_not_changed():
    responses, scores = tables({"a": [40.0, 60, 70]})
    before = responses.copy(), scores.copy()
    estimate_wave(responses, scores, registry({"a": 9}), SURVEY, instrument="C", names=["application", "C1.1"])
    assert responses.equals(before[0])
    assert scores.equals(before[1])


# The planted truth ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def everybody(loaded_year):
    """What everybody in the example year would have answered to wave 3, scored; with programme and direction."""
    rng = np.random.default_rng(2026)
    drawn = make_institute(rng, 4, 12, 36, 2025).tables
    simulated = make_people(rng, drawn)
    counted = {name: drawn[name].groupby("programme_id").size() for name in ("abilities", "topics")}
    codes = {one.id: answer_all(rng, simulated, one, SURVEY, counted) for one in SURVEY.waves()}["C"]
    frame = simulated.frame
    assert frame["participant_id"].tolist() == loaded_year.registry.participants["participant_id"].tolist()
    identity = dict.fromkeys(IDENTITY, "") | {"course_id": frame["course_id"], "instrument_id": "C", "wave": 3}
    scores = score_responses(codes.assign(**identity), SURVEY)
    directions = drawn["programmes"].set_index("programme_id")["direction_id"]
    scores = scores.assign(programme=frame["programme_id"], direction=frame["programme_id"].map(directions), all="")
    return scores[frame["completed"] == "yes"]


def test_the_intervals_hold_what_everybody_would_have_said(loaded_year, everybody):
    names = ["application", "practical_block", "needs_fit", "results", "support", "F1", "F2", "F3"]
    tables_of = (loaded_year.responses, loaded_year.scores, loaded_year.registry, loaded_year.survey)
    found = estimate_wave(*tables_of, instrument="C", names=names).estimates
    truth = [
        everybody.loc[everybody[row.scope] == row.scope_id, row.name].mean() for row in found.itertuples(index=False)
    ]
    is_held = (found["low"] <= truth) & (truth <= found["high"])
    assert len(found) == len(names) * (1 + everybody["direction"].nunique() + 4)
    assert is_held.mean() >= 0.9
    assert is_held[found["scope"] == "all"].all()
    # not all: both quarters of a mark that most give at the top lie above its mean
    assert ((found["bound_low"] <= truth) & (truth <= found["bound_high"])).mean() >= 0.95
    # the raked ones are made from the same people, and stay near
    assert (found["raked"] - found["estimate"]).abs().max() < 5
    # a correction by those who answered narrows the interval
    wide = estimate_wave(*tables_of, instrument="C", names=names, fpc=False).estimates
    assert (wide["se"] > found["se"]).all()


def test_the_default_figures_are_all_scores_and_ordered_items(loaded_year):
    found = estimate_wave(
        loaded_year.responses, loaded_year.scores, loaded_year.registry, loaded_year.survey, instrument="C"
    ).estimates
    told = found.loc[found["scope"] == "all"].set_index("name")["kind"].to_dict()
    assert {"application": "mean", "K5": "mean", "F2": "mean", "C1.1": "share", "C5.0": "share"}.items() <= told.items()
    assert not {"C5.1", "C8", "C10"} & set(told)
    assert (found.loc[found["low"].isna(), "reason"] != "").all()
