"""Lay a codebook out as a page for people: descriptions of columns go in, one HTML page in one language comes out.

The page is whole: it asks nothing of any host, works without a network, and every text in it is escaped.
"""

from collections.abc import Iterable
from itertools import groupby
from typing import Any, NamedTuple

from coursewaves.export.codebook import SCORE_RULE, Codebook
from coursewaves.export.variables import Variable
from coursewaves.pages.page_templates import fill_page, template_text
from coursewaves.survey.instruments import Instrument, wording


class _Row(NamedTuple):
    """One line of a table: a name, what it is, its list of codes, and small print."""

    name: str
    text: str
    variable: dict[str, str] | None = None
    notes: tuple[str, ...] = ()


class _Group(NamedTuple):
    """One table under its heading."""

    title: str
    head: tuple[str, str]
    rows: list[_Row]
    anchor: str = ""


class _Section(NamedTuple):
    """One section: anchor, heading, paragraphs of the regulation, texts, tables."""

    anchor: str
    title: str
    paragraphs: list[int]
    texts: list[str]
    groups: list[_Group]


def codebook_page(codebook: Codebook, language: str, instrument: Instrument | None = None) -> str:
    """Return a codebook as a page: of one questionnaire, or of all if none is named."""
    layout = _Layout(codebook, language, instrument)
    draft = layout.say("Draft texts: a methodologist who is a native speaker has not reviewed this wording yet.")
    return fill_page(
        "codebook.html.j2",
        language=language,
        title=layout.say("Codebook — {title}", title=codebook.title(instrument)),
        institute=wording(codebook.settings.institute, language),
        draft=draft if codebook.is_draft(instrument, language) else "",
        lead=layout.say("What stands in each column of the tables, and what each code means. It holds no answer."),
        contents_name=layout.say("Contents"),
        sections=layout.sections(),
        css=template_text("page.css"),
        own_css=template_text("codebook.css"),
    )


class _Layout:
    """Sorts the columns of one codebook into sections, in one language."""

    def __init__(self, codebook: Codebook, language: str, instrument: Instrument | None) -> None:
        self.codebook = codebook
        self.language = language
        self.variables = codebook.variables(instrument)
        self.instruments = [instrument] if instrument else codebook.survey.waves()

    def say(self, phrase: str, **values: Any) -> str:
        """Return a phrase in the page's language."""
        return wording(self.codebook.say(phrase, **values), self.language)

    def sections(self) -> list[_Section]:
        """Return the sections: questions, scales, scores, and the other columns."""
        asked = [self._questions(instrument) for instrument in self.instruments]
        lists = _Section("lists", self.say("Answer scales"), [], [], self._lists())
        return [*asked, lists, self._scores(), self._others()]

    def _questions(self, instrument: Instrument) -> _Section:
        own = [v for v in self.variables if v.table == "responses" and instrument.id in v.instruments]
        head = (self.say("Column"), self.say("Question"))
        groups = [
            _Group(wording(stem, self.language) if stem else self.say("Single questions"), head, self._asked(members))
            for stem, members in groupby(own, lambda variable: variable.stem)
        ]
        wave = self.say("Monitoring {wave}", wave=instrument.wave)
        texts = [f"{wave}. {wording(self.codebook.window(instrument), self.language)}"]
        title = wording(self.codebook.title(instrument), self.language)
        return _Section(f"questions.{instrument.id}", title, instrument.paragraphs, texts, groups)

    def _asked(self, variables: Iterable[Variable]) -> list[_Row]:
        return [
            self._row(variable, [wording(text, self.language) for text in variable.concepts]) for variable in variables
        ]

    def _row(self, variable: Variable, notes: Iterable[str]) -> _Row:
        link = {"code_list": variable.code_list if variable.codes else "", "answered": self._answered(variable)}
        marks = " ".join(f"¶{number}" for number in variable.paragraphs)
        return _Row(
            variable.column, wording(variable.label, self.language), link, (*notes, *([marks] if marks else []))
        )

    def _answered(self, variable: Variable) -> str:
        """Say how a column is answered, or what kind of value it holds."""
        if variable.kind == "number":
            return self.say("whole number from {low} to {high}", low=f"{variable.low:g}", high=f"{variable.high:g}")
        kinds = {
            "ordinal": self.say("steps of a scale"),
            "single": self.say("one answer"),
            "multiple": self.say("several answers, “|” between their codes"),
            "flag": self.say("yes or no"),
            "time": self.say("local time"),
            "count": self.say("number"),
        }
        kind = kinds.get(variable.kind, self.say("text"))
        return f"{self._list_title(variable)} ({kind})" if variable.codes else kind

    def _lists(self) -> list[_Group]:
        """Return every list of codes once."""
        head = (self.say("Code"), self.say("Answer"))
        listed: dict[str, Variable] = {}
        for variable in self.variables:
            if variable.codes:
                listed.setdefault(variable.code_list, variable)
        return [
            _Group(self._list_title(variable), head, self._codes(variable), f"list.{name}")
            for name, variable in listed.items()
        ]

    def _list_title(self, variable: Variable) -> str:
        scales, name = self.codebook.survey.by_id["scales"], variable.code_list
        return wording(scales[name].text if name in scales else variable.label, self.language) or name

    def _codes(self, variable: Variable) -> list[_Row]:
        missing = (self.say("an answer of its own that no score counts"),)
        return [
            _Row(code.code, wording(code.text, self.language), None, missing if code.is_missing else ())
            for code in variable.codes
        ]

    def _scores(self) -> _Section:
        scores = [variable for variable in self.variables if variable.kind == "score"]
        rows = [
            _Row(score.column, wording(score.label, self.language), None, (wording(score.formula, self.language),))
            for score in scores
        ]
        group = _Group(self.say("Table {table}", table="scores"), (self.say("Column"), self.say("Meaning")), rows)
        return _Section("scores", self.say("Scores"), [], [self.say(SCORE_RULE)], [group])

    def _others(self) -> _Section:
        head = (self.say("Column"), self.say("Meaning"))
        found = [
            (table, [self._row(v, ()) for v in self.variables if v.table == table and not v.instruments])
            for table in dict.fromkeys(variable.table for variable in self.variables)
        ]
        groups = [_Group(self.say("Table {table}", table=table), head, rows) for table, rows in found]
        return _Section("others", self.say("Columns about the form and the person"), [], [], groups)
