"""A subject seen by one reader: its numbers, told in the reader's language."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from coursewaves.instruments import Entry, Instrument
from coursewaves.phrases import Phrases
from coursewaves.removals import removal_days
from coursewaves.subject import Subject


class View(Subject):
    """What every kind of report can say in its reader's language.

    Attributes
    ----------
    phrases
        Words, numbers and dates of the language.
    """

    phrases: Phrases

    def say(self, phrase: str, **values: Any) -> str:
        """Return a phrase in the reader's language."""
        return self.phrases.say(phrase, **values)

    def wording(self, entry: Entry) -> str:
        """Return the wording of an entry of the survey in the reader's language."""
        return entry.wording(self.phrases.language)

    def title(self, table: str, row: Mapping[Any, Any] | pd.Series) -> str:
        """Return the title of a registry row in the reader's language; a removed programme is marked as such (¶20)."""
        title = self.year.registry.title(table, row, self.phrases.language)
        day = removal_days(self.year.registry.decisions).get(row["programme_id"]) if table == "programmes" else None
        if day is None:
            return title
        return self.say("{title} (removed from the curriculum plan on {day})", title=title, day=self.phrases.day(day))

    def wave_name(self, instrument: Instrument) -> str:
        """Return what a wave is called (¶5)."""
        return self.say("Monitoring {wave}", wave=instrument.wave)

    def item_label(self, column: str) -> str:
        """Return the wording of an item."""
        return self.wording(self.year.survey.item(column))
