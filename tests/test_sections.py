"""The sections of the course report: what is said of how many answers, in every language, and what never."""

import re
from html import unescape
from pathlib import Path

import numpy as np
import pytest

import handmade
from coursewaves import sections
from coursewaves.errors import CoursewavesError
from coursewaves.processed.year import Year
from coursewaves.sections.changes import apart, edges, sentence, shown_comparisons
from coursewaves.sections.factors import programme_verdict
from coursewaves.sections.open_answers import MOST_LETTERS, MOST_QUOTES
from coursewaves.settings.home import Settings
from coursewaves.survey.files import load_survey
from coursewaves.views.course import Course
from coursewaves.views.opening import CourseView, open_course

LANGUAGES = ("kk", "ru", "en")
ABOUT_ANSWERS = ("summary", "respondents", "waves", "changes", "factors", "topics", "open_answers", "methods")
ALL = ("front", *ABOUT_ANSWERS, "end_of_report")
EXAMPLES = Path(__file__).parents[1] / "examples"

NEVER_SHOWN = re.compile(r"\b(?:nan|NaN|inf|NaT)\b|\bNone\b(?! of)|<NA>|p = 0[.,]0+\b|\{\w*\}")


def shown(view: CourseView, *names: str) -> str:
    """The HTML of some sections, of all by default."""
    return "\n".join(getattr(sections, name)(view)._repr_html_() for name in names or ALL)


def text_of(html: str) -> str:
    """What a reader sees of some HTML, attributes and tags apart."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html)).replace("\N{WORD JOINER}", "").split())


def row_of(html: str, name: str) -> list[str]:
    """The cells of the table row with this heading."""
    (found,) = re.findall(rf'<tr><th scope="row"[^>]*>{re.escape(name)}</th>(.*?)</tr>', html)
    return [text_of(cell) for cell in re.findall(r"<td[^>]*>(.*?)</td>", found)]


# What is said of how many ----------------------------------------------------------------------------


def in_each_language(found: Year) -> list[CourseView]:
    """The course seen in every language; what does not depend on it is computed once."""
    views = [handmade.view(found, language=language) for language in LANGUAGES]
    for view in views:
        view.__dict__["comparisons"] = views[0].comparisons
    return views


def test_a_report_on_fewer_than_five_answers_does_not_depend_on_the_answers(survey):
    pages: dict[str, set[str]] = {language: set() for language in LANGUAGES}
    # that nobody answered at all is no secret: surveys without answers are listed by name
    for n, shift, text in [(1, 2, "bad"), (3, 1, "bad"), (4, 0, "good"), (4, 3, "bad")]:
        for view in in_each_language(handmade.year(survey, n, shift=shift, texts=[text], linked=bool(shift))):
            pages[view.phrases.language].add(shown(view))
    for (page,) in pages.values():
        assert "&lt;5" in page
        assert not re.search("<svg|<q>", page)


def test_waves_of_different_sizes_hide_only_the_small_one(survey):
    view = handmade.view(handmade.year(survey, {"A": 4, "B": 12, "C": 3}))
    page = shown(view, "waves")
    assert page.count("Fewer than 5 answers: nothing is shown.") == 2
    assert page.count("Mean scores by indicator") == 2  # name and caption of wave 2's table
    assert "Answers: Monitoring 1 — <5; Monitoring 2 — 12 (43%); Monitoring 3 — <5." in text_of(shown(view, "summary"))


def test_forms_of_three_people_in_three_waves_are_not_nine_people(survey):
    view = handmade.view(handmade.year(survey, 3, linked=True))
    assert "links one person's waves" not in shown(view, "respondents")
    view.year.responses["is_straightlined"] = True
    assert "Forms with the same mark everywhere are kept: often they are honest." in text_of(shown(view, "methods"))


@pytest.mark.parametrize("n", [5, 9])
def test_five_to_nine_answers_give_counts_and_nothing_else(survey, n):
    view = handmade.view(handmade.year(survey, n, linked=True))
    page = shown(view, *ABOUT_ANSWERS)
    assert "<svg" in page
    assert not re.search("<q>|95 % interval</th>|Mean scores, 0–100", shown(view, "waves", "changes", "factors"))
    about_answers = text_of(shown(view, "waves", "changes", "factors", "topics", "open_answers"))
    assert not re.search(r"\d%", about_answers)  # nor in the words for those who can't see a figure
    assert "No open question has 10 answers" in about_answers
    assert "Rating of this course: fewer than 10 answers" in text_of(shown(view, "summary"))
    assert set(re.findall("<td>(.*?)</td>", shown(view, "topics"))) == {"&lt;10", "–"}


def test_a_likert_figure_of_few_answers_speaks_in_counts(survey):
    words = " ".join(re.findall(r"<desc[^>]*>([^<]*)</desc>", shown(few(survey, 7), "waves")))
    assert re.search(r": \d / 7", words)
    assert not re.search(r"\d%", words)


def few(survey, n: int) -> CourseView:
    return handmade.view(handmade.year(survey, n))


@pytest.mark.parametrize("n", [10, 14])
def test_ten_answers_give_means_and_quotations_and_no_test(survey, n):
    view = handmade.view(handmade.year(survey, n))
    page = shown(view)
    assert "Mean scores by indicator" in page
    assert "<q>All was clear.</q>" in page
    assert "not tested" in page
    assert not re.search(r"p (?:=|&lt;) \d", page)
    assert "Waves could not be compared by a test: too few answers." in text_of(shown(view, "summary"))


def quoted(view: CourseView) -> list[str]:
    return [unescape(text) for text in re.findall(r"<q>(.*?)</q>", shown(view, "open_answers"))]


def test_the_order_of_quotations_says_nothing_of_who_answered_when(survey):
    texts = [f"What the {n}. person says." for n in range(20)]
    found = handmade.year(survey, 20, texts=texts)
    by_time = quoted(handmade.view(found))
    turned = handmade.year(survey, 20, texts=texts)
    turned.__dict__["responses"] = found.responses.iloc[::-1].reset_index(drop=True)
    assert quoted(handmade.view(turned)) == by_time
    first = by_time[:MOST_QUOTES]
    assert first != sorted(first, key=texts.index)
    assert first != sorted(first, key=texts.index, reverse=True)


def test_few_quotations_stand_for_many_answers_and_none_is_longer_than_is_quoted(survey):
    long = "Бәрі түсінікті болды. " * 40
    texts = [f"{n} {long}" for n in range(20)]
    by_question = shown(handmade.view(handmade.year(survey, 20, texts=texts)), "open_answers").split("<h3")[1:]
    assert by_question
    assert [part.count("<q>") for part in by_question] == [MOST_QUOTES] * len(by_question)
    told = quoted(handmade.view(handmade.year(survey, 20, texts=texts)))
    assert {len(text) for text in told} <= {MOST_LETTERS, MOST_LETTERS - 1}
    assert all(text.endswith("…") for text in told)


def test_fifteen_answers_give_tests(survey):
    page = text_of(shown(handmade.view(handmade.year(survey, 15, linked=True)), "summary", "changes"))
    assert re.search(r"p = 0\.\d+|p = 1|p < 0\.001", page)
    assert re.search(r"\d+ comparisons", page)


def test_a_larger_minimum_group_of_the_settings_hides_more(survey):
    settings = Settings(minimum_group=12)
    page = shown(handmade.view(handmade.year(survey, 11, settings=settings)))
    assert "&lt;12" in page
    assert not re.search("<svg|<q>", page)


@pytest.mark.parametrize("n", [0, 1, 5, 10, 15, 30])
def test_nothing_that_can_not_be_computed_is_ever_shown(survey, n):
    for view in in_each_language(handmade.year(survey, n, linked=n > 10)):
        page = shown(view)
        assert NEVER_SHOWN.findall(text_of(page)) == []
        assert NEVER_SHOWN.findall(" ".join(re.findall(r'"([^"]*)"', page))) == []
        assert 1 <= shown(view, "summary").count("<li>") <= 7


def test_equal_answers_of_everybody_give_no_zero_p_value_and_no_interval_of_nothing(survey):
    found = handmade.year(survey, 20, linked=True)
    scored = [c for i in survey.instruments for item in i.items for c in survey.columns(item)
              if survey.scale(item.scale).is_scored]  # fmt: skip
    for column in scored:
        found.responses[column] = found.responses[column].where(found.responses[column].isna(), 3.0)
    page = text_of(shown(handmade.view(found)))
    assert NEVER_SHOWN.findall(page) == []


def test_numbers_off_every_scale_never_reach_a_sentence():
    assert NEVER_SHOWN.findall("n = nan; p = 0.000; p = 0,00; inf; None; {n}") == [
        "nan", "p = 0.000", "p = 0,00", "inf", "None", "{n}",
    ]  # fmt: skip
    assert NEVER_SHOWN.findall("p = 0.03; information; nanny; p = 0.002") == []


# What is low-rated -----------------------------------------------------------------------------------


def rated_at(survey, level: float, courses: dict[str, int]) -> Year:
    """A year whose every score lies around one level."""
    found = handmade.year(survey, courses=courses)
    names = [column for column in found.scores if column.startswith(("K", "F", "rating"))]
    chance = np.random.default_rng(5).normal(0, 6, (len(found.scores), len(names)))
    found.scores[names] = (level + chance).clip(0, 100)
    found.scores.loc[found.scores["instrument_id"] != "B", names] = np.nan
    return found


def test_a_low_rated_programme_gets_its_factor_analysis_in_every_language(survey):
    for view in in_each_language(rated_at(survey, 40.0, {"A-1": 50, "A-2": 50, "A-3": 9})):
        page = shown(view, "summary", "factors", "topics")
        assert page.count("<svg") == 5  # direct, indirect, funnel, runs, map
        assert "&gt;99" in page
        assert NEVER_SHOWN.findall(text_of(page)) == []
        if view.phrases.language == "en":
            assert "low-rated (¶16); probability that it lies below 62.5: >99%." in text_of(page)
            assert "To decide: a detailed factor analysis of the programme (¶16)." in text_of(page)
            assert "Gap of 0 points to the mean of all, split among the factors" in text_of(page)
            assert "(tentative: fewer than 200 answers)" in text_of(page)
            assert "Topics over all runs of the programme" in text_of(page)


def test_a_programme_that_is_not_low_rated_gets_none(survey):
    page = text_of(shown(handmade.view(rated_at(survey, 85.0, {"A-1": 40, "A-2": 40})), "summary", "factors"))
    assert "not low-rated; probability that it lies below 62.5: <1%." in page
    assert "Factor analysis of the programme" not in page


def test_one_low_run_is_watched_and_names_no_number_of_answers(survey):
    page = text_of(shown(handmade.view(rated_at(survey, 40.0, {"A-1": 40, "A-2": 4})), "summary"))
    assert "to be watched; probability that it lies below 62.5: >99%; one run alone makes no programme low" in page
    assert "To decide: wait for the next intake" in page


def test_a_rating_near_the_threshold_says_how_many_answers_would_decide(survey):
    page = text_of(shown(handmade.view(rated_at(survey, 63.0, {"A-1": 12, "A-2": 12})), "summary"))
    assert re.search(r"probability that it lies below 62\.5: \d+%; about \d+ more answers would decide\.", page)


def test_the_factor_analysis_shows_no_run_of_fewer_than_ten(survey):
    page = shown(handmade.view(rated_at(survey, 40.0, {"A-1": 40, "A-2": 40, "A-3": 9})), "factors")
    assert page.count("fewer than 10 answers") == 1
    (words,) = re.findall(r"<desc[^>]*>(A-1[^<]*)</desc>", page)
    assert re.fullmatch(r"A-1: \d+ \(\d+–\d+\); A-2: \d+ \(\d+–\d+\)", words)


def test_on_fewer_than_a_hundred_answers_no_factor_has_an_importance(survey):
    page = shown(handmade.view(rated_at(survey, 40.0, {"A-1": 40, "A-2": 40, "A-3": 9})), "factors")
    assert page.count("<svg") == 4
    assert "importance over all courses" not in page


def test_topics_over_all_runs_leave_small_runs_out(survey):
    found = rated_at(survey, 40.0, {"A-1": 12, "A-2": 12, "A-3": 4})
    page = shown(handmade.view(found), "topics").partition("Topics over all runs")[2]
    assert {row[0] for row in re.findall(r"</th><td>(\d+)</td>()", page)} == {"24"}


# What is compared with what ---------------------------------------------------------------------------


def partly_linked(survey, n: int, n_linked: int, language: str = "en") -> CourseView:
    """A course of n people a wave of whom so many have a code."""
    found = handmade.year(survey, n, linked=True)
    codes = found.responses["respondent_id"].str.removeprefix("p").astype(int)
    found.responses["respondent_id"] = found.responses["respondent_id"].where(codes < n_linked)
    return handmade.view(found, language=language)


@pytest.mark.parametrize(("n_linked", "design"), [(20, "paired"), (12, "partly paired"), (0, "independent")])
def test_the_design_is_named_in_every_row_and_explained_below(survey, n_linked, design):
    page = shown(partly_linked(survey, 20, n_linked), "changes")
    named = re.findall(r'<tr><th scope="row">[^<]*\((paired|partly paired|independent)\)</th>', page)
    assert len(named) == page.count('<tr><th scope="row">')
    # two questions of one form are paired whoever is linked
    assert set(named) == {design, "paired"}
    assert all(f"{name} — " in text_of(page) for name in set(named))


@pytest.mark.parametrize(
    ("n", "n_linked", "is_said"),
    [
        (20, 12, True),
        (20, 9, False),  # nine linked people: means from ten
        (14, 12, False),  # two left out on either side, four in all
        (20, 20, False),  # all linked: the change shown is theirs
        (20, 0, False),
    ],
)
def test_the_change_of_the_linked_alone_is_told_where_it_tells_of_no_few(survey, n, n_linked, is_said):
    view = partly_linked(survey, n, n_linked)
    assert ("Sensitivity: among the linked people alone" in shown(view, "changes")) == is_said
    told = [row["linked_difference"] for row in shown_comparisons(view).shown() if row["design"] == "partly paired"]
    assert not told or bool(np.isfinite(told).all()) == is_said


APART = "A difference may miss that of the two means beside it"
EDGES = "Where an interval and a result seem to differ, the result counts"


def steps_of(found, columns: dict[str, list[float]]) -> None:
    """Put answers in the place of a handmade year's, column by column."""
    forms = found.responses
    for column, values in columns.items():
        own = (forms["instrument_id"] == column[0]).to_numpy()
        forms.loc[own, column] = values


def test_a_difference_that_is_not_that_of_the_two_means_beside_it_is_explained(survey):
    view = partly_linked(survey, 20, 20)
    (row,) = [row for row in shown_comparisons(view).shown() if row["pair_id"] == "M2.match"]
    alike = row | {"mean_earlier": 60.4, "mean_later": 65.4, "difference": 5.0}
    assert apart(view, [alike]) == ""
    # 60 and 66 beside a difference of 5.2
    assert apart(view, [alike | {"mean_later": 65.6, "difference": 5.2}]).startswith(APART)


def test_an_interval_that_tells_another_story_than_the_result_is_explained(survey):
    view = partly_linked(survey, 20, 20)
    row = {"verdict": "higher", "low": 1.0, "high": 9.0}
    assert edges(view, [row]) == ""
    assert edges(view, [row, row | {"verdict": "not distinguishable"}]).startswith(EDGES)
    assert edges(view, [row | {"low": -1.0}]).startswith(EDGES)
    assert edges(view, [row | {"low": -1.0, "verdict": "not tested"}]) == ""


def test_where_a_few_are_left_out_of_a_paired_design_difference_and_interval_are_those_of_all(survey):
    found = handmade.year(survey, 20, linked=True)
    forms = found.responses
    forms.loc[forms["response_id"].str.endswith(".0"), "respondent_id"] = None
    steps_of(found, {"B1.1": [2.0, 1, 2, 1, 2] * 4, "C4.1": [5.0, 3, 4, 4, 3] * 4})
    view = handmade.view(found)
    (told,) = [row for row in shown_comparisons(view).shown() if row["pair_id"] == "M2.match"]
    assert (told["design"], told["n_both"], told["n_earlier"]) == ("paired", 19, 20)
    assert told["difference"] == pytest.approx(told["mean_later"] - told["mean_earlier"])
    of_all = view.comparisons.set_index("pair_id").loc["M2.match"]
    assert [told[name] for name in ("difference", "low", "high")] == pytest.approx(
        [of_all[f"overall_{name}"] for name in ("difference", "low", "high")]
    )
    assert told["high"] - told["low"] != pytest.approx(of_all["high"] - of_all["low"])


def test_a_change_that_the_linked_do_not_share_is_named_with_theirs(survey):
    view = partly_linked(survey, 24, 12)
    forms = view.year.responses
    is_linked = forms["respondent_id"].notna()
    # M2.match: the linked go from 2 to 5, the others stay at 3
    forms["B1.1"] = forms["B1.1"].mask(forms["instrument_id"] == "B", is_linked.map({True: 2.0, False: 3.0}))
    forms["C4.1"] = forms["C4.1"].mask(forms["instrument_id"] == "C", is_linked.map({True: 5.0, False: 3.0}))
    forms.loc[forms["response_id"].str.endswith(".0"), "C4.1"] = 4.0
    page = text_of(shown(view, "changes"))
    assert "Who could be linked may differ from who could not: " in page
    assert re.search(r"Fit to needs: at the end and later \+73 \(\+68 … \+78\)", page)  # 11 by 75, one by 50


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_can_go_unseen_stands_beside_every_no_difference(survey, language):
    view = partly_linked(survey, 20, 12, language)
    rows = shown_comparisons(view).shown()
    results = [unescape(result) for result in re.findall(r"<td>([^<]*)</td></tr>", shown(view, "changes"))]
    # two groups of 20: 0.9 standard deviations; 20 pairs: 0.7 (R 4.5.0, power.t.test(20, power = .8))
    sizes = [f"<\N{NO-BREAK SPACE}{view.phrases.number(size, 1)}\N{NO-BREAK SPACE}SD" for size in (0.9, 0.7)]
    said = {view.say("not distinguishable ({size})", size=size) for size in sizes}
    n_silent = sum(row["verdict"] == "not distinguishable" for row in rows)
    assert n_silent == sum(result in said for result in results) > 0
    for row in rows:
        if row["verdict"] == "not distinguishable":
            assert view.phrases.number(row["detectable"], 1) in sentence(view, row)


def test_a_pair_without_a_test_says_why(survey):
    rows = {row["pair_id"]: row for row in shown_comparisons(few(survey, 12)).shown()}
    view = few(survey, 12)
    assert "too few answers for a test" in sentence(view, rows["M2.match"])
    assert "not the same question, so there is no test" in sentence(view, rows["M1.trainers"])
    alike = rows["M2.match"] | {"verdict": "not tested", "reason": "all differences zero"}
    assert "everybody answers alike" in sentence(view, alike)


def test_a_gap_upwards_is_in_the_summary_and_not_called_no_difference(survey):
    view = partly_linked(survey, 20, 20)
    forms = view.year.responses
    columns = [c for i in survey.instruments for item in i.items for c in survey.columns(item)
               if survey.scale(item.scale).is_scored]  # fmt: skip
    forms[columns] = forms[columns].where(forms[columns].isna(), 4.0)
    expected = [f"A3.{number}" for number in range(1, 7)]
    forms[expected] = forms[expected].where(forms[expected].isna(), 2.0)
    page = text_of(shown(view, "summary"))
    assert "More than expected or intended: " in page
    assert "distinguishable difference" not in page


# Nobody is found by taking figures away from each other ----------------------------------------------


@pytest.mark.parametrize("other", range(8))
def test_programme_less_course_never_leaves_fewer_than_five_people(survey, other):
    found = handmade.year(survey, courses={"A-1": 12, "A-2": other})
    verdict = programme_verdict(handmade.view(found))
    assert verdict is not None
    left = verdict["n"] - 12
    assert left == (other if other >= 5 else 0)


def contingent(survey, roles: dict[str, int]) -> dict[str, list[str]]:
    """The contingent's lines of a course with so many people in each role."""
    found = handmade.year(survey, sum(roles.values()))
    codes = [code for code, n in roles.items() for _ in range(n)]
    found.responses["role"] = codes * len(survey.instruments)
    page = shown(handmade.view(found), "respondents")
    item = next(item for item in survey.background if item.purpose == "role")
    names = {option.code: option.wording("en") for option in survey.scale(item.scale).options}
    lines = re.findall(rf'<tr><th scope="row">{re.escape(item.wording("en"))} — (.*?)</th>(.*?)</tr>', page)
    cells = {name: re.findall(r"<td>(.*?)</td>", rest) for named, rest in lines for name in named.split(", ")}
    return {code: cells[names[code]] for code in roles}


def test_a_part_that_follows_from_the_others_is_hidden_with_them(survey):
    hidden = ["hidden: small group", "–"]
    assert contingent(survey, {"head": 4, "methodologist": 6, "teacher": 10}) == {
        "head": hidden, "methodologist": hidden, "teacher": ["10", "50%"],
    }  # fmt: skip
    assert contingent(survey, {"head": 1, "methodologist": 1, "teacher": 20}) == {
        "head": hidden, "methodologist": hidden, "teacher": hidden,
    }  # fmt: skip
    assert contingent(survey, {"head": 5, "teacher": 15}) == {"head": ["5", "25%"], "teacher": ["15", "75%"]}


def test_of_nine_people_the_contingent_has_counts_without_shares(survey):
    assert contingent(survey, {"teacher": 9}) == {"teacher": ["9", "–"]}


# The share of those who completed the course (¶10) ---------------------------------------------------


@pytest.mark.parametrize(
    ("kept", "completed", "said"),
    [
        (
            299,
            1000,
            "299 of 1,000 who completed the course answered (29.9%); the least share of 30% (¶10) is not reached",
        ),
        (300, 1000, "300 of 1,000 who completed the course answered (30%); the least share of 30% (¶10) is reached"),
        (9, 30, "9 of 30 who completed the course answered (30%); the least share of 30% (¶10) is reached"),
        (6, 21, "6 of 21 who completed the course answered (28.6%); the least share of 30% (¶10) is not reached"),
    ],
)
def test_thirty_percent_is_counted_in_people_and_not_in_rounded_shares(survey, kept, completed, said):
    found = handmade.year(survey, 20, outcomes={"C": kept}, enrolled=completed, completed=completed)
    assert said in text_of(shown(handmade.view(found), "respondents"))


def test_more_answers_than_invited_show_no_share(survey):
    view = handmade.view(handmade.year(survey, 20, enrolled=15, completed=15))
    page = shown(view, "summary", "respondents")
    assert row_of(page, "Monitoring 3") == ["15", "20", "–", "0", "0"]
    assert "Answers: Monitoring 1 — 20; Monitoring 2 — 20; Monitoring 3 — 20." in text_of(page)
    assert "least share" not in page
    assert not re.search(r"1[0-9]{2}%", page)


def test_a_course_without_registered_numbers_says_so_by_a_dash(survey):
    page = shown(handmade.view(handmade.year(survey, 20, enrolled=None, completed=None)))
    assert row_of(page, "Monitoring 1") == ["–", "20", "–", "0", "0"]
    assert "Enrolled" not in page


# Other surveys ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["instructor_training", "workshops"])
@pytest.mark.parametrize("n", [0, 7, 25])
def test_another_institute_s_survey_has_its_report(name, n):
    survey = load_survey(EXAMPLES / name / "instruments")
    view = handmade.view(handmade.year(survey, n))
    page = shown(view)
    assert set(NEVER_SHOWN.findall(text_of(page))) <= {"None"}  # an answer of theirs
    assert ("<svg" in page) == (n >= 5)
    if not survey.ratings:
        assert "Rating" not in shown(view, "summary")
        assert shown(view, "factors") == ""
    if not any(item.repeat == "topics" for instrument in survey.instruments for item in instrument.items):
        assert shown(view, "topics") == ""


def test_a_report_begins_with_the_course_and_ends_with_the_mark(survey):
    view = handmade.view(handmade.year(survey, 12), language="ru")
    front = text_of(shown(view, "front"))
    assert "Play ru" in front
    assert "A-1" in front
    assert 'id="coursewaves-end-of-report"' in shown(view, "end_of_report")


def test_opening_an_unknown_course_names_those_that_there_are(survey, monkeypatch):
    found = handmade.year(survey, 12)
    monkeypatch.setattr("coursewaves.views.opening._opened", lambda root, course_id, stamp: Course(found, course_id))
    with pytest.raises(CoursewavesError, match=r"Can't find 'A-9' in courses. Possible values: 'A-1'"):
        open_course("", "A-9", "en")
    with pytest.raises(CoursewavesError, match="Can't find"):
        open_course("", "A-1", "xx")


@pytest.mark.parametrize("n", [6, 33])
def test_where_a_group_is_hidden_those_of_nobody_are_named_too(survey, n):
    found = handmade.year(survey, n)
    forms = found.responses.copy()
    forms["age_band"] = ["u30", *["30-39"] * (n - 1)] * 3
    found.__dict__["responses"] = forms
    page = sections.respondents(handmade.view(found))._repr_html_()
    (line,) = [line for line in re.findall(r"<tr>.*?</tr>", page) if "Your age" in line]
    assert "hidden" in line  # whoever is not named might be of nobody
    assert all(option.wording("en") in line for option in survey.scale("age_bands").options)
    forms["age_band"] = "30-39"
    page = sections.respondents(handmade.view(found))._repr_html_()
    assert page.count("Your age — ") == 1
