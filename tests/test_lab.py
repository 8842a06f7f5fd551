"""JupyterLab for exploring: private copies of the notebooks, a welcome page in three languages, and a real browser."""

import json
import os
import re
import secrets
import shutil
import signal
import socket
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from coursewaves.errors import CoursewavesError
from coursewaves.lab import (
    FOLDER,
    WELCOME,
    chosen_language,
    copy_notebooks,
    exploring_notebooks,
    lab_command,
    lab_environment,
    overrides,
    write_welcome,
)
from coursewaves.lab.server import QUIET
from coursewaves.phrases import Phrases
from coursewaves.settings.home import Home
from coursewaves.system import PACKAGE

LANGUAGES = ["kk", "ru", "en"]


def texts(path: Path) -> str:
    """All texts of a notebook."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")


def edit(path: Path, **changes: object) -> None:
    """Change the first code cell of a notebook, as JupyterLab saves it."""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    next(cell for cell in notebook["cells"] if cell["cell_type"] == "code").update(changes)
    path.write_text(json.dumps(notebook), encoding="utf-8")


# Copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_speaks_one_language(home, language):
    for copied in copy_notebooks(home, language):
        told = {tag for cell in json.loads(copied.path.read_text(encoding="utf-8"))["cells"]
                if cell["cell_type"] == "markdown" for tag in cell["metadata"]["tags"]}  # fmt: skip
        assert told - {"draft"} == {language}
        assert texts(copied.path).count("## ") == 1


def test_a_language_that_a_notebook_does_not_have_is_told_in_english(home):
    (first, *_) = copy_notebooks(home, "uz")
    assert "No code is needed." in texts(first.path)


@pytest.mark.parametrize("path", exploring_notebooks(), ids=lambda path: path.stem)
def test_every_notebook_has_its_text_in_every_language_and_marks_the_drafts(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    told = [cell["metadata"]["tags"] for cell in cells if cell["cell_type"] == "markdown"]
    assert told == [["kk", "draft"], ["ru", "draft"], ["en"]]


def test_copies_are_for_their_owner_alone_and_the_originals_stay_as_they_are(home):
    before = [path.read_bytes() for path in exploring_notebooks()]
    copies = copy_notebooks(home, "ru")
    assert [copied.path.name for copied in copies] == [path.name for path in exploring_notebooks()]
    assert all(stat.S_IMODE(copied.path.stat().st_mode) == 0o600 for copied in copies)
    assert stat.S_IMODE((home.root / FOLDER).stat().st_mode) == 0o700
    assert [path.read_bytes() for path in exploring_notebooks()] == before


def test_a_copy_that_only_ran_is_made_anew_in_another_language(home):
    first = copy_notebooks(home, "ru")[0].path
    edit(first, outputs=[{"output_type": "stream", "name": "stdout", "text": "answers"}], execution_count=3)
    (again, *_) = copy_notebooks(home, "kk")
    assert not again.is_kept
    assert "answers" not in first.read_text(encoding="utf-8")
    assert "Код жазудың қажеті жоқ" in texts(first)


def test_what_somebody_changed_stays_theirs(home):
    first = copy_notebooks(home, "ru")[0].path
    edit(first, source="mine = 1")
    kept = first.read_bytes()
    (again, *others) = copy_notebooks(home, "kk")
    assert again.is_kept
    assert first.read_bytes() == kept
    assert not any(copied.is_kept for copied in others)


@pytest.mark.parametrize("content", ["", "no notebook", "[]", '{"cells": [{}], "metadata": {}}'])
def test_a_file_of_another_making_is_left_alone(home, content):
    path = home.root / FOLDER / exploring_notebooks()[0].name
    path.parent.mkdir()
    path.write_text(content)
    assert copy_notebooks(home, "en")[0].is_kept
    assert path.read_text() == content


def test_a_link_in_the_place_of_the_folder_is_refused(home, tmp_path):
    (home.root / FOLDER).symlink_to(tmp_path, target_is_directory=True)
    with pytest.raises(CoursewavesError, match="link to another place"):
        copy_notebooks(home, "en")


# The welcome page ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_welcome_page_leads_to_every_notebook_and_nowhere_else(home, language):
    copies = copy_notebooks(home, language)
    text = write_welcome(home, language).read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert sorted(links) == sorted(copied.path.name for copied in copies)
    assert "{" not in text
    assert f"**{Phrases(language).say('Show everything')}**" in text
    assert "institute/data/export/explore" in text


@pytest.mark.parametrize("language", ["kk", "ru"])
def test_a_welcome_page_says_that_it_is_a_draft(language):
    lines = (PACKAGE / "templates" / f"welcome.{language}.md").read_text(encoding="utf-8").splitlines()
    draft = {"kk": "Жоба", "ru": "Черновик"}[language]
    assert lines[0].startswith(f"<!-- {draft}")
    assert lines[-1].startswith(f"*{draft}")


def test_the_institute_s_name_is_no_markup(home):
    (home.root / "coursewaves.yml").write_text('institute: {en: "<img src=x> [a](http://b) **c**"}\n')
    text = write_welcome(home, "en").read_text(encoding="utf-8")
    assert "<img" not in text
    assert "(http" not in text


@pytest.mark.parametrize(("name", "said"), [("user_x", "user_x"), ("a*b_c", "a*b_c"), ("ti`ck", "ti'ck")])
def test_a_folder_is_named_as_it_is_called(tmp_path, name, said):
    (tmp_path / name).mkdir()
    text = write_welcome(Home(tmp_path / name), "en").read_text(encoding="utf-8")
    assert f"`{said}/data/export/explore`" in text


def test_the_language_is_the_institute_s_first_unless_another_is_named(home):
    (home.root / "coursewaves.yml").write_text("languages: [ru, kk]\n")
    assert chosen_language(home) == "ru"
    assert chosen_language(home, "kk") == "kk"
    with pytest.raises(CoursewavesError, match="Can't find 'en' in the languages of the settings"):
        chosen_language(home, "en")


# Settings of JupyterLab ------------------------------------------------------------------------------


def test_nothing_is_asked_of_the_makers_of_jupyterlab():
    server = json.loads((QUIET / "jupyter_lab_config.json").read_text())["LabApp"]
    assert server == {
        "news_url": None,
        "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "extension_manager": "readonly",
    }
    shown = json.loads((QUIET / "labconfig" / "default_setting_overrides.json").read_text())
    assert shown["@jupyterlab/apputils-extension:notification"] == {"fetchNews": "false", "checkForUpdates": False}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_button_that_shows_everything_is_named_in_the_language(language):
    (button,) = overrides(language)["@jupyterlab/notebook-extension:panel"]["toolbar"]
    assert button["label"] == {"kk": "Бәрін көрсету", "ru": "Показать всё", "en": "Show everything"}[language]
    assert button["command"] == "notebook:restart-run-all"


def test_jupyterlab_s_menus_are_russian_only_where_its_language_pack_is_installed(monkeypatch):
    plugin = "@jupyterlab/translation-extension:plugin"
    monkeypatch.setattr("coursewaves.lab.server.find_spec", lambda name: object())
    assert overrides("ru")[plugin] == {"locale": "ru_RU"}
    assert plugin not in overrides("kk")
    monkeypatch.setattr("coursewaves.lab.server.find_spec", lambda name: None)
    assert plugin not in overrides("ru")


def test_the_environment_names_the_work_folder_and_the_language(home, tmp_path):
    found = lab_environment(home, "ru", tmp_path)
    assert (found["COURSEWAVES_HOME"], found["COURSEWAVES_LANGUAGE"]) == (str(home.root), "ru")
    own, quiet = found["JUPYTER_CONFIG_PATH"].split(os.pathsep)
    assert json.loads((Path(own) / "labconfig" / "default_setting_overrides.json").read_text()) == overrides("ru")
    assert Path(quiet) == QUIET


# A real browser --------------------------------------------------------------------------------------


@contextmanager
def jupyterlab(home: Home, language: str, own: Path) -> Iterator[str]:
    """Run JupyterLab as the command does, with a person's settings of its own, and end it with all its kernels."""
    token = secrets.token_hex(16)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folders = ("HOME", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    person = {name: str(own / name) for name in folders}
    options = {"ServerApp.port": str(port), "IdentityProvider.token": token, "ServerApp.ip": "127.0.0.1",
               "ServerApp.open_browser": "False", "ServerApp.allow_root": "True"}  # fmt: skip
    server = subprocess.Popen(
        lab_command(home, options), env=os.environ | person | lab_environment(home, language, own),
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    try:
        place = address(server, Path(person["JUPYTER_RUNTIME_DIR"]))
        yield f"{place}lab/tree/{FOLDER}/{WELCOME}?token={token}"
    finally:
        server.terminate()
        with suppress(subprocess.TimeoutExpired):
            server.wait(timeout=20)
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()


def address(server: subprocess.Popen, runtime: Path) -> str:
    """The address that a server has written down whole, which another process's port may have changed."""
    for _ in range(300):
        for written in runtime.glob("jpserver-*.json"):
            with suppress(json.JSONDecodeError):  # the server is still writing it
                return json.loads(written.read_text())["url"]
        assert server.poll() is None, "JupyterLab ended at its start"
        time.sleep(0.2)
    raise AssertionError("JupyterLab did not start within a minute")


@pytest.mark.browser
@pytest.mark.slow
def test_a_methodologist_explores_from_the_welcome_page_without_code_or_network(loaded_year, chromium, tmp_path):
    from playwright.sync_api import sync_playwright

    from conftest import QUIET_BROWSER

    home = Home(tmp_path / "institute")
    shutil.copytree(loaded_year.home.root, home.root)
    copy_notebooks(home, "ru")
    write_welcome(home, "ru")
    asked: list[str] = []
    with jupyterlab(home, "ru", tmp_path / "own") as url, sync_playwright() as playwright:
        # No name leads anywhere: a request to another host fails, and is heard of all the same.
        rules = "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
        browser = playwright.chromium.launch(executable_path=chromium, args=[*QUIET_BROWSER, rules])
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(90_000)
        page.on("request", lambda request: asked.append(request.url))
        page.on("websocket", lambda websocket: asked.append(websocket.url))
        page.goto(url)
        page.get_by_role("heading", name="Изучение года").wait_for()
        listed = page.locator(".jp-DirListing-itemText").all_inner_texts()
        page.get_by_role("link", name="Проблемы данных").click()
        page.get_by_role("button", name="Показать всё").click()  # at once: its Python has not started yet
        grid = page.locator(".dt-container")
        grid.locator("tbody tr").nth(3).wait_for()
        rows = grid.locator("tbody tr")
        page.locator(".widget-dropdown select").first.select_option(index=1)
        page.wait_for_function("() => document.querySelectorAll('.dt-container tbody tr').length == 2")
        cells = rows.all_inner_texts()
        page.locator("button:has(.fa-download)").click()
        page.locator("#saved li").first.wait_for()
        page.screenshot(path=os.environ.get("EXPLORER_SCREENSHOT") or tmp_path / "explorer.png")
        notices = page.locator(".Toastify__toast").count()
        width = page.locator(".widget-tab").first.evaluate("node => node.scrollWidth - node.clientWidth")
        browser.close()
    assert sorted(listed)[-1] == WELCOME
    assert len(listed) == len(exploring_notebooks()) + 1
    assert all("E-BLANK" in cell for cell in cells)
    assert (home.root / "data" / "export" / "explore" / "problems-E-BLANK-ru" / "problems.csv").is_file()
    assert width <= 0, "the board is wider than its place"
    assert notices == 0, "JupyterLab asks whether it may call its makers"
    assert {urlsplit(url).hostname for url in asked if urlsplit(url).scheme not in ("data", "blob")} == {"127.0.0.1"}
