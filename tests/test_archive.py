"""The archive (¶22): a bag is what it says, damage is named, nothing goes before it lies safe, a year comes back."""

import csv
import hashlib
import io
import json
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple

import bagit
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from coursewaves.archive import (
    Damage,
    Subject,
    archive_folder,
    begin,
    check_bag,
    draft_handover,
    find_retention,
    find_subject,
    finish,
    make_bag,
    plan_removal,
    read_facts,
    read_inventory,
    removal,
    restore,
    safe_names,
    unfinished,
)
from coursewaves.archive.inventory import KINDS as KIND_WORDS
from coursewaves.archive.payload import KINDS, kind_of
from coursewaves.cli import app
from coursewaves.entry import register_folder, write_change
from coursewaves.errors import CoursewavesError
from coursewaves.load import load_year
from coursewaves.processed.year import Year
from coursewaves.publishing.publish import here
from coursewaves.registry.reader import read_registry
from coursewaves.runs.run import produce
from coursewaves.settings.home import Home
from coursewaves.simulate import simulate_year
from test_deadlines import ANSWERED, K1, answers, registry

MADE_ON, HANDED_ON = date(2027, 1, 15), date(2027, 1, 20)
LATER = date(2060, 1, 1)
"""After everything that any clock could make of the fixture's deadlines."""

KAZAKH = "Құзырет орталығы/1-мониторинг, жауаптар (қаз).csv"


class Made(NamedTuple):
    """A work folder with reports, and the bags of its year and of its first course."""

    home: Home
    year: Path
    course: Path


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Four courses of two programmes, with the pages on the courses and on the year in one language."""
    home = Home(tmp_path_factory.mktemp("archive") / "institute")
    simulate_year(home.root, programmes=2, courses=4, enrolled=12, seed=5)
    settings = home.root / "coursewaves.yml"
    text = settings.read_text(encoding="utf-8").replace("languages: [kk, ru, en]", "languages: [kk]")
    settings.write_text(text + "kinds: [course, period]\n", encoding="utf-8")
    (home.responses / KAZAKH).parent.mkdir()
    (home.responses / "wave1" / "P01_A_kk.csv").rename(home.responses / KAZAKH)
    home = Home(home.root)
    year = load_year(home)
    assert not produce(home, here(home, 2)).failed
    bags = [make_bag(year, find_subject(year, name), MADE_ON, archive_folder(home)) for name in ("2025", "P01-01")]
    return Made(home, *bags)


@pytest.fixture
def copy(made: Made, tmp_path: Path) -> Made:
    """A copy of the work folder with its bags, to be changed."""
    root = tmp_path / "institute"
    shutil.copytree(made.home.root, root)
    return Made(Home(root), root / "data/archive" / made.year.name, root / "data/archive" / made.course.name)


@pytest.fixture(scope="module")
def handed(made: Made, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The work folder once the archive took both bags, loaded again."""
    home = Home(tmp_path_factory.mktemp("handed") / "institute")
    shutil.copytree(made.home.root, home.root)
    year = Year(home)
    for name, bag in (("P01-01", made.course), ("2025", made.year)):
        write_change(home, draft_handover(year, find_subject(year, name), bag, HANDED_ON))
    load_year(home)
    return Made(home, archive_folder(home) / made.year.name, archive_folder(home) / made.course.name)


@pytest.fixture
def taken(handed: Made, tmp_path: Path) -> Made:
    """A copy of what was handed over, to be changed."""
    root = tmp_path / "institute"
    shutil.copytree(handed.home.root, root)
    return Made(Home(root), root / "data/archive" / handed.year.name, root / "data/archive" / handed.course.name)


def snapshot(home: Home, *without: str) -> dict[str, str]:
    """The hash of every file of a work folder."""
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(home.root.rglob("*"))
        if path.is_file()
        and not (name := path.relative_to(home.root).as_posix()).startswith((*without, "data/run.lock"))
    }


def rows_of(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))


def run(home: Home, *words: str):
    return CliRunner().invoke(app, ["--home", str(home.root), "archive", *words])


# The register of retention -------------------------------------------------------------------------


def year_of(tmp_path: Path, responses: pd.DataFrame, reported_on: str, **more: str) -> Year:
    """Course K-1 (3 to 14 March 2025, ten completed), whose last report was there first on a day."""
    home = Home(tmp_path)
    home.reports.mkdir()
    done = {"scope_id": "K-1", "step": "processing", "done_on": reported_on}
    (home.reports / "due.json").write_text(json.dumps({"today": reported_on, "deadlines": [done]}))
    year = Year(home)
    handovers = [{"course_id": "K-1", "handed_over_on": day} for day in more.values()]
    known = registry(K1 | {"completed": 10}, handovers=handovers)
    year.__dict__.update(registry=known, responses=responses)
    return year


def retention(year: Year, today: date) -> dict[str, str]:
    (row,) = find_retention(year, today).to_dict("records")
    return {
        name: "" if pd.isna(value) else str(value.date()) if isinstance(value, pd.Timestamp) else str(value)
        for name, value in row.items()
    }


def test_documents_are_kept_a_year_from_the_last_report_and_a_course_until_its_sample_is_over(tmp_path):
    found = retention(year_of(tmp_path, ANSWERED, "2025-03-20"), date(2025, 6, 1))
    assert found["kept_from"] == "2025-03-20"
    assert found["kept_until"] == "2026-03-20"
    assert found["needed_until"] == "2028-03-13"  # 1095 days after 14 March 2025; 2028 is a leap year
    assert found["removable_on"] == "2028-03-14"
    assert found["state"] == "open"


def test_once_the_sample_of_its_programme_is_done_the_year_alone_counts(tmp_path):
    sampled = answers(*(("K-1", "C", f"2025-09-0{day} 10:00") for day in (1, 2, 3)))  # 3 of 10 are 30 %
    year = year_of(tmp_path, pd.concat([ANSWERED, sampled], ignore_index=True), "2025-03-20")
    found = retention(year, date(2025, 10, 1))
    assert (found["kept_until"], found["needed_until"]) == ("2026-03-20", "")
    assert found["removable_on"] == "2026-03-21"


@pytest.mark.parametrize(
    ("today", "state"), [("2026-01-01", "open"), ("2026-03-20", "due soon"), ("2026-03-21", "overdue")]
)
def test_the_day_after_the_year_the_handover_is_overdue(tmp_path, today, state):
    assert retention(year_of(tmp_path, ANSWERED, "2025-03-20"), date.fromisoformat(today))["state"] == state


def test_what_was_handed_over_is_done_whatever_the_day(tmp_path):
    found = retention(year_of(tmp_path, ANSWERED, "2025-03-20", on="2026-03-25"), date(2030, 1, 1))
    assert (found["state"], found["handed_over_on"]) == ("done", "2026-03-25")


def test_a_course_whose_reports_are_not_all_made_has_no_day_and_a_reason(tmp_path):
    year = year_of(tmp_path, ANSWERED, "2025-03-01")  # before the last answers came in
    found = retention(year, date(2026, 1, 1))
    assert (found["kept_until"], found["removable_on"]) == ("", "")
    assert found["reason"] == "not all of its waves are processed"


def test_a_bag_is_about_a_course_or_the_courses_that_ended_in_a_year(made):
    year = Year(made.home)
    assert find_subject(year, "P01-01") == Subject("course", "P01-01", ["P01-01"])
    assert find_subject(year, "2025").courses == ["P01-01", "P01-02", "P02-01", "P02-02"]
    with pytest.raises(CoursewavesError, match=r"Can't find '2024' in the courses and their years.*'2025'"):
        find_subject(year, "2024")


# The bag -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("which", ["year", "course"])
def test_the_library_s_own_command_finds_a_bag_valid(made, which):
    command = [sys.executable, "-m", "bagit", "--validate", str(getattr(made, which))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "is valid" in done.stderr


@pytest.mark.parametrize("which", ["year", "course"])
def test_a_bag_is_for_its_owner_alone_and_has_both_checksums(made, which):
    bag: Path = getattr(made, which)
    modes = {stat.S_IMODE(path.stat().st_mode) for path in bag.rglob("*") if path.is_file()}
    folders = {stat.S_IMODE(path.stat().st_mode) for path in [bag, *bag.rglob("*")] if path.is_dir()}
    assert (modes, folders) == ({0o600}, {0o700})
    assert (bag / "manifest-sha256.txt").is_file()
    assert (bag / "manifest-sha512.txt").is_file()


def test_the_bag_of_a_year_holds_every_file_that_is_kept_and_no_other(made):
    kept = {one.original for one in read_inventory(made.year) if one.original}
    own = set(snapshot(made.home, "data/processed", "data/archive", "data/run.lock", "reports/manifest.journal"))
    assert kept == own
    assert {f"data/raw/responses/{KAZAKH}", "reports/period/year.kk.html", "coursewaves.yml"} <= kept


def test_neither_the_key_nor_what_is_hidden_gets_into_a_bag(copy):
    (copy.home.root / "coursewaves.key").write_text("ab" * 32 + "\n")
    (copy.home.root / "coursewaves.key").chmod(0o600)
    (copy.home.reports / ".draft-1.tmp").write_text("half")
    bag = make_bag(Year(copy.home), find_subject(Year(copy.home), "2025"), MADE_ON, copy.home.root / "elsewhere")
    names = [one.original for one in read_inventory(bag)]
    assert not [name for name in names if "key" in name or "draft" in name]
    assert all(b"ab" * 32 not in path.read_bytes() for path in bag.rglob("*") if path.is_file())
    digest = hashlib.sha256(bytes.fromhex("ab" * 32)).hexdigest()
    assert read_facts(bag).key == digest[:16]


def test_the_bag_says_what_it_is(made):
    info = bagit.Bag(str(made.year)).info
    assert info["Source-Organization"] == "Балаларды ерте дамыту институты (мысал деректер)"
    assert info["External-Identifier"] == made.year.name
    assert info["Bagging-Date"] == "2027-01-15"
    assert info["Courses"] == "P01-01 P01-02 P02-01 P02-02"
    assert info["Scope"] == "year"
    n_bytes, n_files = map(int, info["Payload-Oxum"].split("."))
    inventory = read_inventory(made.year)
    assert (n_bytes, n_files) == (sum(one.bytes for one in inventory), len(inventory))


def test_every_name_in_a_bag_is_plain_ascii(made):
    names = [path.relative_to(made.year).as_posix() for path in made.year.rglob("*")]
    assert all(name.isascii() for name in names)
    assert "data/work/data/raw/responses/Quzyret_ortalygy/1-monitoring_zhauaptar_qaz.csv" in names


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("kk", ["Мұрағат тізімдемесі", "Сауалнамаларға берілген жауаптар", "Балаларды ерте дамыту институты"]),
        ("ru", ["Архивная опись", "Ответы на анкеты", "персональные данные"]),
        ("en", ["Inventory of the archive", "Answers to the questionnaires", "personal data"]),
    ],
)
def test_the_inventory_speaks_each_language_and_names_every_file(made, language, words):
    page = (made.year / f"inventory.{language}.html").read_text(encoding="utf-8")
    assert all(word in page for word in words)
    assert f'<html lang="{language}">' in page
    assert "http" not in page.replace("http-equiv", "")
    table = rows_of((made.year / f"inventory.{language}.csv").read_bytes())
    assert [list(row.values())[1] for row in table] == [one.path for one in read_inventory(made.year)]
    assert KAZAKH in page


def test_every_kind_of_document_has_its_words():
    assert {*KINDS.values(), "problems", "retention", "versions", "manifest"} == set(KIND_WORDS)
    assert kind_of("data/raw/registry/courses.csv") == "registry"


def test_the_same_contents_and_day_give_the_same_bytes_and_another_day_the_same_bag(made, tmp_path):
    year = Year(made.home)
    subject = find_subject(year, "P01-01")
    again = make_bag(year, subject, MADE_ON, tmp_path)
    files = [path.relative_to(again) for path in sorted(again.rglob("*")) if path.is_file()]
    assert again.name == made.course.name
    assert all((again / name).read_bytes() == (made.course / name).read_bytes() for name in files)
    before = (again / "bag-info.txt").stat().st_mtime_ns
    assert make_bag(year, subject, date(2028, 3, 3), tmp_path) == again  # it is there, and nothing is written
    assert (again / "bag-info.txt").stat().st_mtime_ns == before


def test_the_bag_of_a_course_holds_its_records_with_their_row_numbers_and_none_of_another(made):
    base = made.course / "data"
    participants = rows_of((base / "registry/participants.csv").read_bytes())
    assert {row["course_id"] for row in participants} == {"P01-01"}
    known = rows_of((made.home.registry / "participants.csv").read_bytes())
    own = [(number, row) for number, row in enumerate(known, 2) if row["course_id"] == "P01-01"]
    assert [(int(row.pop("row")), row) for row in participants] == own
    (name,) = [one.path for one in read_inventory(made.course) if KAZAKH in one.original]
    records = rows_of((made.course / name).read_bytes())
    raw = rows_of((made.home.responses / KAZAKH).read_bytes())
    assert records
    for row in records:
        number, mark = int(row.pop("row")), row.pop("record")
        assert row == raw[number - 2]
        assert len(mark) == 16
    kept = Year(made.home).responses
    here_kept = kept[(kept["file"] == KAZAKH) & (kept["course_id"] == "P01-01")]
    assert len(records) >= len(here_kept) > 0


def test_the_bag_of_a_course_names_no_participant_of_another(made):
    text = b"".join(path.read_bytes() for path in (made.course / "data/registry").iterdir()).decode()
    others = {row["participant_id"] for row in rows_of((made.home.registry / "participants.csv").read_bytes())
              if row["course_id"] != "P01-01"}  # fmt: skip
    own = {row["participant_id"] for row in rows_of((made.course / "data/registry/participants.csv").read_bytes())}
    assert not [one for one in others - own if one in text]


def test_a_bag_is_made_of_loaded_data_only(copy):
    with (copy.home.registry / "trainers.csv").open("a", encoding="utf-8") as file:
        file.write("T99,Жаңа оқытушы,,,\n")
    with pytest.raises(CoursewavesError, match=r"raw changed.*load"):
        make_bag(Year(copy.home), find_subject(Year(copy.home), "2025"), MADE_ON, archive_folder(copy.home))


def test_a_bag_that_is_stopped_half_way_leaves_nothing_behind(copy, tmp_path, monkeypatch):
    year = Year(copy.home)
    with monkeypatch.context() as stopped:
        stopped.setattr(bagit, "make_bag", lambda *_, **__: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            make_bag(year, find_subject(year, "P01-01"), MADE_ON, tmp_path / "bags")
    assert list((tmp_path / "bags").iterdir()) == []


# Names ---------------------------------------------------------------------------------------------


PARTS = st.text(st.sampled_from('aAbЖғҚңөү.?*:|<>"\\ -_é\x01٣'), min_size=1, max_size=12).filter(
    lambda part: part not in (".", "..")
)
PATHS = st.lists(st.lists(PARTS, min_size=1, max_size=3).map("/".join), min_size=1, max_size=8, unique=True)


@given(paths=PATHS)
def test_no_two_files_get_one_name_and_every_system_can_hold_them(paths):
    names = safe_names(paths)
    assert list(names) == paths
    folded = [name.casefold() for name in names.values()]
    assert len(set(folded)) == len(folded)
    for name in names.values():
        for part in name.split("/"):
            assert part.strip("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") == ""
            assert part[0] not in "._-"
            assert not part.endswith(".")
            assert len(part) <= 64


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("data/жауаптар.csv", "data/zhauaptar.csv"),
        ("ҒӘК хаттамасы №3.docx", "GAK_hattamasy_No3.docx"),
        ("con.csv", "xcon.csv"),
        ("a b", "a_b"),
        ("P01_A_kk.csv", "P01_A_kk.csv"),
    ],
)
def test_a_name_stays_where_it_is_safe_and_is_spelled_out_where_not(path, name):
    assert safe_names([path]) == {path: name}


# Damage --------------------------------------------------------------------------------------------


def flip(path: Path, place: int = 10) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)


WHOLE = "data/work/data/raw/registry/courses.csv"
DAMAGES: dict[str, tuple[Callable[[Path], object], Damage]] = {
    "a flipped bit": (lambda bag: flip(bag / WHOLE), Damage(WHOLE, "changed")),
    "a shorter file": (
        lambda bag: (bag / WHOLE).write_bytes((bag / WHOLE).read_bytes()[:-1]),
        Damage(WHOLE, "changed"),
    ),
    "a lost file": (lambda bag: (bag / WHOLE).unlink(), Damage(WHOLE, "missing")),
    "a file more": (lambda bag: (bag / "data/more.csv").write_text("x"), Damage("data/more.csv", "not listed")),
    "an inventory": (lambda bag: flip(bag / "inventory.kk.csv", 50), Damage("inventory.kk.csv", "changed")),
    "a lost inventory": (lambda bag: (bag / "contents.csv").unlink(), Damage("contents.csv", "missing")),
    "what it says of itself": (lambda bag: flip(bag / "bag-info.txt"), Damage("bag-info.txt", "changed")),
}


@pytest.mark.parametrize("fault", DAMAGES)
def test_damage_is_found_and_named(copy, fault):
    assert check_bag(copy.year) == []
    spoil, told = DAMAGES[fault]
    spoil(copy.year)
    assert check_bag(copy.year) == [told]
    with pytest.raises(CoursewavesError, match="is damaged"):
        read_facts(copy.year)


def test_several_damages_are_all_named(copy):
    flip(copy.year / WHOLE)
    (copy.year / "data/work/coursewaves.yml").unlink()
    assert {one.path for one in check_bag(copy.year)} == {WHOLE, "data/work/coursewaves.yml"}


@pytest.mark.parametrize("name", ["bagit.txt", "manifest-sha256.txt", "manifest-sha512.txt"])
def test_a_bag_whose_own_files_are_gone_is_damaged(copy, name):
    (copy.year / name).unlink()
    assert check_bag(copy.year)


def test_a_bag_of_which_all_manifests_were_written_anew_does_not_keep_its_id(copy):
    flip(copy.year / WHOLE)
    bag = bagit.Bag(str(copy.year))
    bag.save(manifests=True)
    bagit.Bag(str(copy.year)).validate()  # valid, as far as BagIt goes
    assert check_bag(copy.year) == [Damage(WHOLE, "changed")]
    with pytest.raises(CoursewavesError, match="is damaged"):
        read_facts(copy.year)


def test_verify_says_what_is_damaged_and_where_it_stood(copy):
    assert run(copy.home, "verify", str(copy.year)).exit_code == 0
    flip(copy.year / WHOLE)
    done = run(copy.home, "verify", str(copy.year))
    assert done.exit_code == 1
    assert f"changed: {WHOLE} (data/raw/registry/courses.csv)" in done.output
    assert "another copy" in done.output
    assert run(copy.home, "verify", str(copy.home.root / "nowhere")).exit_code == 2
    assert run(copy.home, "verify", str(copy.home.registry)).exit_code == 1


# Restoring -----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_restored_year_is_loaded_and_reported_byte_for_byte(made, tmp_path):
    before = {name: digest for name, digest in snapshot(made.home, "data/archive").items() if name.endswith(".html")}
    assert len(before) == 6  # four courses, the year, the index
    home = Home(tmp_path / "restored")
    assert restore(made.year, home.root) == len([one for one in read_inventory(made.year) if one.original])
    raw = snapshot(made.home, "data/processed", "data/archive", "data/run.lock", "reports/manifest.journal")
    assert snapshot(home) == raw
    load_year(home)
    assert produce(home, here(home, 2)).n_current == 5  # four courses and the year: nothing is due
    made_anew = produce(home, here(home, 2), anew=True)
    assert [outcome.failure for outcome in made_anew.outcomes] == [""] * 5
    after = {name: digest for name, digest in snapshot(home).items() if name.endswith(".html")}
    assert after == before
    tables = [name for name in snapshot(made.home) if name.startswith("data/processed/") and name.endswith(".parquet")]
    assert tables
    assert {name: snapshot(home)[name] for name in tables} == {name: snapshot(made.home)[name] for name in tables}


def test_a_bag_is_restored_into_a_new_folder_only_and_never_when_damaged(copy, tmp_path):
    target = tmp_path / "new"
    target.mkdir()
    (target / "mine.txt").write_text("mine")
    with pytest.raises(CoursewavesError, match="There is something in new"):
        restore(copy.year, target)
    with pytest.raises(CoursewavesError, match="no work folder"):
        restore(copy.course, tmp_path / "other")
    flip(copy.year / WHOLE)
    with pytest.raises(CoursewavesError, match="is damaged"):
        restore(copy.year, tmp_path / "other")
    assert sorted(path.name for path in target.iterdir()) == ["mine.txt"]
    assert not (tmp_path / "other").exists()


@pytest.mark.parametrize("name", ["../out.csv", "/etc/out.csv", "data/../../out.csv"])
def test_an_inventory_that_leads_out_of_the_folder_is_refused(copy, tmp_path, name, monkeypatch):
    from coursewaves.archive import bags

    rows = read_inventory(copy.year)
    monkeypatch.setattr(bags, "read_inventory", lambda _: [rows[-1]._replace(original=name)])
    monkeypatch.setattr(bags, "check_bag", lambda _: [])
    with pytest.raises(CoursewavesError, match="outside the work folder"):
        restore(copy.year, tmp_path / "new")
    assert not (tmp_path / "new").exists()


# Removing ------------------------------------------------------------------------------------------


def plan(home: Home, subject: str, bag: Path, today: date = LATER, early: str = "") -> removal.Removal:
    year = Year(home)
    return plan_removal(year, find_subject(year, subject), bag, today, early)


def test_nothing_is_removed_without_confirm(taken):
    before = snapshot(taken.home)
    done = run(taken.home, "remove", "P01-01", "--bag", str(taken.course), "--today", str(LATER))
    assert done.exit_code == 0, done.output
    assert "reports/course/P01-01.kk.html" in done.output
    assert "repeat it with --confirm" in done.output
    assert snapshot(taken.home) == before


def test_a_course_that_was_not_handed_over_or_is_kept_still_stays(made, taken):
    first = plan(made.home, "P01-01", made.course, MADE_ON).against
    assert any("was not handed over" in one for one in first)
    assert any("may be removed from" in one for one in first)
    before = snapshot(taken.home)
    day = find_retention(Year(taken.home), MADE_ON).set_index("course_id").loc["P01-01", "removable_on"].date()
    (only,) = plan(taken.home, "P01-01", taken.course, date.fromordinal(day.toordinal() - 1)).against
    assert f"may be removed from {day} on" in only
    with pytest.raises(CoursewavesError, match="Nothing was removed"):
        begin(taken.home, plan(taken.home, "P01-01", taken.course, MADE_ON))
    assert snapshot(taken.home) == before
    assert plan(taken.home, "P01-01", taken.course, day).against == []
    assert plan(taken.home, "P01-01", taken.course, MADE_ON, "order no. 5").against == []


def test_a_damaged_bag_or_that_of_another_course_lets_nothing_go(taken):
    assert any("not about P01-02" in one for one in plan(taken.home, "P01-02", taken.course).against)
    flip(taken.course / "data/about/versions.json")
    with pytest.raises(CoursewavesError, match="is damaged"):
        plan(taken.home, "P01-01", taken.course)


@pytest.mark.parametrize("which", ["course", "year"])
def test_what_changed_since_the_bag_was_made_is_not_removed(taken, which):
    bag = getattr(taken, which)
    path = taken.home.responses / KAZAKH
    text = path.read_text(encoding="utf-8")
    row = Year(taken.home).responses.query("file == @KAZAKH and course_id == 'P01-01'")["row"].iloc[0]
    lines = text.splitlines(keepends=True)
    lines[row - 1] = lines[row - 1].rstrip("\r\n") + "тағы бір сөз\n"
    path.write_text("".join(lines), encoding="utf-8")
    load_year(taken.home)
    against = plan(taken.home, "P01-01", bag).against
    assert any(f"not as it is in the bag: data/raw/responses/{KAZAKH}" in one for one in against), against


@pytest.mark.parametrize("which", ["course", "year"])
def test_a_course_goes_alone_and_the_history_keeps_its_name(taken, which):
    bag = getattr(taken, which)
    raw = {name: digest for name, digest in snapshot(taken.home).items() if name.startswith("data/raw/responses/")}
    others = Year(taken.home).responses.query("course_id != 'P01-01'").reset_index(drop=True)
    begin(taken.home, plan(taken.home, "P01-01", bag))
    assert unfinished(taken.home) is None
    kept = snapshot(taken.home)
    assert not [name for name in kept if "P01-01" in name and not name.startswith(("data/archive", "data/raw/corr"))]
    assert all(kept.get(name, digest) == digest for name, digest in raw.items())  # no raw file was changed
    assert not [name for name in kept if name.startswith("data/processed")]
    assert not (register_folder(taken.home) / "before.csv").exists()
    year = load_year(taken.home)
    pd.testing.assert_frame_equal(year.responses, others)
    (row,) = year.registry.archived.to_dict("records")
    assert (row["course_id"], row["bag_id"], row["programme_id"]) == ("P01-01", bag.name, "P01")
    assert str(row["handed_over_on"].date()) == "2027-01-20"
    for table in ("participants", "courses", "handovers"):
        assert "P01-01" not in set(getattr(year.registry, table)["course_id"])
    listed = find_retention(year, LATER).set_index("course_id").loc["P01-01"]
    assert (listed["state"], listed["bag_id"]) == ("removed", bag.name)


def test_reports_after_a_removal_name_the_course_that_they_lack(taken):
    removed = run(taken.home, "remove", "P01-01", "--bag", str(taken.course), "--today", str(LATER), "--confirm")
    assert removed.exit_code == 0, removed.output
    for words in (["load"], ["report", "--kind", "programme"], ["report", "--kind", "period"]):
        done = CliRunner().invoke(app, ["--home", str(taken.home.root), *words])
        assert done.exit_code == 0, done.output
    told = "кірмеген курстар: 1 (P01-01, мұрағатқа тапсырылған күні: 20.01.27)"
    pages = {name: (taken.home.reports / f"{name}.kk.html").read_text(encoding="utf-8") for name in (
        "programme/P01", "programme/P02", "period/year")}  # fmt: skip
    assert [told in page for page in pages.values()] == [True, False, True]
    assert taken.course.name in pages["programme/P01"]


def test_a_raw_file_of_the_course_alone_goes_whole(taken):
    alone = taken.home.responses / "wave1" / "alone.csv"
    lines = (taken.home.responses / KAZAKH).read_text(encoding="utf-8").splitlines(keepends=True)
    own = Year(taken.home).responses.query("file == @KAZAKH and course_id == 'P01-01'")["row"].tolist()
    alone.write_text(lines[0] + "".join(lines[row - 1] for row in own), encoding="utf-8")
    (taken.home.responses / KAZAKH).write_text(
        "".join(line for row, line in enumerate(lines, 1) if row not in own), encoding="utf-8"
    )
    year = load_year(taken.home)
    bag = make_bag(year, find_subject(year, "P01-01"), MADE_ON, archive_folder(taken.home))
    planned = plan(taken.home, "P01-01", bag)
    assert planned.against == []
    assert "data/raw/responses/wave1/alone.csv" in planned.files
    assert KAZAKH not in planned.shared


def test_a_year_goes_whole_and_its_bag_gives_it_back(taken, tmp_path):
    (taken.home.root / "coursewaves.key").write_text("ab" * 32 + "\n")
    done = run(taken.home, "remove", "2025", "--bag", str(taken.year), "--today", str(LATER), "--confirm")
    assert done.exit_code == 0, done.output
    assert "coursewaves.key stays" in done.output
    kept = [name for name in snapshot(taken.home) if not name.startswith(("data/archive/", "data/register/"))]
    folder = "data/raw/registry/"
    assert {name for name in kept if not name.startswith(folder)} <= {
        "coursewaves.yml", "coursewaves.key", "data/run.lock", "reports/due.json", "reports/due.html",
        "reports/calendar.ics", "reports/status.json", "reports/status.html",
    }  # fmt: skip
    registry_now, _ = read_registry(taken.home.registry)
    assert registry_now.courses.empty
    assert registry_now.participants.empty
    assert registry_now.archived["course_id"].tolist() == ["P01-01", "P01-02", "P02-01", "P02-02"]
    assert not registry_now.programmes.empty  # the next year needs them
    home = Home(tmp_path / "back")
    restore(taken.year, home.root)
    assert len(load_year(home).responses) > 0


def test_the_key_is_never_removed_with_a_course(taken):
    (taken.home.root / "coursewaves.key").write_text("ab" * 32 + "\n")
    begin(taken.home, plan(taken.home, "P01-01", taken.course))
    assert (taken.home.root / "coursewaves.key").is_file()


STEPS = ("_remember", "write_change", "_set_aside", "_clear")


@pytest.mark.parametrize("step", STEPS)
def test_a_removal_that_is_killed_at_any_step_is_ended_by_repeating_it(taken, step, monkeypatch, tmp_path):
    whole = Home(tmp_path / "whole")
    shutil.copytree(taken.home.root, whole.root)
    planned = plan(taken.home, "P01-01", taken.course)
    begin(whole, planned)
    with monkeypatch.context() as killed:
        killed.setattr(removal, step, lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            begin(taken.home, planned)
    assert unfinished(taken.home) is not None
    with pytest.raises(CoursewavesError, match="was not ended"):
        begin(taken.home, planned)
    waiting = run(taken.home, "remove", "P01-01", "--bag", str(taken.course), "--today", str(LATER))
    assert waiting.exit_code == 2
    assert "was begun" in waiting.output
    done = run(taken.home, "remove", "P01-01", "--bag", str(taken.course), "--today", str(LATER), "--confirm")
    assert done.exit_code == 0, done.output
    moments = ("data/archive/removals.jsonl", "data/register/journal.jsonl", "data/run.lock")
    assert snapshot(taken.home, *moments) == snapshot(whole, *moments)


def test_a_removal_killed_before_its_journal_has_removed_nothing(taken, monkeypatch):
    planned = plan(taken.home, "P01-01", taken.course)  # the bag is verified here
    before = snapshot(taken.home)
    with monkeypatch.context() as killed:
        killed.setattr(removal, "write_private", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            begin(taken.home, planned)
    assert snapshot(taken.home) == before
    assert unfinished(taken.home) is None
    with pytest.raises(CoursewavesError, match="No removal was begun"):
        finish(taken.home)


def test_a_handover_is_recorded_once_and_only_for_a_sound_bag_that_holds_the_course(copy):
    year = Year(copy.home)
    with pytest.raises(CoursewavesError, match="not about P02-01"):
        draft_handover(year, find_subject(year, "P02-01"), copy.course, MADE_ON)
    done = run(copy.home, "hand-over", "P01-01", "--bag", str(copy.course), "--on", "2027-01-20")
    assert done.exit_code == 0
    assert (copy.home.registry / "handovers.csv").read_text() == "course_id,handed_over_on\nP01-01,2027-01-20\n"
    assert run(copy.home, "hand-over", "P01-01", "--bag", str(copy.course)).exit_code == 2
    rest = draft_handover(Year(copy.home), find_subject(year, "2025"), copy.year, MADE_ON)
    assert rest.ids == ["P01-02", "P02-01", "P02-02"]
    flip(copy.year / WHOLE)
    with pytest.raises(CoursewavesError, match="is damaged"):
        draft_handover(Year(copy.home), find_subject(year, "2025"), copy.year, MADE_ON)


# The commands --------------------------------------------------------------------------------------


def test_the_list_is_said_in_the_institute_s_language(made):
    done = run(made.home, "list", "--today", "2027-01-15")
    assert done.exit_code == 0
    assert "Сақтау тізілімі" in done.output
    assert all(course in done.output for course in ("P01-01", "P01-02", "P02-01", "P02-02"))


def test_the_commands_make_and_restore(copy, tmp_path):
    out = tmp_path / "bags"
    done = run(copy.home, "make", "P02-01", "--today", "2027-01-15", "--out", str(out))
    assert done.exit_code == 0, done.output
    (bag,) = out.iterdir()
    assert check_bag(bag) == []
    assert "personal data" in done.output
    assert "reports are due" not in done.output
    assert run(copy.home, "make", "P99", "--out", str(out)).exit_code == 2
    (copy.home.reports / "course" / "P01-02.kk.html").unlink()
    assert "note: 1 reports are due" in run(copy.home, "make", "P01-02", "--out", str(out)).output
    back = tmp_path / "back"
    assert run(copy.home, "restore", str(copy.year), "--home", str(back)).exit_code == 0
    assert (back / "data/raw/responses" / KAZAKH).is_file()
