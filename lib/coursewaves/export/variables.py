"""What is known of one column of a table, without any of its values."""

from typing import Literal, NamedTuple

from coursewaves.survey.instruments import Texts

Kind = Literal["text", "time", "count", "flag", "ordinal", "number", "single", "multiple", "score"]

MEASURES: dict[Kind, Literal["nominal", "ordinal", "scale"]] = {
    "text": "nominal",
    "time": "scale",
    "count": "scale",
    "flag": "nominal",
    "ordinal": "ordinal",
    "number": "scale",
    "single": "nominal",
    "multiple": "nominal",
    "score": "scale",
}
"""Level of measurement by kind of column."""

NO_TEXT: Texts = {}


class Code(NamedTuple):
    """One value that a column can hold; a missing one is an answer without a score."""

    code: str
    text: Texts
    is_missing: bool = False


class Variable(NamedTuple):
    """One column of a table.

    Attributes
    ----------
    table, column
        Where it stands.
    kind
        What it holds, see `MEASURES`.
    label
        What it is, in each language.
    question
        The question as it is asked, with its stem; empty where nobody is asked.
    stem
        The stem of its matrix question, if it stands in one.
    codes
        Its values where they are a closed list; those of a ``multiple`` column stand with "|" between them.
    code_list
        Name of that list: the scale's id, else the column's.
    low, high
        Its lowest and highest value, "not applicable" left out; None where there is no such thing.
    instruments
        Questionnaires that ask it, or on whose answers it rests; none where it belongs to every form.
    concepts
        What it measures: indicator, criterion, factor.
    paragraphs
        Paragraphs of the regulation that it answers.
    parts
        Names (see `name`) of the columns from which a score is made.
    formula
        How a score is made of them.
    """

    table: str
    column: str
    kind: Kind
    label: Texts
    question: Texts = NO_TEXT
    stem: Texts = NO_TEXT
    codes: tuple[Code, ...] = ()
    code_list: str = ""
    low: float | None = None
    high: float | None = None
    instruments: tuple[str, ...] = ()
    concepts: tuple[Texts, ...] = ()
    paragraphs: tuple[int, ...] = ()
    parts: tuple[str, ...] = ()
    formula: Texts = NO_TEXT

    @property
    def name(self) -> str:
        """The column with its table: unlike all others."""
        return f"{self.table}.{self.column}"

    @property
    def measure(self) -> Literal["nominal", "ordinal", "scale"]:
        """Level of measurement."""
        return MEASURES[self.kind]
