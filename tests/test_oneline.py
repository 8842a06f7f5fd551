"""One line for anybody: no line can be forged, no path of a machine is told."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coursewaves.system.oneline import one_line

ROOT = Path("/srv/monitoring/my institute")


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("cell `a / b`: KeyError", "cell `a / b`: KeyError"),
        ("https://example.kz/a/b stays", "https://example.kz/a/b stays"),
        ("data/raw/a.csv:3 and wave1/b.csv", "data/raw/a.csv:3 and wave1/b.csv"),
        ("in /srv/monitoring/my institute/data/raw/a.csv", "in my institute/data/raw/a.csv"),
        ("'/srv/x/y/a.csv' and \"/var/b\"", "'a.csv' and \"b\""),
        ("file:" + "///srv/x/a.csv", "a.csv"),
        ("open /srv/people/", "open people"),
        (r"C:\Users\aigul\data\a.csv is open", "a.csv is open"),
        ("a\nERROR b\r\nc\x00\x1b[31md\u2028e\u202ef", "a ERROR b c [31md e f"),
        ("  spaces \t everywhere ", "spaces everywhere"),
        ("Қазақша мәтін – «тұнба» 12 %", "Қазақша мәтін – «тұнба» 12 %"),
        ("half \ud800 a letter", "half a letter"),
        ("", ""),
    ],
)
def test_a_text_becomes_one_line_without_paths(text, line):
    assert one_line(text, ROOT) == line


def test_a_long_text_is_cut_and_shows_it():
    assert one_line("x" * 301) == "x" * 299 + "…"
    assert one_line("x" * 300) == "x" * 300
    assert one_line("abcdef", longest=4) == "abc…"


def test_a_work_folder_that_is_the_root_of_the_disk_changes_nothing():
    assert one_line("a / b", Path("/")) == "a / b"


@given(st.text(), st.integers(2, 50))
def test_any_text_is_one_printable_line_of_a_bounded_length(text, longest):
    line = one_line(text, ROOT, longest)
    assert line.isprintable()
    assert line.splitlines() in ([], [line])
    assert len(line) <= longest


@given(st.lists(st.text("abcXYZ019_.-", min_size=1), min_size=2, max_size=5), st.sampled_from(["", "open ", "'", "("]))
def test_no_folder_of_an_absolute_path_is_told(parts, before):
    folders = [f"folder{place}" for place in range(len(parts) - 1)]
    line = one_line(f"{before}/{'/'.join(folders)}/{parts[-1]}")
    assert "folder" not in line
    assert parts[-1] in line
