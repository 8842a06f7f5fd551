"""People are told of trouble once a day and of its end once, and nothing that anybody answered leaves the machine."""

import json
import os
import re
import socket
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from coursewaves.runs import alerts, senders
from coursewaves.runs.alerts import MEMORY, News, compose, finish_check, finish_run, send_alerts
from coursewaves.runs.history import read_status
from coursewaves.runs.logs import LOG, open_log
from coursewaves.runs.record import Failure, RunRecord
from coursewaves.runs.senders import Sent
from coursewaves.runs.status import write_status
from coursewaves.settings.home import Settings
from postbox import Hook, Postbox, free_port

NIGHT = datetime(2026, 11, 23, 21, 30, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
LOST = Failure("course", "P01-02", "kk", "cw.sections.waves(course)", "KeyError")


def run(outcome="done", exit_code=0, start=NIGHT, **values) -> RunRecord:
    return RunRecord(start, start + timedelta(seconds=14), outcome, exit_code, **values)


FAILED = run("failed", 1, n_made=11, n_failed=1, failures=(LOST,))
REFUSED = run("refused", 3, refusal="41 of 50 records set aside")
GOOD = run(n_made=12)
STOPPED = run("stopped", 143)


pytestmark = pytest.mark.usefixtures("closed_log")


def settle(home, language="en", more="", **ways) -> None:
    """Write the settings of an institute: `email` is a port, `webhook` an address."""
    lines = [f"languages: [{language}]", "institute: {en: Institute, kk: Институт, ru: Институт}", "alerts:"]
    if "email" in ways:
        lines.append(f"  email: {{to: [one@example.kz], sender: run@example.kz, port: {ways['email']}}}")
    if "webhook" in ways:
        lines.append(f"  webhook: {{url: '{ways['webhook']}'}}")
    (home.root / "coursewaves.yml").write_text("\n".join([*lines, more, ""]), encoding="utf-8")


@pytest.fixture
def told(home, monkeypatch):
    """The states that are told at each step, without a server; each way can be made to fail."""
    settle(home, email=25, webhook="https://example.kz/")
    states: list[tuple[str, str]] = []
    broken: set[str] = set()

    def way(name):
        def send(_where, message, _now=None) -> Sent:
            if name in broken:
                return Sent(f"{name}: broken", False)
            states.append((name, message.facts["state"]))
            return Sent("", True)

        return send

    monkeypatch.setattr(alerts, "send_email", way("email"))
    monkeypatch.setattr(alerts, "send_webhook", way("webhook"))

    def step(record, now, *breaks: str) -> list[tuple[str, str]]:
        states.clear()
        broken.clear()
        broken.update(breaks)
        send_alerts(home, record, now)
        return list(states)

    return step


def both(state: str) -> list[tuple[str, str]]:
    return [("email", state), ("webhook", state)]


# When -----------------------------------------------------------------------------------------------


def test_trouble_is_told_once_a_day_and_its_end_once(told):
    assert told(GOOD, NIGHT) == []
    assert told(FAILED, NIGHT) == both("failed")
    assert told(FAILED, NIGHT + HOUR) == []
    assert told(FAILED, NIGHT + DAY - timedelta(seconds=1)) == []
    assert told(FAILED, NIGHT + DAY) == both("failed")
    assert told(STOPPED, NIGHT + DAY + HOUR) == []
    assert told(GOOD, NIGHT + DAY + 2 * HOUR) == both("works again")
    assert told(GOOD, NIGHT + DAY + 3 * HOUR) == []
    assert told(run("nothing new"), NIGHT + 2 * DAY) == []
    assert told(FAILED, NIGHT + 2 * DAY) == both("failed")


def test_other_trouble_is_told_at_once(told):
    assert told(FAILED, NIGHT) == both("failed")
    other = replace(FAILED, failures=(replace(LOST, reason="MemoryError"),))
    assert told(other, NIGHT + HOUR) == both("failed")
    assert told(REFUSED, NIGHT + 2 * HOUR) == both("refused")
    assert told(replace(REFUSED, refusal="another reason"), NIGHT + 3 * HOUR) == both("refused")


def test_the_same_failures_in_another_order_of_another_night_are_the_same_trouble(told):
    second = replace(LOST, language="ru")
    assert told(replace(FAILED, failures=(LOST, second)), NIGHT) == both("failed")
    later = replace(FAILED, failures=(second, LOST), started_at=NIGHT + HOUR, n_made=3, seconds_by_stage={"load": 9.0})
    assert told(later, NIGHT + HOUR) == []


def test_a_clock_that_went_back_silences_nobody(told):
    assert told(FAILED, NIGHT + 300 * DAY) == both("failed")
    assert told(FAILED, NIGHT) == both("failed")


def test_one_way_that_fails_does_not_repeat_the_other(told):
    assert told(FAILED, NIGHT, "webhook") == [("email", "failed")]
    assert told(FAILED, NIGHT + HOUR) == [("webhook", "failed")]
    assert told(GOOD, NIGHT + 2 * HOUR, "email") == [("webhook", "works again")]
    assert told(GOOD, NIGHT + 3 * HOUR) == [("email", "works again")]


def test_the_end_of_trouble_that_nobody_heard_of_is_not_told(told):
    assert told(FAILED, NIGHT, "email", "webhook") == []
    assert told(GOOD, NIGHT + HOUR) == []


def test_files_that_are_left_out_are_told_once_a_day_until_none_is(told):
    names = ("b.xlsx", "c.xlsx")
    one, two = (
        run("incomplete", 3, failures=tuple(Failure("file", name, reason="E-WORKBOOK, torn") for name in names[:n]))
        for n in (1, 2)
    )
    assert told(one, NIGHT) == both("incomplete")
    assert told(one, NIGHT + HOUR) == []
    assert told(two, NIGHT + 2 * HOUR) == both("incomplete")
    assert told(two, NIGHT + DAY + 2 * HOUR) == both("incomplete")
    assert told(GOOD, NIGHT + 2 * DAY) == both("works again")


def test_the_message_names_the_files_that_are_left_out():
    record = run("incomplete", 3, n_made=4, failures=(Failure("file", "w/b.xlsx", reason="E-WORKBOOK, torn"),))
    message = compose(News("incomplete", record), Settings(institute={"en": "Institute"}, languages=["en"]))
    assert message.subject == "Institute: The reports are current, but whole files are left out of them"
    assert "- file w/b.xlsx: E-WORKBOOK, torn" in message.text
    assert "Nothing of the files named is counted: export them again" in message.text


def test_a_missed_run_is_told_and_so_is_the_run_that_makes_up_for_it(home, told):
    write_status(home, GOOD, NIGHT + HOUR)
    assert told(None, NIGHT + DAY) == []
    assert told(None, NIGHT + 2 * DAY) == both("missed")
    assert told(None, NIGHT + 2 * DAY + HOUR) == []
    assert told(GOOD, NIGHT + 2 * DAY + 2 * HOUR) == both("works again")


def test_a_folder_in_which_none_ever_ran_is_told(home, told):
    assert told(None, NIGHT) == both("never ran")
    assert told(GOOD, NIGHT + HOUR) == both("works again")


@given(
    st.lists(st.tuples(st.sampled_from([GOOD, FAILED, REFUSED, STOPPED]), st.integers(0, 30)), min_size=1, max_size=12)
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
def test_whatever_happens_trouble_is_never_silent_and_never_told_twice_a_day(home, told, steps):
    (home.root / "data" / MEMORY).unlink(missing_ok=True)
    now, last = NIGHT, None
    for record, hours in steps:
        now += hours * HOUR
        states = told(record, now)
        is_due = last is None or last[0] != record.outcome or now - last[1] >= DAY
        if record.outcome in ("failed", "refused"):
            assert states == (both(record.outcome) if is_due else [])
            last = (record.outcome, now) if is_due else last
        elif record.outcome == "done":
            assert states == (both("works again") if last else [])
            last = None
        else:
            assert states == []


# What is remembered ---------------------------------------------------------------------------------


def test_what_was_told_is_remembered_privately_and_says_no_failure(home, told):
    told(FAILED, NIGHT)
    path = home.root / "data" / MEMORY
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    memory = json.loads(path.read_text())
    assert {way: (one["state"], one["at"]) for way, one in memory["told"].items()} == {
        "email": ("failed", "2026-11-23T21:30:00Z"),
        "webhook": ("failed", "2026-11-23T21:30:00Z"),
    }
    assert "P01-02" not in path.read_text()


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"told": {"email": 3}}', b"\xff"])
def test_a_damaged_memory_silences_nobody(home, told, content):
    told(FAILED, NIGHT)
    (home.root / "data" / MEMORY).write_bytes(content)
    assert told(FAILED, NIGHT + HOUR) == both("failed")
    assert told(FAILED, NIGHT + 2 * HOUR) == []


def test_a_memory_that_cannot_be_written_is_told_in_the_log_and_stops_nothing(home, told):
    open_log(home)
    (home.root / "data").write_text("a file where the folder should be")
    assert told(FAILED, NIGHT) == both("failed")
    assert "can't write alerts.json: " in (home.logs / LOG).read_text()


# What is said ---------------------------------------------------------------------------------------


def test_a_message_says_state_counts_failures_and_what_to_do():
    message = compose(News("failed", FAILED), Settings(languages=["en"], institute={"en": "Institute"}))
    assert message.subject == "Institute: Some reports could not be made"
    assert message.text.splitlines() == [
        "Institute",
        "Some reports could not be made",
        "Reports made: 11; current already: 0; failed: 1.",
        "",
        "- course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError",
        "",
        "What to do now:",
        "- Make one of them alone: coursewaves report --course P01-02 --language kk",
        "- The older page of a report that failed stays in its place and is marked as stale.",
        "- If the same place fails again, tell the developers the course's code and the reason, never the data.",
    ]
    assert message.facts == {
        "state": "failed",
        "institute": "Institute",
        "summary": "failed: 1 of 12, course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError",
        "ended_at": "2026-11-23T21:30:14+00:00",
        "n_made": 11,
        "n_unchanged": 0,
        "n_failed": 1,
        "n_stale": 0,
        "failures": [
            {"kind": "course", "subject_id": "P01-02", "language": "kk", "cell": "cw.sections.waves(course)",
             "reason": "KeyError"}
        ],
    }  # fmt: skip


def test_a_missed_run_is_told_by_the_clocks_of_the_institute():
    message = compose(News("missed", due=NIGHT), Settings(languages=["ru"]))
    assert message.subject == "Запуск пропущен"
    assert "24 ноября 2026" in message.text
    assert "02:30" in message.text
    assert message.facts["due_at"] == "2026-11-23T21:30:00+00:00"


@pytest.mark.parametrize("language", ["kk", "ru", "en"])
@pytest.mark.parametrize("news", [News("failed", FAILED), News("refused", REFUSED), News("missed", due=NIGHT),
                                  News("never ran"), News("works again", GOOD)])  # fmt: skip
def test_every_message_has_a_subject_and_something_to_do_in_every_language(news, language):
    message = compose(news, Settings(languages=[language]))
    assert message.subject
    assert message.text.splitlines()[-1].startswith("- ")
    assert message.subject in message.text
    json.dumps(message.facts)


def test_twenty_failures_are_named_and_the_rest_counted():
    many = tuple(replace(LOST, subject_id=f"P{number}") for number in range(25))
    message = compose(News("failed", replace(FAILED, failures=many, n_failed=25)), Settings(languages=["en"]))
    assert sum(line.startswith("- course P") for line in message.text.splitlines()) == 20
    assert "5 more" in message.text.splitlines()
    assert len(message.facts["failures"]) == 20


# The whole, with real servers -----------------------------------------------------------------------


def test_a_failed_run_is_told_by_letter_and_post(home):
    with Postbox() as box, Hook() as hook:
        settle(home, language="kk", email=box.port, webhook=hook.url)
        line = finish_run(home, FAILED, NIGHT + HOUR)
    assert line == "failed: 1 of 12, course P01-02 (kk): cell `cw.sections.waves(course)`: KeyError"
    assert box.letters[0]["Subject"] == "Институт: Кейбір есептер жасалмады"
    assert box.letters[0].get_content().split() == hook.posted[0]["text"].split()
    assert (hook.posted[0]["state"], hook.posted[0]["n_failed"]) == ("failed", 1)
    assert read_status(home).unsent == ()


def test_nothing_secret_leaves_the_machine(home, monkeypatch):
    """A runner that passes paths and several lines on: they are gone from letter, post, log and status."""
    monkeypatch.setenv("COURSEWAVES_SMTP_PASSWORD", "open sesame")
    secrets = [str(home.root.parent), "open sesame", os.uname().nodename, "Traceback", "127.0.0.1"]
    reason = f"can't open {home.root}/data/raw/a.csv\r\nBcc: x@example.kz\n{home.root.parent}/other/b.csv"
    with Postbox() as box, Hook() as hook:
        settle(home, email=box.port, webhook=hook.url)
        open_log(home)
        finish_run(home, replace(FAILED, failures=(replace(LOST, reason=reason),), refusal=reason), NIGHT + HOUR)
    told = [box.letters[0].get_content(), str(box.letters[0]["Subject"]), json.dumps(hook.posted, ensure_ascii=False)]
    told += [(home.reports / "status.json").read_text(), (home.logs / LOG).read_text()]
    assert all("institute/data/raw/a.csv" in text for text in (told[0], told[2], told[3], told[4]))
    assert [(secret, text) for secret in secrets for text in told if secret in text] == []
    assert "Bcc" not in box.letters[0]


@pytest.mark.parametrize(
    "name", ["A\\r\\nBcc: other@example.kz", "A\\n\\n<script>x</script>", "A\\0\\x1b[31m", "\\u202eevil", "x" * 3000]
)
def test_no_name_of_an_institute_becomes_a_header(home, name):
    with Postbox() as box, Hook() as hook:
        settle(home, email=box.port, webhook=hook.url)
        path = home.root / "coursewaves.yml"
        path.write_text(path.read_text(encoding="utf-8").replace("{en: Institute", f'{{en: "{name}"'), encoding="utf-8")
        finish_run(home, FAILED, NIGHT)
    (letter,) = box.letters
    assert letter["Bcc"] is None
    assert box.recipients == [["one@example.kz"]]
    assert len(letter["Subject"]) <= 150
    assert letter["Subject"].endswith(": Some reports could not be made")
    assert str(letter["Subject"]).isprintable()
    assert hook.posted[0]["text"].splitlines()[1] == "Some reports could not be made"


def test_a_message_that_cannot_be_sent_is_told_in_log_and_status_and_changes_nothing(home):
    settle(home, email=free_port(), webhook=f"http://127.0.0.1:{free_port()}/secret-part")
    open_log(home)
    line = finish_run(home, FAILED, NIGHT + HOUR)
    assert line.startswith("failed: 1 of 12")
    status = read_status(home)
    assert status.unsent == ("e-mail: ConnectionRefusedError", "webhook: ConnectionRefusedError")
    assert [one.exit_code for one in status.runs] == [1]
    log = (home.logs / LOG).read_text()
    assert "ERROR a message was not sent: e-mail: ConnectionRefusedError" in log
    assert "secret-part" not in log + (home.reports / "status.html").read_text()


def test_settings_at_fault_are_told_to_the_people_whom_they_name(home):
    with Postbox() as box:
        settle(home, email=box.port, more="minimum_group: 1")
        finish_run(home, run("refused", 2, refusal="coursewaves.yml:5 minimum_group: too small"), NIGHT)
    assert "coursewaves.yml:5 minimum_group: too small" in box.letters[0].get_content()


def test_a_missed_run_is_found_told_and_shown(home):
    with Postbox() as box:
        settle(home, email=box.port)
        finish_run(home, GOOD, NIGHT + HOUR)
        assert finish_check(home, NIGHT + DAY) == ""
        assert box.letters == []
        line = finish_check(home, NIGHT + 2 * DAY)
        assert line.startswith("missed: a run was due at 2026-11-25 02:30 (Asia/Almaty)")
        assert box.letters[0]["Subject"] == "Institute: A run was missed"
        assert read_status(home).missed is True
        finish_run(home, run(start=NIGHT + 2 * DAY + HOUR), NIGHT + 2 * DAY + HOUR)
        assert box.letters[1]["Subject"] == "Institute: The runs work again"
    assert read_status(home).missed is False


def test_a_full_disk_or_a_fault_of_our_own_never_changes_what_a_run_came_to(home, monkeypatch):
    open_log(home)
    home.reports.write_text("a file where the folder should be")
    with Hook() as hook:
        settle(home, webhook=hook.url)
        assert finish_run(home, FAILED, NIGHT).startswith("failed: ")
        assert hook.posted[0]["state"] == "failed"
        monkeypatch.setattr(alerts, "compose", lambda news, settings: 1 / 0)
        assert finish_run(home, REFUSED, NIGHT + DAY).startswith("refused: ")
    log = (home.logs / LOG).read_text()
    assert re.search(r"ERROR can't write the status: \w+Error$", log, re.MULTILINE)
    assert "can't send messages: ZeroDivisionError" in log


def test_without_settings_nobody_is_told_and_nothing_is_remembered(home):
    finish_run(home, FAILED, NIGHT)
    assert not (home.root / "data").exists()
    assert read_status(home).last.outcome == "failed"


def test_sending_ends_although_a_server_hangs(home, monkeypatch):
    monkeypatch.setattr(senders, "ANSWERS_WITHIN", 0.2)
    with socket.socket() as place:
        place.bind(("127.0.0.1", 0))
        place.listen()
        settle(home, email=place.getsockname()[1])
        finish_run(home, FAILED, NIGHT)
    assert read_status(home).unsent == ("e-mail: SMTPServerDisconnected",)
