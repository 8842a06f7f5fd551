"""The guide for staff: the same pages and commands in three languages, and every command prints what a page shows."""

import re
import runpy
from pathlib import Path
from types import SimpleNamespace

import pytest
import typer

from coursewaves import cli
from test_house import ROOT, code_of, command_faults, document, name_of
from test_languages import LETTERS, words

TOOL = SimpleNamespace(**runpy.run_path(str(ROOT / "tools" / "guide.py")))
GUIDE = ROOT / "docs" / "guide"
PAGES = ("1-prepare.md", "2-ask.md", "3-load.md", "4-mend.md", "5-report.md", "6-decide.md", "7-archive.md", "index.md")
DRAFT = {"kk": "> Жоба: бұл мәтінді ана тілді әдіскер әлі оқымаған.",
         "ru": "> Черновик: этот текст ещё не читал методист — носитель языка."}  # fmt: skip
MOST_LINES = 160
"""About three screens with what the commands print."""


def text_of(language: str, page: str) -> str:
    return (GUIDE / language / page).read_text(encoding="utf-8")


def prose_of(text: str) -> str:
    """A page without its blocks, code and links."""
    text = re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`|\]\([^)]*\)|<!--.*?-->|\*[a-z ]+\*|\"[^\"]*\"", " ", text)


@pytest.mark.parametrize("language", TOOL.LANGUAGES)
def test_every_task_of_the_year_has_its_page(language):
    assert tuple(path.name for path in TOOL.pages(language)) == PAGES
    linked = re.findall(r"^\| \[[^\]]+\]\(([^)]+)\)", text_of(language, "index.md"), re.MULTILINE)
    assert linked == [page for page in PAGES if page != "index.md"]


@pytest.mark.parametrize("page", PAGES)
def test_the_three_languages_have_the_same_commands_and_headings(page):
    found = [TOOL.commands(text_of(language, page)) for language in TOOL.LANGUAGES]
    assert found[0] == found[1] == found[2]
    marks = [re.findall(r"^#+ |^\d\. |^\| ", text_of(language, page), re.MULTILINE) for language in TOOL.LANGUAGES]
    assert marks[0] == marks[1] == marks[2]


@pytest.mark.parametrize("language", DRAFT)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_that_nobody_has_read_says_so_in_its_first_line(language, page):
    assert text_of(language, page).splitlines()[0] == DRAFT[language]


@pytest.mark.parametrize("language", DRAFT)
@pytest.mark.parametrize("page", PAGES)
def test_no_word_mixes_the_letters_of_two_alphabets(language, page):
    mixed = [
        word
        for word in words(prose_of(text_of(language, page)))
        if set(word.lower()) & LETTERS[language] and not set(word.lower()) <= LETTERS[language]
    ]
    assert mixed == []


@pytest.mark.parametrize("page", [page for page in PAGES if page != "index.md"])
def test_a_page_is_short_says_what_can_go_wrong_and_ends_with_a_notebook(page):
    for language in TOOL.LANGUAGES:
        text = text_of(language, page)
        assert len(text.splitlines()) <= MOST_LINES
        assert len(re.findall("^## ", text, re.MULTILINE)) == 2  # what can go wrong; the same from a notebook
        assert text.endswith("```\n")
        assert "```python" in text.rpartition("\n## ")[2]


def test_every_link_leads_somewhere():
    faults = []
    for path in GUIDE.rglob("*.md"):
        links = re.findall(r"\]\(([^)#\s]+)", path.read_text(encoding="utf-8"))
        faults += [f"{name_of(path)}: {link}" for link in links if not (path.parent / link).exists()]
    assert faults == []


def test_every_notebook_that_the_guide_names_exists():
    named = {
        name
        for path in GUIDE.rglob("*.md")
        for name in re.findall(r"`([\w/]+\.ipynb)`", path.read_text(encoding="utf-8"))
    }
    assert named
    assert sorted(name for name in named if not (ROOT / "notebooks" / name).is_file()) == []


def test_every_command_and_option_that_the_guide_names_exists():
    faults = [
        f"{name_of(path)}: {fault}"
        for path in GUIDE.rglob("*.md")
        for fault in command_faults(path.read_text(encoding="utf-8"), cli.app)
    ]
    assert faults == []


def leaves(group: typer.core.TyperGroup, before: str = "") -> list[str]:
    """Every command as it is typed, those of groups behind the group's name."""
    found = []
    for name, command in group.commands.items():
        typed = f"{before}{name}"
        found += leaves(command, f"{typed} ") if hasattr(command, "commands") else [typed]
    return found


def test_every_command_stands_in_the_guide_or_on_the_page_for_the_person_on_duty():
    told = code_of(document("docs/running.md")) + "\n" + "\n".join(code_of(text_of("en", page)) for page in PAGES)
    typed = re.sub(r"--home \S+ ", "", told)
    absent = [
        name
        for name in leaves(typer.main.get_command(cli.app))
        if not re.search(rf"(?:coursewaves |^){name}\b", typed, re.MULTILINE)
    ]
    assert absent == []


def test_what_differs_from_run_to_run_is_masked_and_nothing_else():
    text = "load: 3.4 s\nreports ━━━ 4/4 0:00:12\nP01-01 took 3.4 s.\nread 12"
    masked = TOOL._masked(text, Path("nowhere"))
    assert masked == "load: 0.0 s\nreports ━━━ 4/4 0:00:00\nP01-01 took 3.4 s.\nread 12"


def test_a_block_that_shows_other_words_than_the_command_is_found(tmp_path):
    story = TOOL.Story(tmp_path, "en")
    page = (
        "```console show=1\n$ coursewaves check --accept x\nold words\n```\n\n```console\n$ coursewaves status\n```\n"
    )
    told = story.told(page)
    assert "old words" not in told
    assert re.search(r"^\$ coursewaves status\nCan't find the processed tables.*\n\[2\]\n```$", told, re.MULTILINE)
    assert story.told(told) == told


@pytest.mark.slow
@pytest.mark.parametrize("language", TOOL.LANGUAGES)
def test_every_command_prints_what_its_page_shows(language):
    stale = [name_of(path) for path, text in TOOL.play(language).items() if path.read_text(encoding="utf-8") != text]
    assert stale == [], "fix: python tools/guide.py --write"
