"""Cases of the catalogue in docs/intake.md that no other file holds whole."""

import csv
import io

import pytest
import typer

import small
from coursewaves.cli import app
from coursewaves.intake.header_book import HeaderBook
from coursewaves.intake.headers import match_columns
from coursewaves.reading.records import Records, read_records
from coursewaves.survey.instruments import Survey

ROWS = [
    ["2025-03-01 10:00:07", "A-1", "5", "Appraisal, Other", "мен"],
    ["2025-03-01 10:01:07", "A-1", "4", "Appraisal", "ол"],
    ["2025-03-01 10:02:07", "A-1", "3", 'said "no"', "біз"],
    ["2025-03-01 10:03:07", "A-1", "2", "", "олар"],
]


def export_of(quoting: int) -> tuple[bytes, int]:
    """An export of four answers, and where its first answer begins."""
    text = io.StringIO(newline="")
    csv.writer(text, quoting=quoting, lineterminator="\n").writerows([["time", "course", "a", "b", "c"], *ROWS])
    content = text.getvalue().encode()
    return content, content.index(b"\n") + 1


def read(folder, content: bytes) -> Records:
    path = folder / "answers.csv"
    path.write_bytes(content)
    return read_records(path)


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_a_quote_too_many_or_too_few_at_any_place_costs_its_own_record_alone(tmp_path, quoting):
    content, start = export_of(quoting)
    inserted = [(at, content[:at] + b'"' + content[at:]) for at in range(start, len(content))]
    removed = [(at, content[:at] + content[at + 1 :]) for at in range(start, len(content)) if content[at] == ord('"')]
    assert len(inserted) > 100
    assert removed
    for at, damaged in inserted + removed:
        found, own = read(tmp_path, damaged), content[:at].count(b"\n") + 1
        told = {problem.row for problem in found.problems}
        assert found.n_read == len(ROWS) == len(found.rows) + len(told)
        assert told <= {own}
        assert [cells for row, cells in found.rows if row != own] == [
            cells for row, cells in enumerate(ROWS, 2) if row != own
        ]


@pytest.mark.parametrize("quoting", [csv.QUOTE_ALL, csv.QUOTE_MINIMAL])
def test_a_cut_at_any_byte_is_seen_or_shortens_the_last_cell_of_the_last_record(tmp_path, quoting):
    content, start = export_of(quoting)
    for at in range(start, len(content) + 1):
        found, n_whole = read(tmp_path, content[:at]), content[:at].count(b"\n") - 1
        rows = [cells for _, cells in found.rows]
        assert rows[:n_whole] == ROWS[:n_whole]
        for last, whole in zip(rows[n_whole:], ROWS[n_whole:], strict=False):
            assert last[:-1] == whole[:-1]
            assert whole[-1].startswith(last[-1])


@pytest.mark.parametrize("delimiter", ["|", "^"])
def test_a_file_with_another_delimiter_is_refused_and_the_sign_named(tmp_path, delimiter):
    folder = tmp_path / "responses"
    folder.mkdir()
    lines = [delimiter.join(cells) for cells in (small.HEADER, small.form(), small.form(wish="5"))]
    (folder / "p.csv").write_text("\n".join(lines), encoding="utf-8")
    intake = small.read(folder)
    assert intake.responses.empty
    assert intake.problems[["rule", "seen"]].to_numpy().tolist() == [
        ["E-FORMAT", f"columns with {delimiter!r} between them"]
    ]


def test_an_answer_from_the_future_is_outside_its_window(tmp_path):
    small.write(tmp_path / "p.csv", [small.form(), small.form(time="2099-03-01 10:00:00")])
    intake = small.read(tmp_path)
    assert intake.files[["n_kept", "n_outside_window"]].to_numpy().tolist() == [[1, 1]]
    assert intake.problems[["rule", "row"]].to_numpy().tolist() == [["E-WINDOW", 3]]


def test_the_longest_answer_is_kept_whole_and_a_longer_one_costs_its_record(tmp_path):
    longest, longer = "ә" * 1_000_000, "ә" * 1_000_001
    found = read(tmp_path, f"a,b\n1,{longest}\n2,{longer}\n3,x\n".encode())
    assert found.rows == [(2, ["1", longest]), (4, ["3", "x"])]
    assert [(problem.row, problem.rule) for problem in found.problems] == [(3, "E-LIMIT")]


def test_a_header_with_latin_letters_in_kazakh_words_is_the_same_question(survey):
    item = next(item for item in survey.instrument("A").items if "і" in item.text["kk"] and not item.grid)
    typed = item.text["kk"].replace("і", "i")
    found = match_columns([typed], "f.csv", HeaderBook(survey, small.make_registry()), ["A"])
    assert [column.item.id for column in found.questionnaires[0].columns] == [item.id]
    assert not [problem for problem in found.problems if problem.rule == "E-COL"]


def test_two_questions_that_differ_by_alphabet_alone_are_told_apart():
    design = small.survey().model_dump()
    items = design["instruments"][0]["items"]
    for item in items:
        if item["id"] in ("P1", "P3"):
            item["text"] = {"en": {"P1": "COPE", "P3": "СОРЕ"}[item["id"]]}  # Latin, and Cyrillic
    book = HeaderBook(Survey.model_validate(design), small.registry())
    for header, expected in (("cope", ["P1"]), ("соре", ["P3"]), ("cоpe", [])):
        found = match_columns([header, "P2"], "f.csv", book, ["P"]).questionnaires[0].columns
        assert [column.item.id for column in found if column.place == 0] == expected


@pytest.mark.parametrize("code", ["010", "1e5", "no", "12:30", "007"])
def test_codes_on_the_command_line_stay_text(code):
    report = typer.main.get_command(app).commands["report"]
    assert report.make_context("report", ["--course", code]).params["course"] == [code]
