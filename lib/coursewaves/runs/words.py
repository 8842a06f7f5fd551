"""Say what became of a run, and what a person does now: a state and a record go in, sentences come out."""

from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

from coursewaves.errors import CoursewavesError
from coursewaves.phrases import Phrases, marked
from coursewaves.runs.history import Status
from coursewaves.runs.record import LEFT_OUT, Failure, Outcome, RunRecord
from coursewaves.settings.home import Settings

State = Outcome | Literal["missed", "never ran", "works again"]

TITLES: dict[str, str] = {
    "done": marked("The reports are made"),
    "nothing new": marked("Nothing new: the reports are current"),
    "incomplete": marked("The reports are current, but whole files are left out of them"),
    "failed": marked("Some reports could not be made"),
    "refused": marked("The run was refused"),
    "stopped": marked("The run was stopped"),
    "missed": marked("A run was missed"),
    "never ran": marked("There was no run yet"),
    "works again": marked("The runs work again"),
}

OUTCOMES: dict[str, str] = {
    "done": marked("made"),
    "nothing new": marked("nothing new"),
    "incomplete": marked("files left out"),
    "failed": marked("failed"),
    "refused": marked("refused"),
    "stopped": marked("stopped"),
}

NOTHING_TO_DO = marked("Nothing has to be done.")

ADVICE: dict[str, tuple[str, ...]] = {
    "incomplete": (
        marked(
            "Nothing of the files named is counted: export them again, or move what is no export out of the folder."
        ),
        marked("What is wrong with each file, and how to mend it, stands in the workbook of problems."),
    ),
    "failed": (
        marked("The older page of a report that failed stays in its place and is marked as stale."),
        marked("If the same place fails again, tell the developers the course's code and the reason, never the data."),
    ),
    "refused": (
        marked("Mend what the reason names and start the run again; until then the reports stay as they are."),
    ),
    "stopped": (marked("Nothing has to be mended: the next run goes on where this one ended."),),
    "missed": (
        marked("See whether the machine was off and whether its timer is switched on."),
        marked("Then start the run by hand: it makes up for all that was missed."),
    ),
    "never ran": (marked("Start the first run by hand and switch the timer on."),),
}


def phrases_of(settings: Settings) -> Phrases:
    """Return the phrases of the institute's first language; of English where it has no catalogue."""
    try:
        return Phrases(settings.languages[0])
    except CoursewavesError:
        return Phrases("en")


def state_of(status: Status) -> State:
    """Return the state that matters most: a missed run, else what became of the last one."""
    if status.missed:
        return "missed"
    return status.last.outcome if status.last else "never ran"


def title(phrases: Phrases, state: State) -> str:
    """Name a state."""
    return phrases.say(TITLES[state])


def sentence(phrases: Phrases, state: State, record: RunRecord | None, due: str = "") -> str:
    """Say what is behind a state, in one sentence; `due` is the time of a run that was missed."""
    if state == "missed":
        return phrases.say("A run was due on {due}; none has ended since.", due=due)
    if state == "never ran" or record is None:
        return phrases.say("No run has ended in this work folder.")
    if record.refusal:
        return phrases.say("Reason: {reason}", reason=record.refusal)
    numbers = {"made": record.n_made, "unchanged": record.n_unchanged, "failed": record.n_failed}
    written = {name: phrases.number(number) for name, number in numbers.items()}
    return phrases.say("Reports made: {made}; current already: {unchanged}; failed: {failed}.", **written)


def advice(phrases: Phrases, state: State, record: RunRecord | None) -> list[str]:
    """Say what a person does now, a sentence each."""
    told = [phrases.say(text) for text in ADVICE.get(state, (NOTHING_TO_DO,))]
    course = next((failure for failure in record.failures if failure.kind == "course"), None) if record else None
    if state != "failed" or course is None:
        return told
    command = f"coursewaves report --course {course.subject_id} --language {course.language}"
    return [phrases.say("Make one of them alone: {command}", command=command), *told]


def more(phrases: Phrases, count: int) -> str:
    """Say how many are not listed; nothing where all are."""
    return phrases.say_many("{count} more", "{count} more", count) if count else ""


def named(phrases: Phrases, failure: Failure) -> str:
    """Name what failed in the institute's words."""
    kinds = {"course": marked("Course"), LEFT_OUT: marked("File")}
    kind = phrases.say(kinds[failure.kind]) if failure.kind in kinds else failure.kind
    return f"{kind} {failure.subject_id}".strip()


def moment(phrases: Phrases, zone: ZoneInfo, value: datetime | None) -> str:
    """Format a time by the clocks of a zone, to the minute; a missing one is a dash."""
    if value is None:
        return phrases.day(None)
    local = value.astimezone(zone)
    return f"{phrases.day(local.date())}, {local:%H:%M}"


def short_moment(phrases: Phrases, zone: ZoneInfo, value: datetime) -> str:
    """Format a time in figures, to the minute."""
    local = value.astimezone(zone)
    return f"{phrases.short_day(local.date())} {local:%H:%M}"


def duration(phrases: Phrases, seconds: float) -> str:
    """Format how long something took, in seconds or in minutes and seconds."""
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return phrases.say("{seconds} s", seconds=rest)
    return phrases.say("{minutes} min {seconds} s", minutes=phrases.number(minutes), seconds=rest)
