"""Describe one row of each of the registry's tables: one model per table, one field per column with its meaning."""

import re
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
"""Names that Windows keeps for itself, whatever follows after a point: no file can have one."""


ID_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,40}")
"""What an id is made of: it names files and stands in forms."""


def _code(value: str) -> str:
    """Hold an id against what it is made of; the message says what is wrong without repeating it."""
    if RESERVED.fullmatch(value):
        raise ValueError("some systems can't name a file so")
    if ID_PATTERN.fullmatch(value):
        return value
    if re.search("[\u0400-\u04ff]", value):
        raise ValueError("write the id in Latin letters: this text has Cyrillic ones, which may only look alike")
    raise ValueError("write an id of up to 40 Latin letters, digits, - and _, without spaces, such as P01-03")


Id = Annotated[str, AfterValidator(_code)]
Language = Literal["kk", "ru", "en"]


def iso_day(text: str) -> str | None:
    """Return a day as ``2025-03-14``; None where the text is none, or has an order that could be another.

    With points between them day, month and year always stand in this order.

    >>> iso_day("14.03.2025"), iso_day("2025-03-14 00:00:00"), iso_day("14/03/2025")
    ('2025-03-14', '2025-03-14', None)
    """
    bare = text.strip().removesuffix(" 00:00:00")  # as a worksheet's date cells are read
    if found := re.fullmatch(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?: ?(?:г|ж)\.?)?", bare):
        day, month, year = map(int, found.groups())
        bare = f"{year:04}-{month:02}-{day:02}"
    return bare if re.fullmatch(r"\d{4}-\d{2}-\d{2}", bare) else None


def _day(value: object) -> object:
    text = iso_day(str(value))
    if text is None:
        raise ValueError("write the day as 2025-03-14 or 14.03.2025")
    return text


def _whole(value: object) -> object:
    text = str(value).strip().removesuffix(".0")
    if not re.fullmatch(r"[+-]?\d{1,15}", text):
        raise ValueError("write a whole number and nothing else")
    return int(text)


Day = Annotated[date, BeforeValidator(_day)]
Count = Annotated[int, BeforeValidator(_whole)]


class Row(BaseModel):
    """One row of a registry table; cells that hold nothing are None."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Titled(Row):
    """A row with a title in at least one language."""

    title_kk: str | None = Field(None, description="title in Kazakh")
    title_ru: str | None = Field(None, description="title in Russian")
    title_en: str | None = Field(None, description="title in English")

    @model_validator(mode="after")
    def _has_a_title(self) -> Self:
        if not (self.title_kk or self.title_ru or self.title_en):
            raise ValueError("no title in any language")
        return self


class Region(Titled):
    """One row is one region of the country; built in for Kazakhstan."""

    region_id: Id = Field(description="code by ISO 3166-2, such as KZ-75")
    kato: str | None = Field(None, description="national classifier's code (KATO)")
    type: Literal["region", "city"] | None = Field(None, description="region or city of the same rank")
    aliases: str | None = Field(None, description='other names seen in exports, "|" between them')


class Direction(Titled):
    """One row is one direction of training, a group of programmes (¶10)."""

    direction_id: Id = Field(description="the direction's id")


class Programme(Titled):
    """One row is one course programme (¶17)."""

    programme_id: Id = Field(description="the programme's id")
    direction_id: Id | None = Field(None, description="its direction")
    hours: Count = Field(gt=0, description="length in academic hours")
    practical_hours: Count | None = Field(None, ge=0, description="hours of the practical block (¶9)")
    opened_on: Day | None = Field(None, description="first day of its approval")


class Topic(Titled):
    """One row is one topic of a programme's curriculum plan (¶17, ¶18)."""

    topic_id: Id = Field(description="the topic's id")
    programme_id: Id = Field(description="its programme")
    number: Count = Field(ge=1, le=12, description="place in the plan, the first is 1")
    hours: float = Field(gt=0, description="academic hours")
    trainer_id: Id | None = Field(None, description="the trainer who teaches it")


class Ability(Row):
    """One row is one ability that a programme promises (the course passport)."""

    programme_id: Id = Field(description="its programme")
    number: Count = Field(ge=1, le=5, description="place in the passport, the first is 1")
    text_kk: str | None = Field(None, description="wording in Kazakh, as the questionnaire asks it")
    text_ru: str | None = Field(None, description="wording in Russian")
    text_en: str | None = Field(None, description="wording in English")

    @model_validator(mode="after")
    def _has_a_text(self) -> Self:
        if not (self.text_kk or self.text_ru or self.text_en):
            raise ValueError("no text in any language")
        return self


class Trainer(Row):
    """One row is one trainer with the academic record of ¶17."""

    trainer_id: Id = Field(description="the trainer's id")
    name: str = Field(min_length=1, description="name as it is printed")
    degree: str | None = Field(None, description="academic degree")
    position: str | None = Field(None, description="position")
    experience_years: Count | None = Field(None, ge=0, le=80, description="years of experience")


class Centre(Titled):
    """One row is one competence centre (¶12)."""

    centre_id: Id = Field(description="the centre's id")
    region_id: Id | None = Field(None, description="region where it stands")
    email: str | None = Field(None, description="where cover letters go")
    language: Language | None = Field(None, description="language of its letters; else the institute's first")


class Course(Row):
    """One row is one course: one run of a programme, with its dates (¶5)."""

    course_id: Id = Field(description="the course's code, as it stands in the forms")
    programme_id: Id = Field(description="its programme")
    starts_on: Day | None = Field(None, description="first day")
    ends_on: Day | None = Field(None, description="last day")
    centre_id: Id | None = Field(None, description="the centre that ran it")
    language: Language | None = Field(None, description="language of teaching")
    enrolled: Count | None = Field(None, ge=0, description="participants on the first day")
    completed: Count | None = Field(None, ge=0, description="participants who completed it (¶10)")
    aliases: str | None = Field(None, description='other names seen in exports, "|" between them')
    trainer_ids: str | None = Field(None, description='its trainers, "|" between them')

    @model_validator(mode="after")
    def _ends_after_start(self) -> Self:
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValueError("ends_on is before starts_on")
        return self


class Participant(Row):
    """One row is one participant of one course, under a code instead of a name (¶17)."""

    participant_id: Id = Field(description="pseudonymous code, as it stands in the forms")
    course_id: Id = Field(description="the course")
    role: Literal["head", "methodologist", "teacher"] | None = Field(None, description="position")
    region_id: Id | None = Field(None, description="region of the workplace")
    age_band: Literal["u30", "30-39", "40-49", "50-59", "60+"] | None = Field(None, description="age in years")
    experience_band: Literal["u3", "3-5", "6-10", "11-20", "o20"] | None = Field(
        None, description="years of work with children"
    )
    completed: Literal["yes", "no"] | None = Field(None, description="whether the course was completed")


Council = Literal["smc", "academic"]
"""The scientific-methodological council, then the Academic Council (¶15)."""


class Decision(Row):
    """One row is one decision of the Academic Council on a programme, or the SMC's recommendation of it (¶18-20)."""

    decision_id: Id = Field(description="the decision's id")
    programme_id: Id = Field(description="the programme")
    decided_on: Day = Field(description="day of the meeting")
    council: Council = Field(description="which council decided (¶15)")
    kind: Literal[
        "change_curriculum", "change_topic", "change_duration", "change_programme", "remove_programme", "none"
    ] = Field(description="what was decided (¶19, ¶20); none where it was to change nothing")
    text: str | None = Field(None, description="the decision's wording")
    owner: str | None = Field(None, description="who carries it out: an office rather than a name")
    due_on: Day | None = Field(None, description="day by which it is to be carried out")
    done_on: Day | None = Field(None, description="day on which it was carried out")


class Sitting(Row):
    """One row is one sitting of a council that is planned or was held (¶15)."""

    council: Council = Field(description="which council")
    held_on: Day = Field(description="day of the sitting")


class Hearing(Row):
    """One row is one report that a council has heard (¶15, ¶18)."""

    subject_id: Id = Field(description="the report's subject: a course's or a programme's id")
    kind: Literal["course", "topic", "factors"] = Field(description="kind of report (¶14, ¶16)")
    council: Council = Field(description="which council heard it")
    held_on: Day = Field(description="day of the sitting")
    outcome: Literal["accepted", "returned"] = Field(description="taken, or given back to be heard anew")


class WorkingDay(Row):
    """One row is one day of which it is known whether it is worked; it goes before the country's calendar (¶13)."""

    date: Day = Field(description="the day")
    is_working: Literal["yes", "no"] = Field(description="whether it is worked")
    name: str | None = Field(None, description="the holiday, or the order that moved the day")


class Receipt(Row):
    """One row is one wave of one course: the day from which the fifteen working days run (¶13)."""

    course_id: Id = Field(description="the course")
    wave: Count = Field(ge=1, description="number of the wave")
    received_on: Day = Field(description="day on which its results came in")


class Handover(Row):
    """One row is one course whose documents went to the archive (¶22)."""

    course_id: Id = Field(description="the course")
    handed_over_on: Day = Field(description="day on which the archive took them")


class Archived(Row):
    """One row is one course whose data were removed once its bag was verified; so later reports can name it (¶22)."""

    course_id: Id = Field(description="the course")
    programme_id: Id = Field(description="its programme")
    starts_on: Day | None = Field(None, description="first day")
    ends_on: Day | None = Field(None, description="last day")
    centre_id: Id | None = Field(None, description="the centre that ran it")
    language: Language | None = Field(None, description="language of teaching")
    enrolled: Count | None = Field(None, ge=0, description="participants on the first day")
    completed: Count | None = Field(None, ge=0, description="participants who completed it (¶10)")
    handed_over_on: Day | None = Field(None, description="day on which the archive took them")
    removed_on: Day = Field(description="day on which its data were removed here")
    bag_id: Id = Field(description="id of the bag that holds them")


class Invitation(Row):
    """One row is one person invited to a sample wave, and what became of it (¶10)."""

    participant_id: Id = Field(description="the participant's code, as in participants")
    course_id: Id = Field(description="the course")
    wave: Count = Field(ge=1, description="number of the wave")
    invited_on: Day | None = Field(None, description="day of the invitation; empty until it was sent")
    outcome: Literal["answered", "refused", "not_reached", "other", "not_eligible"] | None = Field(
        None, description="what became of it, where staff know; answers that came in count by themselves"
    )
    closed_on: Day | None = Field(None, description="day on which that was known")
