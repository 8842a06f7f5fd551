"""Publishing: pages are whole, the manifest tells the truth about each, and a failure leaves what was there."""

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import handmade
from coursewaves import publish
from coursewaves.errors import CoursewavesError
from coursewaves.publish import Job, Outcome, course_jobs, make_reports, read_manifest, write_whole
from coursewaves.report import ReportError
from coursewaves.settings import Home, Settings
from coursewaves.workers import Ended
from coursewaves.year import Year

FIELDS = {"kind", "id", "language", "title", "path", "sha256", "inputs", "versions", "made_at", "is_stale"}


@pytest.fixture
def year(survey, tmp_path) -> Year:
    """Three courses in a work folder of their own, with nothing published yet."""
    made = handmade.year(survey, courses={"A-1": 12, "A-2": 12, "A-3": 12})
    home = Home(tmp_path / "institute")
    home.root.mkdir()
    home.__dict__.update(survey=survey, settings=Settings(languages=["kk", "en"]))
    found = Year(home)
    found.__dict__.update({name: value for name, value in made.__dict__.items() if name != "home"})
    return found


@pytest.fixture
def pages(monkeypatch) -> dict[str, str]:
    """What the next reports say, by course, in place of a notebook's run; a course without a page fails."""
    texts: dict[str, str] = {}

    def page_of(notebook: Any, parameters: dict[str, Any], title: str, language: str, engine: str | None) -> str:
        if parameters["course_id"] not in texts:
            raise ReportError("cell `cw.sections.waves(course)`: KeyError")
        return f"{title} {language} {texts[parameters['course_id']]}"

    def in_turn(work: Callable[[Job], Outcome], jobs: list[Job], workers: int, seconds: float) -> Iterator[Any]:
        for job in jobs:
            yield Ended(job, work(job), "")

    monkeypatch.setattr(publish, "make_page", page_of)
    monkeypatch.setattr(publish, "do_each", in_turn)
    return texts


def made(year: Year, *course_ids: str, language: str = "kk") -> list[Outcome]:
    """Make reports and return what became of them."""
    return make_reports(year, course_jobs(year, course_ids, [language]), 1, lambda outcome: None)


def manifest(year: Year) -> dict[str, dict[str, Any]]:
    """The manifest's entries by path, read as anybody would."""
    entries = json.loads((year.home.reports / "manifest.json").read_text(encoding="utf-8"))
    return {entry["path"]: entry for entry in entries}


def test_the_jobs_are_all_answered_courses_in_all_languages(year):
    jobs = course_jobs(year, [], [])
    assert [(job.subject_id, job.language) for job in jobs] == [
        (course_id, language) for course_id in ("A-1", "A-2", "A-3") for language in ("kk", "en")
    ]
    assert jobs[0].path == "course/A-1.kk.html"
    assert jobs[0].title == "Play kk (A-1)"


def test_unknown_courses_and_languages_are_refused_before_anything_is_made(year):
    with pytest.raises(CoursewavesError, match=r"Can't find 'A-9' in courses\. Possible values: .*'A-1'"):
        course_jobs(year, ["A-9"], [])
    with pytest.raises(CoursewavesError, match="Can't find 'ru' in the languages of the settings"):
        course_jobs(year, [], ["ru"])
    year.home.__dict__["settings"] = Settings(languages=["de"])
    with pytest.raises(CoursewavesError, match="Can't find 'de' in the languages of the reports"):
        course_jobs(year, [], [])


def test_the_manifest_tells_what_each_page_is_and_its_hash(year, pages):
    pages |= {"A-1": "first", "A-2": "second"}
    made(year, "A-1", "A-2")
    entries = manifest(year)
    assert list(entries) == ["course/A-1.kk.html", "course/A-2.kk.html"]
    for path, entry in entries.items():
        page = year.home.reports / path
        assert set(entry) == FIELDS
        assert entry["sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()
        assert entry["is_stale"] is False
        assert set(entry["inputs"]) == {"raw", "instruments", "settings", "course.ipynb"}
        assert {"coursewaves", "python", "pandas", "papermill"} <= set(entry["versions"])
        assert str(year.home.root) not in json.dumps(entry)


def test_the_hash_of_the_inputs_moves_with_every_input_and_with_nothing_else(year, pages):
    pages |= {"A-1": "same"}
    raw = year.home.responses / "wave1" / "a.csv"
    raw.parent.mkdir(parents=True)
    seen = []
    for path, text in [(raw, "1"), (raw, "2"), (year.home.root / "coursewaves.yml", "languages: [kk]"),
                       (year.home.reports / "note.txt", "not an input")]:  # fmt: skip
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        made(year, "A-1")
        seen.append(json.dumps(manifest(year)["course/A-1.kk.html"]["inputs"], sort_keys=True))
    assert len(set(seen[:3])) == 3
    assert seen[3] == seen[2]


def test_a_later_run_keeps_the_pages_that_it_was_not_asked_for(year, pages):
    pages |= {"A-1": "first", "A-2": "second"}
    made(year, "A-1", "A-2")
    before = manifest(year)
    pages["A-2"] = "anew"
    made(year, "A-2")
    after = manifest(year)
    assert after["course/A-1.kk.html"] == before["course/A-1.kk.html"]
    assert after["course/A-2.kk.html"]["sha256"] != before["course/A-2.kk.html"]["sha256"]
    assert "anew" in (year.home.reports / "course" / "A-2.kk.html").read_text()


def test_a_run_in_two_parts_publishes_what_one_run_does(year, pages):
    pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}

    def without_time(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {path: entry | {"made_at": ""} for path, entry in entries.items()}

    made(year, "A-1", "A-2", "A-3")
    at_once = without_time(manifest(year))
    (year.home.reports / "manifest.json").unlink()
    made(year, "A-3")
    made(year, "A-1", "A-2")
    assert without_time(manifest(year)) == at_once


def test_a_course_that_fails_keeps_its_old_page_marked_stale_and_the_others_are_made(year, pages):
    pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}
    made(year, "A-1", "A-2", "A-3")
    old = (year.home.reports / "course" / "A-2.kk.html").read_bytes()
    del pages["A-2"]
    pages |= {"A-1": "anew", "A-3": "anew"}
    outcomes = made(year, "A-1", "A-2", "A-3")
    assert [outcome.failure for outcome in outcomes] == ["", "cell `cw.sections.waves(course)`: KeyError", ""]
    assert (year.home.reports / "course" / "A-2.kk.html").read_bytes() == old
    entries = manifest(year)
    assert {path for path, entry in entries.items() if entry["is_stale"]} == {"course/A-2.kk.html"}
    assert entries["course/A-2.kk.html"]["sha256"] == hashlib.sha256(old).hexdigest()
    assert "anew" in (year.home.reports / "course" / "A-3.kk.html").read_text()
    pages["A-2"] = "mended"
    made(year, "A-2")
    assert not any(entry["is_stale"] for entry in manifest(year).values())


def test_a_course_that_never_had_a_page_and_fails_is_not_in_the_manifest(year, pages):
    made(year, "A-1")
    assert manifest(year) == {}


def test_every_outcome_is_told_when_it_is_there(year, pages):
    pages |= {"A-1": "first"}
    told: list[Outcome] = []
    outcomes = make_reports(year, course_jobs(year, ["A-1", "A-2"], ["kk"]), 1, told.append)
    assert told == outcomes


def test_a_page_that_was_deleted_leaves_the_manifest(year, pages):
    pages |= {"A-1": "first", "A-2": "second"}
    made(year, "A-1", "A-2")
    (year.home.reports / "course" / "A-1.kk.html").unlink()
    assert [entry["path"] for entry in read_manifest(year.home)] == ["course/A-2.kk.html"]


@pytest.mark.parametrize("content", ["", "[{", "\x00", "{'a'}"])
def test_a_damaged_manifest_is_told_before_anything_is_made(year, pages, content):
    year.home.reports.mkdir()
    (year.home.reports / "manifest.json").write_text(content)
    with pytest.raises(CoursewavesError, match=r"reports/manifest.json is damaged; fix: delete it"):
        made(year, "A-1")
    assert not (year.home.reports / "course").exists()


# One file --------------------------------------------------------------------------------------------


def files(folder: Any) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_written_file_is_readable_by_its_owner_and_group_only(tmp_path):
    write_whole(tmp_path / "new" / "page.html", "Қазақша\n")
    path = tmp_path / "new" / "page.html"
    assert path.read_bytes() == "Қазақша\n".encode()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert files(path.parent) == ["page.html"]


@pytest.mark.parametrize("step", ["fsync", "fdopen", "chmod", "replace"])
def test_a_write_that_fails_leaves_the_old_file_and_no_draft(tmp_path, monkeypatch, step):
    path = tmp_path / "page.html"
    path.write_text("old")

    def full(*args: Any, **more: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as broken:
        if step in ("fsync", "fdopen"):
            broken.setattr(os, step, full)
        else:
            broken.setattr("pathlib.Path." + step, full)
        with pytest.raises(OSError, match="No space left"):
            write_whole(path, "new")
    assert path.read_text() == "old"
    assert files(tmp_path) == ["page.html"]


def test_text_that_no_file_can_hold_leaves_the_old_file_and_no_draft(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(UnicodeEncodeError):
        write_whole(path, "lone \ud800")
    assert path.read_text() == "old"
    assert files(tmp_path) == ["page.html"]


def test_a_link_in_the_place_of_a_page_is_replaced_and_not_followed(tmp_path):
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_text("mine")
    (tmp_path / "page.html").symlink_to(elsewhere)
    write_whole(tmp_path / "page.html", "new")
    assert elsewhere.read_text() == "mine"
    assert not (tmp_path / "page.html").is_symlink()


def test_a_full_disk_fails_one_report_with_its_reason_and_keeps_the_old_page(year, pages, monkeypatch):
    pages |= {"A-1": "first", "A-2": "second"}
    made(year, "A-1", "A-2")
    write = publish.write_whole

    def full_for_one(path: Any, text: str) -> None:
        if path.name == "A-1.kk.html":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write(path, text)

    monkeypatch.setattr(publish, "write_whole", full_for_one)
    failed, well = made(year, "A-1", "A-2")
    assert failed.failure == "can't write its page: No space left on device"
    assert well.failure == ""
    assert manifest(year)["course/A-1.kk.html"]["is_stale"]
