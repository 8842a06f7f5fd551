"""Find themes in open answers by a codebook that staff edit: `responses` go in, counts and quotations come out.

The keywords are a rule that anyone can read, check and correct. They are as good as two coders find them
(`coursewaves.analysis.coding`); what they do not know is counted as unclassified, and never hidden.
"""

import hashlib
import re
from functools import cached_property
from pathlib import Path

import pandas as pd
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from coursewaves.analysis.spoken import PLAIN, tell_language
from coursewaves.errors import CoursewavesError
from coursewaves.ladder import LEAST, least
from coursewaves.privacy.masking import masked
from coursewaves.stats import share_interval
from coursewaves.survey.instruments import Entry, Survey
from coursewaves.system.yamlfile import read_yaml

BUILT_IN = Path(__file__).with_name("themes.yml")

UNCLASSIFIED = "unclassified"
"""Stands for a theme where no keyword is found."""

FEW = "fewer than {} answers"
ANSWER_COLUMNS = ("response_id", "course_id", "instrument_id", "item_id", "language", "answer")
"""What `mark_themes` says of an answer besides its themes."""

MOST_QUOTATIONS = 8
MOST_LETTERS = 280
SHORTEST_STEM = 3
"""Letters before a "*": fewer would match half the language."""

_WORD = re.compile(r"\w+")


class Theme(Entry):
    """A theme of open answers, and its keywords by language."""

    keywords: dict[str, list[str]] = Field(min_length=1)

    @field_validator("keywords")
    @classmethod
    def _sound(cls, keywords: dict[str, list[str]]) -> dict[str, list[str]]:
        for keyword in (word for words in keywords.values() for word in words):
            for word in keyword.split():
                stem = word.removesuffix("*")
                if not stem or "*" in stem:
                    raise ValueError(f"{keyword!r}: '*' stands at the end of a word only")
                if word.endswith("*") and len(stem) < SHORTEST_STEM and not stem.isdigit():
                    raise ValueError(f"{keyword!r}: write {SHORTEST_STEM} letters or more before '*'")
        return keywords

    @cached_property
    def _rule(self) -> tuple[frozenset[str], tuple[str, ...], re.Pattern[str] | None]:
        """Whole words, beginnings of words, and one expression of all that is more than a word."""
        found = sorted({folded(keyword) for words in self.keywords.values() for keyword in words if keyword.strip()})
        single = [keyword for keyword in found if _WORD.fullmatch(keyword.removesuffix("*"))]
        phrases = [_expression(keyword) for keyword in found if keyword not in single]
        words = frozenset(keyword for keyword in single if not keyword.endswith("*"))
        stems = tuple(keyword.removesuffix("*") for keyword in single if keyword.endswith("*"))
        return words, stems, re.compile(rf"(?<!\w)(?:{'|'.join(phrases)})(?!\w)") if phrases else None

    def is_named(self, text: str) -> bool:
        """Whether an answer, as `folded` writes it, names the theme."""
        words, stems, phrases = self._rule
        said = _WORD.findall(text)
        if any(word in words or word.startswith(stems) for word in said):
            return True
        return phrases is not None and phrases.search(text) is not None


class Codebook(BaseModel):
    """The themes, in the order in which they are shown, and whether people have reviewed the keywords."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reviewed: bool = False
    themes: list[Theme] = Field(min_length=1)

    @field_validator("themes")
    @classmethod
    def _told_apart(cls, themes: list[Theme]) -> list[Theme]:
        names = [theme.id for theme in themes]
        taken = {*ANSWER_COLUMNS, UNCLASSIFIED}
        faults = sorted({name for name in names if names.count(name) > 1 or name in taken})
        if faults:
            raise ValueError(f"{', '.join(faults)}: an id stands once, and none is {', '.join(sorted(taken))}")
        return themes

    @property
    def ids(self) -> list[str]:
        """The themes' ids, in their order."""
        return [theme.id for theme in self.themes]


def load_codebook(own: Path | None = None) -> Codebook:
    """Load a codebook: the file named (`Home.codebook`) where there is one, else the built-in one.

    Raises
    ------
    CoursewavesError
        With every fault of the file and its line.
    """
    path = own if own and own.is_file() else BUILT_IN
    source = read_yaml(path)
    faults = [f"{path.name}:{line} {message}" for line, message in source.faults]
    try:
        codebook = Codebook.model_validate(source.content or {})
    except ValidationError as error:
        places = [(source.line_of(detail["loc"]), detail) for detail in error.errors()]
        faults += [f"{path.name}:{line} {'.'.join(map(str, one['loc']))}: {one['msg']}" for line, one in places]
    if faults:
        raise CoursewavesError("The codebook has faults:\n" + "\n".join(faults))
    return codebook


def folded(text: str) -> str:
    """Write a text as keywords are compared: small letters, Kazakh letters without their marks, single spaces.

    >>> folded("  Тәжірибе  КӨБІРЕК!")
    'тажирибе кобирек!'
    """
    return " ".join(text.casefold().translate(PLAIN).split())


def mark_themes(responses: pd.DataFrame, survey: Survey, codebook: Codebook) -> pd.DataFrame:
    """Mark which themes each open answer names.

    Parameters
    ----------
    responses
        One row is one form.
    survey
        The survey design; every item on a scale of text is an open question.
    codebook
        The themes.

    Returns
    -------
    DataFrame
        One row is one open answer that says something: ``response_id``, ``course_id``, ``instrument_id``,
        ``item_id``, ``language`` (told from the answer; empty where its words don't tell), ``answer``, one column of
        true and false for each theme by its id, and ``unclassified`` where no theme was found. The keywords of all
        languages are tried, so that no theme hangs on the language told.
    """
    tables = []
    for item in (item for instrument in survey.waves() for item in instrument.items):
        if survey.scale(item.scale).kind == "text" and item.id in responses:
            own = responses["instrument_id"] == survey.instrument_of(item.id).id
            given = responses[own & responses[item.id].astype("str").fillna("").str.strip().ne("")]
            found = given[["response_id", "course_id", "instrument_id"]].assign(item_id=item.id)
            languages = [tell_language(text) for text in given[item.id]]
            tables.append(found.assign(language=languages, answer=given[item.id]))
    empty = pd.DataFrame(columns=list(ANSWER_COLUMNS), dtype="str")
    marks = pd.concat([table for table in tables if len(table)] or [empty], ignore_index=True)
    texts = [folded(text) for text in marks["answer"]]
    for theme in codebook.themes:
        marks[theme.id] = pd.Series([theme.is_named(text) for text in texts], dtype="bool")
    marks[UNCLASSIFIED] = ~marks[codebook.ids].any(axis=1).astype("bool")
    return marks


def count_themes(marks: pd.DataFrame, codebook: Codebook) -> pd.DataFrame:
    """Count how many answers to each open question name each theme.

    Parameters
    ----------
    marks
        See `mark_themes`; all courses or one.
    codebook
        The themes.

    Returns
    -------
    DataFrame
        One row is one question and theme, in the codebook's order and ``unclassified`` last: ``item_id``,
        ``theme_id``, ``n`` (answers), ``n_named``, ``share`` (0-1) with Wilson's 95 % interval ``low``, ``high``, and
        a ``reason`` where the ladder's 10 answers are not reached. An answer may name several themes.
    """
    rows = []
    for item_id, answers in marks.groupby("item_id", sort=False):
        for theme_id in [*codebook.ids, UNCLASSIFIED]:
            rows.append([item_id, theme_id, *_share(answers[theme_id])])
    return pd.DataFrame(rows, columns=["item_id", "theme_id", "n", "n_named", "share", "low", "high", "reason"])


def count_languages(marks: pd.DataFrame) -> pd.DataFrame:
    """Count the answers to each open question by language, and those that no keyword knows.

    A language with many more unclassified answers than another needs keywords.

    Returns
    -------
    DataFrame
        One row is one question and language, as told from the answer: ``item_id``, ``language``, ``n``,
        ``n_unclassified``, their share of n ``share`` (0-1) with Wilson's 95 % interval ``low``, ``high``, and a
        ``reason`` where the ladder's 10 answers are not reached.
    """
    rows = [[*keys, *_share(own[UNCLASSIFIED])] for keys, own in marks.groupby(["item_id", "language"], sort=False)]
    found = pd.DataFrame(rows, columns=["item_id", "language", "n", "n_unclassified", "share", "low", "high", "reason"])
    return found.sort_values(["item_id", "language"], ignore_index=True)


def quotations(
    marks: pd.DataFrame, seed: str, minimum: int = LEAST["counts"], most: int = MOST_QUOTATIONS
) -> pd.DataFrame:
    """Draw quotations of the open questions that enough people answered.

    Parameters
    ----------
    marks
        See `mark_themes`, cut to what the quotations are about: a course, or a theme.
    seed
        A public text, such as the report's date: it decides the order, which tells nothing of who answered when.
    minimum
        The institute's minimum group; it may only raise the ladder's 10 answers.
    most
        Quotations of a question.

    Returns
    -------
    DataFrame
        One row is one quotation: ``item_id``, ``language``, ``quotation``, shortened and without addresses and
        numbers. What several people wrote stands once. Of a question with fewer answers there is none.
    """
    columns = ["item_id", "language", "quotation"]
    is_enough = marks.groupby("item_id")["item_id"].transform("size") >= least("quotes", minimum)
    found = marks[is_enough][["item_id", "language"]].assign(
        quotation=[_cut(masked(text)) for text in marks["answer"][is_enough]]
    )
    found = found.drop_duplicates(["item_id", "quotation"])
    order = [hashlib.sha256(f"{seed}|{text}".encode()).hexdigest() for text in found["quotation"]]
    found = found.assign(order=order).sort_values(["item_id", "order"], ignore_index=True)
    return found.groupby("item_id").head(most)[columns].reset_index(drop=True)


def _share(is_named: pd.Series) -> list[object]:
    n, named = len(is_named), int(is_named.sum())
    if n < LEAST["shares"]:
        return [n, named, *[float("nan")] * 3, FEW.format(LEAST["shares"])]
    return [n, named, *share_interval(named, n)[:3], ""]


def _expression(keyword: str) -> str:
    """Return a keyword as an expression: ``*`` is any ending, words may stand apart by any sign."""
    words = [re.escape(word.removesuffix("*")) + (r"\w*" if word.endswith("*") else "") for word in keyword.split()]
    return r"\W+".join(words)


def _cut(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= MOST_LETTERS else text[: MOST_LETTERS - 1].rstrip() + "…"
