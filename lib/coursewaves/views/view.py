"""A subject seen by one reader: its numbers, told in the reader's language."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from coursewaves.phrases import Phrases, Said
from coursewaves.survey.instruments import Entry, Instrument, Option
from coursewaves.views.subject import Subject


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

    def wording(self, entry: Entry | Option) -> str:
        """Return the wording of an entry of the survey, or of an option, in the reader's language."""
        return Said(entry.wording(self.phrases.language), entry.code if isinstance(entry, Option) else entry.id)

    def title(self, table: str, row: Mapping[Any, Any] | pd.Series) -> str:
        """Return the title of a registry row in the reader's language; a removed programme is marked as such (¶20)."""
        title = self.year.registry.title(table, row, self.phrases.language)
        day = self.removal_days.get(row["programme_id"]) if table == "programmes" else None
        if day is None:
            return title
        marked = self.say("{title} (removed from the curriculum plan on {day})", title=title, day=self.phrases.day(day))
        return str(marked)  # a title is known by no key

    def wave_name(self, instrument: Instrument) -> str:
        """Return what a wave is called (¶5)."""
        return Said(self.say("Monitoring {wave}", wave=instrument.wave), instrument.id)

    def item_label(self, column: str) -> str:
        """Return the wording of an item."""
        return Said(self.wording(self.year.survey.item(column)), column)
