"""Tell people when runs fail, are refused or missed, and when they work again; the same trouble once a day.

A message says the state, counts, courses and reasons, and what to do; nothing of what anybody answered. One that
can't be sent is told in the log and on the status page, and never changes what the run itself came to.
"""

import hashlib
import logging
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.runs.history import Status, read_status, timed
from coursewaves.runs.record import GOOD, RunRecord, summary, tidy
from coursewaves.runs.senders import Message, Sent, send_email, send_webhook
from coursewaves.runs.status import absence, write_status
from coursewaves.runs.words import State, advice, moment, more, phrases_of, sentence, title
from coursewaves.settings.home import Home, Settings
from coursewaves.system.oneline import one_line
from coursewaves.system.private_files import write_private

MEMORY = "alerts.json"
"""What was told last, in the folder ``data`` of a work folder."""

AGAIN_AFTER = timedelta(hours=24)

FAILURES_NAMED = 20

log = logging.getLogger("coursewaves")


class Told(BaseModel):
    """What one way of sending told last: a state, a sum of what was behind it, and when."""

    model_config = ConfigDict(frozen=True)

    state: str
    digest: str
    at: AwareDatetime


class _Memory(BaseModel):
    told: dict[str, Told] = {}


class News(NamedTuple):
    """What there is to tell: `record` is the run behind a state, `due` when a missed one was due."""

    state: State
    record: RunRecord | None = None
    due: datetime | None = None

    @property
    def is_trouble(self) -> bool:
        """Whether a person has to do something."""
        return self.state in ("incomplete", "failed", "refused", "missed", "never ran")

    @property
    def digest(self) -> str:
        """Sum of what is the matter: equal for the same trouble of another night."""
        failures = sorted(map(str, self.record.failures)) if self.record and self.is_trouble else []
        refusal = self.record.refusal if self.record else ""
        return hashlib.sha256("\0".join([self.state, refusal, *failures]).encode("utf-8", "replace")).hexdigest()


def finish_run(home: Home, record: RunRecord, now: datetime) -> str:
    """Log a run that ended, write the status, tell people, and return its summary; no fault of these is raised."""
    record = tidy(record, home.root)
    line = summary(record)
    log.log(logging.INFO if record.is_good else logging.ERROR, "%s", line)
    _finish(home, record, now)
    return line


def finish_check(home: Home, now: datetime) -> str:
    """Tell people when a run was missed or none ever ran, and return a sentence about it; empty where all is well."""
    line = absence(home, now)
    if line:
        log.error("%s", line)
    _finish(home, None, now)
    return line


def _finish(home: Home, record: RunRecord | None, now: datetime) -> None:
    _tried("write the status", lambda: write_status(home, record, now))
    unsent: list[str] = []
    _tried("send messages", lambda: unsent.extend(send_alerts(home, record, now)))
    if unsent:
        _tried("write the status", lambda: write_status(home, None, now, unsent))


def _tried(what: str, work: Callable[[], object]) -> None:
    try:
        work()
    except Exception as error:  # whatever happens here must not change what the run came to
        log.error("can't %s: %s", what, error)


def send_alerts(home: Home, record: RunRecord | None, now: datetime) -> list[str]:
    """Tell people of a run, by every way that the settings name.

    Parameters
    ----------
    home
        The work folder. Settings with faults don't matter here: what is sound of them counts.
    record
        The run that ended; None to tell of one that was missed, if one was.
    now
        An aware time.

    Returns
    -------
    list of str
        Why a message could not be sent, one for each way that failed. It is tried again after the next run.
    """
    settings = home.sound_settings
    news, memory = _news(home, record, settings, now), _read_memory(home)
    told, unsent = dict(memory), []
    for way, send in _ways(settings, now).items():
        state = _to_tell(news, memory.get(way), now) if news else None
        if news is None or state is None:
            continue
        sent = send(compose(news._replace(state=state), settings))
        if sent.failure:
            log.error("a message was not sent: %s", sent.failure)
            unsent.append(sent.failure)
        if sent.has_arrived:
            log.info("told by %s: %s", way, state)
            told[way] = Told(state=news.state, digest=news.digest, at=now)
    if told != memory:
        _tried(f"write {MEMORY}", lambda: _write_memory(home, told))
    return unsent


def _ways(settings: Settings, now: datetime) -> dict[str, Callable[[Message], Sent]]:
    """Return how to send, by the name of each way."""
    email, webhook = settings.alerts.email, settings.alerts.webhook
    ways: dict[str, Callable[[Message], Sent]] = {}
    if email is not None:
        ways["email"] = lambda message: send_email(email, message, now)
    if webhook is not None:
        ways["webhook"] = lambda message: send_webhook(webhook, message)
    return ways


def _news(home: Home, record: RunRecord | None, settings: Settings, now: datetime) -> News | None:
    """Return what there is to tell of a run, or of its absence; None where none was missed."""
    if record is not None:
        return News(record.outcome, tidy(record, home.root))
    try:
        status = timed(read_status(home), settings, now)
    except CoursewavesError:
        status = Status()
    if not status.runs:
        return News("never ran")
    return News("missed", due=status.missed_since) if status.missed else None


def _to_tell(news: News, before: Told | None, now: datetime) -> State | None:
    """Decide what is told: new trouble, the same after a day, or once that all is well; else nothing."""
    if not news.is_trouble:
        is_good = news.record is not None and news.record.is_good
        return "works again" if is_good and before is not None and before.state not in GOOD else None
    if before is None or before.digest != news.digest:
        return news.state
    return news.state if now - before.at >= AGAIN_AFTER or before.at > now else None


def compose(news: News, settings: Settings) -> Message:
    """Write the message about a state, in the institute's first language.

    Its facts name the state in English, with the counts, courses and reasons as plain values.
    """
    phrases, record = phrases_of(settings), news.record
    head = title(phrases, news.state)
    institute = one_line(settings.institute.get(phrases.language, ""), longest=80)
    failures = record.failures if record else ()
    lines = [institute, head, sentence(phrases, news.state, record, moment(phrases, settings.zone, news.due)), ""]
    lines += [f"- {failure}" for failure in failures[:FAILURES_NAMED]]
    lines += [more(phrases, len(failures[FAILURES_NAMED:])), "", phrases.say("What to do now") + ":"]
    lines += [f"- {text}" for text in advice(phrases, news.state, record)]
    kept = [line for place, line in enumerate(lines) if line or (place and lines[place - 1])]
    subject = f"{institute}: {head}" if institute else head
    return Message(subject, "\n".join(kept).strip(), _facts(news, institute))


def _facts(news: News, institute: str) -> Mapping[str, Any]:
    facts: dict[str, Any] = {"state": news.state, "institute": institute}
    if news.due:
        facts["due_at"] = news.due.isoformat()
    if (record := news.record) is not None:
        counts = {name: getattr(record, name) for name in ("n_made", "n_unchanged", "n_failed", "n_stale")}
        failures = [asdict(failure) for failure in record.failures[:FAILURES_NAMED]]
        facts |= {"summary": summary(record), "ended_at": record.ended_at.isoformat(), **counts, "failures": failures}
    return facts


def _read_memory(home: Home) -> dict[str, Told]:
    """Return what each way told last; one that can't be read is as if nothing was told yet."""
    try:
        return _Memory.model_validate_json((home.root / "data" / MEMORY).read_bytes()).told
    except (OSError, ValidationError):
        return {}


def _write_memory(home: Home, told: dict[str, Told]) -> None:
    text = _Memory(told=dict(sorted(told.items()))).model_dump_json(indent=1)
    write_private(home.root / "data" / MEMORY, lambda draft: draft.write_text(text, encoding="utf-8"))
