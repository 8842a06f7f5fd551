"""Read what each paragraph of the regulation asks and what answers it: a file goes in, entries come out."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.survey.instruments import Texts
from coursewaves.system.yamlfile import read_yaml

FILE = Path(__file__).parent / "paragraphs.yml"

NUMBERS = tuple(range(1, 23))
"""The regulation has twenty-two paragraphs."""


class Part(BaseModel):
    """A part of the answer; without names it has still to be built."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    part: str = ""
    by: list[str] = Field(default_factory=list)


class Paragraph(BaseModel):
    """One paragraph.

    Attributes
    ----------
    number
        Its number, 1-22.
    asks
        What it asks, by language.
    answers
        The parts of the answer: functions and files by their names in the library.
    tests
        Tests that prove it, as ``test_file::test_name``.
    seen
        Where a person sees it.
    check
        The name of the function in `coursewaves.regulation.CHECKS` that tells how it stands.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: int = Field(ge=NUMBERS[0], le=NUMBERS[-1])
    asks: Texts
    answers: list[Part] = Field(min_length=1)
    tests: list[str]
    seen: str
    check: str

    def asked(self, language: str) -> str:
        """Return what it asks in a language, in English where it has no wording there."""
        return self.asks.get(language) or self.asks["en"]


class Regulation(BaseModel):
    """All paragraphs in order, and whether people have read the Kazakh and Russian wording."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reviewed: bool
    paragraphs: list[Paragraph]

    def paragraph(self, number: int) -> Paragraph:
        """Return a paragraph by its number."""
        found = next((one for one in self.paragraphs if one.number == number), None)
        if found is None:
            raise CoursewavesError.not_found(str(number), "the regulation", [str(one) for one in NUMBERS])
        return found


@lru_cache(maxsize=1)
def load_regulation(path: Path = FILE) -> Regulation:
    """Load the paragraphs.

    Raises
    ------
    CoursewavesError
        With every fault of the file and its line.
    """
    source = read_yaml(path)
    faults = [f"{path.name}:{line} {message}" for line, message in source.faults]
    try:
        regulation = Regulation.model_validate(source.content)
    except ValidationError as error:
        faults += [_fault(path, source.line_of(detail["loc"]), detail) for detail in error.errors()]
        raise CoursewavesError("The regulation's file has faults:\n" + "\n".join(faults)) from None
    numbers = [one.number for one in regulation.paragraphs]
    if numbers != list(NUMBERS):
        faults.append(f"{path.name}: paragraphs {numbers}; fix: name each from 1 to 22 once, in order")
    if faults:
        raise CoursewavesError("The regulation's file has faults:\n" + "\n".join(faults))
    return regulation


def _fault(path: Path, line: int, detail: Any) -> str:
    place = ".".join(str(step) for step in detail["loc"])
    return f"{path.name}:{line} {place}: {detail['msg']}"
