"""Publishing: pages are whole, the manifest tells the truth at every moment, a failure leaves what was there."""

import errno
import hashlib
import json
import stat
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

import handmade
from coursewaves.errors import CoursewavesError
from coursewaves.partitions.cutting import write_partitions
from coursewaves.partitions.pooled import pool_year
from coursewaves.processed.contents import Contents, instruments_digest, settings_digest, write_contents
from coursewaves.processed.year import Year
from coursewaves.publishing import publish
from coursewaves.publishing.manifest import JOURNAL, enter, read_manifest, write_manifest
from coursewaves.publishing.plan import Planned, gone, plan_reports
from coursewaves.publishing.publish import Outcome, make_reports, mark_stale
from coursewaves.settings.formats import as_words
from coursewaves.settings.home import Home, Settings
from coursewaves.system.private_files import write_shared
from coursewaves.workers import pool
from coursewaves.workers.pool import CAN_FORK, Ended, Told, do_each

FIELDS = {"kind", "id", "language", "title", "path", "sha256", "inputs", "versions", "made_at", "is_stale", "files"}

KEY_ERROR = "cell `cw.sections.waves(course)`: KeyError"


def settle(home: Home, survey: Any, courses: dict[str, int], words: str = "") -> None:
    """Load a hand-made year into a work folder, as `load_year` would; `words` are what one of A-1 wrote."""
    made = handmade.year(survey, courses=courses)
    if words:
        made.responses.loc[(made.responses["course_id"] == "A-1") & made.responses["B12"].notna(), "B12"] = words
    year = Year(home)
    year.__dict__.update({name: found for name, found in made.__dict__.items() if name not in ("home", "partition")})
    inputs = {"settings": settings_digest(home), "instruments": instruments_digest(home)}
    write_contents(home, Contents(inputs, {}, write_partitions(year, pool_year(year)), []))


@pytest.fixture
def home(survey, tmp_path) -> Home:
    """Three courses in a work folder of their own, with nothing published yet."""
    home = Home(tmp_path / "institute")
    home.root.mkdir()
    home.__dict__.update(survey=survey, settings=Settings(languages=["kk", "en"]))
    settle(home, survey, {"A-1": 12, "A-2": 12, "A-3": 12})
    return home


class Maker:
    """Makes pages in place of notebooks; a course without a page fails, one named in `deaths` dies at a language."""

    def __init__(self) -> None:
        self.pages: dict[str, str] = {}
        self.deaths: dict[str, str] = {}
        self.asked: list[tuple[str, str]] = []

    def __call__(self, jobs: list[dict[str, Any]]) -> Iterator[Told | Ended]:
        for place, job in enumerate(jobs):
            course_id = job["subject_id"]
            death = ""
            for language, title in job["pages"]:
                self.asked.append((course_id, language))
                if self.deaths.get(course_id) == language:
                    death = "its process died (SIGSEGV)"
                    break
                words = self.words(course_id, title, job["formats"])
                yield Told(place, job, {"language": language} | words)
            yield Ended(place, job, death)

    def words(self, course_id: str, title: str, formats: list[str]) -> dict[str, Any]:
        page = self.pages.get(course_id)
        if page is None:
            return {"failure": KEY_ERROR}
        return as_words(f"{title} {page}", {name: f"{name} of {title} {page}".encode() for name in formats})


@pytest.fixture
def maker() -> Maker:
    return Maker()


def made(home: Home, maker: Maker, *course_ids: str, languages: tuple[str, ...] = ("kk",)) -> list[Outcome]:
    """Make reports, due or not, and return what became of them."""
    return make_reports(home, plan_reports(home, course_ids, languages, anew=True), maker, lambda outcome: None)


def manifest(home: Home) -> dict[str, dict[str, Any]]:
    """The manifest's entries by path, read as anybody would."""
    entries = json.loads((home.reports / "manifest.json").read_text(encoding="utf-8"))
    return {entry["path"]: entry for entry in entries}


def reasons(planned: list[Planned]) -> dict[str, list[str]]:
    return {one.job.path: one.reasons for one in planned}


@pytest.mark.skipif(not CAN_FORK, reason="this system can't fork")
def test_what_is_published_does_not_depend_on_how_many_reports_are_made_at_once(survey, home, monkeypatch):
    """With more courses than workers, whose pages come in another order than that of the plan."""
    command = [sys.executable, "-P", str(Path(__file__).parent / "foreman_of_tests.py"), "coursewaves.errors"]
    monkeypatch.setattr(pool, "COMMAND", command)
    settle(home, survey, {f"A-{n}": 12 for n in range(1, 13)})

    def published(workers: int) -> tuple[list[str], dict[str, bytes]]:
        told: list[str] = []
        do = partial(do_each, "process_jobs:make_pages_backwards", workers=workers)
        make_reports(home, plan_reports(home, anew=True), do, lambda one: told.append(one.job.path))
        files = {path.name: path.read_bytes() for path in home.reports.rglob("*.html")}
        entries = [entry | {"made_at": ""} for entry in read_manifest(home)]
        return told, files | {"manifest": json.dumps(entries).encode()}

    (alone, first), *others = [published(workers) for workers in (1, 2, 8)]
    planned = [one.job.path for one in plan_reports(home)]
    assert (alone, len(first)) == (planned, 25)
    assert all(told != planned and sorted(told) == sorted(planned) for told, _ in others)
    assert [files == first for _, files in others] == [True, True]


# The plan --------------------------------------------------------------------------------------------


def test_at_first_every_answered_course_is_due_in_every_language(home):
    planned = plan_reports(home)
    assert [(one.job.subject_id, one.job.language) for one in planned] == [
        (course_id, language) for course_id in ("A-1", "A-2", "A-3") for language in ("kk", "en")
    ]
    assert {reason for one in planned for reason in one.reasons} == {"not made yet"}
    assert planned[0].job.path == "course/A-1.kk.html"
    assert planned[0].job.title == "Play kk (A-1)"


def test_unknown_courses_and_languages_are_refused_before_anything_is_made(home, survey):
    with pytest.raises(CoursewavesError, match=r"Can't find 'A-9' in the courses with answers.*'A-1'"):
        plan_reports(home, ["A-9"])
    with pytest.raises(CoursewavesError, match="Can't find 'ru' in the languages of the settings"):
        plan_reports(home, ["A-1"], ["ru"])
    home.__dict__["settings"] = Settings(languages=["de"])
    settle(home, survey, {"A-1": 12})
    with pytest.raises(CoursewavesError, match="Can't find 'de' in the languages of the reports"):
        plan_reports(home)


def test_what_was_made_is_due_no_more(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}
    make_reports(home, plan_reports(home), maker, lambda outcome: None)
    planned = plan_reports(home)
    assert {reason for one in planned for reason in one.reasons} == set()
    maker.asked.clear()
    before = {path: path.stat().st_mtime_ns for path in home.reports.rglob("*")}
    assert make_reports(home, planned, maker, lambda outcome: None) == []
    assert maker.asked == []
    assert {path: path.stat().st_mtime_ns for path in home.reports.rglob("*")} == before


def test_a_course_whose_answers_changed_is_due_and_the_reason_is_named(home, survey, maker):
    maker.pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}
    make_reports(home, plan_reports(home), maker, lambda outcome: None)
    settle(home, survey, {"A-1": 12, "A-2": 12, "A-3": 12}, words="All was new to me.")
    assert reasons(plan_reports(home, languages=["kk"])) == {
        "course/A-1.kk.html": ["its data changed"], "course/A-2.kk.html": [], "course/A-3.kk.html": [],
    }  # fmt: skip
    settle(home, survey, {"A-1": 12, "A-2": 12, "A-3": 13})  # one that all others are compared with
    assert {tuple(one.reasons) for one in plan_reports(home)} == {("its data changed",)}


@pytest.mark.parametrize(
    ("part", "reason"),
    [("notebook", "the notebook changed"), ("library", "the program changed"), ("phrases", "the wordings changed")],
)
def test_what_a_page_rests_on_makes_it_due(home, maker, part, reason):
    maker.pages |= {"A-1": "first"}
    made(home, maker, "A-1")
    (page,) = read_manifest(home)
    write_manifest(home, [page | {"inputs": page["inputs"] | {part: "other"}}])
    assert reasons(plan_reports(home, ["A-1"], ["kk"])) == {"course/A-1.kk.html": [reason]}


def test_a_page_that_was_edited_or_deleted_is_due(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    made(home, maker, "A-1", "A-2")
    (home.reports / "course/A-1.kk.html").write_text("better figures")
    (home.reports / "course/A-2.kk.html").unlink()
    assert reasons(plan_reports(home, ["A-1", "A-2"], ["kk"])) == {
        "course/A-1.kk.html": ["its page was edited"], "course/A-2.kk.html": ["not made yet"],
    }  # fmt: skip


def test_settings_changed_since_the_load_are_told_with_the_fix(home):
    home.__dict__["settings"] = Settings(languages=["kk", "en"], low_rated_below=70)
    with pytest.raises(CoursewavesError, match=r"The settings changed since the data were loaded; fix: coursewaves"):
        plan_reports(home)


def test_a_partition_that_was_changed_is_refused(home):
    path = home.partitions / "A-2.zip"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(CoursewavesError, match=r"The processed data of A-2 were changed; fix: coursewaves .* load"):
        plan_reports(home)
    assert plan_reports(home, ["A-1"])


def test_before_a_load_nothing_can_be_planned(tmp_path):
    with pytest.raises(CoursewavesError, match=r"Can't find the processed tables .*fix: coursewaves --home .* load"):
        plan_reports(Home(tmp_path))


# Other formats ---------------------------------------------------------------------------------------


def files_of(home: Home, name: str = "A-1.kk") -> dict[str, str]:
    """The files of one report beside its page, by format."""
    found = sorted((home.reports / "course").glob(f"{name}.*"))
    return {path.suffix[1:]: path.read_text(encoding="utf-8") for path in found if path.suffix != ".html"}


def test_every_format_is_published_with_its_own_hash(home, maker):
    maker.pages["A-1"] = "first"
    made(home, maker, "A-1")
    files = files_of(home)
    assert files == {name: f"{name} of Play kk (A-1) first" for name in ("json", "xlsx")}
    (entry,) = manifest(home).values()
    assert entry["files"] == {name: hashlib.sha256(text.encode()).hexdigest() for name, text in files.items()}
    assert stat.S_IMODE((home.reports / "course/A-1.kk.json").stat().st_mode) == 0o640
    assert reasons(plan_reports(home, ["A-1"], ["kk"])) == {"course/A-1.kk.html": []}


@pytest.mark.parametrize("name", ["json", "xlsx"])
def test_a_format_that_was_edited_or_deleted_is_made_anew(home, maker, name):
    maker.pages["A-1"] = "first"
    made(home, maker, "A-1")
    path, before = home.reports / f"course/A-1.kk.{name}", files_of(home)
    for spoil in (lambda: path.write_text("better figures"), path.unlink):
        spoil()
        planned = plan_reports(home, ["A-1"], ["kk"])
        assert reasons(planned) == {"course/A-1.kk.html": ["its page was edited"]}
        make_reports(home, planned, maker, lambda outcome: None)
        assert files_of(home) == before


def test_a_format_that_is_asked_for_once_is_made_and_stays_until_the_report_changes(home, maker):
    maker.pages["A-1"] = "first"
    made(home, maker, "A-1")
    planned = plan_reports(home, ["A-1"], ["kk"], formats=["pdf"])
    assert reasons(planned) == {"course/A-1.kk.html": ["not made in this format yet"]}
    make_reports(home, planned, maker, lambda outcome: None)
    assert files_of(home)["pdf"] == "pdf of Play kk (A-1) first"
    assert reasons(plan_reports(home, ["A-1"], ["kk"])) == {"course/A-1.kk.html": []}
    maker.pages["A-1"] = "anew"
    made(home, maker, "A-1")
    assert files_of(home).keys() == {"json", "xlsx"}  # a PDF of older figures is worse than none
    assert reasons(plan_reports(home, ["A-1"], ["kk"])) == {"course/A-1.kk.html": []}


def test_a_format_that_there_is_not_is_refused(home):
    with pytest.raises(CoursewavesError, match=r"Can't find 'odt' in the formats of reports.*'pdf'"):
        plan_reports(home, formats=["odt"])


def test_a_manifest_of_a_time_without_formats_is_read_and_its_pages_are_due(home, maker):
    maker.pages["A-1"] = "first"
    made(home, maker, "A-1")
    entries = [{name: entry[name] for name in entry if name != "files"} for entry in manifest(home).values()]
    (home.reports / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
    assert [page["files"] for page in read_manifest(home)] == [{}]
    assert reasons(plan_reports(home, ["A-1"], ["kk"])) == {"course/A-1.kk.html": ["not made in this format yet"]}


@pytest.mark.parametrize("files", [{"exe": "0"}, {"json": 1}, {"../x": "0"}, {"html": "0"}])
def test_an_entry_with_a_file_that_is_no_format_is_damaged(home, maker, files):
    maker.pages["A-1"] = "first"
    made(home, maker, "A-1")
    entries = [entry | {"files": files} for entry in manifest(home).values()]
    (home.reports / "manifest.json").write_text(json.dumps(entries), encoding="utf-8")
    with pytest.raises(CoursewavesError, match="is damaged"):
        read_manifest(home)


def test_a_run_killed_between_the_files_of_a_report_leaves_an_entry_that_is_true(home, maker, monkeypatch):
    """The journal names the new files, the page is still the old one: the old entry holds, and the report is due."""
    maker.pages["A-1"] = "first"
    made(home, maker, "A-1")
    before = manifest(home)
    maker.pages["A-1"] = "anew"

    def killed_at_the_page(path: Any, content: bytes, **how: bool) -> None:
        if path.suffix == ".html":
            raise KeyboardInterrupt
        write_shared(path, content, **how)

    monkeypatch.setattr(publish, "write_shared", killed_at_the_page)
    with pytest.raises(KeyboardInterrupt):
        made(home, maker, "A-1")
    monkeypatch.undo()
    assert read_manifest(home) == list(before.values())
    planned = plan_reports(home, ["A-1"], ["kk"])
    assert reasons(planned) == {"course/A-1.kk.html": ["its page was edited"]}
    make_reports(home, planned, maker, lambda outcome: None)
    assert files_of(home)["json"] == "json of Play kk (A-1) anew"
    assert reasons(plan_reports(home, ["A-1"], ["kk"])) == {"course/A-1.kk.html": []}


# Stale pages -----------------------------------------------------------------------------------------


def test_what_is_due_is_marked_stale_until_it_is_made(home, survey, maker):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    made(home, maker, "A-1", "A-2")
    settle(home, survey, {"A-1": 13, "A-2": 12})
    planned = plan_reports(home, languages=["kk"])
    assert mark_stale(home, planned)
    assert not mark_stale(home, planned)
    assert all(entry["is_stale"] for entry in manifest(home).values())
    make_reports(home, planned, maker, lambda outcome: None)
    assert not any(entry["is_stale"] for entry in manifest(home).values())


def test_a_page_of_a_course_that_is_gone_is_marked_stale(home, survey, maker):
    maker.pages |= {"A-1": "first", "A-3": "third"}
    made(home, maker, "A-1", "A-3")
    settle(home, survey, {"A-1": 12, "A-2": 12})
    planned = plan_reports(home, languages=["kk"])
    assert [page["id"] for page in gone(home, planned)] == ["A-3"]
    mark_stale(home, [], gone(home, planned))
    assert {entry["id"] for entry in manifest(home).values() if entry["is_stale"]} == {"A-3"}


# Making ----------------------------------------------------------------------------------------------


def test_the_manifest_tells_what_each_page_is_and_its_hash(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    made(home, maker, "A-1", "A-2")
    entries = manifest(home)
    assert list(entries) == ["course/A-1.kk.html", "course/A-2.kk.html"]
    for path, entry in entries.items():
        page = home.reports / path
        assert set(entry) == FIELDS
        assert entry["sha256"] == hashlib.sha256(page.read_bytes()).hexdigest()
        assert entry["is_stale"] is False
        assert set(entry["inputs"]) == {"data", "surveys", "settings", "instruments", "notebook", "library", "phrases"}
        assert {"coursewaves", "pandas", "papermill"} <= set(entry["versions"])
        assert str(home.root) not in json.dumps(entry)
        assert stat.S_IMODE(page.stat().st_mode) == 0o640


def test_all_languages_of_a_course_are_one_job(home, maker):
    maker.pages |= {"A-1": "first"}
    jobs: list[dict[str, Any]] = []
    made(home, lambda given: jobs.extend(given) or maker(given), "A-1", languages=("kk", "en"))
    assert [[language for language, _ in job["pages"]] for job in jobs] == [["kk", "en"]]


def test_a_later_run_keeps_the_pages_that_it_was_not_asked_for(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    made(home, maker, "A-1", "A-2")
    before = manifest(home)
    maker.pages["A-2"] = "anew"
    made(home, maker, "A-2")
    after = manifest(home)
    assert after["course/A-1.kk.html"] == before["course/A-1.kk.html"]
    assert after["course/A-2.kk.html"]["sha256"] != before["course/A-2.kk.html"]["sha256"]
    assert "anew" in (home.reports / "course" / "A-2.kk.html").read_text()


def test_a_run_in_two_parts_publishes_what_one_run_does(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}

    def without_time(entries: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
        return {path: entry | {"made_at": ""} for path, entry in entries.items()}

    made(home, maker, "A-1", "A-2", "A-3")
    at_once = without_time(manifest(home))
    (home.reports / "manifest.json").unlink()
    made(home, maker, "A-3")
    made(home, maker, "A-1", "A-2")
    assert without_time(manifest(home)) == at_once


def test_a_course_that_fails_keeps_its_old_page_marked_stale_and_the_others_are_made(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}
    made(home, maker, "A-1", "A-2", "A-3")
    old = (home.reports / "course" / "A-2.kk.html").read_bytes()
    del maker.pages["A-2"]
    maker.pages |= {"A-1": "anew", "A-3": "anew"}
    planned = plan_reports(home, languages=["kk"], anew=True)
    mark_stale(home, planned)
    outcomes = make_reports(home, planned, maker, lambda outcome: None)
    assert [outcome.failure for outcome in outcomes] == ["", KEY_ERROR, ""]
    assert (home.reports / "course" / "A-2.kk.html").read_bytes() == old
    entries = manifest(home)
    assert {path for path, entry in entries.items() if entry["is_stale"]} == {"course/A-2.kk.html"}
    assert entries["course/A-2.kk.html"]["sha256"] == hashlib.sha256(old).hexdigest()
    assert reasons(plan_reports(home, ["A-2"], ["kk"])) == {"course/A-2.kk.html": ["not made last time"]}
    maker.pages["A-2"] = "mended"
    made(home, maker, "A-2")
    assert not any(entry["is_stale"] for entry in manifest(home).values())


def test_a_process_that_dies_fails_the_report_it_was_at_and_no_other(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    maker.deaths["A-1"] = "kk"
    outcomes = made(home, maker, "A-1", "A-2", languages=("kk", "en"))
    assert [(outcome.job.path, outcome.failure) for outcome in outcomes] == [
        ("course/A-1.kk.html", "its process died (SIGSEGV)"), ("course/A-1.en.html", ""),
        ("course/A-2.kk.html", ""), ("course/A-2.en.html", ""),
    ]  # fmt: skip


def test_a_course_that_never_had_a_page_and_fails_is_not_in_the_manifest(home, maker):
    made(home, maker, "A-1")
    assert manifest(home) == {}


def test_every_outcome_is_told_when_it_is_there(home, maker):
    maker.pages |= {"A-1": "first"}
    told: list[Outcome] = []
    outcomes = make_reports(home, plan_reports(home, ["A-1", "A-2"], ["kk"]), maker, told.append)
    assert told == outcomes


def test_a_page_that_was_deleted_leaves_the_manifest(home, maker):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    made(home, maker, "A-1", "A-2")
    (home.reports / "course" / "A-1.kk.html").unlink()
    assert [entry["path"] for entry in read_manifest(home)] == ["course/A-2.kk.html"]


@pytest.mark.parametrize("content", ["", "[{", "\x00", "{'a'}", '[{"id": 1}]'])
def test_a_damaged_manifest_is_told_before_anything_is_made(home, maker, content):
    home.reports.mkdir()
    (home.reports / "manifest.json").write_text(content)
    with pytest.raises(CoursewavesError, match=r"reports/manifest.json is damaged; fix: delete it"):
        made(home, maker, "A-1")
    assert not (home.reports / "course").exists()


def test_a_folder_of_reports_that_is_a_link_is_not_followed(home, maker, tmp_path):
    home.reports.mkdir()
    (tmp_path / "elsewhere").mkdir()
    (home.reports / "course").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CoursewavesError, match="reports/course is a link"):
        made(home, maker, "A-1")
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_drafts_of_a_killed_run_are_removed_by_the_next(home, maker):
    left = home.reports / "course" / ".draft-abc.tmp.html"
    left.parent.mkdir(parents=True)
    left.write_text("half a pa")
    maker.pages |= {"A-1": "first"}
    made(home, maker, "A-1")
    names = sorted(path.name for path in left.parent.iterdir())
    assert names == ["A-1.kk.html", "A-1.kk.json", "A-1.kk.xlsx"]


# The journal -----------------------------------------------------------------------------------------


def killed_after(home: Home, maker: Maker, count: int) -> None:
    """Begin a run that is killed after so many pages: nothing behind that happens."""

    class Killed(BaseException):
        pass

    done: list[Outcome] = []

    def stop(outcome: Outcome) -> None:
        done.append(outcome)
        if len(done) == count:
            raise Killed

    with pytest.raises(Killed):
        make_reports(home, plan_reports(home, languages=["kk"], anew=True), maker, stop)


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_killed_run_is_resumed_and_ends_as_one_that_was_not(home, maker, count):
    maker.pages |= {"A-1": "first", "A-2": "second", "A-3": "third"}
    killed_after(home, maker, count)
    assert [page["is_stale"] for page in read_manifest(home)] == [False] * count
    maker.asked.clear()
    make_reports(home, plan_reports(home, languages=["kk"]), maker, lambda outcome: None)
    assert [course_id for course_id, _ in maker.asked] == ["A-1", "A-2", "A-3"][count:]
    assert len(read_manifest(home)) == 3


def test_a_page_entered_that_did_not_take_its_place_leaves_the_old_one_in_force(home, maker):
    maker.pages |= {"A-1": "first"}
    made(home, maker, "A-1")
    (page,) = read_manifest(home)
    enter(home, page | {"sha256": "0" * 64, "inputs": {}})
    assert read_manifest(home) == [page]


@pytest.mark.parametrize("cut", [2, 20, 100])
def test_a_line_of_the_journal_that_was_cut_off_is_left_out(home, maker, cut):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    killed_after(home, maker, 2)
    journal = home.reports / JOURNAL
    journal.write_bytes(journal.read_bytes()[:-cut])
    assert [page["id"] for page in read_manifest(home)] == ["A-1"]


# The disk --------------------------------------------------------------------------------------------


def test_a_full_disk_fails_one_report_with_its_reason_and_keeps_the_old_page(home, maker, monkeypatch):
    maker.pages |= {"A-1": "first", "A-2": "second"}
    made(home, maker, "A-1", "A-2")
    old = (home.reports / "course/A-1.kk.html").read_bytes()
    maker.pages |= {"A-1": "anew", "A-2": "anew"}

    def full_for_one(path: Any, content: bytes, **how: bool) -> None:
        if path.name == "A-1.kk.html":
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        write_shared(path, content, **how)

    monkeypatch.setattr(publish, "write_shared", full_for_one)
    planned = plan_reports(home, languages=["kk"], anew=True)[:2]
    mark_stale(home, planned)
    failed, well = make_reports(home, planned, maker, lambda outcome: None)
    assert failed.failure == "can't write its page: No space left on device"
    assert well.failure == ""
    assert (home.reports / "course/A-1.kk.html").read_bytes() == old
    assert manifest(home)["course/A-1.kk.html"]["is_stale"]
