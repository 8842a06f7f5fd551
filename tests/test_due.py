"""What is due (¶21): the right rows in the right words, small groups hidden, and never over a later status."""

import json
import re
from datetime import date
from html import unescape

import pandas as pd
import pytest

from coursewaves.deadlines.due import as_json, coverage_of, find_due, low_rated
from coursewaves.deadlines.due_words import Words
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home, Settings
from coursewaves.standing.due_files import write_due
from coursewaves.standing.due_page import due_page
from coursewaves.survey.files import load_survey
from small import make_registry

SURVEY = load_survey()
RATING = SURVEY.ratings[0].id
KAZAKH = "Ойын арқылы оқыту: «ұғым», әдіс & <b>ең</b> жаңа"
FIVE = [-10.0, -5.0, 0.0, 5.0, 10.0]


def day(text: str) -> date:
    return date.fromisoformat(text)


def courses() -> list[dict]:
    """Two programmes of one direction and one without; K-1 as in March 2025, the others a year later."""
    march = {"starts_on": "2025-03-03", "ends_on": "2025-03-14", "completed": 40}
    later = {"starts_on": "2026-05-11", "ends_on": "2026-05-12", "completed": 40}
    return [
        {"course_id": "K-1", "programme_id": "K"} | march,
        {"course_id": "L-1", "programme_id": "L"} | march,
        {"course_id": "M-1", "programme_id": "M"} | later,
    ]


def answers(*given_on: tuple[str, str, str, int]) -> pd.DataFrame:
    """So many forms by course, questionnaire and local time."""
    rows = [(course, name, at) for course, name, at, n in given_on for _ in range(n)]
    times = pd.to_datetime([at for *_, at in rows]).tz_localize("Asia/Almaty").as_unit("us")
    return pd.DataFrame(
        {
            "course_id": pd.Series([course for course, *_ in rows], dtype="str"),
            "instrument_id": pd.Series([name for _, name, _ in rows], dtype="str"),
            "submitted_at": pd.Series(times, dtype=pd.DatetimeTZDtype("us", "Asia/Almaty")),
            "respondent_id": pd.Series([None] * len(rows), dtype="str"),
        }
    )


GIVEN = answers(
    ("K-1", "A", "2025-03-02 10:00", 9), ("K-1", "B", "2025-03-14 18:00", 9),
    ("K-1", "C", "2025-09-02 10:00", 20), ("L-1", "C", "2025-09-02 10:00", 3),
)  # fmt: skip


def ratings(**means: float) -> pd.DataFrame:
    """Ten ratings of each course around a mean."""
    rows = [(name.replace("_", "-"), mean + step) for name, mean in means.items() for step in FIVE * 2]
    return pd.DataFrame(rows, columns=["course_id", RATING])


@pytest.fixture
def make_year(tmp_path):
    """Make a loaded year by hand."""

    def make(responses=GIVEN, scores=None, rows=None, settings=None, **tables) -> Year:
        home = Home(tmp_path / "institute")
        home.__dict__.update(survey=SURVEY, settings=settings or Settings(institute={"kk": "Институт"}))
        home.reports.mkdir(parents=True, exist_ok=True)
        year = Year(home)
        known = make_registry(
            directions=[{"direction_id": "D", "title_kk": "Бағыт Д"}],
            programmes=[
                {"programme_id": "K", "direction_id": "D", "title_kk": KAZAKH, "hours": 72},
                {"programme_id": "L", "direction_id": "D", "title_kk": "Л бағдарламасы", "hours": 72},
                {"programme_id": "M", "title_kk": "М бағдарламасы", "hours": 72},
            ],
            courses=rows or courses(),
            **tables,
        )
        found = ratings(K_1=80) if scores is None else scores
        none = pd.DataFrame({"course_id": [], "instrument_id": [], "outcome": [], "n_forms": []}, dtype="str")
        year.__dict__.update(registry=known, responses=responses, scores=found, shown_scores=found, outcomes=none)
        return year

    return make


def words_of(year: Year, language: str = "kk") -> Words:
    return Words(year, Phrases(language))


def blocks_of(year: Year, today: str, language: str = "en") -> dict:
    return {block.block_id: block for block in words_of(year, language).blocks(find_due(year, day(today)))}


def test_what_is_over_near_missing_and_under_way_is_told_apart(make_year):
    due = find_due(make_year(), day("2025-04-03"))
    found = [table["deadline_id"].tolist() for table in (due.overdue(), due.due_soon(), due.missing(), due.under_way())]
    assert found == [["processing.A.K-1"], ["processing.B.K-1"], ["wave.A.L-1", "wave.B.L-1"], []]


def test_sample_waves_and_kept_documents_are_not_listed_as_under_way(make_year):
    year = make_year(answers(("K-1", "A", "2025-03-02 10:00", 9)))
    due = find_due(year, day("2025-03-14"))
    open_rows = due.deadlines[due.deadlines["state"] == "open"]["deadline_id"].tolist()
    assert open_rows == ["processing.A.K-1"]
    assert find_due(year, day("2025-07-01")).under_way().empty
    states = find_due(year, day("2025-07-01")).deadlines.set_index("deadline_id")["state"]
    assert states["wave.C.programme.K"] == "open"


def test_a_line_says_who_by_when_how_late_and_what(make_year):
    block = blocks_of(make_year(), "2025-04-03")["overdue"]
    assert block.head == ["Course or programme", "Due", "Working days late", "What is to be done"]
    what = "Monitoring 1: process and analyse the results (¶13); counted from the last answer"
    assert block.rows == [[f"K-1 · {KAZAKH}", "3/27/25", "5", what]]  # 28, 31 March, 1, 2, 3 April


def test_a_receipt_takes_the_remark_away_and_one_of_an_unknown_wave_is_told(make_year):
    receipts = [
        {"course_id": "K-1", "wave": 1, "received_on": "2025-03-03"},
        {"course_id": "K-1", "wave": 7, "received_on": "2025-03-03"},
    ]
    year = make_year(receipts=receipts)
    row = blocks_of(year, "2025-04-03")["overdue"].rows[0]
    assert row[1:] == ["3/28/25", "4", "Monitoring 1: process and analyse the results (¶13)"]
    notes = words_of(year, "en").notes(find_due(year, day("2025-04-03")))
    assert notes[-1] == "Receipts of waves that no questionnaire serves, not counted: 1."


def test_an_estimated_holiday_is_said_at_the_line_and_at_the_foot(make_year):
    year = make_year(answers(("M-1", "B", "2026-05-12 17:00", 9)))
    what = blocks_of(year, "2026-06-02")["due-soon"].rows[0][-1]
    assert what.endswith("(¶13); counted from the last answer; by an estimated holiday")
    assert any("Kurban Ait" in note for note in words_of(year, "en").notes(find_due(year, day("2026-06-02"))))
    plain = make_year()
    assert not any("Kurban Ait" in note for note in words_of(plain, "en").notes(find_due(plain, day("2025-04-03"))))


def test_a_survey_without_answers_stands_with_its_window(make_year):
    rows = blocks_of(make_year(), "2025-04-03")["missing"].rows
    assert rows == [
        ["L-1 · Л бағдарламасы", "Monitoring 1", "2/17/25 – 3/3/25", ""],
        ["L-1 · Л бағдарламасы", "Monitoring 2", "3/13/25 – 3/21/25", ""],
    ]


def test_a_course_without_dates_is_told(make_year):
    year = make_year(answers(), rows=[{"course_id": "K-1", "programme_id": "K"}])
    rows = blocks_of(year, "2025-04-03")["missing"].rows
    assert [row[1:] for row in rows] == [[f"Monitoring {n}", "–", "the course has no dates"] for n in (1, 2)]


# Low-rated and coverage ----------------------------------------------------------------------------

RUNS = [{"course_id": f"{p}-{n}", "programme_id": p} for p in "KL" for n in (1, 2)]
LOW = {"K_1": 45, "K_2": 45, "L_1": 80, "L_2": 80}


def test_a_low_rated_programme_is_named_with_its_rating(make_year):
    year = make_year(answers(), ratings(**LOW), RUNS)
    expected = {"programme_id": "K", "mean": pytest.approx(45.0), "n": 20, "is_hidden": False}
    assert low_rated(year).shown() == [expected]
    block = blocks_of(year, "2025-04-03")["low-rated"]
    assert block.rows == [[KAZAKH, "45", "20"]]
    assert block.note == "The councils' threshold: 62.5 of 100."


def test_a_programme_of_too_few_answers_is_not_named_as_low_rated(make_year):
    year = make_year(answers(), ratings(**LOW), RUNS, Settings(minimum_group=25))
    assert blocks_of(year, "2025-04-03")["low-rated"].rows == []
    assert as_json(find_due(year, day("2025-04-03")))["low_rated"] == []


def test_a_small_number_of_answers_can_not_be_computed_from_its_direction(make_year):
    coverage = coverage_of(make_year(), SURVEY.instrument("C"))
    shown = [(row["scope"], row["scope_id"], row["n"], row["is_hidden"]) for row in coverage.rows()]
    # 20 of K and 3 of L are 23 of the direction: with K shown, 3 could be computed, so that they are left out
    assert shown == [
        ("direction", "D", 20, False), ("programme", "K", 20, False), ("programme", "L", None, True),
        ("direction", "", None, True), ("programme", "M", None, True),
    ]  # fmt: skip
    assert [row["n_small"] for row in coverage.rows()] == [1, 0, 1, 0, 0]


def test_coverage_is_told_in_people_against_both_ends_of_the_paragraph(make_year):
    block = blocks_of(make_year(), "2025-10-01")["coverage-C"]
    assert block.title == "Monitoring 3: coverage"
    assert block.head[-2:] == ["At least 30%", "At least 40%"]
    # of 80 in the direction 24 are 30 % and 32 are 40 %; the small course of L may have the four that are missing to 24
    assert block.rows[0] == ["Бағыт Д", "80", "20", "25%", "–", "12 more needed"]
    assert block.rows[1] == [f"— {KAZAKH}", "40", "20", "50%", "reached", "reached"]
    assert block.rows[3][0] == "Without a direction"


def test_courses_of_which_answers_wait_are_named_without_a_number(make_year):
    year = make_year()
    year.__dict__["outcomes"] = pd.DataFrame(
        {"course_id": ["L-1", "K-1"], "instrument_id": ["C", "C"], "outcome": ["waiting", "kept"], "n_forms": [3, 20]}
    )
    notes = words_of(year, "en").notes(find_due(year, day("2025-10-01")))
    (told,) = [note for note in notes if note.startswith("Answers wait")]
    assert told.endswith("too few people from earlier ones: L-1.")
    assert "3" not in told


# Councils ------------------------------------------------------------------------------------------

SITTINGS = [{"council": "smc", "held_on": "2025-10-15"}]
DECISION = {"decision_id": "R1", "programme_id": "K", "decided_on": "2025-06-27", "council": "academic",
            "kind": "change_topic", "owner": "Бөлім", "due_on": "2025-09-30"}  # fmt: skip


def test_what_is_late_at_the_councils_is_told_with_its_sitting(make_year):
    year = make_year(sittings=SITTINGS, decisions=[DECISION])
    block = blocks_of(year, "2025-10-20")["councils"]
    told = ["not made yet", "scientific-methodological council", "10/15/25", "5"]
    names = (f"K-1 · {KAZAKH}", "L-1 · Л бағдарламасы")
    assert block.rows == [[f"Report on the course: {name}", *told] for name in names]
    assert blocks_of(year, "2025-03-14")["councils"].rows == []


def test_a_decision_that_is_not_carried_out_is_told_with_who_and_how_late(make_year):
    year = make_year(sittings=SITTINGS, decisions=[DECISION])
    told = ["change of a topic, 6/27/25", "Бөлім", "9/30/25", "20"]
    assert blocks_of(year, "2025-10-20")["tasks"].rows == [[f"K · {KAZAKH}", *told]]
    done = make_year(decisions=[DECISION | {"done_on": "2025-09-26"}])
    assert blocks_of(done, "2025-10-20")["tasks"].rows == []
    facts = dict(words_of(year, "en").facts(find_due(year, day("2025-10-20"))))
    assert facts["Decisions that were to be carried out"] == "1"
    assert facts["Reports that a council was to hear"] == "2"


def test_kinds_of_report_that_the_institute_does_not_make_have_no_way(make_year):
    low = {"scores": ratings(K_1=45, K_2=45, L_1=80, L_2=80), "rows": [*courses(), *RUNS[1::2]]}
    assert set(find_due(make_year(**low), day("2025-10-20")).ways["kind"]) == {"course", "factors"}
    chosen = make_year(**low, settings=Settings(kinds=["course", "period"]))
    assert set(find_due(chosen, day("2025-10-20")).ways["kind"]) == {"course"}


# JSON ----------------------------------------------------------------------------------------------


def test_the_json_is_strict_and_holds_what_the_page_shows(make_year):
    due = find_due(make_year(), day("2025-04-03"))
    text = json.dumps(as_json(due), allow_nan=False)
    content = json.loads(text)
    assert content["today"] == "2025-04-03"
    first = next(row for row in content["deadlines"] if row["deadline_id"] == "processing.A.K-1")
    assert first == {
        "deadline_id": "processing.A.K-1", "scope": "course", "scope_id": "K-1", "step": "processing",
        "instrument_id": "A", "wave": 1, "received_on": "2025-03-02", "received_by": "last answer",
        "opens_on": "2025-03-02", "closes_on": "2025-03-27", "warns_on": "2025-03-17", "due_on": "2025-03-27",
        "done_on": None, "state": "overdue", "days_left": -5, "paragraph": 13, "rests_on_estimate": False, "reason": "",
    }  # fmt: skip
    hidden = [row for row in content["coverage"] if row["is_hidden"]]
    assert {row["n"] for row in hidden} == {None}
    assert {row["instrument_id"] for row in content["coverage"]} == {"C"}


# The page ------------------------------------------------------------------------------------------


def page_of(year: Year, today: str, language: str = "kk") -> str:
    return due_page(find_due(year, day(today)), words_of(year, language))


def test_the_page_speaks_the_language_runs_nothing_and_asks_for_nothing(make_year):
    html = page_of(make_year(), "2025-04-03")
    assert '<html lang="kk">' in html
    assert "default-src 'none'" in html
    assert not re.search(r"<script|<link|<img|<iframe|\bsrc=|\bhref=|\bon\w+=|https?://", html)
    assert "&lt;b&gt;ең&lt;/b&gt;" in html
    assert "Курстар мониторингінің мерзімдері" in html
    assert "2025 ж. 3 сәуір күнгі жағдай" in unescape(html).replace("\xa0", " ").replace("\u202f", " ")


def test_every_block_is_a_section_with_its_paragraphs_and_its_table_or_a_sentence(make_year):
    year = make_year()
    html = page_of(year, "2025-04-03", "en")
    for block in blocks_of(year, "2025-04-03").values():
        section = re.search(rf'<section id="{block.block_id}">(.*?)</section>', html, flags=re.DOTALL)[1]
        assert [int(n) for n in re.findall(r'class="paragraph">¶(\d+)<', section)] == block.paragraphs
        assert section.count("<tr>") == (len(block.rows) + 1 if block.rows else 0)
        assert (block.empty in unescape(section)) is not bool(block.rows)
        assert section.count('scope="row"') == len(block.rows)


def test_a_quiet_day_is_a_page_of_sentences(make_year):
    html = unescape(page_of(make_year(answers()), "2025-01-01", "en"))
    for sentence in ("Nothing is overdue.", "Nothing is due soon.", "Every survey that is over was answered."):
        assert f"<p>{sentence}</p>" in html
    facts = re.findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", html)
    assert [count for _, count in facts] == ["0"] * 6


def test_the_same_day_gives_the_same_page(make_year):
    assert page_of(make_year(), "2025-04-03") == page_of(make_year(), "2025-04-03")


@pytest.mark.browser
@pytest.mark.parametrize("width", [1000, 390])
def test_the_page_fits_and_shuts_nobody_out(make_year, page, tmp_path, width):
    from axe_playwright_python.sync_playwright import Axe

    path = tmp_path / "due.html"
    path.write_text(
        page_of(make_year(scores=ratings(**LOW), rows=[*courses(), *RUNS[1::2]]), "2025-04-03"), encoding="utf-8"
    )
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(path.as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert asked == [path.as_uri()]
    assert Axe().run(page).response["violations"] == []


# Files ---------------------------------------------------------------------------------------------


def contents(year: Year) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(year.home.reports.iterdir())}


def test_page_calendar_and_json_are_written_beside_the_reports(make_year):
    year = make_year()
    written = write_due(year, find_due(year, day("2025-04-03")))
    assert sorted(path.name for path in written) == ["calendar.ics", "due.html", "due.json"]
    before = contents(year)
    assert list(before) == ["calendar.ics", "due.html", "due.json"]
    write_due(year, find_due(year, day("2025-04-03")))
    assert contents(year) == before
    assert "Бағыт Д" in before["due.html"].decode()


def test_a_clock_put_back_overwrites_nothing(make_year):
    year = make_year()
    write_due(year, find_due(year, day("2025-04-03")))
    before = contents(year)
    with pytest.raises(CoursewavesError, match=r"due\.json is of 2025-04-03, later than 2025-04-02"):
        write_due(year, find_due(year, day("2025-04-02")))
    assert contents(year) == before
    write_due(year, find_due(year, day("2025-04-04")))
    assert contents(year) != before
