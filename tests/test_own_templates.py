"""Templates of letters and papers: values go in, words come out, and every fault is told with its place."""

from pathlib import Path
from typing import Any

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.pages.own_templates import MOST_BYTES, Templates
from coursewaves.settings.home import Home

LETTERS = Templates("letters", ("cover",))


def own(root: Path, content: bytes | str, name: str = "cover.kk.html") -> Home:
    folder = LETTERS.own(Home(root))
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(content.encode() if isinstance(content, str) else content)
    return Home(root)


def filled(root: Path, content: bytes | str, **values: Any) -> tuple[str, str]:
    return tuple(LETTERS.fill(own(root, content), "cover", "kk", values))


def test_title_and_body_come_apart_and_values_are_escaped(tmp_path):
    text = "<TITLE>Хат\n {{ a }}</TITLE>\r\n<p>{{ a }}</p>\n"
    assert filled(tmp_path, text, a="<b>&") == ("Хат <b>&", "<p>&lt;b&gt;&amp;</p>")


def test_a_value_behind_a_point_is_never_a_method_of_its_table(tmp_path):
    values: dict[str, Any] = {"one": {"items": "x", "title": {"keys": "y"}}}
    assert filled(tmp_path, "<title>{{ one.items }}</title>{{ one['title'].keys }}", **values) == ("x", "y")
    with pytest.raises(
        CoursewavesError, match=r"cover\.kk\.html:1 Can't find 'pop' in this value\. .* 'items', 'title'"
    ):
        filled(tmp_path, "<title>{{ one.pop }}</title>", **values)


def test_a_template_may_be_as_long_as_the_limit_and_no_longer(tmp_path):
    title = b"<title>x</title>"
    longest = title + b"y" * (MOST_BYTES - len(title))
    assert len(filled(tmp_path, longest)[1]) == MOST_BYTES - len(title)
    with pytest.raises(CoursewavesError, match=r"letters/cover\.kk\.html is too long .*; fix: at most 200 KB"):
        filled(tmp_path, longest + "ә".encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("<title> </title>", "has no title; fix: begin it"),
        ("<title>x</title>".encode("utf-16"), "is not in UTF-8; fix: save it as UTF-8"),
        ("<title>x</title>\n{{ a|shout }}", r":2 No filter named 'shout'; fix: correct the template"),
        (
            "<title>x</title>\n\n{% if false %}{{ b }}{% endif %}",
            r":3 Can't find 'b' in .* Possible values: 'a'; fix: ",
        ),
        ("<title>x</title>\n{{ a.b }}", r":2 .* has no attribute 'b'; fix: use these values alone: a$"),
    ],
)
def test_every_fault_is_one_message_with_its_place_and_what_helps(tmp_path, content, message):
    with pytest.raises(CoursewavesError, match=rf"^letters/cover\.kk\.html ?{message}"):
        filled(tmp_path, content, a="secret")


def test_a_folder_in_the_place_of_a_template_is_told(tmp_path):
    (LETTERS.own(Home(tmp_path)) / "cover.kk.html").mkdir(parents=True)
    with pytest.raises(CoursewavesError, match=r"^Can't read letters/cover\.kk\.html: Is a directory; fix: "):
        LETTERS.fill(Home(tmp_path), "cover", "kk", {})


def test_files_that_nothing_is_made_from_are_named_hidden_ones_not(tmp_path):
    (tmp_path / "coursewaves.yml").write_text("languages: [kk, ru]\n", encoding="utf-8")
    for name in ("cover.kk.html", "cover.en.html", ".DS_Store", "cover.html", "minutes.kk.html"):
        home = own(tmp_path, "", name)
    assert [str(finding) for finding in LETTERS.look_over(home)] == [
        f"warn: nothing is made from letters/{name}; fix: name it cover, with language and .html: cover.kk.html"
        for name in ("cover.html", "minutes.kk.html")
    ]
    assert LETTERS.look_over(Home(tmp_path / "none")) == []
