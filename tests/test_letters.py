"""Letters to competence centres (¶12): each is opened, its codes are read by a machine, and answers come home."""

import email
import io
import json
import re
import shutil
import stat
from datetime import date
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pandas as pd
import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from typer.testing import CliRunner

from coursewaves import cli
from coursewaves.builders.apps_script import apps_script
from coursewaves.builders.outline import make_form
from coursewaves.errors import CoursewavesError
from coursewaves.intake.check_digits import checked
from coursewaves.letters import (
    KINDS,
    TEMPLATES,
    Known,
    Link,
    Wanted,
    due_letters,
    letters_folder,
    qr_code,
    read_index,
)
from coursewaves.letters.links import find_links
from coursewaves.letters.mail import Draft, email_draft
from coursewaves.registry.reader import read_registry
from coursewaves.settings.fieldwork import Letters
from coursewaves.settings.home import Home
from coursewaves.survey.files import load_survey
from exports import answered, built_form
from hostile import PAYLOADS
from small import make_registry
from test_google_form import typed

SURVEY = load_survey()
LANGUAGES = ("kk", "ru", "en")
KAZAKH = "әғқңөұүһі"
CONTACT = (
    "letters: {contact: {name: {kk: Әдіскер Айгүл, ru: Методист Айгуль}, phone: '+7 701 000 00 00', email: a@b.kz}}"
)

INVITATIONS = "participant_id,course_id,wave,invited_on,outcome\n"


@pytest.fixture(scope="module")
def maps(example_year) -> dict[str, str]:
    """The maps of the forms of programme P01, as their scripts save them."""
    registry, _ = read_registry(example_year[0] / "data" / "raw" / "registry")
    found = {}
    for instrument in SURVEY.waves():
        built = built_form.build(apps_script(make_form(SURVEY, registry, instrument, "P01")))
        found[built.files[0]["name"]] = built.files[0]["content"]
    return found


@pytest.fixture
def home(example_year, maps, tmp_path) -> Home:
    """A work folder with the registry of the example year, the forms of P01 and a contact; nothing is loaded."""
    root = tmp_path / "home"
    (root / "data" / "raw" / "registry").mkdir(parents=True)
    (root / "forms").mkdir()
    for path in (example_year[0] / "data" / "raw" / "registry").glob("*.csv"):
        (root / "data" / "raw" / "registry" / path.name).write_bytes(path.read_bytes())
    for name, text in maps.items():
        (root / "forms" / name).write_text(text, encoding="utf-8")
    (root / "coursewaves.yml").write_text(
        CONTACT + "\ninstitute: {kk: Институт KK, ru: Институт RU}\n", encoding="utf-8"
    )
    return Home(root)


def run(home: Home, *words: str):
    return CliRunner().invoke(cli.app, ["--home", str(home.root), "letters", *words])


def edited(home: Home, table: str, **cells) -> None:
    """Set columns of every row of a registry table."""
    path = home.registry / f"{table}.csv"
    rows = pd.read_csv(path, dtype=str, keep_default_na=False).assign(**cells)
    rows.to_csv(path, index=False)


def files(home: Home) -> dict[str, bytes]:
    folder = letters_folder(home)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*.*"))}


def opened(content: bytes) -> EmailMessage:
    return email.message_from_bytes(content, policy=default)


def decoded(png: bytes) -> list[str]:
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))]


def words_of(document) -> str:
    return "\n".join(paragraph.text for paragraph in document.paragraphs).replace("\u202f", " ")


DAY = "2025-01-10"  # P01-01 runs from 13 to 24 January 2025: its wave 1 is open from 30 December to 13 January


# What is written -----------------------------------------------------------------------------------


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_letter_is_opened_and_every_code_in_it_is_the_link_of_its_course(home, language):
    edited(home, "centres", language=language)
    done = run(home, "--wave", "1", "--course", "P01-01", "--today", DAY)
    assert done.exit_code == 0, done.output
    stem = f"{DAY}/wave1_C1_P01-01"
    written = files(home)
    assert set(written) == {f"{stem}.docx", f"{stem}.eml", f"{DAY}/index.csv"}
    link = find_links(home)["P01-01", "A"]
    assert (checked(link.code), link.fault) == (("P01-01", "right"), "")
    document = docx.Document(io.BytesIO(written[f"{stem}.docx"]))
    said = words_of(document)
    registry, _ = read_registry(home.registry)
    assert registry.programme("P01")[f"title_{language}"] in said
    days = {"kk": ("2024 ж. 30 желтоқсан", "2025 ж. 13 қаңтар"), "en": ("December 30, 2024", "January 13, 2025"),
            "ru": ("30 декабря 2024 г.", "13 января 2025 г.")}[language]  # fmt: skip
    assert f"{days[0]} – {days[1]}" in said
    assert link.code in said
    pictures = [part.blob for part in document.part.package.parts if part.content_type == "image/png"]
    assert [decoded(png) for png in pictures] == [[link.url]]
    (described,) = {*re.findall(r'<wp:docPr [^>]*descr="([^"]*)"', document.element.xml)}
    assert "P01-01" in described
    message = opened(written[f"{stem}.eml"])
    html, plain = (message.get_body((kind,)).get_content() for kind in ("html", "plain"))
    assert link.url.replace("&", "&amp;") in html
    assert link.url in plain
    assert "centre1@example.kz" in message["To"]
    (inline,) = [part for part in message.walk() if part.get_content_type() == "image/png"]
    assert f'src="cid:{inline["Content-ID"].strip("<>")}"' in html
    assert decoded(inline.get_content()) == [link.url]


def test_the_draft_is_unsent_has_its_letter_attached_and_no_date_or_id(home):
    run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    written = files(home)
    message = opened(written[f"{DAY}/wave1_C1_P01-01.eml"])
    assert (message["X-Unsent"], message["From"], message["Date"], message["Message-ID"]) == ("1", "a@b.kz", None, None)
    assert message["Subject"].startswith("1-мониторинг: сауалнама сілтемелері")
    (attached,) = message.iter_attachments()
    assert attached.get_filename() == "wave1_C1_P01-01.docx"
    assert attached.get_content() == written[f"{DAY}/wave1_C1_P01-01.docx"]
    assert message.defects == []


@pytest.mark.parametrize(("language", "name"), [("kk", "Әдіскер Айгүл"), ("ru", "Методист Айгуль"), ("en", "Әдіскер")])
def test_a_letter_says_whom_to_ask_and_who_writes(home, language, name):
    edited(home, "centres", language=language)
    run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    said = words_of(docx.Document(io.BytesIO(files(home)[f"{DAY}/wave1_C1_P01-01.docx"])))
    assert all(text in said for text in (name, "+7 701 000 00 00", "a@b.kz", "Институт"))


def test_written_again_the_same_bytes_stand_there_readable_by_nobody_else(home):
    run(home, "--course", "P01-01", "--today", DAY, "--wave", "1")
    before = files(home)
    run(home, "--course", "P01-01", "--today", DAY, "--wave", "1")
    assert files(home) == before
    assert {stat.S_IMODE(path.stat().st_mode) for path in letters_folder(home).rglob("*.*") if path.is_file()} == {
        0o600
    }
    assert stat.S_IMODE(letters_folder(home).stat().st_mode) == 0o700


def test_the_index_names_each_course_of_each_letter_and_keeps_what_else_was_written_that_day(home):
    run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    run(home, "--course", "P01-01", "--wave", "2", "--today", DAY)
    rows = read_index(letters_folder(home) / DAY / "index.csv")
    assert [(row["wave"], row["kind"], row["centre_id"], row["course_id"], row["opens_on"], row["closes_on"])
            for row in rows] == [
        ("1", "cover", "C1", "P01-01", "2024-12-30", "2025-01-13"),
        ("2", "cover", "C1", "P01-01", "2025-01-23", "2025-01-31"),
    ]  # fmt: skip
    assert [row["link"] for row in rows] == [find_links(home)["P01-01", name].url for name in "AB"]


def test_a_course_stands_in_one_letter_of_its_wave_and_a_course_without_a_link_stops_no_other(home):
    (home.root / "coursewaves.yml").write_text("letters: {ahead_days: 14, contact: {phone: '1'}}\n", encoding="utf-8")
    first = run(home, "--wave", "1", "--today", "2025-01-08")
    assert first.exit_code == 3  # P02-01 begins on 3 February, and its form has no map
    assert (
        "warn: P02-01 stands in no letter: no link of questionnaire A; fix: run the script of its form" in first.output
    )
    assert set(files(home)) == {f"2025-01-08/{name}" for name in ("index.csv", "wave1_C1.docx", "wave1_C1.eml")}
    run(home, "--wave", "1", "--today", "2025-01-09")
    assert not [name for name in files(home) if name.startswith("2025-01-09")]
    run(home, "--wave", "1", "--today", "2025-01-09", "--course", "P01-01")
    assert "2025-01-09/wave1_C1_P01-01.eml" in files(home)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--wave", "4"], "Can't find '4' in the waves. Possible values: '1', '2', '3'."),
        (["--centre", "C99"], "Can't find 'C99' in the registry's centres."),
        (["--course", "P01-99"], "Can't find 'P01-99' in the registry's courses. Possible values: 'P01-0"),
        (["--today", "soon"], "Can't read the day 'soon'"),
    ],
)
def test_what_there_is_not_is_refused(home, words, message):
    done = run(home, *words)
    assert done.exit_code == 2
    assert message in " ".join(done.output.split())
    assert not letters_folder(home).exists()


def test_a_centre_without_a_sound_address_and_an_institute_without_a_contact_are_told(home):
    edited(home, "centres", email="centre\nBcc: x@y.kz")
    (home.root / "coursewaves.yml").write_text("institute: {kk: Институт}\n", encoding="utf-8")
    done = run(Home(home.root), "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert done.exit_code == 3
    assert "C1 has no address of e-mail" in done.output
    assert "no letter says whom to ask; fix: letters: contact:" in done.output
    message = opened(files(home)[f"{DAY}/wave1_C1_P01-01.eml"])
    assert (message["To"], message["Bcc"], message["From"]) == (None, None, None)


def test_where_no_document_can_be_made_the_draft_is_written_all_the_same(home, monkeypatch):
    def missing() -> str:
        raise CoursewavesError("DOCX needs the program pandoc; fix: pip install it")

    monkeypatch.setattr("coursewaves.letters.files.pandoc", missing)
    done = run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert done.exit_code == 3
    assert "drafts of e-mails alone, no DOCX: DOCX needs the program pandoc; fix: pip install it" in done.output
    assert set(files(home)) == {f"{DAY}/wave1_C1_P01-01.eml", f"{DAY}/index.csv"}
    assert list(opened(files(home)[f"{DAY}/wave1_C1_P01-01.eml"]).iter_attachments()) == []


def test_another_folder_is_written_to_and_asked_what_was_written(home, tmp_path):
    for _ in range(2):
        done = run(home, "--wave", "1", "--centre", "C1", "--today", DAY, "--out", str(tmp_path / "out"))
        assert done.exit_code == 0, done.output
    assert sorted(path.name for path in (tmp_path / "out" / DAY).iterdir()) == [
        "index.csv", "wave1_C1.docx", "wave1_C1.eml"
    ]  # fmt: skip
    (tmp_path / "out" / DAY / "index.csv").write_text("date\n", encoding="utf-8")
    spoilt = run(home, "--wave", "1", "--today", "2025-01-11", "--out", str(tmp_path / "out"))
    assert spoilt.exit_code == 2
    assert f"{DAY}/index.csv is not as it was written" in spoilt.output


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("contact: {email: Aigul <a@b.kz>}", "not an address of e-mail"),
        ("contact: {phone: call me}", "String should match pattern"),
        ("contact: {fax: '1'}", "there is no 'fax'"),
        ("remind_below: 101", "less than or equal to 100"),
        ("ahead_days: -1", "greater than or equal to 0"),
    ],
)
def test_a_fault_of_the_settings_of_letters_is_told_with_its_line(tmp_path, text, fault):
    (tmp_path / "coursewaves.yml").write_text(f"letters:\n  {text}\n", encoding="utf-8")
    with pytest.raises(CoursewavesError, match=rf"coursewaves\.yml:2 letters\..*{fault}"):
        _ = Home(tmp_path).settings


def test_what_of_the_registry_is_in_no_letter_and_no_draw_is_told(home):
    with (home.registry / "courses.csv").open("a", encoding="utf-8") as file:
        file.write("P01-77,P77" + "," * 8 + "\n")
    done = run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert done.exit_code == 3
    assert "faults of the registry: 1; no letter names what they set aside; fix: coursewaves check" in done.output
    drawn = CliRunner().invoke(cli.app, ["--home", str(home.root), "sample", "--seed", "order 12"])
    assert "faults of the registry: 1; what they set aside is not drawn" in drawn.output


# A code that is read, and the answer that comes back ------------------------------------------------


@pytest.mark.parametrize("name", ["A", "B", "C"])
def test_an_answer_given_through_the_code_of_a_letter_comes_home_to_its_course(home, name, tmp_path):
    roster, _ = read_registry(home.registry)
    drawn = roster.participants.loc[roster.participants["course_id"] == "P01-02", "participant_id"].iloc[0]
    (home.registry / "invitations.csv").write_text(f"{INVITATIONS}{drawn},P01-02,3,,\n", encoding="utf-8")
    run(home, "--course", "P01-02", "--wave", str("ABC".index(name) + 1), "--today", "2025-01-01")
    (stem,) = [path for path in files(home) if path.endswith(".eml")]
    message = opened(files(home)[stem])
    (picture,) = [part.get_content() for part in message.walk() if part.get_content_type() == "image/png"]
    (url,) = decoded(picture)
    code = url.rpartition("=")[2]
    registry, _ = read_registry(home.registry)
    form = make_form(SURVEY, registry, SURVEY.instrument(name), "P01")
    built = built_form.build(apps_script(form))
    person = next(one for one in answered.people(form, SURVEY, registry) if one.course_id == "P01-02")
    said = person._replace(codes=person.codes | {form.asked_first("course").id: code})
    (tmp_path / "answers").mkdir()
    (tmp_path / "answers" / "answers.csv").write_bytes(built_form.export(built, [(said.at, typed(form, built, said))]))
    intake = answered.load(tmp_path / "answers", SURVEY, registry)
    assert intake.responses["course_id"].tolist() == ["P01-02"]
    assert intake.problems.empty


@settings(max_examples=25)
@given(st.text("abcXYZ019-_.=&%?/", max_size=300))
def test_any_address_is_read_from_its_code_as_it_stands(tail):
    url = f"https://docs.google.com/forms/d/e/x/viewform?{tail}"
    assert decoded(qr_code(url)) == [url]
    assert qr_code(url) == qr_code(url)


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"code": "P01-02.3"}, "the form's map gives it the code of another course"),
        ({"code": "P01-01.6"}, "the form's map gives it the code of another course"),
        ({"url": "https://forms.gle/abc"}, "the link does not carry the course's code"),
        ({"url": "https://x.kz/?a=P01-01.5&b=" + "x" * 1500}, "the link is too long for a QR code"),
    ],
)
def test_a_link_that_would_bring_answers_to_another_course_is_in_no_letter(home, change, fault):
    path = home.root / "forms" / "A_P01.form_map.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["links"][0] |= change
    path.write_text(json.dumps(content), encoding="utf-8")
    done = run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert done.exit_code == 3
    assert fault in done.output
    assert not letters_folder(home).exists()


# Which letters are due -----------------------------------------------------------------------------

COURSES = [
    {"course_id": "K-1", "programme_id": "K", "centre_id": "C1", "starts_on": "2025-03-03", "ends_on": "2025-03-14",
     "enrolled": 20},
    {"course_id": "K-2", "programme_id": "K", "centre_id": "C2", "starts_on": "2025-03-03", "ends_on": "2025-03-14"},
    {"course_id": "K-3", "programme_id": "K", "starts_on": "2025-03-03", "ends_on": "2025-03-14", "enrolled": 20},
    {"course_id": "K-4", "programme_id": "K", "centre_id": "C1", "enrolled": 20},
]  # fmt: skip


def registry_of(*invitations: dict):
    return make_registry(
        programmes=[{"programme_id": "K", "title_kk": "Ойын", "hours": 36}],
        centres=[{"centre_id": name, "title_kk": name} for name in ("C2", "C1")],
        courses=COURSES,
        invitations=list(invitations),
    )


def found(today: str, n_answers: int = 0, written=None, invitations=(), instrument: str = "B", **wanted):
    links = {(f"K-{n}", name): Link(f"https://x.kz/?c=K-{n}", f"K-{n}") for n in range(1, 5) for name in "ABC"}
    forms = pd.DataFrame({"instrument_id": [instrument] * n_answers, "course_id": ["K-1"] * n_answers})
    known = Known(date.fromisoformat(today), links, written or {}, forms)
    letters, findings = due_letters(registry_of(*invitations), SURVEY, Letters(), Wanted(**wanted), known)
    named = [(one.kind, one.centre_id, [stream.course_id for stream in one.streams]) for one in letters]
    return named, {finding.what for finding in findings}


@pytest.mark.parametrize(
    ("today", "is_due"),
    [("2025-02-09", False), ("2025-02-10", True), ("2025-03-03", True), ("2025-03-04", False)],
)
def test_a_cover_letter_is_due_from_a_week_before_the_window_until_it_closes(today, is_due):
    # wave 1 is open from 17 February, 14 days before the course, to its first day
    letters, _ = found(today, waves=(1,))
    assert letters == ([("cover", "C2", ["K-2"]), ("cover", "C1", ["K-1"])] if is_due else [])


def test_what_keeps_a_course_out_of_a_letter_is_told_with_its_course():
    _, told = found("2025-02-17", waves=(1,))
    assert told == {"K-3 stands in no letter: no centre runs it",
                    "K-4 stands in no letter: it has no date from which its window is counted"}  # fmt: skip


def test_a_course_that_is_asked_for_by_name_has_its_letter_early_and_never_too_late():
    assert found("2025-01-01", waves=(1,), courses=("K-1",)) == ([("cover", "C1", ["K-1"])], set())
    letters, told = found("2025-03-04", waves=(1,), courses=("K-1",))
    assert (letters, told) == ([], {"K-1 stands in no letter: its window of wave 1 closed on 2025-03-03"})


@pytest.mark.parametrize(
    ("today", "n_answers", "is_due"),
    [
        ("2025-03-15", 11, False),  # wave 2 is open from 13 March: two days
        ("2025-03-16", 11, True),
        ("2025-03-16", 12, False),  # 60 % of 20
        ("2025-03-21", 11, True),
        ("2025-03-22", 11, False),  # over
    ],
)
def test_a_reminder_is_due_while_the_window_is_open_and_few_have_answered(today, n_answers, is_due):
    letters, _ = found(today, n_answers, waves=(2,), centres=("C1",), reminders=True)
    assert letters == ([("reminder", "C1", ["K-1"])] if is_due else [])


def test_nobody_is_reminded_again_within_three_days():
    written = {("reminder", "B", "K-1"): date(2025, 3, 16)}
    assert found("2025-03-18", 0, written, waves=(2,), centres=("C1",), reminders=True)[0] == []
    assert found("2025-03-19", 0, written, waves=(2,), centres=("C1",), reminders=True)[0] != []


def test_a_reminder_of_a_sample_wave_counts_the_invited_who_belong_to_it():
    drawn = [row("p1", "2025-06-20"), row("p2", "2025-06-20"), row("p3", "2025-06-20", "not_eligible"), row("p4")]
    asked = {"waves": (3,), "centres": ("C1",), "reminders": True, "invitations": drawn}
    assert found("2025-07-01", **asked, instrument="C", n_answers=1)[0] == [("reminder", "C1", ["K-1"])]  # 1 of 2
    assert found("2025-07-01", **asked, instrument="C", n_answers=2)[0] == []


def test_a_reminder_needs_to_know_how_many_were_asked():
    _, told = found("2025-03-17", waves=(2,), reminders=True, courses=("K-2",))
    assert told == {"K-2 stands in no letter: not known how many are to answer"}


def row(code: str, invited_on: str | None = None, outcome: str | None = None) -> dict:
    return {"participant_id": code, "course_id": "K-1", "wave": 3, "invited_on": invited_on, "outcome": outcome}


def test_a_sample_wave_writes_about_the_drawn_alone_and_until_they_are_invited():
    letters, told = found("2025-07-01", waves=(3,))
    assert (letters, told) == ([], {"K-4 stands in no letter: it has no date from which its window is counted",
                                    "wave 3: nobody is drawn, and no letter asks anybody"})  # fmt: skip
    drawn = [row("p1", "2025-06-01"), row("p2"), row("p3", None, "refused")]
    assert found("2025-07-01", waves=(3,), invitations=drawn, courses=("K-1",))[0] == [("sample", "C1", ["K-1"])]
    sent = [row("p1", "2025-06-01"), row("p2", "2025-06-30")]
    assert found("2025-07-01", waves=(3,), invitations=sent)[0] == []
    assert found("2025-06-30", waves=(3,), invitations=sent)[0] == [("sample", "C1", ["K-1"])]  # written the same day


def test_the_list_of_a_sample_wave_lies_beside_its_letter_and_is_attached_to_nothing(home):
    registry, _ = read_registry(home.registry)
    codes = registry.participants.loc[registry.participants["course_id"] == "P01-01", "participant_id"].tolist()
    rows = "".join(f"{code},P01-01,3,,\n" for code in codes[:7])
    (home.registry / "invitations.csv").write_text(INVITATIONS + rows, encoding="utf-8")
    done = run(home, "--wave", "3", "--today", "2025-06-02")
    written = files(home)
    stem = "2025-06-02/wave3_C1"
    assert {f"{stem}.docx", f"{stem}.eml", f"{stem}_people.xlsx"} <= set(written), done.output
    head, *listed = openpyxl.load_workbook(io.BytesIO(written[f"{stem}_people.xlsx"]))["invitations"].iter_rows(
        values_only=True
    )
    assert head[:2] == ("participant_id", "course_id")
    assert [one[0] for one in listed] == codes[:7]
    message = opened(written[f"{stem}.eml"])
    assert [part.get_filename() for part in message.iter_attachments()] == ["wave3_C1.docx"]
    texts = [words_of(docx.Document(io.BytesIO(written[f"{stem}.docx"]))), plain_of(message), html_of(message)]
    for text in texts:
        assert "7" in text
        assert not [code for code in codes if code in text]


def plain_of(message: EmailMessage) -> str:
    return message.get_body(("plain",)).get_content()


def html_of(message: EmailMessage) -> str:
    return message.get_body(("html",)).get_content()


def test_a_reminder_tells_how_many_answered_and_hides_a_number_that_is_too_small(loaded_year, maps, tmp_path):
    root = tmp_path / "home"
    shutil.copytree(loaded_year.home.root, root)
    (root / "forms").mkdir()
    for name, text in maps.items():
        (root / "forms" / name).write_text(text, encoding="utf-8")
    forms = loaded_year.responses
    n = int(((forms["course_id"] == "P01-01") & (forms["instrument_id"] == "B")).sum())
    (root / "coursewaves.yml").write_text("letters: {remind_below: 100}\nminimum_group: 5\n", encoding="utf-8")
    done = run(Home(root), "--reminders", "--wave", "2", "--course", "P01-01", "--today", "2025-01-28")
    message = opened(files(Home(root))["2025-01-28/wave2_C1_P01-01_reminder.eml"])
    assert f": 40 адамнан {n} жауап" in plain_of(message), done.output
    people = loaded_year.registry.participants["participant_id"]
    assert not [code for code in people if code in plain_of(message)]
    (root / "coursewaves.yml").write_text(f"letters: {{remind_below: 100}}\nminimum_group: {n + 1}\n", encoding="utf-8")
    run(Home(root), "--reminders", "--wave", "2", "--course", "P01-01", "--today", "2025-01-28")
    message = opened(files(Home(root))["2025-01-28/wave2_C1_P01-01_reminder.eml"])
    assert f"<{n + 1} жауап" in plain_of(message)


# Templates -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_built_in_in_three_languages_and_says_that_it_is_a_draft(kind):
    texts = {
        language: (TEMPLATES.built_in / f"{kind}.{language}.html").read_text(encoding="utf-8") for language in LANGUAGES
    }
    places = {language: sorted(re.findall(r"\{[{%].*?[%}]\}", text)) for language, text in texts.items()}
    unworded = {language: [re.sub("'[^']*'", "", place) for place in found] for language, found in places.items()}
    assert unworded["kk"] == unworded["ru"] == unworded["en"]
    assert all(text.startswith("{# DRAFT: no methodologist") for text in texts.values())
    kazakh = re.sub(r"\{[{%#].*?[%#}]\}", "", texts["kk"], flags=re.DOTALL).casefold()
    assert set(KAZAKH) - set(kazakh) <= {"һ"}  # which Kazakh has in few words
    said = {name: re.sub(r"\{.*?\}|<.*?>", "", text, flags=re.DOTALL) for name, text in texts.items()}
    assert not re.search("[а-я]", said["en"])
    assert not set(KAZAKH) & set(said["ru"])


def values(**more) -> dict[str, Any]:
    contact = {"name": "", "phone": "", "email": ""}
    course = dict.fromkeys(
        ("code", "title", "starts", "ends", "language", "opens", "due", "closes", "link", "form_code", "qr", "invited",
         "answered"), "x")  # fmt: skip
    names = ("institute", "centre", "centre_code", "today", "wave", "wave_name", "questionnaire", "least_share",
             "people_file")  # fmt: skip
    return dict.fromkeys(names, "x") | {"contact": contact, "courses": [course]} | more


def own_template(home_root: Path, text: str, name: str = "cover.kk.html") -> Home:
    TEMPLATES.own(Home(home_root)).mkdir(exist_ok=True)
    (TEMPLATES.own(Home(home_root)) / name).write_text(text, encoding="utf-8")
    return Home(home_root)


def test_an_own_template_goes_before_the_built_in_one(home):
    own_template(home.root, "<title>Хат {{ wave }}</title><p>{{ centre }}: {{ courses|length }}</p>")
    run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    message = opened(files(home)[f"{DAY}/wave1_C1_P01-01.eml"])
    assert message["Subject"] == "Хат 1"
    assert plain_of(message).strip() == "Астана құзырет орталығы: 1"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<title>x</title>\n{{ centr }}",
         r"letters/cover\.kk\.html:2 Can't find 'centr' in the values of this template\. Possible values: 'cent"),
        ("<title>x</title>\n\n{% if wave == '9' %}{{ foo }}{% endif %}", r"cover\.kk\.html:3 Can't find 'foo' in "),
        ("<title>x</title>\n{% for one in courses %}\n{{ one.titel }}{% endfor %}",
         r"letters/cover\.kk\.html:3 Can't find 'titel' in this value\. Possible values: 'title', "),
        ("<title>x</title>{{ contact['fax'] }}", r"letters/cover\.kk\.html:1 Can't find 'fax' in this value"),
        ("<title>x</title>\n{% for one in courses %}", r"cover\.kk\.html:2 Unexpected end of template.*; fix: correct"),
        ("<title>x</title>\n{% include 'x' %}", r"letters/cover\.kk\.html:2 "),
        ("<title>x</title>\n{{ wave + 1 }}", r"letters/cover\.kk\.html:2 can't be filled: TypeError; fix: correct"),
        ("<p>no subject</p>", r"letters/cover\.kk\.html has no title; fix: begin it with <title>"),
    ],
)  # fmt: skip
def test_a_fault_of_a_template_is_told_with_its_line_and_what_there_is(tmp_path, text, message):
    with pytest.raises(CoursewavesError, match=message):
        TEMPLATES.fill(own_template(tmp_path, text), "cover", "kk", values())


@pytest.mark.parametrize(
    "code",
    [
        "{{ ''.__class__.__mro__ }}", "{{ courses.append(1) }}", "{{ cycler.__init__.__globals__ }}",
        "{{ contact.update({'name': 'x'}) }}", "{{ ''.__class__ }}", "{% set x = wave.__init__.__globals__ %}{{ x }}",
    ],
)  # fmt: skip
def test_a_template_can_run_no_code_and_change_no_value(tmp_path, code):
    with pytest.raises(CoursewavesError, match=r"letters/cover\.kk\.html"):
        TEMPLATES.fill(own_template(tmp_path, f"<title>x</title>{code}"), "cover", "kk", values())


def test_a_template_that_nothing_is_made_from_and_a_language_without_one_are_told(home):
    own_template(home.root, "<title>x</title>", "cover_kk.html")
    done = run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert "nothing is made from letters/cover_kk.html; fix: name it cover, sample, reminder" in done.output
    with pytest.raises(CoursewavesError, match=r"Can't find the template letters/cover\.de\.html; fix: write it"):
        TEMPLATES.fill(home, "cover", "de", values())
    (TEMPLATES.own(home) / "cover.kk.html").write_bytes("<title>Құ".encode("utf-16"))
    with pytest.raises(CoursewavesError, match="not in UTF-8"):
        TEMPLATES.fill(home, "cover", "kk", values())


def test_no_file_is_written_where_one_template_has_a_fault(home):
    own_template(home.root, "<title>{{ foo }}</title>")
    done = run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert done.exit_code == 2
    assert not letters_folder(home).exists()


# Texts that would be code --------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_no_title_runs_or_forges_a_part_of_a_letter(tmp_path, kind):
    tags = re.compile(r"<[^>]*>")
    sound = tags.findall(TEMPLATES.fill(Home(tmp_path), kind, "kk", values()).body)
    for payload in [*PAYLOADS.values(), "{{ 7*7 }}", "{% raw %}", "a\u202eb\x07\u2028", "a\r\nBcc: x@y.kz"]:
        course = values()["courses"][0] | {"title": payload}
        hostile = TEMPLATES.fill(Home(tmp_path), kind, "kk", values(centre=payload, courses=[course]))
        assert tags.findall(hostile.body) == sound
        assert ">49<" not in hostile.body
        message = opened(email_draft(Draft("a@b.kz", "", hostile.title, "kk", hostile.body, {}, {})))
        known = {"X-Unsent", "Subject", "To", "Content-Language", "MIME-Version", "Content-Type"}
        assert set(message.keys()) == known
        assert message["Subject"] == hostile.title


def test_a_hostile_title_of_the_registry_stands_in_the_letter_as_text(home):
    edited(home, "programmes", title_kk="<script>alert(1)</script> =cmd() {{ 7*7 }} \u202eabc")
    done = run(home, "--course", "P01-01", "--wave", "1", "--today", DAY)
    assert done.exit_code == 0, done.output
    written = files(home)
    said = words_of(docx.Document(io.BytesIO(written[f"{DAY}/wave1_C1_P01-01.docx"])))
    assert "<script>alert(1)</script> =cmd() {{ 7*7 }}" in said
    assert "<script>" not in html_of(opened(written[f"{DAY}/wave1_C1_P01-01.eml"]))
