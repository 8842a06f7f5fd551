"""The attack on published pages finds what is planted, and nothing in the reports of the example year (P10)."""

import ast
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import handmade
from coursewaves import releases, sections
from coursewaves.analysis import coverage
from coursewaves.analysis.sides import Occasions
from coursewaves.deadlines import due
from coursewaves.kinds import KINDS
from coursewaves.load import load_year
from coursewaves.pages import pieces as page
from coursewaves.pages import present
from coursewaves.partitions import pooled
from coursewaves.partitions.subjects import list_subjects
from coursewaves.phrases import Phrases
from coursewaves.processed.year import Year
from coursewaves.reports_of import period
from coursewaves.results import MIME, as_json, as_workbook, assembled
from coursewaves.score import score_responses
from coursewaves.sections import low_rated
from coursewaves.settings.home import Home, notebooks_folder
from coursewaves.simulate import simulate_year
from coursewaves.views import opening, programme

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from attack import FEW, ON_TWO, Claim, attack, between, counts, pairs, parts_of_sums, subgroups, summary
from attack_groups import CONTINGENT, groups_by_files, groups_named
from attack_pages import Bar, Line, Page, read_page, read_pages
from attack_planes import Spread
from attack_results import Mean, Number, Results, untold
from attack_scores import alone_by_steps, changed_numbers, changed_spreads, left_out, parts_of_means
from attack_truth import are_true

BARS = ("course", "A-1", "wave-b", "Grid", "0", "Question")


def a_page(kind: str, subject_id: str, *lines: Line, bars: list[Bar] | None = None, text: str = "") -> Page:
    return Page(kind, subject_id, list(lines), bars or [], text)


def with_tables(kind: str, subject_id: str, *lines: Line, **tables: list[dict[str, Any]]) -> Page:
    """A page with tables of a result, by their names; of a title its last letter is the wave."""
    told = [{"name": name, "title": f"{name}, Monitoring 1", "rows": rows} for name, rows in tables.items()]
    result = {"sections": [{"id": "s", "tables": told, "figures": [], "texts": []}]}
    return Page(kind, subject_id, list(lines), [], "", Results(result, [], {}, {}))


def line(kind: str, subject_id: str, caption: str, head: str, *cells: str) -> Line:
    return Line((kind, subject_id, "s", caption, cells[0]), tuple(head.split("|")), cells)


# What the attack can do ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "told"),
    [
        ((1, 4, 8), (((0, 0, 1), (0, 0, 0)),)),  # one more, who chose the highest step
        ((1, 3, 8), (((0, 0, 1), (0, 1, 0)),)),  # a correction, from the middle to the highest
        ((1, 4, 11), (((0, 0, 4), (0, 0, 0)),)),
        ((1, 4, 7), ()),
        ((2, 6, 9), ()),  # five people
    ],
)
def test_an_answer_more_is_read_off_two_bars(after, told):
    before = [a_page("course", "A-1", bars=[Bar(BARS, (1, 4, 7))])]
    found = list(between(before, [a_page("course", "A-1", bars=[Bar(BARS, after)])]))
    assert tuple(claim.told for claim in found) == told


def test_a_mean_and_a_number_tell_what_one_more_said():
    rows = [line("course", "A-1", "Means", "What|Answers|Mean, 0–100", "Fit", n, mean) for n, mean in
            (("10", "80"), ("11", "75"))]  # fmt: skip
    (claim,) = between(*([a_page("course", "A-1", row)] for row in rows))
    assert claim.people == 1
    assert claim.told == (14.5, 35.5)  # 11 · 75 - 10 · 80 = 25, give or take half a point of each of the 21


def test_a_run_that_is_left_out_of_no_sum_is_the_sum_less_the_others():
    text = "Rating of this course: 80 of 100 (75–85, n = 20), surely"
    whole = "The programme over all its runs: 76 of 100 (70–80, n = 23) — it"
    (claim,) = parts_of_sums([a_page("course", "A-1", text=text), a_page("programme", "A", text=whole)])
    assert (claim.people, claim.place[-1]) == (3, "rating")
    assert sum(claim.told) / 2 == pytest.approx((23 * 76 - 20 * 80) / 3)


def test_a_hidden_number_follows_from_the_files_and_from_the_coverage():
    head, wave = "Wave|Invited|Answered", "Invited and answered, by wave"
    shown = a_page("course", "P01-01", line("course", "P01-01", wave, head, "Monitoring 3", "30", "20"))
    hidden = a_page("course", "P01-02", line("course", "P01-02", wave, head, "Monitoring 3", "30", "<5"))
    files = line(
        "intake", "year", "Files and their records", "File|Records read|Kept", "w/P01_C_kk.csv (C)", "30", "23"
    )
    covered = line(
        "sample", "year", "Monitoring 3: coverage", "Direction|Completed|Answered", "— Play (P01)", "50", "23"
    )
    for told in (a_page("intake", "year", files), a_page("sample", "year", covered)):
        assert list(counts([shown, hidden, told])) == [Claim("count", ("P01-02", "3"), 3, (3, 3))]
    assert not list(counts([shown, hidden]))
    both = [
        a_page("course", name, line("course", name, wave, head, "Monitoring 3", "30", "<5"))
        for name in ("P01-02", "P01-03")
    ]
    sums = line("sample", "year", "Monitoring 3: coverage", "Direction|Completed|Answered", "— Play (P01)", "80", "27")
    claims = list(counts([shown, *both, a_page("sample", "year", sums)]))
    assert {claim.told for claim in claims} == {(3, 4)}  # seven in two waves of four at the most


def test_one_hidden_group_is_the_rest():
    groups = line(
        "course", "A-1", "Contingent of the respondents, Monitoring 1", "Group|Answers", "Role — head", "hidden"
    )
    shown = groups._replace(place=(*groups.place[:4], "Role — teacher"), cells=("Role — teacher", "17"))
    answered = line(
        "course", "A-1", "Invited and answered, by wave", "Wave|Invited|Answered", "Monitoring 1", "30", "20"
    )
    (claim,) = subgroups([a_page("course", "A-1", answered, groups, shown)])
    assert (claim.people, claim.told) == (3, (3, 3))


WAVE = "Invited and answered, by wave"


def answered(course_id: str, n: int) -> Line:
    return line("course", course_id, WAVE, "Wave|Invited|Answered", "Monitoring 1", "40", str(n))


def group(label: str, n: int | str) -> dict[str, Any]:
    return {"label": label, "values": {"n": n}}


def test_groups_that_are_named_are_of_somebody():
    ages = [group(f"Your age — {name}", "hidden") for name in ("under 30", "30–39", "40–49", "50–59")]
    a_course = with_tables("course", "P01-1", answered("P01-1", 6), **{CONTINGENT: ages})
    assert {(claim.place[-1], claim.told) for claim in groups_named([a_course])} == {
        ("under 30", (1, 3)), ("30–39", (1, 3)), ("40–49", (1, 3)), ("50–59", (1, 3))
    }  # fmt: skip
    ages.append(group("Your age — 60 and over", "hidden"))
    whole = with_tables("course", "P01-1", answered("P01-1", 6), **{CONTINGENT: ages})
    assert not list(groups_named([whole]))  # all that the questionnaire has: some may be empty


@pytest.mark.parametrize(("kept", "others", "told"), [([15, 19], [0, 4], [(4, 4)]), ([10, 24], [0, 9], [])])
def test_a_band_of_a_file_tells_the_rest_of_a_course(kept, others, told):
    few = [group("Language of the questionnaire — қазақша", "hidden"),
           group("Language of the questionnaire — русский", "hidden")]  # fmt: skip
    a_course = with_tables("course", "P01-01", answered("P01-01", 23), **{CONTINGENT: few})
    rows = [{"label": f"wave1/P01_A_{language}.csv (A)", "values": {"n_kept": band}}
            for language, band in (("ru", kept), ("kk", others))]  # fmt: skip
    intake = with_tables("intake", "year", files_and_their_records=rows)
    found = [claim for claim in groups_by_files([a_course, intake]) if claim.place[-1] == "kk"]
    assert [claim.told for claim in found] == told  # 19 of 23 at the most: the other file holds four or more


def of_means(kind: str, subject_id: str, **means: Mean) -> Page:
    found = {("criteria-b", name, "own"): mean for name, mean in means.items()}
    return Page(kind, subject_id, [], [], "", Results({}, [Number((kind,), "n", 1, 0)], {}, found))


def test_means_of_the_parts_leave_that_of_a_few():
    runs = [of_means("course", f"P01-{n}", K1=Mean(20, 70.0, 0.001)) for n in (1, 2)]
    (claim,) = parts_of_means([*runs, of_means("programme", "P01", K1=Mean(43, 71.744186, 0.001))])
    assert claim.people == 3
    assert claim.told == pytest.approx((95.0, 95.0), abs=0.1)  # 43 · 71.744186 - 40 · 70 = 285
    assert not list(parts_of_means([*runs, of_means("programme", "P01", K1=Mean(46, 71.0, 0.001))]))


def test_a_number_that_differs_by_a_few_is_named_also_where_no_page_shows_it():
    def told(n: float, name: str) -> list[Page]:
        place = ("course", "A-1", "respondents", "by_wave", "a", "", "")
        return [Page("course", "A-1", [], [], "", Results({}, [Number(place, name, n, 0)], {}, {}))]

    assert [claim.people for claim in changed_numbers(told(20, "n"), told(21, "n"))] == [1]
    assert not list(changed_numbers(told(20, "n"), told(25, "n")))
    assert not list(changed_numbers(told(20, "n_invited"), told(21, "n_invited")))


def test_a_workbook_that_tells_more_than_the_json_is_found():
    result = {"schema": "s", "version": 1, "kind": "course", "id": "A", "language": "en", "title": "T"}
    rows = [{"label": "Group", "values": {"n": "<5"}}]
    table = {"title": "", "label": "", "columns": [{"label": "Answers", "names": ["n"], "unit": ""}], "rows": rows}
    told = result | {"sections": [{"id": "s", "tables": [table], "figures": []}]}
    assert untold(as_workbook(told), told) == []
    rows[0]["values"] = {"n": 3}
    leaky = as_workbook(told)
    rows[0]["values"] = {"n": "<5"}
    assert untold(leaky, told) == ["s!B2"]


def test_the_summary_counts_claims_and_true_ones():
    claims = [Claim("count", ("A", "1"), 3, (3, 3)), Claim("count", ("B", "1"), 2, (2, 2))]
    assert summary(claims, claims[:1]) == ["count: 2 claims, 1 true"]
    assert summary([], None) == ["nothing follows about fewer than five people"]


def of_spread(n: int, value: float, half: float, n_runs: int = 2) -> list[Page]:
    place = ("period", "year", "programmes", "Programmes in the order of their names", "P01", "Play", "")
    numbers = [Number(place, "n_courses", n_runs, 0)]
    return [Page("period", "year", [], [], "", Results({}, numbers, {}, {}, spreads=(Spread(n, value, half),)))]


@pytest.mark.parametrize(
    ("n", "value", "half", "told"),
    [
        (43, 15.0, 0.0, [(1, 15.0, 15.0)]),  # 41 · 225 - 40 · 225 = 15²
        (43, 20.0, 0.0, [(1, 86.02, 86.02)]),  # 41 · 400 - 40 · 225 = 7400
        (43, 15.0, 0.5, [(1, 0.0, 37.82)]),  # 41 · 15.5² - 40 · 14.5² = 1440 .. 1430 the other way
        (42, 15.1, 0.01, [(1, 9.49, 12.0)]),  # nobody came: 40 · (15.09² - 15.01²) = 96.3 .. 40 · (15.11² - 14.99²)
        (42, 15.0, 0.01, []),
        (47, 20.0, 0.0, []),  # five people
    ],
)
def test_the_limits_of_a_funnel_tell_how_far_a_rating_more_lies_from_the_others(n, value, half, told):
    found = changed_spreads(of_spread(42, 15.0, half), of_spread(n, value, half))
    assert [(claim.people, *claim.told) for claim in found] == [
        (people, pytest.approx(low, abs=0.5), pytest.approx(high, abs=0.5)) for people, low, high in told
    ]


# Our own pages ---------------------------------------------------------------------------------------


def written(folder: Path, kind: str, subject_id: str, parts: list[Any]) -> Path:
    """Write a page of sections as a report does, and its results beside it."""
    path = folder / kind / f"{subject_id}.en.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(part._repr_html_() for part in parts), encoding="utf-8")
    head = {"kind": kind, "id": subject_id, "language": "en", "title": subject_id}
    bundles = [part._repr_mimebundle_()[MIME] for part in parts]
    path.with_suffix(".json").write_bytes(as_json(assembled(bundles, head)))
    return path


def exactly(value: float | None, digits: int = 0) -> float:
    """Draw a figure as it was computed."""
    return float("nan") if value is None else float(value)


def paired(survey) -> Year:
    """Twenty people in three waves, linked but for one, of whom nearly all rise by a step or two from B1.1 to C4.1."""
    found = handmade.year(survey, 20, linked=True)
    forms = found.responses.copy()
    forms.loc[forms["response_id"].str.endswith(".0"), "respondent_id"] = None
    for instrument_id, column, values in (("B", "B1.1", [2, 1, 2, 1, 2] * 4), ("C", "C4.1", [5, 3, 4, 4, 3] * 4)):
        forms.loc[forms["instrument_id"] == instrument_id, column] = [float(value) for value in values]
    found.__dict__["responses"] = forms
    return found


@pytest.mark.parametrize("is_leaky", [True, False])
def test_what_the_linked_say_less_what_all_say_tells_nothing_of_the_one_left_out(
    survey, tmp_path, monkeypatch, is_leaky
):
    if is_leaky:
        monkeypatch.setattr(programme, "few_alone", lambda *_: frozenset())
    view = handmade.view(paired(survey))
    parts = [*sections.waves(view), sections.changes(view)]
    told = {claim.told for claim in pairs([read_page(written(tmp_path, "course", "A-1", parts))])
            if "at the end and later" in claim.place[-1]}  # fmt: skip
    # the one who is not linked rose from step 2 to step 5: 75 points
    assert ((75.0,) in told) == is_leaky


def test_a_bar_is_measured_to_the_very_answer(survey, tmp_path):
    view = handmade.view(paired(survey))
    (found,) = [bar for bar in read_page(written(tmp_path, "course", "A-1", list(sections.waves(view)))).bars
                if bar.place[-1] == survey.item("B1.1").wording("en")]  # fmt: skip
    assert found.counts == (8, 12, 0, 0, 0)
    assert found.total == 12 * 25


def test_who_answered_one_side_alone_is_known_by_how_many_rose(survey, tmp_path, monkeypatch):
    found, told = paired(survey), {}
    forms = found.responses
    forms.loc[forms["response_id"] == "A-1.C.0", "C4.1"] = 1.0  # the one who is not linked: nobody can rise to this
    for is_leaky in (False, True):
        if is_leaky:
            monkeypatch.setattr(programme, "few_alone", lambda *_: frozenset())
        view = handmade.view(found)
        parts = [*sections.waves(view), sections.changes(view)]
        told[is_leaky] = list(alone_by_steps([read_page(written(tmp_path / str(is_leaky), "course", "A-1", parts))]))
    assert told[False] == []
    assert [(claim.people, claim.told) for claim in told[True]] == [(2, ("later", 0, 1))]


def leaving_out(survey) -> Year:
    """Twenty people, of whom the first leaves out B4.2 and says to B4.1, the other of two questions, the highest."""
    found = handmade.year(survey, 20)
    forms = found.responses.copy()
    forms.loc[forms["response_id"] == "A-1.B.0", ["B4.1", "B4.2"]] = [5.0, None]
    found.__dict__["responses"] = forms
    return found


@pytest.mark.parametrize("is_leaky", [True, False])
def test_a_mean_and_its_questions_tell_nothing_of_who_left_one_out(survey, tmp_path, monkeypatch, is_leaky):
    found = leaving_out(survey)
    found.__dict__["scores"] = score_responses(found.responses, survey)
    del found.__dict__["shown_scores"]
    if is_leaky:
        monkeypatch.setattr(Year, "shown_scores", property(lambda one: one.scores))
        monkeypatch.setattr(present, "_said", exactly)
        monkeypatch.setattr(Occasions, "lifts", lambda *_: (0.0, 0.0))
    view = handmade.view(found)
    parts = [*sections.waves(view), sections.changes(view), sections.factors(view)]
    claims = list(left_out([read_page(written(tmp_path, "course", "A-1", parts))]))
    # five questions of K4, four answered by that one: B4.1 and B5
    assert bool(claims) == is_leaky


def of_year(found: Year, folder: Path) -> list[Page]:
    """The page of a year: its programmes and their funnel."""
    parts = [*period.programmes(opening.YearView(found, Phrases("en")))]
    return [read_page(written(folder, "period", "year", parts))]


def with_one_more(survey) -> tuple[Year, Year]:
    """Forty ratings of two courses, and the same year with one more of A-2."""
    return tuple(handmade.year(survey, courses={"A-1": 20, "A-2": n}) for n in (20, 21))


@pytest.mark.parametrize("is_drawn_exactly", [True, False])
def test_one_more_rating_is_solved_from_limits_that_are_drawn_exactly(survey, tmp_path, monkeypatch, is_drawn_exactly):
    if is_drawn_exactly:
        monkeypatch.setattr(present, "_said", exactly)
    before, after = with_one_more(survey)
    rating = survey.ratings[0].id
    releases = [of_year(found, tmp_path / name) for found, name in ((before, "before"), (after, "after"))]
    (claim,) = changed_spreads(*releases)
    ratings = [found.scores.loc[found.scores["course_id"] == "A-2", rating].dropna() for found in (before, after)]
    added = ((ratings[1] - ratings[1].mean()) ** 2).sum() - ((ratings[0] - ratings[0].mean()) ** 2).sum()
    low, high = claim.told
    assert low <= added**0.5 <= high
    assert (high - low < 1) == is_drawn_exactly
    assert (high - low > 25) != is_drawn_exactly


def test_a_plane_tells_no_more_digits_than_the_numbers_beside_it(survey, tmp_path, monkeypatch):
    found = handmade.year(survey, courses={"A-1": 19, "A-2": 23})
    found.scores[survey.ratings[0].id] *= 0.987  # no whole number
    factors = pd.DataFrame({"factor_id": ["F1", "F2"], "n": 20, "importance": [0.253, 0.1], "mean": [55.4, 60.0]})

    def told(folder: str) -> list[str]:
        view = handmade.view(found)
        shown = present.map_figure(view, view.gate(factors, "means", ["factor_id"]), str, "Map")
        section = page.Section("factors", "Factors", [17], [low_rated.funnel(view), shown])
        return [
            text.split()[0] for text in read_page(written(tmp_path / folder, "course", "A-1", [section])).results.finer
        ]

    assert told("rounded") == []
    monkeypatch.setattr(present, "_said", exactly)
    assert told("exact") == ["A", "F1"]


# The example year ------------------------------------------------------------------------------------


def publish(home: Home, folder: Path, only: tuple[str, ...] = ()) -> list[Page]:
    """Make pages and results of every kind, as the notebooks do, and enter their courses in the register."""
    year = Year(home)
    entries = [("course", name) for name in sorted(set(year.registry.courses["course_id"]))]
    entries += [(entry.kind, entry.subject_id) for entry in list_subjects(year, pooled.pooled_of(year))]
    opening._opened_whole.cache_clear()
    for kind, subject_id in entries:
        if not only or subject_id in only or kind in only:
            about = {KINDS[kind].parameter: subject_id, "home": str(home.root), "language": "en"}
            written(folder, kind, subject_id, executed(kind, about))
    releases.enter(home, [path.stem for path in home.partitions.glob("*.zip")])
    return read_pages(folder)


def executed(kind: str, parameters: dict[str, str]) -> list[Any]:
    """Run the cells of a notebook and return the sections that they show."""
    cells = json.loads((notebooks_folder() / "reports" / f"{kind}.ipynb").read_text(encoding="utf-8"))["cells"]
    names: dict[str, Any] = {}
    shown: list[Any] = []
    for cell in (cell for cell in cells if cell["cell_type"] == "code"):
        tree = ast.parse("".join(cell["source"]))
        last = tree.body.pop() if isinstance(tree.body[-1], ast.Expr) else None
        exec(compile(tree, kind, "exec"), names)
        if "parameters" in cell["metadata"].get("tags", []):
            names |= parameters
        if last is not None:
            found = eval(compile(ast.Expression(last.value), kind, "eval"), names)
            shown += [found]
    return shown


def late(home: Home, n: int) -> None:
    """Send n forms of P02-03's last day once more, a little later and without the code: late answers."""
    path = next(path for path in home.responses.rglob("P02_B_kk.csv"))
    lines = path.read_text(encoding="utf-8").splitlines()
    own = [text for text in lines if "P02-03" in text][1 : n + 1]
    assert len(own) == n
    path.write_text("\n".join([*lines, *(_later(text) for text in own)]) + "\n", encoding="utf-8")


def _later(text: str) -> str:
    """Another second, and another answer to every question of four steps or five."""
    moved = re.sub(r":(\d\d) ([AP]M)", lambda found: f":{(int(found[1]) + 7) % 60:02d} {found[2]}", text, count=1)
    return re.sub(r'"[A-Z]\d{5}"', '""', moved, count=1)


def withdraw(home: Home) -> None:
    """Delete one form of P01-01 from its file, as when somebody withdraws."""
    path = next(path for path in home.responses.rglob("P01_A_kk.csv"))
    lines = path.read_text(encoding="utf-8").splitlines()
    own = [place for place, text in enumerate(lines) if "P01-01" in text]
    path.write_text("\n".join(lines[: own[1]] + lines[own[1] + 1 :]) + "\n", encoding="utf-8")


@pytest.fixture(scope="module")
def days(tmp_path_factory):
    """Six courses, one of them tiny, published on a day; on the next an answer has come late, another was withdrawn."""
    folder = tmp_path_factory.mktemp("days")
    first, second = (Home(folder / name) for name in ("first", "second"))
    simulate_year(first.root, programmes=2, courses=6, seed=2026)
    load_year(first)
    pages = publish(first, folder / "pages")
    shutil.copytree(first.root, second.root)
    late(second, 1)
    withdraw(second)
    return first, second, pages


@pytest.mark.slow
def test_nothing_follows_of_fewer_than_five_people_from_all_that_the_example_year_publishes(days, tmp_path):
    first, second, pages = days
    assert {page.kind for page in pages} == {*KINDS}
    assert all(page.results.numbers for page in pages)
    assert attack([pages]) == []
    assert [untold(as_workbook(page.results.result), page.results.result) for page in pages] == [[]] * len(pages)
    assert {page.kind for page in pages if page.results.spreads} == {"course", "factors", "period"}
    assert not [page.results.finer for page in pages if page.results.finer]
    load_year(second)
    later = publish(second, tmp_path / "later")
    assert attack([later]) == []
    changed = [claim for one in ON_TWO for claim in one(pages, later)]
    assert are_true(changed, [first.root, second.root]) == []
    assert "Answers wait to be counted" in next(page.text for page in later if page.subject_id == "P02-03")


@pytest.mark.slow
def test_without_the_register_the_late_answer_is_read_off_the_pages(days, tmp_path):
    first, second, pages = days
    shutil.copytree(second.root, tmp_path / "leaky", ignore=shutil.ignore_patterns("released"))
    leaky = Home(tmp_path / "leaky")
    load_year(leaky)
    later = publish(leaky, tmp_path / "pages", ("P02-03", "period"))
    found = [*between(pages, later), *changed_numbers(pages, later)]
    true = are_true(found, [first.root, leaky.root])
    answers = {claim.place for claim in true if claim.place[1] == "P02-03" and claim.place[2] == "wave-b"}
    assert len(answers) >= 20
    assert {claim.place[0] for claim in true} >= {"course", "period"}
    assert all(claim.people < FEW for claim in true)


@pytest.mark.slow
@pytest.mark.parametrize(("is_drawn_exactly", "least"), [(True, 15), (False, 1)])
def test_with_peoples_own_means_the_answers_of_those_who_left_one_out_follow(
    days, tmp_path, monkeypatch, is_drawn_exactly, least
):
    monkeypatch.setattr(Year, "shown_scores", property(lambda one: one.scores))
    monkeypatch.setattr(Occasions, "lifts", lambda *_: (0.0, 0.0))
    if is_drawn_exactly:
        monkeypatch.setattr(present, "_said", exactly)
    first, _, _ = days
    claims = left_out(publish(first, tmp_path, ("P01-01", "P02-01")))
    assert len(are_true(claims, [first.root])) >= least


def shown_in_json(monkeypatch, change: Any) -> None:
    """Let the tables of a result show something else than the page: `change` goes over caption and rows."""

    def leaky(caption: str, head: Any, rows: Any) -> Any:
        return note(caption, head, [change(str(caption), list(row)) for row in rows])

    note = page.table_note
    monkeypatch.setattr(page, "table_note", leaky)


@pytest.mark.slow
def test_a_number_that_only_the_json_shows_is_found(days, tmp_path, monkeypatch):
    first, _, _ = days
    shown_in_json(monkeypatch, lambda caption, row: ["2" if cell == "<5" else cell for cell in row])
    (leaky,) = publish(first, tmp_path, ("P01-03",))
    assert "<5" in leaky.text
    assert {claim.told for claim in are_true(attack([[leaky]]), [first.root])} == {(2.0, 2.0)}


@pytest.mark.slow
def test_a_sum_of_all_that_only_the_json_shows_tells_the_hidden_part(days, tmp_path, monkeypatch):
    first, _, pages = days

    def with_the_small(caption: str, row: list[Any]) -> list[Any]:
        is_sum = caption.startswith("Response by wave") and str(row[0]) == "Monitoring 2"
        return [*row[:4], str(int(row[4]) + 2), *row[5:]] if is_sum else row

    shown_in_json(monkeypatch, with_the_small)  # two people answered in P01-03
    leaky = [one for one in pages if one.kind == "course"] + publish(first, tmp_path, ("period",))
    assert are_true(attack([leaky]), [first.root]) == [Claim("count", ("P01-03", "2"), 2, (2, 2))]


@pytest.mark.slow
def test_with_small_courses_in_the_coverage_a_hidden_number_follows(days, tmp_path, monkeypatch):
    first, _, pages = days

    def every_form(*tables: Any, instrument: str, minimum: int) -> Any:
        return coverage.cover_wave(*tables, instrument=instrument).assign(n_small=0)

    monkeypatch.setattr(due, "cover_shown", every_form)
    leaky = [one for one in pages if one.kind != "sample"] + publish(first, tmp_path, ("sample",))
    assert are_true(attack([leaky]), [first.root])
