"""YAML without its surprises: what is written is what is read, and every fault is named with its line."""

from pathlib import Path

import pytest

from coursewaves.system.yamlfile import read_yaml


@pytest.fixture
def written(tmp_path: Path):
    """Write a text or bytes to a file and read it as YAML."""

    def write(content: str | bytes):
        path = tmp_path / "a.yml"
        path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        return read_yaml(path)

    return write


@pytest.mark.parametrize(
    "scalar",
    [
        "no",
        "yes",
        "off",
        "y",
        "010",
        "0x1F",
        "12:30",
        "1_000",
        "1e3",
        ".5",
        "2025-10-10",
        "true",
        "9",
        "=",
        "é",
        "қазақша",
    ],
)
def test_every_scalar_stays_the_text_that_was_written(written, scalar):
    assert written(f"code: {scalar}\nlist: [{scalar}]\n").content == {"code": scalar, "list": [scalar]}


@pytest.mark.parametrize("scalar", ["", "~", "null"])
def test_an_empty_value_is_none(written, scalar):
    assert written(f"code: {scalar}\n").content == {"code": None}


def test_a_quoted_null_is_text(written):
    assert written('code: "null"\n').content == {"code": "null"}


def test_keys_stay_text_too(written):
    assert written("no: 1\n010: 2\n").content == {"no": "1", "010": "2"}


def test_lines_are_known_by_path(written):
    source = written("# a comment\nitems:\n  - id: A1\n    text: {kk: сұрақ}\n\n  - id: A2\n")
    assert source.lines["items", 0] == 3
    assert source.lines["items", 0, "text"] == 4
    assert source.lines["items", 1, "id"] == 6


def test_a_section_has_the_line_of_its_name_not_of_what_it_holds(written):
    assert written("a: 1\n\nitems:\n\n  - id: A1\n").line_of(("items",)) == 3


def test_a_path_that_is_not_there_has_the_line_of_its_nearest_parent(written):
    source = written("items:\n  - id: A1\n  - id: A2\n")
    assert source.line_of(("items", 1, "text", "kk")) == 3
    assert source.line_of(("scales", 0)) == 1


def test_equal_keys_are_a_fault_at_the_second(written):
    assert written("a: 1\nb: 2\na: 3\n").faults == [(3, "'a' stands twice; fix: keep one of the two")]


def test_all_equal_keys_of_a_file_are_named_at_once(written):
    faults = written("a:\n  kk: 1\n  kk: 2\nb:\n  - ru: 1\n    ru: 2\n").faults
    assert [line for line, _ in faults] == [3, 6]


@pytest.mark.parametrize(
    ("content", "line", "words"),
    [
        ("a: [1, 2\nb: 3\n", 2, "not YAML"),
        ("a:\n\t- b\n", 2, "a tab at the beginning"),
        ("a: 1\n  b: 2\n", 2, "not YAML"),
        ("a: 1\n---\nb: 2\n", 2, "another document"),
        ("a: *b\n", 1, "undefined alias"),
        ("a: 1\nb: \x07\n", 2, "control character"),
        ("a: 1\nb: \x00\n", 2, "control character"),
        ("a: &x [1]\nb: 1\nc: *x\n", 3, "an alias"),
        ("a: &x [*x]\n", 1, "an alias"),
        (b"a: \xd2\n", 1, "not UTF-8 at byte 3"),
        ("a: қ".encode("utf-16"), 1, "not UTF-8"),
    ],
)
def test_what_is_not_yaml_is_one_fault_with_line_and_fix(written, content, line, words):
    source = written(content)
    assert source.content is None
    [(found, message)] = source.faults
    assert found == line
    assert words in message
    assert "; fix: " in message


def test_a_star_in_a_text_is_no_alias(written):

    assert written('a: "2 * 2"\nb: a*b\n').content == {"a": "2 * 2", "b": "a*b"}


def test_a_byte_order_mark_and_windows_line_ends_change_nothing(written):
    assert written("\ufeffa: 1\r\nb: қ\r\n".encode()).content == {"a": "1", "b": "қ"}


@pytest.mark.parametrize("content", ["", "\n", "# only a comment\n"])
def test_an_empty_file_has_no_content_and_no_fault(written, content):
    assert written(content) == (None, {}, [])


def test_a_tag_runs_nothing(written):
    assert written("a: !!python/object/apply:os.getcwd []\n").content == {"a": []}
