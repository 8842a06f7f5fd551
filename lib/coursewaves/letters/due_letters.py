"""Find which letters to competence centres are due (¶12): tables and a day go in, letters and findings come out.

Nothing here knows a word, a file or a clock.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import NamedTuple

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.letters.links import Link, Links
from coursewaves.registry.reader import Registry
from coursewaves.registry.windows import wave_windows
from coursewaves.settings.fieldwork import Letters
from coursewaves.survey.instruments import Instrument, Survey
from coursewaves.system.findings import Finding

COVER, SAMPLE, REMINDER = "cover", "sample", "reminder"
KINDS = (COVER, SAMPLE, REMINDER)
"""A cover letter for a wave that asks everybody, one for a sample wave with the list of the drawn, a reminder."""

NO_MAP = "run the script of its form (coursewaves forms) and put the form_map.json that it saves into forms/"
NO_SAMPLE = "draw it with coursewaves sample, and put its invitations.csv into the registry folder"

Written = Mapping[tuple[str, str, str], date]
"""By kind, questionnaire and course: the day of the last letter about it."""


class Stream(NamedTuple):
    """One course in a letter.

    Attributes
    ----------
    course_id
        The course.
    link
        Where its participants answer.
    opens, due, closes
        The window of the wave (¶5); both ends count.
    n_invited, n_answered
        People asked, and their answers so far; None in a letter that does not speak of them.
    """

    course_id: str
    link: Link
    opens: date
    due: date
    closes: date
    n_invited: int | None = None
    n_answered: int | None = None


class Letter(NamedTuple):
    """One letter to one competence centre about one wave."""

    kind: str
    instrument: Instrument
    centre_id: str
    streams: tuple[Stream, ...]


class Wanted(NamedTuple):
    """What a person asks for: waves, centres and courses, all where none is named; and whether reminders are meant."""

    waves: tuple[int, ...] = ()
    centres: tuple[str, ...] = ()
    courses: tuple[str, ...] = ()
    reminders: bool = False


class Known(NamedTuple):
    """What is known on a day.

    Attributes
    ----------
    today
        The day.
    links
        Where each course's participants answer.
    written
        Letters of earlier days.
    responses
        One row is one form that is kept; needed for reminders alone.
    """

    today: date
    links: Links
    written: Written
    responses: pd.DataFrame


def due_letters(
    registry: Registry, survey: Survey, rules: Letters, wanted: Wanted, known: Known
) -> tuple[list[Letter], list[Finding]]:
    """Find the letters that are due on a day, by wave and centre.

    A course stands in a cover letter from `Letters.ahead_days` before its window opens until it closes, unless an
    earlier letter of its wave names it; in that of a sample wave as long as somebody drawn is not invited yet. A
    course that is asked for by name stands in it whenever its window is not over.

    Returns
    -------
    tuple
        The letters, and a finding for each course that has to be left out, with what to do about it.

    Raises
    ------
    CoursewavesError
        Where a wave, centre or course is asked for that there is not.
    """
    _check(registry, survey, wanted)
    letters: list[Letter] = []
    findings: list[Finding] = []
    for instrument in survey.waves():
        if wanted.waves and instrument.wave not in wanted.waves:
            continue
        draft = _Draft(registry, instrument, rules, wanted, known)
        letters += draft.letters()
        findings += draft.findings
    return letters, findings


def _check(registry: Registry, survey: Survey, wanted: Wanted) -> None:
    known: list[tuple[str, Iterable[object], list[object]]] = [
        ("the waves", wanted.waves, [one.wave for one in survey.waves()]),
        ("the registry's centres", wanted.centres, registry.centres["centre_id"].tolist()),
        ("the registry's courses", wanted.courses, registry.courses["course_id"].tolist()),
    ]
    for where, asked, possible in known:
        for one in asked:
            if one not in possible:
                raise CoursewavesError.not_found(one, where, possible)


class _Draft:
    """The letters of one wave in the making, and what is left out of them."""

    def __init__(
        self, registry: Registry, instrument: Instrument, rules: Letters, wanted: Wanted, known: Known
    ) -> None:
        self.registry, self.instrument, self.rules = registry, instrument, rules
        self.wanted, self.known = wanted, known
        self.findings: list[Finding] = []
        self.is_sample = instrument.least_percent is not None
        self.kind = REMINDER if wanted.reminders else SAMPLE if self.is_sample else COVER
        invitations = registry.invitations
        self.drawn = invitations[invitations["wave"] == instrument.wave]
        forms = known.responses
        self.answers = forms.loc[forms["instrument_id"] == instrument.id, "course_id"].value_counts()

    def letters(self) -> list[Letter]:
        """Return a letter for each centre, in the registry's order."""
        by_centre: dict[str, list[Stream]] = {}
        for centre_id, stream in self._streams():
            by_centre.setdefault(centre_id, []).append(stream)
        order = [str(name) for name in self.registry.centres["centre_id"] if str(name) in by_centre]
        return [Letter(self.kind, self.instrument, name, tuple(by_centre[name])) for name in order]

    def _streams(self) -> Iterator[tuple[str, Stream]]:
        courses = self.registry.courses
        windows = wave_windows(courses, self.instrument)
        near = 0
        for row, due, opens, closes in zip(courses.to_dict("records"), *windows, strict=True):
            course_id, centre_id = str(row["course_id"]), row["centre_id"]
            is_named = course_id in self.wanted.courses
            if (self.wanted.courses and not is_named) or (self.wanted.centres and centre_id not in self.wanted.centres):
                continue
            if pd.isna(due):
                self._leave_out(course_id, "it has no date from which its window is counted", "add it to courses.csv")
                continue
            days = (opens.date(), due.date(), closes.date())
            if not self._is_time(course_id, *days, is_named=is_named):
                continue
            near += 1
            stream = self._stream(course_id, centre_id, row["enrolled"], days)
            if stream is not None:
                yield str(centre_id), stream
        if near and self.is_sample and self.drawn.empty:
            what = f"wave {self.instrument.wave}: nobody is drawn, and no letter asks anybody"
            self.findings.append(Finding("warn", what, NO_SAMPLE))

    def _is_time(self, course_id: str, opens: date, due: date, closes: date, *, is_named: bool) -> bool:
        """Whether a letter about a course is due; one that is asked for by name, and too late, is told."""
        today, rules = self.known.today, self.rules
        if today > closes:
            if is_named:
                over = f"its window of wave {self.instrument.wave} closed on {closes}"
                self._leave_out(course_id, over, "nothing; answers do not count any more")
            return False
        if self.kind == REMINDER:
            wait = timedelta(days=rules.remind_after_days)
            return opens + wait <= today and self._rested(course_id, wait)
        is_near = is_named or opens - timedelta(days=rules.ahead_days) <= today
        is_told = (self.kind, self.instrument.id, course_id) in self.known.written
        return is_near and (self.kind == SAMPLE or is_named or not is_told)

    def _rested(self, course_id: str, wait: timedelta) -> bool:
        """Whether the last letter about a course is old enough for a reminder."""
        days = [self.known.written.get((kind, self.instrument.id, course_id)) for kind in KINDS]
        return all(day is None or day + wait <= self.known.today for day in days)

    def _stream(
        self, course_id: str, centre_id: object, enrolled: object, days: tuple[date, date, date]
    ) -> Stream | None:
        n_invited, n_answered = None, None
        if self.kind == SAMPLE:
            n_invited = len(to_invite(self.drawn, course_id, self.known.today))
            if not n_invited:
                return None
        if self.kind == REMINDER:
            n_invited, n_answered = self._n_invited(course_id, enrolled), int(self.answers.get(course_id, 0))
            if not n_invited or 100 * n_answered >= self.rules.remind_below * n_invited:
                return None
        link = self.known.links.get((course_id, self.instrument.id))
        if link is None or link.fault or not isinstance(centre_id, str):
            self._leave_out(course_id, *self._fault(link, centre_id))
            return None
        return Stream(course_id, link, days[0], days[1], days[2], n_invited, n_answered)

    def _fault(self, link: Link | None, centre_id: object) -> tuple[str, str]:
        """Return why a course has no letter, and what to do about it."""
        if not isinstance(centre_id, str):
            return "no centre runs it", "fill in centre_id in courses.csv"
        name = f"questionnaire {self.instrument.id}"
        return (f"no link of {name}" if link is None else f"{link.fault} ({name})"), NO_MAP

    def _n_invited(self, course_id: str, enrolled: object) -> int:
        """Return how many were asked: the drawn that were invited, else all enrolled; an unknown number is told."""
        if self.is_sample:
            rows = self.drawn[self.drawn["course_id"] == course_id]
            return int((rows["invited_on"].notna() & (rows["outcome"] != "not_eligible")).sum())
        if isinstance(enrolled, int):
            return enrolled
        self._leave_out(course_id, "not known how many are to answer", "fill in enrolled in courses.csv")
        return 0

    def _leave_out(self, course_id: str, why: str, fix: str) -> None:
        self.findings.append(Finding("warn", f"{course_id} stands in no letter: {why}", fix))


def to_invite(drawn: pd.DataFrame, course_id: str, today: date) -> pd.DataFrame:
    """Return the rows of invitations of a course whose people are to be invited: not yet, or on this very day."""
    rows = drawn[drawn["course_id"] == course_id]
    is_new = rows["invited_on"].isna() | (rows["invited_on"] >= pd.Timestamp(today))
    return rows[is_new & rows["outcome"].isna()]
