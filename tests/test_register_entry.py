"""Entering rows of the registry: one bad row refuses all, other rows keep their bytes, every change can be told."""

import json
import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.entry import (
    Row,
    draft_added,
    draft_rows,
    draft_values,
    read_journal,
    register_folder,
    split_workbook,
    states,
    undo_change,
    write_change,
)
from coursewaves.entry.table_file import new_table, parse_table
from coursewaves.entry.words import MEANINGS, TABLE_NAMES, meaning
from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases
from coursewaves.registry.reader import read_registry
from coursewaves.registry.tables import TABLES, describe_tables
from coursewaves.settings.home import Home, Settings, load_settings, notebooks_folder

PROGRAMMES = "programme_id,title_kk,hours\nP01,Ойын арқылы оқыту,72\n"
COURSES = (
    "\ufeffends_on;course_id;programme_id;enrolled;note\r\n"
    "2025-01-24;P01-01;P01;2;«бірінші»\r\n2026-05-02;P01-02;P01;1;\r\n"
)
"""As a clerk's Excel saves it: a mark, semicolons, its own order, a column that is no column of the table."""


@pytest.fixture
def home(tmp_path: Path) -> Home:
    found = Home(tmp_path / "institute")
    found.registry.mkdir(parents=True)
    (found.registry / "programmes.csv").write_bytes(PROGRAMMES.encode())
    (found.registry / "courses.csv").write_bytes(COURSES.encode())
    return found


def file_of(home: Home, text: str, name: str = "new.csv") -> Path:
    path = home.root / name
    path.write_text(text, encoding="utf-8")
    return path


def courses(home: Home) -> str:
    return (home.registry / "courses.csv").read_bytes().decode()


def closed(home: Home, day: str) -> Home:
    (home.root / "coursewaves.yml").write_text(f"closed_until: {day}\n")
    return Home(home.root)


def run(home: Home, *words: str):
    return CliRunner().invoke(app, ["--home", str(home.root), "register", *words])


# Adding --------------------------------------------------------------------------------------------


def test_new_rows_stand_behind_the_others_in_the_clerk_s_own_order_and_writing(home):
    source = file_of(home, "course_id,programme_id,ends_on,enrolled\nP01-03,P01,2026-06-12,30\n")
    write_change(home, draft_rows(home, "courses", source))
    assert courses(home) == COURSES + "2026-06-12;P01-03;P01;30;\r\n"


def test_a_column_that_the_file_lacks_is_added_behind_the_others(home):
    source = file_of(home, "course_id,programme_id,language\nP01-03,P01,kk\n")
    write_change(home, draft_rows(home, "courses", source))
    assert courses(home) == (
        "\ufeffends_on;course_id;programme_id;enrolled;note;language\r\n"
        "2025-01-24;P01-01;P01;2;«бірінші»;\r\n2026-05-02;P01-02;P01;1;;\r\n;P01-03;P01;;;kk\r\n"
    )


def test_one_bad_row_refuses_all_and_every_fault_is_named_by_file_row_column_and_fix(home):
    source = file_of(
        home,
        "enrolled,course_id,programme_id,starts_on\n"
        "30,P01-03,P01,2026-06-01\n"  # row 2 is sound
        "x,P01-04,P01,2026-06-01\n"  # row 3: no number
        "30,P01-05,P77,2026-13-01\n"  # row 4: no such programme, no such month
        "30,P01-01,P01,2026-06-01\n",  # row 5: there already
    )
    draft = draft_rows(home, "courses", source)
    found = {(one.file, one.row, one.column, one.rule) for one in draft.problems}
    assert found == {
        ("new.csv", 3, "A", "E-VALUE"),
        ("new.csv", 4, "C", "E-REFERENCE"),
        ("new.csv", 4, "D", "E-VALUE"),
        ("new.csv", 5, "B", "E-DUPLICATE"),
    }
    assert all(one.fix for one in draft.problems)
    with pytest.raises(CoursewavesError, match="Nothing was written"):
        write_change(home, draft)
    assert courses(home) == COURSES
    assert read_journal(home) == []


def test_a_column_that_the_table_does_not_have_is_a_fault_of_the_file(home):
    draft = draft_rows(home, "courses", file_of(home, "course_id,programme_id,enroled\nP01-03,P01,30\n"))
    assert [(one.row, one.column, one.rule) for one in draft.problems] == [(1, "C", "E-COLUMN")]
    assert "enrolled" in draft.problems[0].fix


def test_a_broken_record_of_the_file_is_a_fault_by_its_row(home):
    draft = draft_rows(home, "courses", file_of(home, "course_id,programme_id\nP01-03,P01\nP01-04\n"))
    assert [(one.row, one.rule) for one in draft.problems] == [(3, "E-WIDTH")]


def test_rows_come_from_a_workbook_s_sheet_of_the_table_s_name_with_its_dates(home):
    path = home.root / "new.xlsx"
    with xlsxwriter.Workbook(str(path)) as book:
        book.add_worksheet("notes").write_row(0, 0, ["nothing"])
        sheet = book.add_worksheet("courses")
        sheet.write_row(0, 0, ["course_id", "programme_id", "ends_on"])
        sheet.write_row(1, 0, ["P01-03", "P01", "2026-06-12"])
        sheet.write_datetime(2, 2, datetime(2026, 7, 3), book.add_format({"num_format": "d.m.yy"}))
        sheet.write_row(2, 0, ["P01-04", "P01"])
    write_change(home, draft_rows(home, "courses", path))
    assert courses(home).endswith("2026-06-12;P01-03;P01;;\r\n2026-07-03;P01-04;P01;;\r\n")


def test_a_table_without_a_file_gets_one_that_only_its_owner_reads(home):
    draft = draft_rows(home, "receipts", file_of(home, "course_id,wave,received_on\nP01-01,2,2025-01-31\n"))
    write_change(home, draft)
    path = home.registry / "receipts.csv"
    assert path.read_text() == "course_id,wave,received_on\nP01-01,2,2025-01-31\n"
    assert path.stat().st_mode & 0o777 == 0o600


def test_who_could_write_a_table_before_still_can(home):
    (home.registry / "courses.csv").chmod(0o660)
    write_change(home, draft_values(home, "courses", "P01-02", {"enrolled": "9"}))
    assert (home.registry / "courses.csv").stat().st_mode & 0o777 == 0o660


def test_a_roster_that_is_not_whole_is_a_remark_and_no_fault(home):
    source = file_of(home, "participant_id,course_id\nB1,P01-01\n")  # one listed, two enrolled
    draft = draft_rows(home, "participants", source)
    assert draft.problems == []
    assert [one.rule for one in draft.remarks] == ["E-ROSTER"]
    assert write_change(home, draft).ids == ["B1/P01-01"]


def test_an_older_fault_elsewhere_keeps_no_new_row_out(home):
    path = home.registry / "courses.csv"
    path.write_bytes((COURSES + "2026-01-01;P01-09;P99;1;\r\n").encode())
    draft = draft_rows(home, "courses", file_of(home, "course_id,programme_id\nP01-03,P01\n"))
    assert draft.problems == []


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ('course_id,programme_id\nP01-01,"P01\n', "quote"),
        ("course_id,programme_id\nP01-01\n", "1 cells under 2 headers"),
        ("course_id,programme_id\nP01-01,P01\xff\n".encode("latin-1"), "not in UTF-8"),
        (" \n", "no header"),
    ],
)
def test_a_table_whose_rows_can_t_be_told_apart_is_never_written(home, text, seen):
    path = home.registry / "courses.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(CoursewavesError, match=seen):
        draft_values(home, "courses", "P01-01", {"enrolled": "3"})


# Changing ------------------------------------------------------------------------------------------


def test_one_cell_changes_and_every_other_byte_stays(home):
    draft = draft_values(home, "courses", "P01-01", {"enrolled": "3"})
    assert [tuple(one) for one in draft.differences] == [("P01-01", "enrolled", "2", "3")]
    write_change(home, draft)
    assert courses(home) == COURSES.replace("P01;2;", "P01;3;")


def test_a_value_that_stands_there_already_changes_nothing_and_is_not_logged(home):
    draft = draft_values(home, "courses", "P01-01", {"enrolled": " 2 "})
    assert draft.changes_nothing
    assert write_change(home, draft) is None
    assert read_journal(home) == []


def test_a_row_of_two_parts_is_named_with_a_stroke_between_them(home):
    write_change(home, draft_rows(home, "receipts", file_of(home, "course_id,wave,received_on\nP01-01,2,2025-01-31\n")))
    write_change(home, draft_values(home, "receipts", "P01-01/2", {"received_on": "2025-02-03"}))
    assert (home.registry / "receipts.csv").read_text().endswith("P01-01,2,2025-02-03\n")


def test_an_id_to_which_other_tables_refer_can_t_be_renamed_alone(home):
    draft = draft_values(home, "programmes", "P01", {"programme_id": "P02"})
    assert {(one.file, one.rule) for one in draft.problems} == {("courses.csv", "E-REFERENCE")}


def test_an_unknown_row_column_or_table_is_refused_with_the_possible_ones(home):
    with pytest.raises(CoursewavesError, match=r"Can't find 'P01-09' in courses\. Possible values: 'P01-0"):
        draft_values(home, "courses", "P01-09", {"enrolled": "3"})
    with pytest.raises(CoursewavesError, match="'enrolled'"):
        draft_values(home, "courses", "P01-01", {"enroled": "3"})
    with pytest.raises(CoursewavesError, match="'courses'"):
        draft_values(home, "course", "P01-01", {})


def test_a_file_that_was_changed_between_draft_and_writing_is_left_alone(home):
    draft = draft_values(home, "courses", "P01-01", {"enrolled": "3"})
    (home.registry / "courses.csv").write_bytes((COURSES + "2026-01-01;P01-09;P01;1;\r\n").encode())
    with pytest.raises(CoursewavesError, match="changed meanwhile"):
        write_change(home, draft)


CELLS = st.text(st.sampled_from("aә«;,\t\"'\r\n =Ы1 "), max_size=8)


@given(rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=6), place=st.integers(0, 5), cell=CELLS)
def test_a_change_of_one_record_keeps_the_text_of_all_others(rows, place, cell):
    table = new_table(["one", "two"]).with_rows([{"one": f"k{one}", "two": two} for one, two in rows])
    known = parse_table(table.content(), "x.csv")
    assert [line.cells for line in known.lines[1:]] == [[f"k{one}", two] for one, two in rows]
    own = 1 + place % len(rows)
    changed = known.with_cells(own, {"two": cell})
    assert changed.lines[own].cells[1] == cell
    again = parse_table(changed.content(), "x.csv")
    assert again.lines[own].cells == [known.lines[own].cells[0], cell]
    others = [line.text for place, line in enumerate(known.lines) if place != own]
    assert [line.text for place, line in enumerate(again.lines) if place != own] == others


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_every_way_of_writing_a_table_is_kept(encoding, end, delimiter):
    content = f"a{delimiter}b{end}1{delimiter}бір{end}2{delimiter}екі".encode(encoding)  # no line end at the end
    table = parse_table(content, "x.csv")
    assert table.content() == content
    longer = table.with_rows([{"a": "3", "b": "үш"}]).content()
    assert longer.decode(
        encoding
    ) == f"a{delimiter}b{end}1{delimiter}бір{end}2{delimiter}екі{end}3{delimiter}үш{end}".replace("\ufeff", "")


def test_the_line_with_which_excel_names_its_delimiter_stays():
    content = b"sep=;\r\na;b\r\n1;2\r\n"
    assert parse_table(content, "x.csv").with_cells(1, {"b": "3"}).content() == b"sep=;\r\na;b\r\n1;3\r\n"


# The closed period ---------------------------------------------------------------------------------


def test_rows_of_a_closed_period_are_refused_and_those_after_it_are_not(home):
    home = closed(home, "2025-12-31")
    draft = draft_values(home, "courses", "P01-01", {"enrolled": "3"})  # it ended on 2025-01-24
    assert [one.rule for one in draft.problems] == ["E-CLOSED"]
    assert "--reopen" in draft.problems[0].fix
    assert draft_values(home, "courses", "P01-02", {"enrolled": "3"}).problems == []  # ended on 2026-05-02


def test_the_last_day_of_the_period_belongs_to_it(home):
    assert draft_values(closed(home, "2025-01-24"), "courses", "P01-01", {"enrolled": "3"}).closed
    assert not draft_values(closed(home, "2025-01-23"), "courses", "P01-01", {"enrolled": "3"}).closed


def test_a_course_can_t_be_moved_into_or_out_of_the_period_unseen(home):
    home = closed(home, "2025-12-31")
    assert draft_values(home, "courses", "P01-01", {"ends_on": "2026-01-24"}).closed
    assert draft_values(home, "courses", "P01-02", {"ends_on": "2025-05-02"}).closed


@pytest.mark.parametrize(
    ("table", "text", "is_closed"),
    [
        ("participants", "participant_id,course_id\nB1,P01-01\n", True),
        ("participants", "participant_id,course_id\nB1,P01-02\n", False),
        ("receipts", "course_id,wave,received_on\nP01-01,2,2026-01-31\n", True),
        ("decisions", "decision_id,programme_id,decided_on,council,kind\nR1,P01,2025-06-18,smc,none\n", True),
        ("decisions", "decision_id,programme_id,decided_on,council,kind\nR1,P01,2026-06-18,smc,none\n", False),
        ("handovers", "course_id,handed_over_on\nP01-01,2026-02-02\n", False),  # it comes a year later by nature
    ],
)
def test_participants_receipts_and_decisions_are_closed_with_their_period(home, table, text, is_closed):
    draft = draft_rows(closed(home, "2025-12-31"), table, file_of(home, text))
    assert bool(draft.closed) == is_closed
    assert {one.rule for one in draft.problems} == ({"E-CLOSED"} if is_closed else set())


def test_a_reason_opens_the_period_and_is_logged_and_opens_nothing_else(home):
    home = closed(home, "2025-12-31")
    draft = draft_values(home, "courses", "P01-01", {"enrolled": "3"})
    with pytest.raises(CoursewavesError, match="E-CLOSED"):
        write_change(home, draft, "   ")
    assert write_change(home, draft, "орталықтың хаты").reason == "орталықтың хаты"
    bad = draft_values(home, "courses", "P01-01", {"enrolled": "many"})
    with pytest.raises(CoursewavesError, match="E-VALUE"):
        write_change(home, bad, "орталықтың хаты")


@pytest.mark.parametrize("day", ["20251231", "1735603200", "31.12.2025", "2025-13-01"])
def test_a_day_that_could_mean_another_is_refused_in_the_settings(tmp_path, day):
    path = tmp_path / "coursewaves.yml"
    path.write_text(f"closed_until: {day}\n")
    with pytest.raises(CoursewavesError, match="closed_until"):
        load_settings(path)
    assert Settings().closed_until is None


# The journal and undo ------------------------------------------------------------------------------


def test_the_journal_tells_what_changed_and_holds_no_cell_and_no_name(home):
    write_change(home, draft_values(home, "courses", "P01-01", {"aliases": "Құпия атау"}))
    path = register_folder(home) / "journal.jsonl"
    text = path.read_text(encoding="utf-8")
    (entry,) = read_journal(home)
    assert (entry.number, entry.action, entry.table, entry.ids, entry.columns) == (
        1,
        "set",
        "courses",
        ["P01-01"],
        ["aliases"],
    )
    assert entry.account == str(os.getuid())
    assert len(entry.before) == len(entry.after) == 64
    assert "Құпия" not in text
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_participant_s_code_that_is_an_iin_stands_in_no_journal(home):
    source = file_of(home, "participant_id,course_id\n900101300123,P01-02\n")
    write_change(home, draft_rows(home, "participants", source))
    assert "900101300123" not in (register_folder(home) / "journal.jsonl").read_text()
    assert read_journal(home)[0].ids == ["[•••]/P01-02"]


def test_the_last_change_is_taken_back_byte_for_byte_once(home):
    write_change(home, draft_values(home, "courses", "P01-01", {"enrolled": "3"}))
    write_change(home, draft_values(home, "courses", "P01-02", {"language": "kk"}))
    undo_change(home)
    assert courses(home) == COURSES.replace("P01;2;", "P01;3;")
    with pytest.raises(CoursewavesError, match="no change to undo"):
        undo_change(home)
    assert [(one.action, state) for one, state in states(home)] == [
        ("set", "followed by another"),
        ("set", "followed by another"),
        ("undo", "in place"),
    ]


def test_a_table_that_was_made_new_goes_when_that_is_undone(home):
    write_change(home, draft_rows(home, "receipts", file_of(home, "course_id,wave,received_on\nP01-01,2,2025-01-31\n")))
    undo_change(home)
    assert not (home.registry / "receipts.csv").exists()


def test_nothing_is_undone_in_a_file_that_somebody_changed_since(home):
    write_change(home, draft_values(home, "courses", "P01-01", {"enrolled": "3"}))
    by_hand = courses(home) + "2026-01-01;P01-09;P01;1;\r\n"
    (home.registry / "courses.csv").write_bytes(by_hand.encode())
    with pytest.raises(CoursewavesError, match="changed since"):
        undo_change(home)
    assert courses(home) == by_hand
    assert states(home)[-1][1] == "changed since"


def test_a_change_that_was_logged_and_not_written_is_told_and_may_be_made_again(home, monkeypatch):
    from coursewaves.entry import apply

    draft = draft_values(home, "courses", "P01-01", {"enrolled": "3"})
    with monkeypatch.context() as stopped:
        stopped.setattr(apply, "_write", lambda *_: 1 / 0)  # the machine stops between the journal and the table
        with pytest.raises(ZeroDivisionError):
            write_change(home, draft)
    assert courses(home) == COURSES
    assert states(home)[-1][1] == "not written"
    with pytest.raises(CoursewavesError, match="was not written"):
        undo_change(home)
    write_change(home, draft)
    undo_change(home)
    assert courses(home) == COURSES


def test_a_line_that_was_cut_off_is_passed_over_and_a_damaged_one_is_not(home):
    write_change(home, draft_values(home, "courses", "P01-01", {"enrolled": "3"}))
    path = register_folder(home) / "journal.jsonl"
    whole = path.read_bytes()
    path.write_bytes(whole + whole[:20])
    assert len(read_journal(home)) == 1
    write_change(home, draft_values(home, "courses", "P01-01", {"enrolled": "4"}))
    assert [one.number for one in read_journal(home)] == [1, 2]
    path.write_bytes(b"{}\n" + whole)
    with pytest.raises(CoursewavesError, match=r"journal.jsonl:1 is damaged"):
        read_journal(home)


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_a_process_that_is_killed_while_it_writes_leaves_the_table_whole(home):
    code = (
        "import sys\nfrom pathlib import Path\nfrom coursewaves.settings.home import Home\n"
        "from coursewaves.entry import draft_values, write_change\nhome = Home(Path(sys.argv[1]))\n"
        "for number in range(10_000):\n"
        "    write_change(home, draft_values(home, 'courses', 'P01-01', {'enrolled': str(number)}))\n"
        "    print(number, flush=True)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code, str(home.root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for _ in range(3):
        process.stdout.readline()
    process.kill()
    process.communicate()
    lines = courses(home).split("\r\n")
    assert [lines[0], *lines[2:]] == [*COURSES.split("\r\n")[:1], *COURSES.split("\r\n")[2:]]
    assert read_registry(home.registry)[0].courses["course_id"].tolist() == ["P01-01", "P01-02"]


# A workbook ----------------------------------------------------------------------------------------


def workbook(home: Home) -> None:
    for name in ("programmes", "courses"):
        (home.registry / f"{name}.csv").unlink()
    with xlsxwriter.Workbook(str(home.registry / "registry.xlsx")) as book:
        sheet = book.add_worksheet("programmes")
        sheet.write_row(0, 0, ["programme_id", "title_kk", "hours"])
        sheet.write_row(1, 0, ["P01", "Ойын, ән", 72])
        sheet = book.add_worksheet("courses")
        sheet.write_row(0, 0, ["course_id", "programme_id", "ends_on"])
        sheet.write_row(1, 0, ["P01-01", "P01", "2025-01-24"])


def test_a_table_in_a_workbook_is_changed_once_the_workbook_was_split(home):
    workbook(home)
    with pytest.raises(CoursewavesError, match="register split"):
        draft_values(home, "courses", "P01-01", {"enrolled": "3"})
    before, _ = read_registry(home.registry)
    split_workbook(home)
    after, problems = read_registry(home.registry)
    assert before.courses.equals(after.courses)
    assert before.programmes.equals(after.programmes)
    assert problems.empty
    assert (register_folder(home) / "registry.xlsx").is_file()
    assert write_change(home, draft_values(home, "courses", "P01-01", {"enrolled": "3"})).number == 3


# The command ---------------------------------------------------------------------------------------


def test_a_dry_run_shows_the_difference_and_writes_nothing(home):
    done = run(home, "set", "courses", "P01-01", "enrolled=3", "--dry-run")
    assert done.exit_code == 0
    assert "~ courses P01-01: enrolled: '2' → '3'" in done.output
    assert "nothing was written" in done.output
    assert courses(home) == COURSES
    assert not register_folder(home).exists()


def test_the_commands_add_log_and_undo(home):
    source = file_of(home, "course_id,programme_id\nP01-03,P01\n")
    assert "+ courses P01-03" in run(home, "add", "courses", str(source)).output
    assert "P01-03" in run(home, "log").output
    assert run(home, "undo").exit_code == 0
    assert courses(home) == COURSES
    assert run(home, "undo").exit_code == 2


def test_an_iin_is_not_printed_either(home):
    source = file_of(home, "participant_id,course_id,role\n900101300123,P01-02,head\n")
    done = run(home, "add", "participants", str(source))
    assert "+ participants [•••]/P01-02: role=head" in done.output
    assert "900101300123" not in done.output


def test_a_refused_change_exits_with_2_and_says_how_to_mend_it(home):
    done = run(home, "set", "courses", "P01-01", "enrolled=many")
    assert done.exit_code == 2
    assert "E-VALUE courses.csv:2:D" in done.output
    assert courses(home) == COURSES


def test_a_closed_row_is_changed_by_the_command_with_a_reason_only(home):
    home = closed(home, "2025-12-31")
    assert run(home, "set", "courses", "P01-01", "enrolled=3").exit_code == 2
    done = run(home, "set", "courses", "P01-01", "enrolled=3", "--reopen", "хат № 5")
    assert done.exit_code == 0
    assert "хат № 5" in run(home, "log").output


def test_the_columns_of_a_table_are_shown_with_their_meaning(home):
    done = run(home, "columns", "receipts")
    assert "received_on" in done.output
    assert "day on which its results came in" in done.output


# Words and the form --------------------------------------------------------------------------------


def test_every_table_and_column_has_its_words_and_no_other():
    assert set(TABLE_NAMES) == set(TABLES)
    assert set(MEANINGS) == {row["meaning"] for row in describe_tables()}
    assert meaning(Phrases("kk"), "courses", "ends_on") == "соңғы күні"


@pytest.fixture
def form(home):
    from coursewaves.entry.form import register_form

    return register_form(home.root, "courses", "en")


def text_of(form) -> str:
    return form.output.outputs[0]["text"]


def test_the_form_has_a_field_for_each_column_with_its_meaning_in_the_language(form):
    assert list(form.fields) == [*form.fields] and set(form.fields) == set(TABLES["courses"].model_fields)
    form.menus["language"].value = "kk"
    labels = [box.children[0].value for box in form.rows.children]
    assert labels[0] == "курс коды" or labels[0].startswith("курстың коды")
    assert labels[0].endswith(" * · course_id")  # no row can do without it
    assert form.buttons["save"].description == "Сақтау"


def test_the_form_offers_codes_and_the_ids_of_other_tables(form):
    assert list(form.fields["language"].options) == ["", "kk", "ru", "en"]
    assert list(form.fields["programme_id"].options) == ["P01"]


def test_a_row_is_checked_then_saved(form, home):
    form.fields["course_id"].value = "P01-03"
    form.fields["programme_id"].value = "P01"
    assert form.buttons["save"].disabled
    form.buttons["check"].click()
    assert "it can be saved" in text_of(form)
    assert courses(home) == COURSES  # a check writes nothing
    form.buttons["save"].click()
    assert courses(home) == COURSES + ";P01-03;P01;;\r\n"
    assert "change 1" in text_of(form)
    form.buttons["undo"].click()
    assert courses(home) == COURSES


def test_a_bad_row_is_explained_and_can_t_be_saved(form, home):
    form.fields["course_id"].value = "P01-03"
    form.fields["programme_id"].value = "P77"
    form.buttons["check"].click()
    assert form.buttons["save"].disabled
    assert "its programme: There is no such row in the table to which this field refers." in text_of(form)
    assert "E-REFERENCE" in text_of(form)
    form.buttons["save"].click()  # a click that a browser would not let through
    assert "Nothing was written" in text_of(form)
    assert courses(home) == COURSES


def test_what_was_checked_must_be_checked_again_once_a_field_changes(form):
    form.fields["course_id"].value = "P01-03"
    form.fields["programme_id"].value = "P01"
    form.buttons["check"].click()
    assert not form.buttons["save"].disabled
    form.fields["enrolled"].value = "many"
    assert form.buttons["save"].disabled


def test_an_old_row_fills_the_fields_and_one_cell_is_changed(form, home):
    form.menus["row"].value = "P01-01"
    assert form.fields["enrolled"].value == "2"
    assert form.fields["course_id"].disabled
    form.fields["enrolled"].value = "3"
    form.buttons["check"].click()
    assert "participants on the first day: 2 → 3" in text_of(form)
    form.buttons["save"].click()
    assert courses(home) == COURSES.replace("P01;2;", "P01;3;")


def test_the_form_asks_for_a_reason_where_the_period_is_closed(home):
    from coursewaves.entry.form import register_form

    form = register_form(closed(home, "2025-12-31").root, "courses", "ru")
    form.menus["row"].value = "P01-01"
    form.fields["enrolled"].value = "3"
    form.buttons["check"].click()
    assert "закрытому периоду" in text_of(form)
    form.reason.value = "письмо центра"
    form.buttons["check"].click()
    form.buttons["save"].click()
    assert read_journal(home)[-1].reason == "письмо центра"


def test_another_table_brings_its_own_fields(form):
    form.menus["row"].value = "P01-01"
    form.menus["table"].value = "receipts"
    assert list(form.fields) == ["course_id", "wave", "received_on"]
    assert form.menus["row"].value == ""


def test_rows_drafted_for_a_table_are_told_by_their_source(home):
    draft = draft_added(home, "courses", [Row("form", 0, {"course_id": "P01-03"}, {})])
    assert [(one.file, one.header, one.rule) for one in draft.problems] == [("form", "programme_id", "E-VALUE")]


@pytest.mark.slow
def test_the_notebook_shows_the_form(home, tmp_path, monkeypatch):
    import nbformat
    import papermill

    monkeypatch.setenv("COURSEWAVES_HOME", str(home.root))
    notebook, done = notebooks_folder() / "explore" / "register.ipynb", tmp_path / "done.ipynb"
    papermill.execute_notebook(str(notebook), str(done), progress_bar=False, cwd=str(tmp_path))
    executed = nbformat.read(done, as_version=4)
    (output,) = executed.cells[-1].outputs
    assert "application/vnd.jupyter.widget-view+json" in output["data"]
    states = executed.metadata["widgets"]["application/vnd.jupyter.widget-state+json"]["state"]
    shown = json.dumps(states, ensure_ascii=False)
    assert "Тексеру" in shown
    assert "курстың коды, нысандардағыдай" in shown
