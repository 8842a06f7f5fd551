"""The timed run of a work folder: what is written for systemd and cron, what check sees, what remove leaves."""

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from coursewaves import cli, schedule
from coursewaves.errors import CoursewavesError
from coursewaves.schedule import cron, systemd
from coursewaves.schedule.machine import Answer, Machine, call, clock_zone
from coursewaves.schedule.plan import Plan, last_due, moments, name_of, next_due, plan_of
from coursewaves.system.findings import Finding, is_any_wrong

NOW = datetime(2026, 11, 24, 8, 40, tzinfo=UTC)  # a Tuesday, 13:40 in Almaty
ALMATY = ZoneInfo("Asia/Almaty")
PROGRAM = Path("/opt/c/bin/coursewaves")
HOSTILE = """Қазақ $HOME ${A} 10%h %% "q" 'x' ; #-z & `id` =*?"""
"""A folder's name with all that systemd, cron or a shell could take for something else."""


@dataclass
class System:
    """What systemctl, crontab and loginctl of an imagined machine know and were told."""

    has_systemd: bool = True
    refuses: str = ""
    crontab: bytes | None = None
    crontab_error: bytes = b""
    enabled: set[tuple[bool, str]] = field(default_factory=set)
    shown: dict[str, str] = field(default_factory=dict)
    lingers: bool = True
    told: list[str] = field(default_factory=list)
    programs: frozenset[str] = frozenset({"cron", "bash"})

    def call(self, words: tuple[str, ...], given: bytes) -> Answer:
        self.told.append(" ".join(words))
        return {"systemctl": self.systemctl, "crontab": self.table, "loginctl": self.loginctl}[words[0]](words, given)

    def systemctl(self, words: tuple[str, ...], given: bytes) -> Answer:
        verb, unit = (*[word for word in words[1:] if not word.startswith("-")], "")[:2]
        if not self.has_systemd or verb == self.refuses:
            return Answer(1, errors=b"Failed: no medium\nfound")
        if verb == "enable":
            self.enabled.add((words[1] == "--user", unit))
        if verb == "disable":
            self.enabled.discard((words[1] == "--user", unit))
        on = (
            "active\nUnitFileState=enabled"
            if (words[1] == "--user", unit) in self.enabled
            else "inactive\nUnitFileState=disabled"
        )
        state = f"ActiveState={on}\n" if unit.endswith(".timer") else "Result=success\nExecMainStatus=0\n"
        return Answer(0, (state + self.shown.get(unit.rpartition(".")[2], "")).encode())

    def table(self, words: tuple[str, ...], given: bytes) -> Answer:
        if self.crontab_error:
            return Answer(1, errors=self.crontab_error)
        if words[1] == "-":
            self.crontab = given
            return Answer(0)
        return Answer(1, errors=b"no crontab for me\n") if self.crontab is None else Answer(0, self.crontab)

    def loginctl(self, words: tuple[str, ...], given: bytes) -> Answer:
        return Answer(0, b"Linger=yes\n" if self.lingers else b"Linger=no\n")


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def machine(tmp_path, system) -> Machine:
    """A machine in Almaty whose folders are empty, with systemd and cron."""
    return Machine(
        program=PROGRAM,
        user_units=tmp_path / "config" / "systemd" / "user",
        system_units=tmp_path / "system",
        zone=ALMATY,
        now=NOW,
        has=lambda name: True,
        call=system.call,
        running=lambda: system.programs,
    )


@pytest.fixture
def home(tmp_path) -> Path:
    folder = tmp_path / "institute"
    folder.mkdir()
    return folder


def plan(home: Path, every: str = "day", at: str = "02:30", on: str = "monday", program: Path = PROGRAM) -> Plan:
    return plan_of(home, program, every, at, on, "Asia/Almaty")


def tree(folder: Path) -> dict[str, bytes]:
    """Every file below a folder."""
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def folders() -> st.SearchStrategy[Path]:
    """Folders whose names hold any letters and signs, but none that ends a line."""
    signs = st.characters(exclude_categories=["Cc", "Cs"], exclude_characters="/")
    names = st.text(signs, min_size=1, max_size=20).filter(lambda name: name not in {".", ".."})
    return st.lists(names, min_size=1, max_size=3).map(lambda parts: Path("/", *parts))


# When a run is due -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("every", "at", "on", "last", "following"),
    [
        ("day", "02:30", "monday", "2026-11-24 02:30", "2026-11-25 02:30"),
        ("day", "13:40", "monday", "2026-11-24 13:40", "2026-11-25 13:40"),
        ("day", "23:59", "monday", "2026-11-23 23:59", "2026-11-24 23:59"),
        ("hour", "02:30", "monday", "2026-11-24 13:30", "2026-11-24 14:30"),
        ("hour", "02:40", "monday", "2026-11-24 13:40", "2026-11-24 14:40"),
        ("week", "02:30", "monday", "2026-11-23 02:30", "2026-11-30 02:30"),
        ("week", "02:30", "sunday", "2026-11-22 02:30", "2026-11-29 02:30"),
        ("week", "14:00", "tuesday", "2026-11-17 14:00", "2026-11-24 14:00"),
        ("working_day", "02:30", "sunday", "2026-11-24 02:30", "2026-11-25 02:30"),
    ],
)
def test_a_run_is_due_by_the_clocks_of_the_institute(every, at, on, last, following):
    due = plan(Path("/a"), every, at, on)
    assert f"{last_due(due, NOW):%Y-%m-%d %H:%M}" == last
    assert f"{next_due(due, NOW):%Y-%m-%d %H:%M}" == following


def test_no_run_is_due_on_the_weekend_where_only_working_days_count():
    saturday = datetime(2026, 11, 28, 0, 0, tzinfo=UTC)  # 05:00 in Almaty
    due = plan(Path("/a"), "working_day")
    assert last_due(due, saturday) == datetime(2026, 11, 27, 2, 30, tzinfo=ALMATY)
    assert next_due(due, saturday) == datetime(2026, 11, 30, 2, 30, tzinfo=ALMATY)


@given(
    st.datetimes(datetime(2021, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(schedule.EVERY),
    st.times(),
    st.sampled_from(schedule.WEEKDAYS),
    st.sampled_from(["Asia/Almaty", "Europe/Berlin", "Asia/Kathmandu", "UTC"]),
)
def test_every_moment_lies_between_two_at_which_a_run_is_due(now, every, at, on, zone):
    now = now.replace(tzinfo=UTC)
    due = plan_of(Path("/a"), PROGRAM, every, f"{at:%H:%M}", on, zone)
    last, following = last_due(due, now).astimezone(UTC), next_due(due, now).astimezone(UTC)
    assert last <= now < following
    longest = {"day": 1, "working_day": 3, "hour": 1 / 24, "week": 7}[every]
    assert following - last <= timedelta(days=longest, hours=0 if every == "hour" else 1)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("month", "02:30", "monday"), "Can't find 'month' in --every. Possible values: 'day', 'hour'"),
        (("day", "2:30", "monday"), "'2:30' is no time of day; fix: write it as 02:30."),
        (("day", "24:00", "monday"), "'24:00' is no time of day"),
        (("day", "02:30\n", "monday"), "is no time of day"),
        (("week", "02:30", "Mon"), "Can't find 'Mon' in --on. Possible values: "),
    ],
)
def test_a_word_that_says_no_time_is_refused(words, message):
    with pytest.raises(CoursewavesError) as refused:
        plan(Path("/a"), *words)
    assert message in str(refused.value)


@pytest.mark.parametrize("name", ["a\nExecStart=x", "a\rb", "a\tb", "a\0b", "a\x7fb", "a\x85b", "a\udcff"])
def test_a_folder_whose_name_can_break_a_line_is_refused(name):
    with pytest.raises(CoursewavesError, match="can't stand in a line of text; fix: rename the folder"):
        plan(Path("/", name))


def test_a_folder_that_does_not_begin_at_the_root_is_refused():
    with pytest.raises(CoursewavesError, match="does not begin at the root"):
        plan(Path("-a"))


def test_a_run_is_named_after_its_folder_and_no_two_folders_share_a_name():
    assert name_of(Path("/a/Institute 2026")).startswith("coursewaves-institute-2026-")
    assert name_of(Path("/a/Institute 2026")) == name_of(Path("/a/Institute 2026"))
    assert len({name_of(Path(path)) for path in ("/a/x", "/b/x", "/a/X", "/a/x ", "/a/Қ", "/a/Ә")}) == 6


@given(folders())
def test_a_name_is_fit_for_every_system_and_its_mark_is_known_again(home):
    due = plan(home)
    assert set(due.name) <= set("abcdefghijklmnopqrstuvwxyz0123456789-")
    assert len(due.name) <= 60
    mark = schedule.plan.MARK.fullmatch(due.mark)
    assert mark is not None
    assert mark.groupdict() == {
        "name": due.name, "every": "day", "on": "monday", "at": "02:30", "zone": "Asia/Almaty"
    }  # fmt: skip


# Units of systemd ------------------------------------------------------------------------------------


def test_the_units_say_what_runs_and_when(home, machine):
    units = systemd.user_units(machine)
    service, timer = systemd.unit_texts(plan(home), units).values()
    assert f'ExecStart="{PROGRAM}" "--home" "{home}" "run"' in service.splitlines()
    assert "SuccessExitStatus=75" in service.splitlines()
    assert "OnCalendar=*-*-* 02:30:00 Asia/Almaty" in timer.splitlines()
    assert "Persistent=true" in timer.splitlines()
    assert "User=" not in service


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("two words", '"/two words"'),
        ("Ә Қазақ", '"/Ә Қазақ"'),
        ("10%h", '"/10%%h"'),
        ("$HOME ${A}", '"/$$HOME $${A}"'),
        ("a\\n\\", '"/a\\\\n\\\\"'),
        ("\"q\" 'x'", '"/\\"q\\" \'x\'"'),
        ("; #", '"/; #"'),
    ],
)
def test_a_hostile_folder_stays_one_word_of_the_command(name, written, machine):
    """What a real systemd (252) made of all of these in one name: the argument was the folder, to the letter."""
    service = next(iter(systemd.unit_texts(plan(Path("/", name)), systemd.user_units(machine)).values()))
    assert f'ExecStart="{PROGRAM}" "--home" {written} "run"' in service.splitlines()


def test_a_dollar_of_the_program_stands_alone_since_systemd_leaves_it(machine):
    due = plan(Path("/a"), program=Path("/opt/$A 1%/coursewaves"))
    service = next(iter(systemd.unit_texts(due, systemd.user_units(machine)).values()))
    assert 'ExecStart="/opt/$A 1%%/coursewaves" "--home" "/a" "run"' in service.splitlines()


@pytest.mark.parametrize("sign", ["'", '"', "\\"])
def test_a_program_that_systemd_can_not_start_is_refused(sign, machine):
    with pytest.raises(CoursewavesError, match="fix: install coursewaves in another folder"):
        systemd.unit_texts(plan(Path("/a"), program=Path(f"/o{sign}/coursewaves")), systemd.user_units(machine))


@given(folders())
def test_the_folder_is_read_from_a_unit_as_it_was_written(home):
    units = systemd.Units("systemd", Path("/units"), ("systemctl", "--user"))
    service = next(iter(systemd.unit_texts(plan(home), units).values()))
    assert systemd.folder_of(service) == home
    assert len(service.splitlines()) == 14


CALENDARS = [
    ("day", "02:30", "monday", "*-*-* 02:30:00 Asia/Almaty"),
    ("hour", "02:05", "monday", "*-*-* *:05:00 Asia/Almaty"),
    ("week", "23:00", "sunday", "Sun *-*-* 23:00:00 Asia/Almaty"),
    ("week", "02:30", "thursday", "Thu *-*-* 02:30:00 Asia/Almaty"),
    ("working_day", "02:30", "monday", "Mon..Fri *-*-* 02:30:00 Asia/Almaty"),
]


@pytest.mark.parametrize(("every", "at", "on", "written"), CALENDARS)
def test_the_timer_goes_by_the_clocks_of_the_institute(every, at, on, written):
    assert systemd.calendar(plan(Path("/a"), every, at, on)) == written


needs_analyze = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="no systemd on this machine")


@needs_analyze
@pytest.mark.parametrize(("every", "at", "on", "written"), CALENDARS)
def test_systemd_itself_runs_at_the_moment_that_is_due(every, at, on, written):
    due = next_due(plan(Path("/a"), every, at, on), NOW).astimezone(UTC)
    asked = ["systemd-analyze", "calendar", "--base-time=2026-11-24 08:40:00 UTC", written]
    answer = call(asked)
    if b"unrecognized option" in answer.errors:
        pytest.skip("a systemd that can't be asked for another day")
    assert f"Next elapse: {due:%a %Y-%m-%d %H:%M:%S} UTC" in answer.output.decode()


@needs_analyze
@pytest.mark.parametrize("kind", ["systemd", "system"])
def test_systemd_itself_finds_no_fault_in_units_of_a_hostile_folder(kind, tmp_path, machine):
    program = tmp_path / "$b 1%" / "coursewaves"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    home = tmp_path / (HOSTILE + "\\x \\")
    home.mkdir()
    due = plan(home, program=program)
    for path, text in schedule.would_write(due, kind, machine).items():
        unit = tmp_path / Path(path).name
        unit.write_text(text)
    answer = call(
        ["systemd-analyze", "verify", str(tmp_path / f"{due.name}.timer"), str(tmp_path / f"{due.name}.service")]
    )
    assert [line for line in answer.errors.decode().splitlines() if "coursewaves" in line] == []


def test_systemd_takes_the_units_and_a_second_time_nothing_changes(home, machine, system):
    told = schedule.write(plan(home), "systemd", machine)
    first = tree(machine.user_units)
    name = name_of(home)
    assert sorted(first) == [f"{name}.service", f"{name}.timer"]
    assert told == [*(f"written: {machine.user_units / each}" for each in sorted(first)), f"enabled: {name}.timer"]
    assert system.told[1:3] == ["systemctl --user daemon-reload", f"systemctl --user enable --now {name}.timer"]
    assert schedule.write(plan(home), "systemd", machine) == ["nothing to change", f"enabled: {name}.timer"]
    assert tree(machine.user_units) == first
    assert {path.stat().st_mode & 0o777 for path in machine.user_units.iterdir()} == {0o644}


def test_where_systemd_does_not_answer_the_commands_to_type_are_said(home, machine, system):
    system.has_systemd = False
    told = schedule.write(plan(home), "systemd", machine)
    assert told[2:] == [
        "systemd does not answer here; to start the timer, type:",
        "systemctl --user daemon-reload",
        f"systemctl --user enable --now {name_of(home)}.timer",
    ]
    assert len(tree(machine.user_units)) == 2


def test_what_systemd_refuses_is_said(home, machine, system):
    system.refuses = "enable"
    with pytest.raises(
        CoursewavesError, match=r"systemd refused systemctl --user enable --now .*: Failed: no medium found"
    ):
        schedule.write(plan(home), "systemd", machine)


@pytest.mark.parametrize("make", [lambda path: path.write_text("[Timer]\n"), lambda path: path.symlink_to(os.devnull)])
def test_a_unit_that_a_person_wrote_or_masked_is_left_alone(make, home, machine, system):
    machine.user_units.mkdir(parents=True)
    path = machine.user_units / f"{name_of(home)}.timer"
    make(path)
    with pytest.raises(CoursewavesError, match="was not written by coursewaves"):
        schedule.write(plan(home), "systemd", machine)
    assert schedule.remove(name_of(home), machine) == []
    assert [each.name for each in machine.user_units.iterdir()] == [path.name]
    assert not any("enable" in words for words in system.told)


def test_a_folder_of_units_that_can_not_be_written_is_said(home, machine, tmp_path):
    (tmp_path / "config").write_text("a file where a folder should be")
    with pytest.raises(CoursewavesError, match=r"Can't write .*fix: for --system, be root"):
        schedule.write(plan(home), "systemd", machine)


def test_units_of_the_system_run_as_the_owner_of_the_folder(home, machine, system):
    schedule.write(plan(home), "system", machine)
    service = (machine.system_units / f"{name_of(home)}.service").read_text().splitlines()
    assert f"User={home.stat().st_uid}" in service
    assert system.told[1] == "systemctl daemon-reload"
    assert not machine.user_units.exists()


SHUT = ["PrivateTmp=yes", "ProtectSystem=full"]


@pytest.mark.parametrize(("folder", "shut"), [("/", SHUT), ("/usr/share", SHUT[:1]), ("/var/tmp", SHUT)])
def test_what_is_shut_to_a_run_never_shuts_out_its_own_folder(folder, shut, machine):
    service = next(iter(systemd.unit_texts(plan(Path(folder)), systemd.system_units(machine)).values())).splitlines()
    assert [line for line in service if line.startswith(("PrivateTmp", "ProtectSystem"))] == shut


def test_a_folder_among_temporary_files_keeps_them(tmp_path, monkeypatch, machine):
    monkeypatch.setattr(Path, "stat", lambda self, **_: os.stat_result((0,) * 10))
    service = next(iter(systemd.unit_texts(plan(Path("/var/tmp/a")), systemd.system_units(machine)).values()))
    assert "PrivateTmp" not in service


# Lines of cron ---------------------------------------------------------------------------------------


def test_cron_gets_a_line_for_the_time_and_one_for_the_start(machine):
    due = plan(Path("/srv/institute"))
    called = f"env LANG=C.UTF-8 PYTHONSAFEPATH=1 nice -n 10 {PROGRAM} --home /srv/institute run >/dev/null {due.mark}"
    assert cron.cron_lines(due, machine) == [f"30 2 * * * {called}", f"@reboot {called}"]


@pytest.mark.parametrize(
    ("zone", "every", "at", "on", "fields"),
    [
        ("Asia/Almaty", "day", "02:30", "monday", "30 2 * * *"),
        ("UTC", "day", "02:30", "monday", "30 21 * * *"),
        ("Asia/Kathmandu", "day", "02:30", "monday", "15 3 * * *"),  # +5:45
        ("UTC", "hour", "02:30", "monday", "30 * * * *"),
        ("Asia/Kathmandu", "hour", "02:30", "monday", "15 * * * *"),
        ("Asia/Almaty", "week", "02:30", "sunday", "30 2 * * 0"),
        ("UTC", "week", "02:30", "monday", "30 21 * * 0"),  # still Sunday there
        ("UTC", "week", "05:00", "monday", "0 0 * * 1"),
        ("Pacific/Auckland", "week", "23:00", "saturday", "0 7 * * 0"),  # +13 in November
        ("Asia/Almaty", "working_day", "02:30", "monday", "30 2 * * 1,2,3,4,5"),
        ("UTC", "working_day", "02:30", "monday", "30 21 * * 0,1,2,3,4"),
    ],
)
def test_the_time_is_turned_into_that_of_the_machine(zone, every, at, on, fields, machine):
    assert cron.fields(plan(Path("/a"), every, at, on), machine._replace(zone=ZoneInfo(zone))) == fields


@given(
    st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(schedule.EVERY),
    st.times(),
    st.sampled_from(schedule.WEEKDAYS),
    st.sampled_from(["UTC", "Asia/Almaty", "Asia/Kathmandu", "Asia/Tokyo"]),  # none of them changes its clocks
)
def test_cron_fires_when_a_run_is_due_and_at_no_other_time(now, every, at, on, zone):
    due = plan(Path("/a"), every, f"{at:%H:%M}", on)
    now = now.replace(tzinfo=UTC)
    machine = Machine(PROGRAM, Path("/u"), Path("/s"), ZoneInfo(zone), now, lambda _: True, call, frozenset)
    minute, hour, _, _, days = cron.fields(due, machine).split()
    step = timedelta(hours=1) if every == "hour" else timedelta(days=1)
    for moment in moments(due, now):
        here = moment.astimezone(machine.zone)
        assert (str(here.minute), str(here.hour) if hour != "*" else "*") == (minute, hour)
        assert days == "*" or str(here.isoweekday() % 7) in days.split(",")
        following = here + step
        fires = days == "*" or str(following.isoweekday() % 7) in days.split(",")
        assert fires == (next_due(due, moment) == following)


OTHERS = b"# mine \xff\n\n  MAILTO = me\n5 4 * * sun echo 10\\%  \n@reboot true # coursewaves is good\n"


def test_all_other_lines_stay_byte_for_byte(home, machine, system):
    system.crontab = OTHERS
    schedule.write(plan(home), "cron", machine)
    assert system.crontab.startswith(OTHERS)
    assert len(system.crontab[len(OTHERS) :].splitlines()) == 2
    assert schedule.remove(name_of(home), machine) == [f"removed: 2 lines of the crontab, {name_of(home)}"]
    assert system.crontab == OTHERS
    assert schedule.remove(name_of(home), machine) == []
    assert system.crontab == OTHERS


LINES = st.binary(max_size=30).map(lambda line: line.replace(b"\n", b"").replace(b"\\r", b""))


@given(st.lists(LINES, max_size=6), folders())
def test_writing_and_removing_leaves_any_crontab_as_it_was(lines, home):
    before = b"".join(line + b"\n" for line in lines)
    system = System(crontab=before, has_systemd=False)
    machine = Machine(PROGRAM, Path("/u"), Path("/s"), ALMATY, NOW, lambda _: True, system.call, frozenset)
    due = plan(home)
    if "\\" in str(home):
        with pytest.raises(CoursewavesError, match="No backslash"):
            cron.write(due, machine)
        return
    cron.write(due, machine)
    written = cron.read(machine)
    assert cron.folder_of(cron.found(written)[due.name]) == home
    assert [line.rstrip(b"\n").decode() for line in written.lines[len(lines) :]] == cron.cron_lines(due, machine)
    cron.remove(due.name, machine)
    assert system.crontab == before


def test_a_changed_time_takes_the_place_of_the_earlier_lines(home, machine, system):
    system.crontab = b"# first\n"
    schedule.write(plan(home), "cron", machine)
    system.crontab += b"# last\n"
    schedule.write(plan(home, at="04:00"), "cron", machine)
    lines = system.crontab.decode().splitlines()
    assert (lines[0], lines[1][:11], lines[2][:7], lines[3]) == ("# first", "0 4 * * * e", "@reboot", "# last")
    before = system.crontab
    assert schedule.write(plan(home, at="04:00"), "cron", machine)[0] == "nothing to change"
    assert system.crontab == before


def test_a_last_line_without_an_end_gets_one(home, machine, system):
    system.crontab = b"5 4 * * * true"
    schedule.write(plan(home), "cron", machine)
    assert system.crontab.startswith(b"5 4 * * * true\n30 2 ")


def test_a_crontab_that_can_not_be_read_is_never_overwritten(home, machine, system):
    system.crontab = OTHERS
    system.crontab_error = b"You (me) are not allowed to use this program (crontab)"
    with pytest.raises(CoursewavesError, match=r"Can't read the crontab: You .* fix: let crontab -l work"):
        schedule.write(plan(home), "cron", machine)
    assert system.crontab == OTHERS
    assert "crontab -" not in system.told


def test_a_user_who_may_have_no_crontab_can_have_a_timer(home, machine, system):
    system.crontab_error = b"You (me) are not allowed to use this program (crontab)"
    assert schedule.write(plan(home), "systemd", machine)[-1].startswith("enabled: ")
    assert not is_any_wrong(schedule.check(plan(home), machine))


@pytest.mark.parametrize(
    ("folder", "crontab", "message"),
    [
        ("/a\\b", b"", "No backslash can be written for cron"),
        ("/" + "Қ" * 500, b"", "The path is too long for a line of cron"),
        ("/a", b"5 4 * * * printf a\\r\n", "The crontab holds .*it is left as it is"),
        ("/a", b"A=1\n CRON_TZ = UTC\n", "The crontab sets CRON_TZ"),
    ],
)
def test_what_cron_could_misread_is_refused(folder, crontab, message, machine, system):
    system.crontab = crontab
    with pytest.raises(CoursewavesError, match=message):
        schedule.write(plan(Path(folder)), "cron", machine)
    assert system.crontab == crontab


def test_a_clock_that_is_put_forward_and_back_is_told(home, machine):
    berlin = machine._replace(zone=ZoneInfo("Europe/Berlin"))
    assert any("put forward and back" in line for line in schedule.write(plan(home), "cron", berlin))
    assert not any("put forward and back" in line for line in schedule.write(plan(home), "cron", machine))


def test_a_line_that_a_summer_made_wrong_is_seen(home, machine):
    winter = machine._replace(zone=ZoneInfo("Europe/Berlin"))
    schedule.write(plan(home), "cron", winter)
    summer = winter._replace(now=datetime(2027, 7, 1, tzinfo=UTC))
    assert not is_any_wrong(schedule.check(plan(home), winter))
    found = [str(finding) for finding in schedule.check(plan(home), summer)]
    assert "differs: the crontab has '30 22 * * * env" in found[0]
    assert "lacks '30 23 * * * env" in found[0]


def _shut_in(command: str, spool: Path) -> list[str]:
    """Call a command in a place of its own, in which the crontabs are those of a folder of the test."""
    inside = f'mount --bind "$1" /var/spool/cron/crontabs && mount -t tmpfs none /run && shift && exec {command}'
    return ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-c", inside, "sh", str(spool)]


@pytest.fixture
def real_cron(tmp_path, machine) -> Machine:
    """The machine's own cron, whose crontabs lie in a folder of the test: no person's crontab is touched."""
    spool = tmp_path / "spool"
    spool.mkdir()
    if not (shutil.which("crontab") and shutil.which("cron") and shutil.which("unshare")):
        pytest.skip("no cron on this machine")
    if call(_shut_in("true", spool)).code:
        pytest.skip("no place of its own for cron on this machine")

    def call_cron(words: tuple[str, ...], given: bytes) -> Answer:
        return call([*_shut_in('"$@"', spool), *words], given)

    return machine._replace(call=call_cron, has=lambda name: name == "crontab")


def test_the_real_crontab_takes_the_lines_and_keeps_all_others(home, real_cron):
    real_cron.call(("crontab", "-"), OTHERS)
    schedule.write(plan(home), "cron", real_cron)
    schedule.write(plan(home, at="04:00"), "cron", real_cron)
    assert [finding.state for finding in schedule.check(plan(home, at="04:00"), real_cron)] == ["ok", "warn"]
    table = cron.read(real_cron)
    assert table.content.startswith(OTHERS)
    assert len(table.lines) == 7
    schedule.remove(name_of(home), real_cron)
    assert cron.read(real_cron).content == OTHERS


def test_the_real_cron_runs_the_command_with_the_folder_to_the_letter(tmp_path, real_cron):
    program = tmp_path / "$b 1%" / "coursewaves"
    program.parent.mkdir()
    tell = f'printf "%s\\n" "$@" "$LANG" "$PYTHONSAFEPATH" > "{tmp_path}/.ran"'
    program.write_text(f'#!/bin/sh\n{tell}\nmv "{tmp_path}/.ran" "{tmp_path}/ran"\n')
    program.chmod(0o755)
    home = tmp_path / HOSTILE
    home.mkdir()
    schedule.write(plan(home, program=program), "cron", real_cron)
    done = subprocess.Popen(_shut_in("cron -f", tmp_path / "spool"))
    try:
        assert _is_soon((tmp_path / "ran").exists)  # by the line for the machine's start
    finally:
        done.kill()
        done.wait()
    assert (tmp_path / "ran").read_text().splitlines() == ["--home", str(home), "run", "C.UTF-8", "1"]


def _is_soon(is_true: Callable[[], bool]) -> bool:
    import time

    end = time.monotonic() + 20
    while not is_true() and time.monotonic() < end:
        time.sleep(0.1)
    return is_true()


# Who calls the run -----------------------------------------------------------------------------------


def test_systemd_goes_before_cron_and_cron_before_nothing(home, machine, system):
    assert schedule.choose("auto", plan(home), machine) == "systemd"
    system.has_systemd = False
    assert schedule.choose("auto", plan(home), machine) == "cron"
    without = machine._replace(has=lambda name: False)
    with pytest.raises(CoursewavesError) as refused:
        schedule.choose("auto", plan(home), without)
    assert f"have another timer call: 30 2 * * * env LANG=C.UTF-8 PYTHONSAFEPATH=1 nice -n 10 {PROGRAM} --home" in str(
        refused.value
    )
    assert schedule.choose("cron", plan(home), machine) == "cron"
    with pytest.raises(CoursewavesError, match="Can't find 'at' in --with"):
        schedule.choose("at", plan(home), machine)


def test_a_folder_has_one_timed_run_whoever_calls_it(home, machine, system):
    schedule.write(plan(home), "cron", machine)
    schedule.write(plan(home), "systemd", machine)
    assert system.crontab == b""
    assert len(tree(machine.user_units)) == 2
    schedule.write(plan(home), "cron", machine)
    assert tree(machine.user_units) == {}
    assert system.enabled == set()
    assert not is_any_wrong(schedule.check(plan(home), machine))


def test_two_folders_side_by_side_do_not_know_each_other(tmp_path, machine, system):
    first, second = tmp_path / "a" / "x", tmp_path / "b" / "x"
    for folder in (first, second):
        folder.mkdir(parents=True)
        schedule.write(plan(folder), "systemd", machine)
    schedule.write(plan(second), "cron", machine)
    schedule.remove(name_of(second), machine)
    assert not is_any_wrong(schedule.check(plan(first), machine))
    assert is_any_wrong(schedule.check(plan(second), machine))
    assert len(tree(machine.user_units)) == 2
    (machine.user_units / "coursewaves-mine.timer").write_text("# by hand\n")
    schedule.remove(name_of(first), machine)
    assert list(tree(machine.user_units)) == ["coursewaves-mine.timer"]
    assert system.enabled == set()


# What check sees -------------------------------------------------------------------------------------


def only(findings: list[Finding]) -> str:
    """What is wrong, which has to be one thing."""
    wrong = [finding.what for finding in findings if finding.state == "wrong"]
    assert len(wrong) == 1, findings
    return wrong[0]


def test_a_timed_run_as_it_should_be_is_fine(home, machine):
    schedule.write(plan(home), "systemd", machine)
    assert [str(finding) for finding in schedule.check(plan(home), machine)] == [
        f"ok: {name_of(home)}: every day at 02:30 Asia/Almaty, by systemd"
    ]


@pytest.mark.parametrize("kind", ["systemd", "system", "cron"])
def test_another_time_or_another_program_is_seen(kind, home, machine):
    schedule.write(plan(home), kind, machine)
    assert not is_any_wrong(schedule.check(plan(home), machine))
    assert is_any_wrong(schedule.check(plan(home, at="04:00"), machine))
    moved = plan(home, program=Path("/opt/d/bin/coursewaves"))
    assert "/opt/d/bin/coursewaves" in only(schedule.check(moved, machine))


def test_no_timed_run_is_seen(home, machine):
    assert only(schedule.check(plan(home), machine)) == "no timed run of this folder"
    assert schedule.what_stands(home, machine) is None


def test_a_unit_that_was_changed_or_deleted_is_seen(home, machine):
    schedule.write(plan(home), "systemd", machine)
    timer = machine.user_units / f"{name_of(home)}.timer"
    timer.write_text(timer.read_text().replace("Persistent=true", "Persistent=false"))
    assert only(schedule.check(plan(home), machine)) == (
        f"differs: {timer.name} has 'Persistent=false'; lacks 'Persistent=true'"
    )
    timer.unlink()
    found = [finding.what for finding in schedule.check(plan(home), machine)]
    assert f"differs: {timer.name} is not there" in found


def test_a_line_that_was_switched_off_by_hand_is_seen_and_removed(home, machine, system):
    schedule.write(plan(home), "cron", machine)
    system.crontab = b"".join(b"#" + line for line in system.crontab.splitlines(keepends=True))
    assert "differs: the crontab has '#30 2" in only(schedule.check(plan(home), machine))
    schedule.remove(name_of(home), machine)
    assert system.crontab == b""


def test_a_timer_that_is_switched_off_is_seen(home, machine, system):
    schedule.write(plan(home), "systemd", machine)
    system.enabled.clear()
    assert only(schedule.check(plan(home), machine)) == f"{name_of(home)}.timer is switched off"


def test_a_timer_that_stands_still_after_log_out_is_seen(home, machine, system):
    schedule.write(plan(home), "systemd", machine)
    system.lingers = False
    findings = schedule.check(plan(home), machine)
    assert only(findings) == "the timer stands still while you are not logged in"
    assert findings[-1].fix == "loginctl enable-linger"
    schedule.write(plan(home), "system", machine)
    assert not is_any_wrong(schedule.check(plan(home), machine))


def test_a_run_that_failed_is_seen(home, machine, system):
    schedule.write(plan(home), "systemd", machine)
    system.shown["service"] = "Result=exit-code\nExecMainStatus=2\n"
    assert only(schedule.check(plan(home), machine)) == "the last run failed (exit-code, 2)"


@pytest.mark.parametrize(
    ("written", "triggered", "is_missed"),
    [
        ("2026-11-20", "Tue 2026-11-24 21:31:07 UTC", False),
        ("2026-11-20", "Mon 2026-11-23 21:31:07 UTC", False),  # 02:31 on the 24th in Almaty
        ("2026-11-20", "Sun 2026-11-22 21:31:07 UTC", True),
        ("2026-11-20", "n/a", True),
        ("2026-11-20", "", True),
        ("2026-11-24", "", False),  # written after it would have been due
    ],
)
def test_a_run_that_was_due_and_did_not_begin_is_seen(written, triggered, is_missed, home, machine, system):
    schedule.write(plan(home), "systemd", machine)
    moment = datetime.fromisoformat(f"{written}T00:00:00+00:00").timestamp()
    os.utime(machine.user_units / f"{name_of(home)}.timer", (moment, moment))
    system.shown["timer"] = f"LastTriggerUSec={triggered}\n"
    wrong = [finding.what for finding in schedule.check(plan(home), machine) if finding.state == "wrong"]
    assert wrong == ["the run due 2026-11-24 02:30 did not begin"] * is_missed


def test_a_run_of_cron_that_did_not_begin_is_seen_where_its_last_is_known(home, machine):
    schedule.write(plan(home), "cron", machine)
    before, after = (datetime(2026, 11, 23, hour, 30, tzinfo=UTC) for hour in (20, 22))
    assert only(schedule.check(plan(home), machine, before)) == "the run due 2026-11-24 02:30 did not begin"
    assert not is_any_wrong(schedule.check(plan(home), machine, after))
    assert not is_any_wrong(schedule.check(plan(home), machine))


def test_a_cron_that_does_not_run_is_seen_where_that_is_known(home, machine, system):
    schedule.write(plan(home), "cron", machine)
    system.programs = frozenset({"bash"})
    assert only(schedule.check(plan(home), machine)) == "cron does not run on this machine, so that no line of it does"
    system.programs = frozenset()
    assert not is_any_wrong(schedule.check(plan(home), machine))


def test_a_timer_of_which_systemd_says_nothing_is_told_and_no_fault(home, machine, system):
    system.has_systemd = False
    schedule.write(plan(home), "systemd", machine)
    assert [finding.state for finding in schedule.check(plan(home), machine)] == ["ok", "warn"]


@pytest.mark.parametrize("kind", ["systemd", "cron"])
def test_the_run_of_a_folder_that_was_moved_is_seen_and_removed_by_its_name(kind, home, machine, system):
    schedule.write(plan(home), kind, machine)
    moved = home.rename(home.with_name("moved"))
    findings = schedule.check(plan(moved), machine)
    assert [finding.what for finding in findings] == [
        "no timed run of this folder",
        f"the folder of {name_of(home)} is not there",
    ]
    assert findings[1].fix.endswith(f"coursewaves schedule remove --name {name_of(home)}")
    schedule.write(plan(moved), kind, machine)
    schedule.remove(name_of(home), machine)
    assert not is_any_wrong(schedule.check(plan(moved), machine))


# Settings ------------------------------------------------------------------------------------------


def work_folder(home: Path, said: dict[str, str]) -> Any:
    """A work folder whose settings say something of the schedule, or nothing."""
    when = SimpleNamespace(**{"every": "day", "at": "02:30", "on": "monday"} | said)
    names = {"schedule"} if said else set()
    return SimpleNamespace(
        root=home, settings=SimpleNamespace(schedule=when, time_zone="Asia/Almaty", model_fields_set=names)
    )


def test_what_is_named_goes_before_settings_and_these_before_what_stands(home, machine):
    silent, said = work_folder(home, {}), work_folder(home, {"every": "week", "on": "friday", "at": "05:00"})
    assert schedule.plan_for(silent, machine).told == "every day at 02:30 Asia/Almaty"
    assert schedule.plan_for(said, machine).told == "Friday at 05:00 Asia/Almaty"
    assert schedule.plan_for(said, machine, every="day").told == "every day at 05:00 Asia/Almaty"
    schedule.write(plan(home, every="hour", at="00:07"), "systemd", machine)
    assert schedule.plan_that_stands(silent, machine).told == "every hour at 07 past"
    assert schedule.plan_that_stands(said, machine).told == "Friday at 05:00 Asia/Almaty"
    assert schedule.plan_that_stands(silent, machine, at="00:08").told == "every hour at 08 past"


# The machine -----------------------------------------------------------------------------------------


def test_a_command_that_is_not_there_answers_127():
    assert call(["no-such-command-of-ours"]).code == 127


def test_a_command_speaks_english_in_utc():
    answer = call(["sh", "-c", 'echo "$LC_ALL $TZ"; cat; echo no >&2; exit 3'], b"given\n")
    assert answer == Answer(3, b"C UTC\ngiven\n", b"no\n")
    assert answer.said == "no"


def test_the_clock_of_a_machine_without_a_zone_is_utc(tmp_path):
    assert clock_zone(tmp_path / "none") is UTC
    (tmp_path / "bad").write_bytes(b"no zone")
    assert clock_zone(tmp_path / "bad") is UTC


def test_this_machine_keeps_units_where_its_user_says(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    monkeypatch.setattr("sys.executable", str(tmp_path / "bin" / "python"))
    with pytest.raises(CoursewavesError, match="fix: install the package"):
        schedule.this_machine()
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "coursewaves").touch(mode=0o755)
    found = schedule.this_machine()
    assert found.program == tmp_path / "bin" / "coursewaves"
    assert found.user_units == tmp_path / "systemd" / "user"
    monkeypatch.setenv("XDG_CONFIG_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "me"))
    assert schedule.this_machine().user_units == tmp_path / "me" / ".config" / "systemd" / "user"


# The command line ------------------------------------------------------------------------------------


@pytest.fixture
def run(home, machine, monkeypatch) -> Callable[..., Result]:
    """Call the commands on the imagined machine."""
    monkeypatch.setattr(schedule, "this_machine", lambda: machine)
    return lambda *words: CliRunner().invoke(cli.app, ["--home", str(home), "schedule", *words])


def test_the_commands_write_check_and_remove(run, home, machine):
    assert run("check").exit_code == 1
    written = run("write")
    assert (written.exit_code, written.output.splitlines()[-2:]) == (
        0,
        [f"enabled: {name_of(home)}.timer", "next run: Wed 2026-11-25 02:30 Asia/Almaty"],
    )
    assert run("check").exit_code == 0
    assert run("check", "--at", "03:00").exit_code == 1
    assert run("remove").exit_code == 0
    assert run("remove").output == f"nothing to remove: {name_of(home)}\n"
    assert tree(machine.user_units) == {}


def test_a_time_given_by_options_is_what_check_expects(run):
    assert run("write", "--with", "cron", "--every", "week", "--on", "sunday", "--at", "04:15").exit_code == 0
    checked = run("check")
    assert checked.exit_code == 0
    assert "Sunday at 04:15 Asia/Almaty, by cron" in checked.output
    assert "next run: Sun 2026-11-29 04:15 Asia/Almaty" in checked.output


def test_a_time_other_than_that_of_the_settings_is_told(run, home, monkeypatch):
    said = work_folder(home, {"at": "05:00"})
    monkeypatch.setattr("coursewaves.commands.console.find_home", lambda path: said)
    assert "note:" not in run("write").output
    assert run("write", "--at", "06:00").output.splitlines()[-1] == (
        "note: a missed run is told by the settings, which say every day at 05:00 Asia/Almaty; "
        "fix: write the same under schedule: in coursewaves.yml"
    )
    assert run("check").exit_code == 1


@pytest.mark.parametrize(("kind", "first"), [("systemd", ".service\n# coursewaves "), ("cron", "# crontab\n30 2 * *")])
def test_a_dry_run_prints_all_and_writes_nothing(kind, first, run, machine, system):
    done = run("write", "--dry-run", "--with", kind)
    assert done.exit_code == 0
    assert first in done.output
    assert not machine.user_units.exists()
    assert system.crontab is None


@pytest.mark.parametrize(
    "words",
    [("write", "--at", "25:00"), ("write", "--every", "year"), ("write", "--with", "at"), ("write", "--on", "today"),
     ("write", "--system", "--with", "cron")],
)  # fmt: skip
def test_a_mistake_of_usage_ends_with_two_and_writes_nothing(words, run, machine, system):
    assert run(*words).exit_code == 2
    assert not machine.user_units.exists()
    assert not machine.system_units.exists()
    assert system.crontab is None


def test_the_settings_time_zone_counts(run, home, machine):
    (home / "coursewaves.yml").write_text("time_zone: Europe/Berlin\n")
    assert run("write").exit_code == 0
    timer = (machine.user_units / f"{name_of(home)}.timer").read_text()
    assert "OnCalendar=*-*-* 02:30:00 Europe/Berlin\n" in timer
    (home / "coursewaves.yml").unlink()
    assert "lacks 'OnCalendar=*-*-* 02:30:00 Asia/Almaty'" in run("check").output
