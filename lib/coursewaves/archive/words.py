"""Say the retention register in a reader's language: its table goes in, words come out."""

import pandas as pd

from coursewaves.archive.retention import REMOVED
from coursewaves.phrases import Phrases, marked
from coursewaves.registry.spans import DONE, DUE_SOON, NOT_YET, OPEN, OVERDUE

STATES = {
    NOT_YET: marked("its reports are not all made"),
    OPEN: marked("kept"),
    DUE_SOON: marked("to be handed over soon"),
    OVERDUE: marked("hand over now"),
    DONE: marked("handed over"),
    REMOVED: marked("removed, lies in the archive"),
}
"""What the state of a course's documents is called."""


def kept_head(phrases: Phrases) -> list[str]:
    """Return the headers of the register."""
    say = phrases.say
    return [
        say("Course"), say("Ended on"), say("Kept until"), say("Needed for a sample until"), say("May be removed from"),
        say("State"), say("Handed over on"), say("Bag"),
    ]  # fmt: skip


def kept_rows(phrases: Phrases, kept: pd.DataFrame) -> list[list[str]]:
    """Return the register's rows; a day that can't be told is a dash."""
    days = ("ended_on", "kept_until", "needed_until", "removable_on")
    return [
        [row["course_id"], *(_day(phrases, row[name]) for name in days), phrases.say(STATES[row["state"]]),
         _day(phrases, row["handed_over_on"]), row["bag_id"]]
        for row in kept.to_dict("records")
    ]  # fmt: skip


def _day(phrases: Phrases, value: pd.Timestamp) -> str:
    return phrases.day(None) if pd.isna(value) else phrases.short_day(value.date())
