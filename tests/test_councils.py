"""The papers of a sitting (¶15, ¶18-20): the right reports in the right order, whole, private, and the same again."""

import csv
import io
import json
import re
import shutil
import stat
import zipfile
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from typer.testing import CliRunner

from coursewaves.cli import app
from coursewaves.councils import TEMPLATES, Report, find_docket, make_agenda, make_papers, write_bundle
from coursewaves.councils.excerpts import excerpt
from coursewaves.deadlines.hearings import DECISION_KINDS
from coursewaves.errors import CoursewavesError
from coursewaves.load import load_year
from coursewaves.processed.contents import digest
from coursewaves.processed.year import Year
from coursewaves.publishing.manifest import page_path, read_manifest
from coursewaves.publishing.publish import here
from coursewaves.runs.run import produce
from coursewaves.settings.home import Home
from coursewaves.system.private_files import write_private_bytes

docx = pytest.importorskip("docx")
pytest.importorskip("pypandoc")

KAZAKH = set("әғқңөұүһі")
LOW = ("P02", "P03")
"""Planted as low-rated in the small example year."""

SMC, ACADEMIC = date(2025, 12, 17), date(2025, 12, 26)


@pytest.fixture(scope="module")
def home(loaded_year, tmp_path_factory) -> Home:
    """The small example year with its reports in Kazakh, only to be read but for data/councils."""
    root = tmp_path_factory.mktemp("councils") / "institute"
    shutil.copytree(loaded_year.home.root, root, ignore=shutil.ignore_patterns("reports"))
    found = Home(root)
    made = produce(found, here(found, 2), languages=["kk"], kinds=["course", "topic", "factors"])
    assert not made.failed
    return found


@pytest.fixture(scope="module")
def smc(home) -> Any:
    """The bundle of the scientific-methodological council in December."""
    return write_bundle(home, "smc", SMC, SMC, ask_participants=True)


@pytest.fixture(scope="module")
def academic(home) -> Any:
    """The bundle of the Academic Council in December."""
    return write_bundle(home, "academic", ACADEMIC, ACADEMIC)


def text_of(content: bytes) -> str:
    """All that a Word document says, its tables too."""
    document = docx.Document(io.BytesIO(content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in document.paragraphs), *cells])


def table_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def tree(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }


pytestmark = pytest.mark.slow


# What is heard -------------------------------------------------------------------------------------


def test_the_first_council_hears_what_it_has_not_heard_since_the_course_ended(home, smc):
    year = Year(home)
    hearings = year.registry.hearings
    taken = hearings[(hearings["council"] == "smc") & (hearings["outcome"] == "accepted")]
    ended = year.registry.courses[year.registry.courses["ends_on"] < pd.Timestamp(SMC)]
    left_out = set(smc.docket.left_out["subject_id"])
    wanted = set(ended["course_id"]) - set(taken.loc[taken["kind"] == "course", "subject_id"])
    heard = {subject for kind, subject in smc.docket.heard if kind == "course"}
    assert heard == wanted - left_out
    returned = set(hearings.loc[hearings["outcome"] == "returned", "subject_id"])
    assert returned and returned <= heard


def test_the_second_council_hears_what_the_first_has_taken_and_it_has_not(home, academic):
    hearings = Year(home).registry.hearings
    accepted = hearings[hearings["outcome"] == "accepted"]
    taken = {
        council: {(row["kind"], row["subject_id"]) for row in rows.to_dict("records")}
        for council, rows in accepted.groupby("council")
    }
    assert academic.docket.heard == sorted(taken["smc"] - taken["academic"])
    assert len(academic.docket.heard) == 1


def test_the_low_rated_programmes_are_the_planted_ones_and_no_others(smc, example_year):
    assert tuple(smc.docket.factors["subject_id"]) == LOW == tuple(sorted(example_year[1].low_rated))
    assert set(smc.docket.low_topics["programme_id"]) <= set(LOW)


def test_low_topics_and_their_trainers_are_those_of_the_verdicts(home, smc):
    verdicts = pd.read_parquet(home.processed / "pooled_topics.parquet")
    low = verdicts[verdicts["programme_id"].isin(LOW) & (verdicts["usefulness"] == "not useful")]
    trainers = Year(home).registry.trainers.set_index("trainer_id")["name"]
    found = table_of(smc.files["members/low_topics.csv"].content)
    assert len(low) > 0
    assert [(row["topic_id"], row["trainer"]) for row in found] == [
        (row["topic_id"], trainers[row["trainer_id"]])
        for row in low.sort_values(["programme_id", "number"]).to_dict("records")
    ]
    invited = [row for row in table_of(smc.files["clerk/invitations.csv"].content) if row["role"] == "trainer"]
    assert [row["invited_id"] for row in invited] == sorted(set(low["trainer_id"]))
    letters = {name for name in smc.files if name.startswith("clerk/invitation-")}
    assert letters == {f"clerk/invitation-{trainer_id}.kk.docx" for trainer_id in set(low["trainer_id"])}


def test_the_agenda_goes_from_reports_to_factors_to_decisions(smc):
    agenda = make_agenda(smc.docket)
    assert [item.number for item in agenda.items] == list(range(1, len(agenda.items) + 1))
    kinds = [kind for kind, _ in smc.docket.heard]
    assert kinds == sorted(kinds, key=["course", "topic", "factors"].index)
    assert [item.paragraphs for item in agenda.reports] == ["¶15"] * len(agenda.reports)
    assert [item.paragraphs for item in agenda.factors] == ["¶18", "¶18"]
    assert [item.paragraphs for item in agenda.decisions] == ["¶19–20", "¶19–20", "¶19"]
    words = text_of(smc.files["members/agenda.kk.docx"].content)
    places = [words.index(item.text) for item in agenda.items]
    assert places == sorted(places)


def test_an_earlier_decision_that_is_late_stands_on_the_agenda(smc):
    (task,) = make_agenda(smc.docket).decisions[2:]
    assert "P03" in task.text
    assert task.note.startswith("мерзімі өткен")


def test_one_programme_alone_can_be_asked_for(home):
    docket = find_docket(Year(home), "smc", SMC, SMC, "kk", ["P02"])
    assert {subject[:3] for _, subject in docket.heard} == {"P02"}
    with pytest.raises(CoursewavesError, match=r"Can't find 'P9' in programmes"):
        find_docket(Year(home), "smc", SMC, SMC, "kk", ["P9"])
    with pytest.raises(CoursewavesError, match=r"Can't find 'board' in the councils"):
        find_docket(Year(home), "board", SMC, SMC)


# The bundle ----------------------------------------------------------------------------------------


def test_every_file_stands_in_the_inventory_with_its_hash(smc, academic):
    for bundle in (smc, academic):
        found = tree(bundle.folder)
        listed = table_of(found.pop("inventory.csv"))
        assert [row["path"] for row in listed] == sorted(found)
        assert {row["path"]: row["sha256"] for row in listed} == {name: digest(one) for name, one in found.items()}
        assert all(int(row["n_bytes"]) == len(found[row["path"]]) for row in listed)


def test_reports_are_copied_as_the_manifest_has_them(home, smc):
    hashes = {page["path"]: page["sha256"] for page in read_manifest(home)}
    hashes |= {
        page_path(page["kind"], page["id"], page["language"], name): sha256
        for page in read_manifest(home)
        for name, sha256 in page["files"].items()
    }
    copies = {name.removeprefix("members/reports/"): file for name, file in smc.files.items() if "/reports/" in name}
    pages = [name for name in copies if name.endswith(".html")]
    assert len(pages) == len(smc.docket.heard) > 4
    heard = {f"{kind}/{subject}.kk" for kind, subject in smc.docket.heard}
    assert set(copies) == {path for path in hashes if path.rpartition(".")[0] in heard}
    assert {name: digest(file.content) for name, file in copies.items()} == {name: hashes[name] for name in copies}


def test_the_folder_is_private_and_not_among_the_reports(home, smc):
    assert smc.folder == home.root / "data" / "councils" / "smc-2025-12-17"
    for path in [smc.folder, *smc.folder.rglob("*")]:
        assert stat.S_IMODE(path.stat().st_mode) == (0o700 if path.is_dir() else 0o600)
    assert not list(home.reports.glob("**/*council*"))


def test_the_second_council_invites_nobody(academic):
    assert not [name for name in academic.files if "invit" in name or "participants" in name]


def test_what_only_the_clerk_needs_lies_apart(smc):
    tops = {name.partition("/")[0] for name in smc.files}
    assert tops == {"members", "clerk"}
    for name, file in smc.files.items():
        if name.startswith("members/") and name.endswith(".docx"):
            assert "Құрметті" not in text_of(file.content)


def test_made_again_the_same_bytes_stand_there_and_nothing_is_left_over(home, smc):
    before = tree(smc.folder)
    stamps = {path: path.stat().st_mtime_ns for path in smc.folder.rglob("*")}
    again = write_bundle(home, "smc", SMC, SMC, ask_participants=True)
    assert tree(again.folder) == before
    assert {path: path.stat().st_mtime_ns for path in smc.folder.rglob("*")} == stamps
    shutil.rmtree(smc.folder)
    write_bundle(home, "smc", SMC, SMC, ask_participants=True)
    assert tree(smc.folder) == before
    assert {path.name for path in smc.folder.parent.iterdir()} <= {"smc-2025-12-17", "academic-2025-12-26"}


def test_an_edited_folder_is_never_written_over(home, smc):
    minutes = smc.folder / "clerk" / "minutes.kk.docx"
    content = minutes.read_bytes()
    for change in (lambda: minutes.write_bytes(content + b"x"), minutes.unlink):
        change()
        with pytest.raises(CoursewavesError, match=r"clerk/minutes.kk.docx: edited since .* fix: rename the folder"):
            write_bundle(home, "smc", SMC, SMC, ask_participants=True)
        minutes.write_bytes(content)
    note = smc.folder / "members" / "note.txt"
    note.write_text("mine", encoding="utf-8")
    with pytest.raises(CoursewavesError, match=r"note\.txt"):
        write_bundle(home, "smc", SMC, SMC, ask_participants=True)
    note.unlink()


def test_a_hearing_entered_after_the_sitting_leaves_its_papers_as_they_were(home, smc, tmp_path):
    other = Home(tmp_path / "institute")
    shutil.copytree(home.root, other.root)
    before = tree(other.root / "data" / "councils" / "smc-2025-12-17")
    rows = table_of(smc.files["clerk/hearings.csv"].content)
    register = other.registry / "hearings.csv"
    columns = register.read_text(encoding="utf-8").splitlines()[0].split(",")
    with register.open("a", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writerows(row | {"outcome": "accepted"} for row in rows)
    year = load_year(other)
    assert year.problems.query("rule == 'E-HEARING'").empty
    assert produce(other, here(other, 2), languages=["kk"], kinds=["course", "topic", "factors"]).outcomes == []
    again = write_bundle(other, "smc", SMC, SMC, ask_participants=True)
    assert tree(again.folder) == before
    later = find_docket(year, "academic", ACADEMIC, ACADEMIC, "kk")
    assert set(later.heard) > {(row["kind"], row["subject_id"]) for row in rows}


def test_a_full_disk_leaves_what_was_there_and_no_drafts(home, smc, monkeypatch):
    before = tree(smc.folder)
    n_written = iter(range(1000))

    def refuse(path: Path, content: bytes) -> None:
        if next(n_written) == 3:
            raise OSError(28, "No space left on device", str(path))
        write_private_bytes(path, content)

    monkeypatch.setattr("coursewaves.councils.bundle.write_private_bytes", refuse)
    with pytest.raises(CoursewavesError, match=r"No space left on device; fix: make room on the disk"):
        write_bundle(home, "smc", SMC, SMC)  # without letters to centres: other papers than those that are there
    assert tree(smc.folder) == before
    assert not [path.name for path in smc.folder.parent.iterdir() if path.name.startswith(".")]


# What is refused -----------------------------------------------------------------------------------


@pytest.fixture
def copy(home, tmp_path) -> Iterator[Home]:
    """A copy of the work folder to be spoilt."""
    root = tmp_path / "institute"
    shutil.copytree(home.root, root, ignore=shutil.ignore_patterns("councils"))
    yield Home(root)


def test_a_stale_report_is_refused_with_the_fix(copy):
    settings = copy.root / "coursewaves.yml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("62.5", "63.5"), encoding="utf-8")
    fresh = Home(copy.root)
    load_year(fresh)
    with pytest.raises(CoursewavesError, match=r"course/P0\S+ \((?:its data|the settings) changed.*fix: .* report"):
        write_bundle(fresh, "smc", SMC, SMC)
    assert not (copy.root / "data" / "councils").exists()


def test_a_page_that_was_edited_or_is_gone_is_refused(copy):
    docket = find_docket(Year(copy), "smc", SMC, SMC)
    kind, subject = docket.heard[0]
    page = copy.reports / kind / f"{subject}.kk.html"
    page.write_bytes(page.read_bytes() + b" ")
    with pytest.raises(CoursewavesError, match=rf"{kind}/{subject}.kk.html \(its page was edited\)"):
        write_bundle(copy, "smc", SMC, SMC)
    page.unlink()
    with pytest.raises(CoursewavesError, match=rf"{kind}/{subject}.kk.html \(not made yet\)"):
        write_bundle(copy, "smc", SMC, SMC)


def test_a_folder_that_is_a_link_is_refused(copy, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (copy.root / "data" / "councils").mkdir()
    (copy.root / "data" / "councils" / "smc-2025-12-17").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CoursewavesError, match="is a link to another place; fix: remove it"):
        write_bundle(copy, "smc", SMC, SMC)
    assert list((tmp_path / "elsewhere").iterdir()) == []


# The documents -------------------------------------------------------------------------------------


def test_word_opens_every_document_and_each_has_kazakh_letters(smc, academic):
    for bundle in (smc, academic):
        documents = {name: file.content for name, file in bundle.files.items() if name.endswith(".docx")}
        assert len(documents) >= 4
        for name, content in documents.items():
            assert zipfile.ZipFile(io.BytesIO(content)).testzip() is None
            words = text_of(content).lower()
            assert KAZAKH & set(words), name
            assert not re.search(r"\bnan\b|\bnone\b|\bnat\b|\{\w+\}", words), name


def test_the_dossier_holds_agenda_summaries_topics_and_drafts(home, smc):
    words = text_of(smc.files["members/dossier.kk.docx"].content)
    for item in make_agenda(smc.docket).items:
        assert item.text in words
    page = (home.reports / "factors" / "P02.kk.html").read_text(encoding="utf-8")
    sentences = [unescape(text) for text in re.findall(r"<li>([^<]+)</li>", excerpt(page, "summary"))]
    assert len(sentences) >= 3
    for sentence in sentences:
        assert " ".join(sentence.replace("\N{WORD JOINER}", "").split()) in " ".join(words.split())
    for row in table_of(smc.files["members/low_topics.csv"].content):
        assert row["title"] in words
        assert row["trainer"] in words


@pytest.mark.parametrize("council", ["smc", "academic"])
def test_the_draft_offers_every_decision_of_the_regulation_once_a_programme(home, smc, council):
    values = {"institute": "И", "council": "К", "day": "К", "is_academic": council == "academic"}
    programmes = [{"title": name, "hours": "72", "topics": [], "n_changes": "1"} for name in ("A", "B")]
    for language in ("kk", "ru", "en"):
        words = TEMPLATES.fill(home, "decisions", language, values | {"programmes": programmes}).body
        assert {kind: words.count(kind) for kind in DECISION_KINDS} == dict.fromkeys(DECISION_KINDS, 2)
        assert set(re.findall(r"\b(?:change|remove)_\w+", words)) == set(DECISION_KINDS)


def test_the_rows_for_the_register_are_read_as_they_are_once_filled_in(smc):
    hearings = table_of(smc.files["clerk/hearings.csv"].content)
    assert [(row["kind"], row["subject_id"]) for row in hearings] == smc.docket.heard
    assert {(row["council"], row["held_on"], row["outcome"]) for row in hearings} == {("smc", "2025-12-17", "")}
    decisions = table_of(smc.files["clerk/decisions.csv"].content)
    assert [(row["programme_id"], row["kind"]) for row in decisions] == [
        (name, kind) for name in LOW for kind in DECISION_KINDS
    ]
    assert len({row["decision_id"] for row in decisions}) == 10


def test_participants_are_asked_for_through_their_centres_and_nobody_is_named(home, smc):
    centres = [row for row in table_of(smc.files["clerk/invitations.csv"].content) if row["role"] == "centre"]
    registry = Year(home).registry
    low = registry.courses[registry.courses["programme_id"].isin(LOW)]
    assert {row["invited_id"] for row in centres} == set(low["centre_id"])
    codes = set(registry.participants["participant_id"])
    for row in centres:
        words = text_of(smc.files[f"clerk/{row['letter']}.kk.docx"].content)
        assert not [code for code in codes if code in words]
        assert all(course_id in words for course_id in row["about"].split("; "))
    without = write_bundle(home, "smc", date(2025, 12, 18), date(2025, 12, 18))
    assert not [name for name in without.files if "participants-" in name]
    shutil.rmtree(without.folder)


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("name", TEMPLATES.kinds)
def test_every_template_is_there_in_every_language_and_marked_as_a_draft(name, language):
    first = (TEMPLATES.built_in / f"{name}.{language}.html").read_text(encoding="utf-8").splitlines()[0]
    assert re.fullmatch(r"\{# .*[Dd]raft.* #\}", first)


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
def test_a_hostile_title_or_name_stays_text(home, language):
    values: dict[str, Any] = {"institute": HOSTILE, "council": HOSTILE, "day": HOSTILE, "is_academic": False}
    topic = {"title": HOSTILE, "programme": HOSTILE, "trainer": HOSTILE}
    programme = {"title": HOSTILE, "hours": "1", "topics": [topic], "n_changes": "0"}
    item = {"number": 1, "text": HOSTILE, "paragraphs": "¶15", "note": HOSTILE}
    more = {"trainer": HOSTILE, "topics": [topic], "centre": HOSTILE, "courses": [{"id": "A", "programme": HOSTILE}],
            "programmes": [programme], "items": [item]}  # fmt: skip
    for name in TEMPLATES.kinds:
        body = TEMPLATES.fill(home, name, language, values | more).body
        assert "<script" not in body and "<img" not in body
        assert "{{ 7*7 }}" in body


def test_hostile_titles_of_the_registry_are_inert_in_every_paper(home):
    docket = find_docket(Year(home), "smc", SMC, SMC)
    programmes = docket.year.registry.programmes
    programmes["title_kk"] = f"Әғқңөұүһі {HOSTILE}"
    docket.low_topics["title"] = "=cmd|' /C calc'!A0"
    docket.low_topics["trainer"] = HOSTILE
    reports = [
        Report(kind, subject, HOSTILE, f"{kind}/{subject}.kk.html", "", b"", {}) for kind, subject in docket.heard
    ]
    files = make_papers(docket, reports)
    words = text_of(files["members/dossier.kk.docx"].content)
    assert f"Әғқңөұүһі {HOSTILE}" in words
    for row in table_of(files["members/low_topics.csv"].content):
        assert row["title"].startswith("'=cmd")


def test_an_institute_may_replace_the_wording_and_its_faults_are_named(copy):
    own = copy.root / "councils" / "invitation.kk.html"
    own.parent.mkdir()
    own.write_text("<title>Өз сөзіміз</title><p>{{ trainer }}</p>", encoding="utf-8")
    bundle = write_bundle(copy, "smc", SMC, SMC)
    letter = next(file for name, file in bundle.files.items() if name.startswith("clerk/invitation-"))
    assert len(text_of(letter.content).split()) == 2  # an initial and a surname
    for text, told in (
        (
            "<title>A</title>{{ nobody }}",
            r"councils/invitation.kk.html:1 Can't find 'nobody' in .* Possible values: 'trainer'",
        ),
        ("<title>A</title>{% if %}", r"councils/invitation.kk.html:1 .*fix: correct the template"),
        ("<p>A</p>", "has no title; fix: begin it with <title>"),
        ("<title>A</title>{{ ''.__class__.__mro__ }}", r"html:1 .*unsafe; fix: use these values alone: trainer"),
    ):
        own.write_text(text, encoding="utf-8")
        with pytest.raises(CoursewavesError, match=told):
            TEMPLATES.fill(copy, "invitation", "kk", {"trainer": "T"})


def test_a_file_among_the_own_wordings_that_nothing_is_made_from_is_told(copy):
    folder = TEMPLATES.own(copy)
    folder.mkdir()
    (folder / "invitation_kk.html").write_text("<title>A</title>", encoding="utf-8")
    result = run(copy, "smc", "--date", SMC.isoformat(), "--today", SMC.isoformat())
    assert result.exit_code == 0, result.output
    assert "nothing is made from councils/invitation_kk.html; fix: name it decisions, invitation" in result.output


def test_an_excerpt_is_the_section_alone():
    page = '<section id="summary"><h2>In short <span class="paragraph">¶14</span></h2>\n<ul><li>A</li></ul>\n</section>'
    assert excerpt(page, "summary", has_heading=False) == "<ul><li>A</li></ul>"
    assert excerpt(page, "summary") == "<h4>In short ¶14</h4>\n<ul><li>A</li></ul>"
    assert excerpt(page, "proposals") == ""


# The commands --------------------------------------------------------------------------------------


def run(home: Home, *words: str) -> Any:
    return CliRunner().invoke(app, ["--home", str(home.root), "council", *words])


def test_the_command_says_what_it_wrote(copy):
    result = run(copy, "smc", "--date", "2025-12-17", "--today", "2025-12-10", "-p", "P02")
    assert result.exit_code == 0, result.output
    assert "data/councils/smc-2025-12-17" in result.output
    assert "factor analyses: 1" in result.output


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["smc", "--date", "17.12.2025"], "Can't read the day"),
        (["smc", "--date", "2025-12-17", "-p", "P9"], "Can't find 'P9' in programmes"),
        (["smc", "--date", "2025-12-17", "-l", "ru"], "not made yet"),
        (["academic"], "--date"),
    ],
)
def test_a_mistake_of_usage_ends_with_code_two(home, words, told):
    result = run(home, *words)
    assert result.exit_code == 2
    assert told in result.stderr


def test_the_state_is_printed_and_is_json(home):
    result = run(home, "state", "--today", "2025-12-20")
    assert result.exit_code == 0
    for words in (
        "Кеңестерге ұсынылатын есептер",
        "Орындалуға тиіс шешімдер",
        "мерзімі өткен",
        "Оқу-әдістемелік бөлім",
    ):
        assert words in result.output
    content = json.loads(run(home, "state", "--today", "2025-12-20", "--format", "json").output)
    late = [row for row in content["tasks"] if row["state"] == "overdue"]
    assert [(row["programme_id"], row["owner"], row["due_on"]) for row in late] == [
        ("P03", "Оқу-әдістемелік бөлім", "2025-10-31")
    ]
    places = {row["place"] for row in content["ways"]}
    assert {"made", "taken by smc", "returned", "decided"} <= places
    assert content["sittings"]["smc"] == ["2025-02-19", "2025-06-18", "2025-10-15", "2025-12-17"]


def test_the_status_of_the_head_shows_what_is_late_at_the_councils(home):
    result = CliRunner().invoke(app, ["--home", str(home.root), "status", "--today", "2025-12-20", "-f", "json"])
    content = json.loads(result.output)
    assert {row["state"] for row in content["ways"]} >= {"overdue", "done"}
    assert [row["decision_id"] for row in content["tasks"] if row["state"] == "overdue"] == ["R2025-4"]
