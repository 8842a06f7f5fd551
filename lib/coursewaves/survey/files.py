"""Load a survey's design from instrument files: a folder of YAML goes in, one `Survey` comes out.

Any number of files share one folder; each holds any of the sections named in `SECTIONS`, and a file with an
``instrument`` block is one questionnaire.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import ValidationError

from coursewaves.errors import CoursewavesError
from coursewaves.survey.checks import check_survey
from coursewaves.survey.instruments import (
    Chain,
    Construct,
    Criterion,
    Entry,
    Grid,
    Indicator,
    Instrument,
    Item,
    Rating,
    Scale,
    Survey,
)
from coursewaves.system.model_faults import model_fault
from coursewaves.system.yamlfile import Path_, YamlFile, read_yaml

BUILT_IN = Path(__file__).parent / "questionnaires"

SECTIONS: dict[str, type[Entry]] = {
    "criteria": Criterion,
    "indicators": Indicator,
    "scales": Scale,
    "background": Item,
    "constructs": Construct,
    "chains": Chain,
    "ratings": Rating,
    "grids": Grid,
    "items": Item,
}
"""Sections that hold entries; ``grids`` and ``items`` belong to the questionnaire of their own file."""

_PLAIN = ("languages", "repeats")

CODEBOOK = "themes.yml"
"""The file of a folder of instruments that is no instrument: the themes of open answers, see `analysis.themes`."""


class Fault(NamedTuple):
    """One fault of an instrument file; one that can be lived with (a missing translation) is no error."""

    file: str
    line: int
    entry: str
    message: str
    is_error: bool = True

    def __str__(self) -> str:
        return f"{self.file}:{self.line} {self.entry}: {self.message}"


def load_survey(folder: str | Path | None = None) -> Survey:
    """Load the survey design of a folder, the regulation's own questionnaires where none is named (¶6).

    Raises
    ------
    CoursewavesError
        With all faults of all files at once, where one of them is an error.

    Examples
    --------
    >>> load_survey().instrument("B").wave
    2
    """
    survey, faults = read_survey(Path(folder) if folder else BUILT_IN)
    errors = [fault for fault in faults if fault.is_error]
    if survey is None or errors:
        raise CoursewavesError("The instrument files have faults:\n" + "\n".join(map(str, errors)))
    return survey


def read_survey(folder: Path) -> tuple[Survey | None, list[Fault]]:
    """Read all instrument files of a folder and collect every fault with file, line, entry and fix.

    Returns
    -------
    tuple
        The survey, None where nothing can be made of the files; and the faults, errors and missing
        translations alike.
    """
    files = sorted(path for path in [*folder.glob("*.yml"), *folder.glob("*.yaml")] if path.name != CODEBOOK)
    if not files:
        message = "no instrument file (*.yml); fix: put the questionnaires there"
        return None, [Fault(folder.name, 1, "folder", message)]
    draft = _Draft()
    for path in files:
        draft.add(path.name, read_yaml(path))
    survey = draft.survey()
    return survey, sorted(draft.faults)


class _Draft:
    """Entries gathered from files, with the place where each stands, and the faults found on the way."""

    def __init__(self) -> None:
        self.faults: list[Fault] = []
        self.parts: dict[str, Any] = {"instruments": []}
        self.places: dict[tuple[str, str], tuple[str, int]] = {}

    def add(self, name: str, source: YamlFile) -> None:
        """Gather the entries of one file."""
        self.faults += [Fault(name, line, "file", message) for line, message in source.faults]
        if not isinstance(source.content, dict):
            if not source.faults:
                self.faults.append(Fault(name, 1, "file", "holds no entries; fix: write sections such as 'items:'"))
            return
        own: dict[str, list[Entry]] = {"items": [], "grids": []}
        for section, content in source.content.items():
            if section in SECTIONS:
                target = own if section in own else self.parts
                target.setdefault(section, []).extend(self._entries(name, source, section, content))
            elif section in _PLAIN:
                self.parts[section] = content
            elif section != "instrument":
                known = ", ".join(sorted({*SECTIONS, *_PLAIN, "instrument"}))
                message = f"no such section; fix: use one of {known}"
                self.faults.append(Fault(name, source.line_of((section,)), section, message))
        self._add_instrument(name, source, own)

    def _add_instrument(self, name: str, source: YamlFile, own: dict[str, list[Entry]]) -> None:
        block = source.content.get("instrument")
        if "instrument" in source.content:
            content = block | own if isinstance(block, dict) else block
            self.parts["instruments"] += self._entry(name, source, ("instrument",), Instrument, content)
        elif own["items"] or own["grids"]:
            message = "items without an 'instrument:' block; fix: add id, wave and window"
            self.faults.append(Fault(name, 1, "items", message))

    def _entries(self, name: str, source: YamlFile, section: str, content: object) -> Iterator[Entry]:
        if not isinstance(content, list):
            message = "is not a list; fix: begin entries with '- id:'"
            self.faults.append(Fault(name, source.line_of((section,)), section, message))
            return
        for place, entry in enumerate(content):
            yield from self._entry(name, source, (section, place), SECTIONS[section], entry)

    def _entry(self, name: str, source: YamlFile, path: Path_, model: type[Entry], content: object) -> Iterator[Entry]:
        """Yield the entry where it is sound and its id is new."""
        entry_id = str(content.get("id", path[-1])) if isinstance(content, dict) else str(path[-1])
        key = model.__name__, entry_id
        if key in self.places:
            file, line = self.places[key]
            message = f"the id stands already at {file}:{line}; fix: give it another"
            self.faults.append(Fault(name, source.line_of((*path, "id")), entry_id, message))
            return
        try:
            entry = model.model_validate(content)
        except ValidationError as error:
            for detail in error.errors():
                field = ".".join(str(step) for step in detail["loc"]) or "entry"
                message = f"{field}: {model_fault(model, detail)}"
                self.faults.append(Fault(name, source.line_of((*path, *detail["loc"])), entry_id, message))
            return
        self.places[key] = (name, source.line_of(path))
        yield entry

    def survey(self) -> Survey | None:
        """Return the survey of all entries, checked as a whole."""
        try:
            survey = Survey.model_validate(self.parts)
        except ValidationError as error:
            for detail in error.errors():
                field = ".".join(str(step) for step in detail["loc"])
                message = f"{detail['msg']}; fix: add or mend this section"
                self.faults.append(Fault("(all files)", 1, field, message))
            return None
        for entry, message, is_error in check_survey(survey):
            file, line = self.places.get((type(entry).__name__, entry.id), ("(all files)", 1))
            self.faults.append(Fault(file, line, entry.id, message, is_error))
        return survey
