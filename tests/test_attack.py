"""The attack on published pages finds what is planted, and nothing in the reports of the example year (P10)."""

import ast
import json
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import handmade
from coursewaves import releases, sections
from coursewaves.analysis import coverage
from coursewaves.deadlines import due
from coursewaves.load import load_year
from coursewaves.processed.year import Year
from coursewaves.settings.home import Home, notebooks_folder
from coursewaves.views import opening, programme

sys.path.insert(0, str(Path(__file__).parents[1] / "tools"))
from attack import FEW, Claim, attack, between, counts, pairs, parts_of_sums, subgroups, summary
from attack_pages import Bar, Line, Page, read_page, read_pages
from attack_truth import are_true

BARS = ("course", "A-1", "wave-b", "Grid", "0", "Question")


def page(kind: str, subject_id: str, *lines: Line, bars: list[Bar] | None = None, text: str = "") -> Page:
    return Page(kind, subject_id, list(lines), bars or [], text)


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
    before = [page("course", "A-1", bars=[Bar(BARS, (1, 4, 7))])]
    found = list(between(before, [page("course", "A-1", bars=[Bar(BARS, after)])]))
    assert tuple(claim.told for claim in found) == told


def test_a_mean_and_a_number_tell_what_one_more_said():
    rows = [line("course", "A-1", "Means", "What|Answers|Mean, 0–100", "Fit", n, mean) for n, mean in
            (("10", "80"), ("11", "75"))]  # fmt: skip
    (claim,) = between(*([page("course", "A-1", row)] for row in rows))
    assert claim.people == 1
    assert claim.told == (14.5, 35.5)  # 11 · 75 - 10 · 80 = 25, give or take half a point of each of the 21


def test_a_run_that_is_left_out_of_no_sum_is_the_sum_less_the_others():
    text = "Rating of this course: 80 of 100 (75–85, n = 20), surely"
    whole = "The programme over all its runs: 76 of 100 (70–80, n = 23) — it"
    (claim,) = parts_of_sums([page("course", "A-1", text=text), page("programme", "A", text=whole)])
    assert (claim.people, claim.place[-1]) == (3, "rating")
    assert sum(claim.told) / 2 == pytest.approx((23 * 76 - 20 * 80) / 3)


def test_a_hidden_number_follows_from_the_files_and_from_the_coverage():
    head, wave = "Wave|Invited|Answered", "Invited and answered, by wave"
    shown = page("course", "P01-01", line("course", "P01-01", wave, head, "Monitoring 3", "30", "20"))
    hidden = page("course", "P01-02", line("course", "P01-02", wave, head, "Monitoring 3", "30", "<5"))
    files = line(
        "intake", "year", "Files and their records", "File|Records read|Kept", "w/P01_C_kk.csv (C)", "30", "23"
    )
    covered = line(
        "sample", "year", "Monitoring 3: coverage", "Direction|Completed|Answered", "— Play (P01)", "50", "23"
    )
    for told in (page("intake", "year", files), page("sample", "year", covered)):
        assert list(counts([shown, hidden, told])) == [Claim("count", ("P01-02", "3"), 3, (3, 3))]
    assert not list(counts([shown, hidden]))
    both = [
        page("course", name, line("course", name, wave, head, "Monitoring 3", "30", "<5"))
        for name in ("P01-02", "P01-03")
    ]
    sums = line("sample", "year", "Monitoring 3: coverage", "Direction|Completed|Answered", "— Play (P01)", "80", "27")
    claims = list(counts([shown, *both, page("sample", "year", sums)]))
    assert {claim.told for claim in claims} == {(3, 4)}  # seven in two waves of four at the most


def test_one_hidden_group_is_the_rest():
    groups = line(
        "course", "A-1", "Contingent of the respondents, Monitoring 1", "Group|Answers", "Role — head", "hidden"
    )
    shown = groups._replace(place=(*groups.place[:4], "Role — teacher"), cells=("Role — teacher", "17"))
    answered = line(
        "course", "A-1", "Invited and answered, by wave", "Wave|Invited|Answered", "Monitoring 1", "30", "20"
    )
    (claim,) = subgroups([page("course", "A-1", answered, groups, shown)])
    assert (claim.people, claim.told) == (3, (3, 3))


def test_the_summary_counts_claims_and_true_ones():
    claims = [Claim("count", ("A", "1"), 3, (3, 3)), Claim("count", ("B", "1"), 2, (2, 2))]
    assert summary(claims, claims[:1]) == ["count: 2 claims, 1 true"]
    assert summary([], None) == ["nothing follows about fewer than five people"]


# Our own pages ---------------------------------------------------------------------------------------


def written(folder: Path, kind: str, subject_id: str, parts: list[Any]) -> Path:
    """Write a page of sections as a report does."""
    path = folder / kind / f"{subject_id}.en.html"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(part._repr_html_() for part in parts), encoding="utf-8")
    return path


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


# The example year ------------------------------------------------------------------------------------

COURSES = ("P01-01", "P01-02", "P01-03", "P02-03")
"""Three runs of a programme, one of them tiny, and the course to which an answer comes late."""


def publish(home: Home, folder: Path) -> list[Page]:
    """Make pages of every kind that counts, as the notebooks do, and enter them in the register."""
    entries = [("course", "course_id", name) for name in COURSES]
    entries += [
        ("programme", "programme_id", "P01"),
        ("topic", "programme_id", "P01"),
        ("direction", "direction_id", "D1"),
    ]
    entries += [(kind, "", "year") for kind in ("intake", "sample", "period")]
    for kind, parameter, subject_id in entries:
        written(
            folder, kind, subject_id, executed(kind, {parameter: subject_id, "home": str(home.root), "language": "en"})
        )
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
def days(loaded_year, tmp_path_factory):
    """The example year published on one day; on the next an answer has come late and another was withdrawn."""
    folder = tmp_path_factory.mktemp("days")
    first, second = (Home(folder / name) for name in ("first", "second"))
    shutil.copytree(loaded_year.home.root, first.root, ignore=shutil.ignore_patterns("reports", "released"))
    load_year(first)
    pages = publish(first, folder / "pages")
    shutil.copytree(first.root, second.root)
    late(second, 1)
    withdraw(second)
    return first, second, pages


@pytest.mark.slow
def test_nothing_follows_of_fewer_than_five_people_from_the_reports_of_the_example_year(days, tmp_path):
    first, second, pages = days
    assert len(pages) == 10
    assert attack([pages]) == []
    load_year(second)
    later = publish(second, tmp_path / "later")
    assert are_true(attack([pages, later]), [first.root, second.root]) == []
    assert "Answers wait to be counted" in next(page.text for page in later if page.subject_id == "P02-03")


@pytest.mark.slow
def test_without_the_register_the_late_answer_is_read_off_the_pages(days, tmp_path):
    first, second, pages = days
    shutil.copytree(second.root, tmp_path / "leaky", ignore=shutil.ignore_patterns("released"))
    leaky = Home(tmp_path / "leaky")
    load_year(leaky)
    found = attack([pages, publish(leaky, tmp_path / "pages")])
    true = are_true(found, [first.root, leaky.root])
    answers = {claim.place for claim in true if claim.place[1] == "P02-03" and claim.place[2] == "wave-b"}
    assert len(answers) >= 20
    assert all(claim.people < FEW for claim in true)


@pytest.mark.slow
def test_with_small_courses_in_the_coverage_a_hidden_number_follows(days, tmp_path, monkeypatch):
    first, _, pages = days

    def every_form(*tables: Any, instrument: str, minimum: int) -> Any:
        return coverage.cover_wave(*tables, instrument=instrument).assign(n_small=0)

    monkeypatch.setattr(due, "cover_shown", every_form)
    leaky = [page for page in pages if page.kind != "sample"]
    about = {"home": str(first.root), "language": "en"}
    opening._opened_whole.cache_clear()
    leaky.append(read_page(written(tmp_path, "sample", "year", executed("sample", about))))
    assert are_true(attack([leaky]), [first.root])
