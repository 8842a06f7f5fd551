"""Describe every column of the tables: a survey design goes in, one `Variable` a column comes out; no answer does.

The same descriptions make the labels of SPSS files, the sheet ``labels`` of workbooks, the DDI documents and pages.
"""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export.variables import Code, Kind, Variable
from coursewaves.intake.forms import AFTERWARDS, BACKGROUND, no_forms
from coursewaves.phrases import Phrases, marked
from coursewaves.score import IDENTITY, composition, score_names
from coursewaves.settings.home import Settings
from coursewaves.survey.instruments import Entry, Instrument, Item, Option, Scale, Survey, Texts, wording

_LABELS = {
    "response_id": marked("Code of the form"),
    "file": marked("File of the export"),
    "row": marked("Row of the file"),
    "course_id": marked("Course"),
    "instrument_id": marked("Questionnaire"),
    "wave": marked("Wave"),
    "submitted_at": marked("Time of the answer ({zone})"),
    "language": marked("Language of the answer"),
    "respondent_id": marked("Code of the participant"),
    "is_straightlined": marked("The same mark everywhere"),
}
_OWN_KINDS: dict[str, Kind] = {"wave": "ordinal", "is_straightlined": "flag"}
_REPEATED = {
    "abilities": marked("Ability {number} of the course passport"),
    "topics": marked("Topic {number} of the programme"),
}
_WINDOWS = {
    "starts_on": marked("Answers count from day {opens} to day {closes}; day 0 is the first day of the course."),
    "ends_on": marked("Answers count from day {opens} to day {closes}; day 0 is the last day of the course."),
}
SCORE_RULE = marked(
    "Scores run from 0 (lowest step of the scale) to 100 (highest); a score needs at least half of its questions "
    "answered, and “not applicable” counts as no answer."
)
"""How every score is made of its parts, besides being their mean."""


@dataclass(frozen=True)
class Codebook:
    """What the columns of an institute's tables mean.

    Attributes
    ----------
    survey
        The survey design.
    settings
        What the institute decided.
    regions
        The registry's regions, whose codes answers hold.
    """

    survey: Survey
    settings: Settings
    regions: pd.DataFrame

    def variables(self, instrument: Instrument | None = None) -> list[Variable]:
        """Return the columns of `responses` and `scores`, all or of one questionnaire."""
        forms = no_forms(self.survey, self.settings).drop(columns=list(AFTERWARDS))
        asked = [self._column("responses", str(name), dtype) for name, dtype in forms.dtypes.items()]
        if instrument is not None:
            asked = [variable for variable in asked if instrument.id in (variable.instruments or (instrument.id,))]
        instruments = self.survey.waves() if instrument is None else [instrument]
        made = [self._column("scores", name, forms.dtypes[name]) for name in IDENTITY]
        scores = (self._score(name, instruments) for name in score_names(self.survey))
        return [*asked, *made, *(score for score in scores if score.parts)]

    @cached_property
    def phrases(self) -> dict[str, Phrases]:
        """The survey's languages that the library speaks, English if it speaks none."""
        found = {}
        for language in self.survey.languages:
            try:
                found[language] = Phrases(language)
            except CoursewavesError:
                continue  # its questions are translated, our own phrases are not
        return found or {"en": Phrases("en")}

    def say(self, phrase: str, **values: Any) -> Texts:
        """Return a phrase in every language, each filled with values in that language."""
        return {
            language: phrases.say(phrase, **{name: _in(value, language) for name, value in values.items()})
            for language, phrases in self.phrases.items()
        }

    def name(self, texts: Texts, code: str) -> Texts:
        """Return what something is called: its texts, or its code where it has none."""
        return texts or dict.fromkeys(self.survey.languages, code)

    def title(self, instrument: Instrument | None) -> Texts:
        """Return what a questionnaire is called, or the survey as a whole."""
        if instrument is None:
            return self.say("Monitoring of the effectiveness of courses")
        return self.name(instrument.text, instrument.id)

    def is_draft(self, instrument: Instrument | None, language: str) -> bool:
        """Whether a native reader has still to review it; English is the source."""
        phrases = self.phrases.get(language)
        asked = self.survey.instruments if instrument is None else [instrument]
        is_ours = phrases is None or phrases.is_reviewed
        return language != "en" and not (is_ours and all(one.reviewed for one in asked))

    def universe(self, instrument: Instrument) -> Texts:
        """Return who is asked."""
        return self.say("Participants who answered “{instrument}”.", instrument=self.title(instrument))

    def window(self, instrument: Instrument) -> Texts:
        """Return which answers count (¶5)."""
        opens, closes = (str(day).replace("-", "−") for day in (instrument.window.opens, instrument.window.closes))
        return self.say(_WINDOWS[instrument.window.anchor], opens=opens, closes=closes)

    @cached_property
    def _items(self) -> dict[str, tuple[Item, Instrument]]:
        waves = self.survey.waves()
        return {column: (item, wave) for wave in waves for item in wave.items for column in self.survey.columns(item)}

    @cached_property
    def _background(self) -> dict[str, Item]:
        """The questions about the person by the column that holds their answers."""
        purposes = {"language": "language", **BACKGROUND}
        return {purposes[item.purpose]: item for item in self.survey.background if item.purpose in purposes}

    def _column(self, table: str, column: str, dtype: Any) -> Variable:
        if column in self._items:
            return self._asked(column)
        codes, code_list = self._own_codes(column)
        if column in self._background and not codes:
            scale = self.survey.scale(self._background[column].scale)
            codes, code_list = self._codes(scale), scale.id
        kind = _OWN_KINDS.get(column, "single" if codes else _kind_of(dtype))
        label = self.say(_LABELS[column], zone=self.settings.time_zone) if column in _LABELS else {}
        question = self._background[column].text if column in self._background else {}
        return Variable(
            table, column, kind, label or self.name(question, column), question, codes=codes, code_list=code_list
        )

    def _own_codes(self, column: str) -> tuple[tuple[Code, ...], str]:
        """Return the codes of a column that no scale lists."""
        waves = self.survey.waves()
        if column == "instrument_id":
            return tuple(Code(wave.id, self.title(wave)) for wave in waves), column
        if column == "wave":
            numbers = dict.fromkeys(wave.wave for wave in waves)
            return tuple(Code(str(number), self.say("Monitoring {wave}", wave=number)) for number in numbers), column
        if column == "is_straightlined":
            return (Code("0", self.say("no")), Code("1", self.say("yes"))), column
        if column == "region_id":
            rows = self.regions.to_dict("records")
            return tuple(Code(str(row["region_id"]), _titles(row)) for row in rows), column
        return (), ""

    def _asked(self, column: str) -> Variable:
        item, instrument = self._items[column]
        scale = self.survey.scale(item.scale)
        stems = {grid.id: grid.text for grid in instrument.grids}
        stem = stems.get(item.grid or "", {})
        label = self._label(item, column)
        question = {lang: f"{stem[lang]} [{text}]" if stem.get(lang) else text for lang, text in label.items()}
        low, high = scale.bounds if scale.is_scored else (None, None)
        return Variable(
            "responses", column, scale.kind, label, question, stem, self._codes(scale), scale.id, low, high,
            (instrument.id,), self._concepts(item.indicator), tuple(item.paragraphs or instrument.paragraphs),
        )  # fmt: skip

    def _label(self, item: Item, column: str) -> Texts:
        """Return an item's wording; a repeated one numbers its ability or topic."""
        if item.repeat is None:
            return self.name(item.text, item.id)
        rows = self.say(_REPEATED[item.repeat], number=column.rpartition(".")[2])
        return {lang: text.replace("{row}", wording(rows, lang)) for lang, text in item.text.items()}

    def _codes(self, scale: Scale) -> tuple[Code, ...]:
        options = [*self._listed(scale), *scale.options]
        codes = [Code(option.code, self.name(option.text, option.code)) for option in options]
        if scale.not_applicable:
            code = scale.not_applicable.code
            codes.append(Code(code, self.name(scale.not_applicable.text, code), is_missing=True))
        return tuple(codes)

    def _listed(self, scale: Scale) -> list[Option]:
        """Return the options that each programme's own list supplies, by number."""
        if scale.options_from is None:
            return []
        phrase, numbers = _REPEATED[scale.options_from], range(1, self.survey.repeats.get(scale.options_from, 0) + 1)
        return [Option(code=str(number), text=self.say(phrase, number=number)) for number in numbers]

    def _concepts(self, indicator_id: str | None) -> tuple[Texts, ...]:
        if indicator_id is None:
            return ()
        indicator = self.survey.indicator(indicator_id)
        criteria = [self.survey.criterion(name) for name in (indicator.criterion, indicator.factor) if name]
        return tuple(entry.text for entry in [indicator, *criteria] if entry.text)

    def _score(self, name: str, instruments: list[Instrument]) -> Variable:
        """Describe a score over some questionnaires; without parts where none asks it."""
        found = {wave.id: composition(self.survey, wave).get(name, []) for wave in instruments}
        made = {wave_id: parts for wave_id, parts in found.items() if parts}
        table = "scores" if name in {rating.id for rating in self.survey.ratings} else "responses"
        said = [
            self.say(
                "{instrument}: mean of {list}.",
                instrument=self.title(self.survey.instrument(wave_id)),
                list=", ".join(parts),
            )
            for wave_id, parts in made.items()
        ]
        entry = self._scored(name)
        return Variable(
            "scores", name, "score", self.name(entry.text, name), low=0.0, high=100.0, instruments=tuple(made),
            paragraphs=tuple(getattr(entry, "paragraphs", ())),
            parts=tuple(f"{table}.{part}" for parts in made.values() for part in parts),
            formula={language: " ".join(text[language] for text in said) for language in self.phrases},
        )  # fmt: skip

    def _scored(self, name: str) -> Entry:
        entries: list[Entry] = [*self.survey.indicators, *self.survey.criteria, *self.survey.ratings]
        return next(entry for entry in entries if entry.id == name)


def _in(value: Any, language: str) -> Any:
    return wording(value, language) if isinstance(value, dict) else value


def _kind_of(dtype: Any) -> Kind:
    if pd.api.types.is_bool_dtype(dtype):
        return "flag"
    if pd.api.types.is_datetime64_any_dtype(dtype):
        return "time"
    return "count" if pd.api.types.is_numeric_dtype(dtype) else "text"


def _titles(row: dict[Any, Any]) -> Texts:
    found = {language: row[f"title_{language}"] for language in ("kk", "ru", "en")}
    return {language: text for language, text in found.items() if isinstance(text, str)}
