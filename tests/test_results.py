"""What a page shows, for machines: every number of it, under fixed names, and nothing that the page does not show."""

import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.charts import Figure
from coursewaves.charts.lettering import joined
from coursewaves.pages.pieces import Section, Sections, bullets, facts, figure, paragraph, side_by_side, table
from coursewaves.phrases import Phrases, Said, rounded
from coursewaves.publishing.report import make_report
from coursewaves.results import MIME, as_json, as_workbook, assembled
from coursewaves.results.figures import figures_of
from coursewaves.results.names import COLUMNS
from coursewaves.settings.home import notebooks_folder

HEAD = {"kind": "course", "id": "A-1", "language": "ru", "title": "Курс (A-1)"}
LANGUAGES = ("kk", "ru", "en")


def result_of(*sections: Section, language: str = "ru") -> dict[str, Any]:
    bundle = Sections(sections)._repr_mimebundle_()[MIME]
    return assembled([bundle], HEAD | {"language": language})


def section(*parts: Any) -> Section:
    return Section("first", "Первый", [5], parts)


# Numbers in texts ------------------------------------------------------------------------------------


@given(st.integers(-(10**9), 10**9), st.sampled_from(LANGUAGES))
def test_every_whole_number_that_is_written_is_read_again(value, language):
    text = f"a ({Phrases(language).number(value)}; b)"
    assert [one.value for one in figures_of(text, language)] == [value]


@given(st.floats(-1e6, 1e6), st.integers(1, 3), st.sampled_from(LANGUAGES))
def test_every_decimal_number_is_read_as_it_was_rounded(value, digits, language):
    text = f"{Phrases(language).number(value, digits)} … 1"
    assert [one.value for one in figures_of(text, language)] == [rounded(value, digits), 1]


@given(st.floats(0, 1), st.integers(0, 2), st.sampled_from(LANGUAGES))
def test_every_percentage_is_read_as_a_share(share, digits, language):
    (found,) = figures_of(Phrases(language).percent(share, digits), language)
    assert found.is_share
    assert found.value == pytest.approx(rounded(share, 2 + digits), abs=1e-12)


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("", []),
        ("P01-02", []),
        ("2026-09-01", []),
        ("01.09.2026", []),
        ("12 / 30", [12, 30]),
        ("−3,5 (−4,5 … +0,2)", [-3.5, -4.5, 0.2]),
        ("1 250 и 68–76", [1250, 68, 76]),
        ("p < 0,001", [0.001]),
        ("33 (83 %)", [33, 0.83]),
        ("B12", []),
    ],
)
def test_numbers_are_told_from_codes_and_dates(text, values):
    assert [one.value for one in figures_of(text, "ru")] == values


# What is noted ---------------------------------------------------------------------------------------


def test_a_table_is_rows_of_named_values_and_its_texts():
    head = [Said("Пара", "Pair"), Said("Разность", "Difference (95 %)"), Said("Ответы", "Answers")]
    made = section(table(Said("Изменения", "Changes"), head, [[Said("Навыки", "skills"), "+3,5 (−1 … +8)", "12"]]))
    (found,) = result_of(made)["sections"][0]["tables"]
    assert (found["id"], found["name"], found["title"], found["label"]) == (
        "first.table.1", "changes", "Изменения", "Пара"
    )  # fmt: skip
    assert found["columns"] == [
        {"label": "Разность", "names": ["difference", "low", "high"], "unit": "0-100"},
        {"label": "Ответы", "names": ["n"], "unit": ""},
    ]
    assert found["rows"] == [
        {
            "id": "skills", "label": "Навыки", "texts": ["+3,5 (−1 … +8)", "12"],
            "values": {"difference": 3.5, "low": -1, "high": 8, "n": 12},
        }
    ]  # fmt: skip


def test_hidden_cells_are_marked_and_never_a_number():
    ru = Phrases("ru")
    head = [Said("Группа", "Group"), Said("Ответы", "Answers"), Said("95 %", "95 % interval")]
    rows = [
        ["A", "<5", "–"],
        ["B", ru.say("fewer than {minimum} answers", minimum=10), ru.say("fewer than {minimum} answers", minimum=10)],
        ["C", ru.say("hidden: small group"), "–"],
    ]
    (found,) = result_of(section(table("T", head, rows)))["sections"][0]["tables"]
    assert [row["values"] for row in found["rows"]] == [
        {"n": "<5", "low": None, "high": None},
        {"n": "<10", "low": "<10", "high": "<10"},
        {"n": "hidden", "low": None, "high": None},
    ]


def test_a_verdict_is_named_in_no_language():
    ru = Phrases("ru")
    size = ru.say("not distinguishable ({size})", size="< 0,9 SD")
    head = [Said("Пара", "Pair"), Said("Результат", "Result")]
    found = [
        result_of(section(table("T", head, [["A", text]])))["sections"][0]["tables"][0]["rows"][0]["values"]
        for text in (ru.say("higher"), size)
    ]
    assert found == [
        {"verdict": "higher", "detectable": None}, {"verdict": "not_distinguishable_size", "detectable": 0.9}
    ]  # fmt: skip


def test_columns_of_one_name_are_told_apart_and_a_count_with_its_share_is_two():
    head = [Said("Курс", "Course"), Said("Волна 1", "A"), Said("n", "Answers"), Said("Ответы", "Answered")]
    (found,) = result_of(section(table("T", head, [["x", "33 (83 %)", "5", "6"]])))["sections"][0]["tables"]
    assert found["rows"][0]["values"] == {"n_a": 33, "share_a": 0.83, "n": 5, "n_2": 6}


def test_figures_facts_and_sentences_are_noted_also_side_by_side():
    drawing = Figure("<svg/>", "В словах", 480, 60)
    beside = side_by_side([figure(drawing, "Рис. 1", [{"id": "K1", "mean": 70}]), figure(drawing, "Рис. 2")])
    made = section(
        beside,
        facts([("Часы", "72"), ("Пусто", "")]),
        paragraph("Всего 12."),
        bullets(["без чисел", "54 %"]),
        paragraph(""),
    )
    (found,) = result_of(made)["sections"]
    assert [(one["id"], one["title"], one["rows"]) for one in found["figures"]] == [
        ("first.figure.1", "Рис. 1", [{"id": "K1", "mean": 70}]), ("first.figure.2", "Рис. 2", [])
    ]  # fmt: skip
    assert [row["values"] for row in found["tables"][0]["rows"]] == [{"value_1": 72}]
    assert [one["values"] for one in found["texts"]] == [[12], [0.54]]


def test_a_result_says_what_it_is_and_is_the_same_bytes_every_time():
    made = result_of(section(paragraph("Всего 12.")))
    assert {name: made[name] for name in ("schema", "version", "kind", "id", "language")} == {
        "schema": "coursewaves results", "version": 1, "kind": "course", "id": "A-1", "language": "ru"
    }  # fmt: skip
    assert as_json(made) == as_json(json.loads(as_json(made)))
    assert as_workbook(made) == as_workbook(made)


def test_a_workbook_holds_numbers_as_numbers_and_text_as_text():
    head = [Said("Группа", "Group"), Said("Доля", "Share"), Said("Ответы", "Answers")]
    made = section(table("=1+1", head, [["=HYPERLINK(1)", "54 %", "12"], ["B", "–", "<5"]]))
    book = openpyxl.load_workbook(io.BytesIO(as_workbook(result_of(made))))
    cells = [[cell.value for cell in row] for row in book["first"].iter_rows()]
    assert cells[:4] == [
        ["=1+1", None, None], ["Группа", "Доля", "Ответы"], ["=HYPERLINK(1)", 0.54, 12], ["B", None, "<5"]
    ]  # fmt: skip
    assert {cell.data_type for row in book["first"].iter_rows() for cell in row} == {"s", "n"}
    assert book["first"]["B3"].number_format == "0.##%"


# Real reports ----------------------------------------------------------------------------------------


class Cells(HTMLParser):
    """The cells of a page's tables, and the alternative text of its figures."""

    def __init__(self) -> None:
        super().__init__()
        self.cells: list[str] = []
        self.captions: list[str] = []
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag in ("td", "figcaption", "caption"):
            self.inside = tag
            (self.cells if tag == "td" else self.captions).append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == self.inside:
            self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside:
            (self.cells if self.inside == "td" else self.captions)[-1] += data


NUMBER = re.compile(r"\d+(?:[\u00a0 ]\d{3})*(?:,\d+)?")

KINDS = [
    ("course", {"course_id": "P01-01"}), ("course", {"course_id": "P01-02"}), ("programme", {"programme_id": "P02"}),
    ("topic", {"programme_id": "P01"}), ("factors", {"programme_id": "P02"}), ("period", {}), ("intake", {}),
    ("questionnaire", {}), ("sample", {}),
]  # fmt: skip


@pytest.fixture(scope="module")
def made(loaded_year) -> dict[str, tuple[str, dict[str, Any]]]:
    """Page and result of every kind of report, in Kazakh."""
    found = {}
    for kind, about in KINDS:
        notebook = notebooks_folder() / "reports" / f"{kind}.ipynb"
        parameters = {"home": str(loaded_year.home.root), "language": "kk"} | about
        report = make_report(notebook, parameters, "T", "kk", "coursewaves")
        name = ".".join([kind, *about.values()])
        found[name] = (report.page, assembled(report.notes, HEAD | {"kind": kind, "language": "kk"}))
    return found


def leaves(value: Any) -> list[Any]:
    """Everything that a value holds."""
    if isinstance(value, dict):
        return [one for inner in value.values() for one in leaves(inner)]
    return [one for inner in value for one in leaves(inner)] if isinstance(value, list) else [value]


@pytest.mark.slow
def test_each_number_in_the_tables_of_a_page_is_in_its_result(made):
    for name, (page, result) in made.items():
        reader = Cells()
        reader.feed(page)
        tables = [one for part in result["sections"] for one in part["tables"]]
        told = [text for one in tables if one["title"] for row in one["rows"] for text in row["texts"]]
        assert reader.cells == [joined(text) for text in told], name
        values = {
            abs(one)
            for one in leaves([row["values"] for one in tables for row in one["rows"]])
            if type(one) in (int, float)
        }
        shown = [float(re.sub(r"[\u00a0 ]", "", text).replace(",", ".")) for cell in told for text in _plain(cell)]
        missing = [one for one in shown if not {one, round(one / 100, 4)} & values]
        assert missing == [], name
        titles = [one["title"] for part in result["sections"] for one in [*part["tables"], *part["figures"]]]
        assert sorted(reader.captions) == sorted(joined(title) for title in titles if title), name


def _plain(cell: str) -> list[str]:
    """The numbers of a cell that holds nothing else, such as a mean with its interval; not those of a sentence."""
    return NUMBER.findall(cell) if re.fullmatch(r"[\d\s,%()/–−+…→\u00a0]*", cell) else []


@pytest.mark.slow
def test_every_figure_of_a_report_has_its_numbers(made):
    drawn = [one for _, result in made.values() for part in result["sections"] for one in part["figures"]]
    assert len(drawn) > 40
    assert [one["title"] for one in drawn if not one["rows"]] == []
    for one in drawn:
        stated = {figure.value for figure in figures_of(one["alt"], "kk")}
        means = {row["mean"] for row in one["rows"] if "others_mean" in row or ("low" in row and "mean" in row)}
        assert means <= stated, one["title"]


@pytest.mark.slow
def test_names_of_values_are_the_same_in_every_language(loaded_year):
    notebook, found = notebooks_folder() / "reports" / "course.ipynb", []
    for language in ("kk", "en"):
        parameters = {"home": str(loaded_year.home.root), "language": language, "course_id": "P01-01"}
        report = make_report(notebook, parameters, "T", language, "coursewaves")
        result = assembled(report.notes, HEAD | {"language": language})
        found.append(
            [
                (one["id"], one["name"], [(row["id"], row["values"]) for row in one["rows"]])
                for part in result["sections"][1:]
                for one in part["tables"]
            ]
        )
    assert found[0] == found[1]


@pytest.mark.slow
def test_no_hidden_group_has_a_number(made):
    """The tiny course: what its page hides its result hides too."""
    _, result = made["course.P01-02"]
    hidden = [
        row
        for part in result["sections"]
        for one in part["tables"]
        for row in one["rows"]
        if any(isinstance(value, str) and re.fullmatch(r"<\d+|hidden", value) for value in row["values"].values())
    ]
    assert hidden
    account = "n_read"  # of all files together: a band, and what lies in small courses or waits is no group of people
    for row in (one for one in hidden if account not in one["values"]):
        known = {name: value for name, value in row["values"].items() if type(value) in (int, float)}
        assert known.keys() <= {"n_invited"}, row
    figures = [row for part in result["sections"] for one in part["figures"] for row in one["rows"]]
    assert all(row.keys() == {"id", "label", "is_hidden", "n"} for row in figures if row.get("is_hidden"))


def test_every_phrase_that_names_a_column_is_said_by_the_library():
    library = "\n".join(path.read_text(encoding="utf-8") for path in (Path(__file__).parents[1] / "lib").rglob("*.py"))
    assert [phrase for phrase in COLUMNS if f'say("{phrase}"' not in library] == []
