"""Reports on programmes, their factors and topics, and on directions: what is said of how many, and what never."""

import re
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import handmade
from coursewaves import reports_of, sections
from coursewaves.analysis.enough import blank_small_sides, blank_small_values
from coursewaves.analysis.sides import occasions_of
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.publishing.report import make_page
from coursewaves.registry.tables import columns_of, dtype_of
from coursewaves.reports_of.alike import in_short
from coursewaves.reports_of.mix import composition
from coursewaves.settings.home import Settings, notebooks_folder
from coursewaves.survey.files import load_survey
from coursewaves.views.direction import Direction
from coursewaves.views.opening import DirectionView, ProgrammeView, open_direction, open_programme
from coursewaves.views.programme import Programme

LANGUAGES = ("kk", "ru", "en")
EXAMPLES = Path(__file__).parents[1] / "examples"
NEVER_SHOWN = re.compile(r"\b(?:nan|NaN|inf|NaT)\b|\bNone\b(?! of)|<NA>|p = 0[.,]0+\b|\{\w*\}")
SECTIONS = {
    "programme": ("front", "summary", "runs", "response", "criteria", "factors", "chain", "trend", "decisions",
                  "topics", "methods", "end_of_report"),
    "factors": ("front", "summary", "gap", "importance", "by_run", "mix", "topics", "proposals", "methods",
                "end_of_report"),
    "topic": ("front", "summary", "verdicts", "choices", "by_run", "trainers", "decisions", "methods",
              "end_of_report"),
    "direction": ("front", "summary", "programmes", "response", "coverage", "criteria", "methods", "end_of_report"),
}  # fmt: skip


def view_of(found: Year, kind: str, language: str = "en") -> ProgrammeView | DirectionView:
    """A handmade year seen by one reader: its only programme, or its only direction."""
    memo = found.__dict__.setdefault(f"memo of {kind}", {})  # what is found once is shared by all languages
    if kind == "direction":
        return DirectionView(found, "D1", Phrases(language), memo=memo)
    return ProgrammeView(found, "A", Phrases(language), memo=memo)


def shown(view: ProgrammeView | DirectionView, kind: str, *names: str) -> str:
    """The HTML of some sections of a kind of report, of all by default."""
    module = getattr(reports_of, kind)
    return "\n".join(getattr(module, name)(view)._repr_html_() for name in names or SECTIONS[kind])


def text_of(html: str) -> str:
    """What a reader sees of some HTML, figures by their words."""
    html = re.sub(r"<svg.*?<desc[^>]*>([^<]*)</desc>.*?</svg>", r" \1 ", html, flags=re.DOTALL)
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).replace("\N{WORD JOINER}", "").split())


def told(found: Year, kind: str, *names: str) -> str:
    """What a reader sees of some sections, in English."""
    return text_of(shown(view_of(found, kind), kind, *names))


def row_of(html: str, name: str) -> list[str]:
    """The cells of the first table row with this heading."""
    found = re.findall(rf'<tr><th scope="row"[^>]*>{re.escape(name)}</th>(.*?)</tr>', html)
    return [text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found[0])]


def rated_at(survey, levels: dict[str, tuple[float, int]], **course: Any) -> Year:
    """A year of one programme whose runs have scores around a level of their own, and so many answers."""
    found = handmade.year(survey, courses={name: n for name, (_, n) in levels.items()}, **course)
    names = [column for column in found.scores if column.startswith(("K", "F", "rating"))]
    level = found.scores["course_id"].map({name: one for name, (one, _) in levels.items()})
    chance = np.random.default_rng(5).normal(0, 6, (len(found.scores), len(names)))
    found.scores[names] = np.clip(level.to_numpy()[:, None] + chance, 0, 100)
    found.scores.loc[found.scores["instrument_id"] != "B", names] = np.nan
    return found


def with_rows(found: Year, table: str, rows: list[dict[str, Any]]) -> Year:
    """The year with rows in a table of its registry."""
    types = {column: dtype_of(table, column) for column in columns_of(table)}
    listed = pd.DataFrame(rows, columns=list(types)).astype(types)
    found.__dict__["registry"] = replace(found.registry, **{table: listed})
    return found


# What is said of how many ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", SECTIONS)
@pytest.mark.parametrize("n", [0, 4, 5, 9, 10, 30])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, kind, n):
    found = handmade.year(survey, courses={"A-1": n, "A-2": n}, linked=n > 5)
    for language in LANGUAGES:
        page = shown(view_of(found, kind, language), kind)
        assert NEVER_SHOWN.findall(text_of(page)) == []
        assert 1 <= shown(view_of(found, kind, language), kind, "summary").count("<li>") <= 7
        assert 'id="coursewaves-end-of-report"' in page


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_report_on_fewer_than_five_answers_does_not_depend_on_the_answers(survey, kind):
    pages: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    for n, shift in [(1, 2), (4, 0), (4, 3)]:
        found = handmade.year(survey, n, shift=shift, linked=bool(shift), outcomes={"C": 0})
        for language, told_so_far in pages.items():
            told_so_far.add(shown(view_of(found, kind, language), kind))
    assert [len(told_so_far) for told_so_far in pages.values()] == [1, 1, 1]


@pytest.mark.parametrize("kind", SECTIONS)
def test_of_nine_answers_no_mean_is_shown(survey, kind):
    page = shown(view_of(handmade.year(survey, 9), kind), kind)
    assert not re.search(r"\d+ \(\d+–\d+\)", text_of(page))


@pytest.mark.parametrize("kind", SECTIONS)
def test_a_larger_minimum_group_of_the_settings_hides_more(survey, kind):
    found = handmade.year(survey, courses={"A-1": 11, "A-2": 11}, settings=Settings(minimum_group=12))
    page = shown(view_of(found, kind), kind)
    assert not re.search(r"\d+ \(\d+–\d+\)|\d+ \(\d+%\)", text_of(page))


def test_what_to_decide_stays_in_the_shortest_summary(survey):
    view = view_of(handmade.year(survey, 12), "programme")
    page = in_short(view, [14], ["", *(f"sentence {n}" for n in range(9)), "To decide: all."])._repr_html_()
    assert re.findall(r"<li>(.*?)</li>", page) == [*(f"sentence {n}" for n in range(6)), "To decide: all."]
    assert in_short(view, [14], ["", ""])._repr_html_().count("<li>") == 0


@pytest.mark.parametrize("kind", SECTIONS)
def test_one_run_alone_has_its_report(survey, kind):
    found = rated_at(survey, {"A-1": (40.0, 40)})
    page = told(found, kind)
    assert "low-rated (¶16): " not in page.lower()
    if kind == "programme":
        assert "one run alone makes no programme low-rated" in page
        assert "The verdict rests on 40 ratings of 1 runs." in page
    if kind == "direction":
        assert "To be watched, after one run alone: Play en (A)." in page


@pytest.mark.parametrize("kind", SECTIONS)
@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
@pytest.mark.parametrize("n", [0, 7, 25])
def test_another_institute_s_survey_has_its_reports(kind, name, n):
    survey = load_survey(EXAMPLES / name / "instruments")
    found = handmade.year(survey, courses={"A-1": n, "A-2": n})
    page = shown(view_of(found, kind), kind)
    assert set(NEVER_SHOWN.findall(text_of(page))) <= {"None"}  # an answer of theirs
    if not survey.ratings:
        assert "¶16" not in text_of(page).replace("Factor", "") or kind == "factors"
        assert "asks for no decision" not in page or kind == "direction"


# Nobody is found by taking figures away from each other ----------------------------------------------


def test_a_small_run_is_no_part_of_any_sum(survey):
    large = {"A-1": 20, "A-2": 20}
    without = ProgrammeView(handmade.year(survey, courses=large), "A", Phrases("en"))
    beside = ProgrammeView(handmade.year(survey, courses=large | {"A-3": 4}), "A", Phrases("en"))
    for names in (("criteria",), ("factors",), ("chain",), ("topics",), ("trend",)):
        assert shown(without, "programme", *names) == shown(beside, "programme", *names)
    assert shown(without, "topic", "verdicts", "choices") == shown(beside, "topic", "verdicts", "choices")


def test_values_of_a_small_course_are_blanked_score_by_score():
    table = pd.DataFrame({"course_id": ["A"] * 5 + ["B"] * 5, "K1": [1.0] * 10, "K2": [1.0] * 9 + [np.nan]})
    kept = blank_small_values(table, ["K1", "K2"], 5)
    assert kept["K1"].tolist() == [1.0] * 10
    assert kept["K2"].notna().tolist() == [True] * 5 + [False] * 5


@pytest.mark.parametrize(("n_answered", "n_linked"), [(12, 12), (12, 3), (3, 12), (4, 4), (0, 12)])
def test_no_course_adds_fewer_than_five_people_to_a_side_or_to_the_linked(survey, n_answered, n_linked):
    responses = handmade.year(survey, 12, linked=True).responses.copy()
    place = responses["response_id"].str.rpartition(".")[2].astype(int)
    responses["respondent_id"] = responses["respondent_id"].where(place < n_linked)
    responses["B1.1"] = responses["B1.1"].where(place < n_answered)
    kept = blank_small_sides(responses, survey, 5)
    occasions = occasions_of(kept, survey)
    pairs = [pair for construct in survey.constructs for pair in construct.pairs]
    for pair in pairs:
        earlier, later = (np.isfinite(side) for side in occasions.sides(pair))
        for n in (earlier.sum(), later.sum(), (earlier & later).sum()):
            assert n == 0 or n >= 5
    assert kept.index.equals(responses.index)
    if n_answered == n_linked == 12:
        pd.testing.assert_frame_equal(kept, responses)


def mixed(survey, roles: dict[str, dict[str, int]]) -> Programme:
    """A programme whose runs have so many participants in each role."""
    found = handmade.year(survey, courses={course_id: sum(own.values()) for course_id, own in roles.items()})
    forms = found.responses
    for course_id, own in roles.items():
        codes = [code for code, n in own.items() for _ in range(n)]
        for wave in survey.instruments:
            chosen = (forms["course_id"] == course_id) & (forms["instrument_id"] == wave.id)
            forms.loc[chosen, "role"] = codes
    return Programme(found, "A")


def shown_roles(programme: Programme) -> set[str]:
    """The roles of which the mix shows a share."""
    return {row["code"] for row in composition(programme, "role").shown()}


def test_a_group_that_one_run_hides_is_hidden_over_all_runs(survey):
    whole = {"head": 6, "methodologist": 6, "teacher": 8}
    assert shown_roles(mixed(survey, {"A-1": whole, "A-2": whole})) == {"head", "methodologist", "teacher"}
    # over both runs nine heads; less the six of the first report they are three
    few = {"head": 3, "methodologist": 7, "teacher": 10}
    assert "head" not in shown_roles(mixed(survey, {"A-1": whole, "A-2": few}))


def test_a_group_that_follows_from_the_others_is_hidden_with_them(survey):
    few = {"head": 4, "methodologist": 7, "teacher": 10}
    assert shown_roles(mixed(survey, {"A-1": few})) == {"teacher"}


# Programmes ------------------------------------------------------------------------------------------


def test_runs_stand_by_their_first_day_and_never_by_rank(survey):
    found = rated_at(survey, {"A-1": (80.0, 20), "A-2": (40.0, 20), "A-3": (60.0, 20)})
    found.registry.courses["starts_on"] = pd.to_datetime(["2025-05-05", "2025-03-03", "2025-04-07"])
    words = told(found, "programme", "runs")
    assert re.findall(r"A-\d(?=: \d)", words) == ["A-2", "A-3", "A-1"]
    assert "Runs that lie below the threshold by themselves: A-2." in words


def test_a_run_of_fewer_than_ten_ratings_has_no_figure(survey):
    page = shown(view_of(rated_at(survey, {"A-1": (40.0, 20), "A-2": (40.0, 9), "A-3": (40.0, 3)}), "programme"),
                 "programme", "runs")  # fmt: skip
    assert page.count("fewer than 10 answers") == 2
    assert re.findall(r"A-\d: \d+ \(", text_of(page)) == re.findall(r"A-1: \d+ \(", text_of(page))


def test_answers_by_run_hide_the_small_ones(survey):
    page = shown(view_of(handmade.year(survey, courses={"A-1": 20, "A-2": 4}), "programme"), "programme", "response")
    assert row_of(page, "A-1")[1:] == ["20 (67%)", "20 (71%)", "20 (71%)"]  # of 30 enrolled, 28 completed
    assert row_of(page, "A-2")[1:] == ["<5", "<5", "<5"]


def decided(survey, before: float, after: float, **decision: str) -> Year:
    """Two runs before a decision and two after it, at levels of their own."""
    found = rated_at(survey, {"A-1": (before, 30), "A-2": (before, 30), "A-3": (after, 30), "A-4": (after, 30)})
    starts = pd.to_datetime(["2025-01-13", "2025-02-10", "2025-09-01", "2025-10-06"])
    found.registry.courses["starts_on"] = starts
    found.registry.courses["ends_on"] = starts + pd.Timedelta(days=11)
    row = {"decision_id": "R1", "programme_id": "A", "decided_on": "2025-06-18", "council": "smc",
           "kind": "change_topic", "text": "Aigerim's topic goes"}  # fmt: skip
    return with_rows(found, "decisions", [row | decision])


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (45.0, 75.0, r"Since June 18, 2025 \(change of a topic\) the rating is higher by \+(?:29|30|31) points"),
        (75.0, 45.0, r"Since June 18, 2025 \(change of a topic\) the rating is lower: −(?:29|30|31) points"),
        (60.0, 60.0, r"no move of the rating is distinguishable"),
    ],
)
def test_an_earlier_decision_says_whether_ratings_moved_since(survey, before, after, said):
    words = told(decided(survey, before, after), "programme", "decisions")
    assert re.search(said, words)
    assert "6/18/25 scientific-methodological council change of a topic – 2 / 2" in words
    assert "With fewer than ten programmes a return to the mean can't be told apart from a move." in words
    assert "Aigerim" not in words  # the wording of a decision may name a person


SHOWING = {"course": "decisions", "topic": "decisions", "programme": "decisions", "factors": "proposals"}
"""The section of each kind of report that shows earlier decisions on its programme."""


def told_of_decisions(found: Year, kind: str) -> str:
    """What a report of a kind says of earlier decisions, in English."""
    if kind == "course":
        return text_of(sections.decisions(handmade.view(found, "A-1"))._repr_html_())
    return told(found, kind, SHOWING[kind])


@pytest.mark.parametrize("kind", SHOWING)
@pytest.mark.parametrize(
    ("after", "said"),
    [(75.0, "the rating is higher by"), (45.0, "the rating is lower:"), (60.0, "no move of the rating is disting")],
)
def test_every_later_report_shows_the_decision_its_day_and_whether_the_rating_moved(survey, kind, after, said):
    made = {"kind": "change_duration", "council": "academic", "done_on": "2025-08-29", "owner": "A. B."}
    found = decided(survey, 60.0, after, **made)
    words = told_of_decisions(found, kind)
    assert "6/18/25 Academic Council change of the duration 8/29/25 2 / 2" in words
    assert f"Since June 18, 2025 (change of the duration) {said}" in words
    assert "A. B." not in words and "Aigerim" not in words


@pytest.mark.parametrize("kind", SHOWING)
def test_of_fewer_than_five_people_nothing_is_said_of_a_decision(survey, kind):
    found = handmade.year(survey, courses={"A-1": 4, "A-2": 4})
    starts = pd.to_datetime(["2025-01-13", "2025-09-01"])
    found.registry.courses["starts_on"] = starts
    found.registry.courses["ends_on"] = starts + pd.Timedelta(days=11)
    row = {"decision_id": "R1", "programme_id": "A", "decided_on": "2025-06-18", "council": "academic",
           "kind": "change_topic"}  # fmt: skip
    words = told_of_decisions(with_rows(found, "decisions", [row]), kind)
    assert "change of a topic" in words
    assert not re.search(r"\d+ → \d+|rating is (?:higher|lower)|move of the rating", words)


@pytest.mark.parametrize("kind", ["course", "topic"])
def test_a_report_on_a_programme_without_decisions_is_silent_or_says_so(survey, kind):
    words = told_of_decisions(handmade.year(survey, 20), kind)
    assert words == "" if kind == "course" else "lists no earlier decision" in words


@pytest.mark.parametrize("kind", ["programme", "factors"])
def test_a_decision_without_runs_after_it_says_so(survey, kind):
    found = decided(survey, 45.0, 75.0, decided_on="2025-12-01")
    section = {"programme": "decisions", "factors": "proposals"}[kind]
    assert "no run before the decision, or none after it; nothing can be said." in told(found, kind, section)


def test_a_decision_to_change_nothing_is_listed_and_has_no_effect(survey):
    words = told(decided(survey, 45.0, 75.0, kind="none", council="academic"), "programme", "decisions", "summary")
    assert "6/18/25 Academic Council no change – – –" in words
    assert "Since" not in words


def test_a_programme_without_decisions_says_so(survey):
    assert "lists no earlier decision" in told(handmade.year(survey, 20), "programme", "decisions")


def test_one_year_makes_no_trend(survey):
    words = told(rated_at(survey, {"A-1": (70.0, 20), "A-2": (72.0, 20)}), "programme", "trend")
    assert "No trend is estimated: that takes five years and ten runs" in words
    assert re.search(r"2025 2 40 7\d 6?7?\d–7\d", words)


# Factors and topics ------------------------------------------------------------------------------------


def low_year(survey) -> Year:
    """A low-rated programme of two runs, with a topic that is not useful and one that is."""
    found = rated_at(survey, {"A-1": (40.0, 60), "A-2": (40.0, 60)})
    forms = found.responses
    is_rated = forms["instrument_id"] == "B"
    forms.loc[is_rated, "B10.1"] = np.resize([1.0, 2.0, 3.0], int(is_rated.sum()))  # 0, 25, 50: 25 in the mean
    forms.loc[is_rated, "B10.2"] = np.resize([4.0, 5.0], int(is_rated.sum()))  # 75 and 100
    forms.loc[is_rated, "B10v.1"] = np.resize(["drop", "drop", "drop", "keep"], int(is_rated.sum()))
    return found


def test_the_factor_analysis_says_what_is_low_and_what_may_be_decided(survey):
    words = told(low_year(survey), "factors")
    assert "low-rated (¶16); probability that it lies below 62.5: >99%." in words
    assert "Topics that are not useful enough: Topic 1 en." in words
    assert "Change of a topic (¶19). Topics that are not useful enough: Topic 1 en." in words
    assert "Most participants chose: “drop” — Topic 1 en" in words
    assert "Trainers who may be invited to the council (¶15, ¶18): A. Trainer." in words
    assert "changes decided so far: 0." in words
    assert "To decide: which changes of the curriculum plan" in words


def test_a_programme_that_is_not_low_has_no_gap_split_up(survey):
    words = told(rated_at(survey, {"A-1": (85.0, 40), "A-2": (85.0, 40)}), "factors", "gap")
    assert "not low-rated; probability" in words
    assert "The regulation asks for a factor analysis of low-rated programmes alone (¶16)." in words
    assert "too few answers" not in words


def test_importance_needs_a_hundred_answers_of_all_courses(survey):
    few = rated_at(survey, {"A-1": (40.0, 40), "A-2": (40.0, 40)})
    assert "Importance is not given: fewer than 100 answers of all courses." in told(few, "factors", "importance")
    assert "(tentative: fewer than 200 answers)" in told(low_year(survey), "factors", "importance")


def test_topics_are_told_by_their_verdict_in_the_order_of_the_plan(survey):
    words = told(low_year(survey), "topic")
    assert "Topics judged: 2, by up to 120 participants in runs with enough answers." in words
    assert "Useful: Topic 2 en." in words
    assert "Not useful enough: Topic 1 en." in words
    assert "What clearly most would do: “drop” — Topic 1 en" in words
    page = shown(view_of(low_year(survey), "topic"), "topic", "choices", "by_run")
    assert row_of(page, "Topic 1 en")[:1] == ["120"]
    assert "75%" in row_of(page, "Topic 1 en")
    assert re.findall(r'<tr><th scope="row">(Topic 1 en)</th><td>25</td><td>25</td>', page) == ["Topic 1 en"]


def test_a_programme_without_topics_says_so(survey):
    found = with_rows(handmade.year(survey, 20), "topics", [])
    assert "The registry lists no topics of this programme." in told(found, "topic", "summary")
    assert "The registry lists no topics of this programme." in told(found, "topic", "trainers")


# Directions --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "completed", "said"),
    [
        (29, 100, "29 of 100 who completed answered (29%); the least share of 30% (¶10) is not reached."),
        (30, 100, "30 of 100 who completed answered (30%); 30% is reached, 40% is not."),
        (40, 100, "40 of 100 who completed answered (40%); 30% and 40% are reached."),
        (299, 1000, "299 of 1,000 who completed answered (29.9%); the least share of 30% (¶10) is not reached."),
    ],
)
def test_the_coverage_is_counted_in_people(survey, n, completed, said):
    found = handmade.year(survey, {"A": 0, "B": 0, "C": n}, enrolled=completed, completed=completed)
    words = told(found, "direction", "summary", "coverage")
    assert f"Monitoring 3: {said}" in words
    assert ("whom to ask once more" in words) == (n * 10 < completed * 3)


def test_more_answers_than_people_who_completed_are_no_coverage(survey):
    words = told(handmade.year(survey, 20, enrolled=15, completed=15), "direction", "summary", "coverage")
    assert "Monitoring 3: the coverage of the direction can't be said." in words
    assert "%" not in words.partition("Answers of all who completed")[2].partition("Missing")[0]


def test_programmes_stand_by_their_codes_with_their_verdicts(survey):
    found = rated_at(survey, {"A-1": (40.0, 40), "A-2": (40.0, 40), "B-1": (85.0, 40), "B-2": (85.0, 40)})
    found.registry.courses["programme_id"] = ["A", "A", "B", "B"]
    programmes = found.registry.programmes
    found = with_rows(found, "programmes", [*programmes.to_dict("records"), {
        "programme_id": "B", "direction_id": "D1", "title_en": "Art", "hours": 36}])  # fmt: skip
    page = shown(view_of(found, "direction"), "direction", "summary", "programmes")
    assert "Low-rated (¶16): Play en (A). Not low-rated: Art (B)." in text_of(page)
    assert row_of(page, "Play en (A)")[-2:] == [">99%", "low-rated"]
    assert row_of(page, "Art (B)")[:2] == ["2", "80"]
    assert page.index("Play en (A)</th>") < page.index("Art (B)</th>")


# Opening -----------------------------------------------------------------------------------------------


def test_opening_an_unknown_programme_or_direction_names_those_that_there_are(survey, monkeypatch):
    found = handmade.year(survey, 12)
    monkeypatch.setattr("coursewaves.views.opening._opened_programme", lambda root, name, stamp: Programme(found, name))
    monkeypatch.setattr("coursewaves.views.opening._opened_direction", lambda root, name, stamp: Direction(found, name))
    with pytest.raises(CoursewavesError, match=r"Can't find 'Z' in programmes. Possible values: 'A'"):
        open_programme("", "Z", "en")
    with pytest.raises(CoursewavesError, match=r"Can't find 'Z' in directions. Possible values: 'D1'"):
        open_direction("", "Z", "en")


def test_what_is_found_of_a_programme_is_found_once_for_all_languages(survey):
    found = rated_at(survey, {"A-1": (40.0, 40), "A-2": (40.0, 40)})
    programme = Programme(found, "A")
    views = [ProgrammeView(found, "A", Phrases(language), memo=programme.memo) for language in LANGUAGES]
    assert len({id(view.comparisons) for view in views}) == 1
    assert len({id(view.runs) for view in views}) == 1


# The example year ----------------------------------------------------------------------------------------


def page_of(loaded_year: Year, kind: str, subject_id: str) -> str:
    """The page of one report on the example year, in Kazakh, by its notebook."""
    name = "direction_id" if kind == "direction" else "programme_id"
    parameters = {"home": str(loaded_year.home.root), name: subject_id, "language": "kk"}
    notebook = notebooks_folder() / "reports" / f"{kind}.ipynb"
    return make_page(notebook, parameters, "Title", "kk", "coursewaves")


@pytest.mark.slow
@pytest.mark.parametrize("programme_id", ["P02", "P03"])
def test_the_planted_cause_of_a_low_rating_is_on_the_page_of_its_factors(loaded_year, example_year, programme_id):
    _, truth = example_year
    page = text_of(page_of(loaded_year, "factors", programme_id))
    survey = loaded_year.survey
    names = [survey.criterion(name).wording("kk") for name in sorted(truth.low_rated[programme_id]["factors"])]
    assert f"Бағдарламаның басқа факторларынан айқын төмен: {'; '.join(names)}." in page
    assert "төмен бағаланған (¶16)" in page


@pytest.mark.slow
@pytest.mark.parametrize("programme_id", ["P01", "P02"])
def test_the_planted_counts_and_verdicts_are_on_the_page_of_a_programme(loaded_year, example_year, programme_id):
    _, truth = example_year
    page = page_of(loaded_year, "programme", programme_id)
    for course_id, waves in truth.courses.items():
        if course_id.startswith(programme_id):
            counts = [cell.partition(" ")[0] for cell in row_of(page, course_id)[1:]]
            assert counts == [str(n) if n >= 5 else "<5" for n in (waves.get(str(wave), 0) for wave in (1, 2, 3))]
    assert ("төмен бағаланған (¶16)" in page) == (programme_id in truth.low_rated)
    decisions = loaded_year.registry.decisions
    n = int((decisions["programme_id"] == programme_id).sum())
    assert page.count("сабақ тақырыбын өзгерту</td>") == n


@pytest.mark.slow
def test_the_pages_of_topics_and_directions_agree_with_the_example_year(loaded_year, example_year):
    _, truth = example_year
    topics = text_of(page_of(loaded_year, "topic", "P01"))
    assert "Пайдалылығы жеткіліксіз:" not in topics  # P01 is not planted low
    page = text_of(page_of(loaded_year, "direction", "D1"))
    given = [waves.get("3", 0) for name, waves in truth.courses.items() if name.startswith(("P01", "P04"))]
    answered = sum(n for n in given if n >= 5)  # a sum with small courses would tell of them
    courses = loaded_year.registry.courses
    completed = int(courses.loc[courses["programme_id"].isin(["P01", "P04"]), "completed"].sum())
    assert f"3-мониторинг: курсты аяқтаған {completed} тыңдаушыдан {answered} адам жауап берді" in page
