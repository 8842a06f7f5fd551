"""Write a table for SPSS: its columns and their descriptions go in, one ``.sav`` with labels comes out.

What SPSS can't do decides what becomes of a column:

- ordinal and number scales: numbers with value labels; "not applicable" is a user-missing value;
- one of several options: the codes as text with value labels, blank is user-missing; or, where a code is longer than
  the 8 bytes to which SPSS attaches labels, the option's place in the list, from 1;
- several options: one variable an option, 1 where it is chosen and 0 where it is not, missing where nothing is;
- names: letters, digits, ``. _``, at most 64 bytes, none of SPSS's own words, unlike whatever their case;
- labels: at most 256 bytes, those of values 120. Longer ones end in "…"; the codebook has them whole.

A ``.sav`` names the day on which it was written: the same table gives the same bytes but for that.
"""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, NamedTuple

import pandas as pd

from coursewaves.errors import CoursewavesError
from coursewaves.export.cells import SURROGATE, check_texts, has_surrogate, is_text
from coursewaves.export.variables import Code, Variable
from coursewaves.survey.instruments import wording
from coursewaves.system.private_files import private_draft

MOST_BYTES = 32_767
LABEL_BYTES = 256
VALUE_LABEL_BYTES = 120
NAME_BYTES = 64
LABELLED_BYTES = 8

_OWN_WORDS = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


_NO_LABELS: dict[Any, str] = {}


class Column(NamedTuple):
    """One variable of the file: its values and what SPSS is told about them."""

    name: str
    values: pd.Series
    label: str
    measure: str
    codes: dict[Any, str] = _NO_LABELS
    missing: tuple[Any, ...] = ()
    form: str = ""


def fault(text: str) -> str:
    """Say why a variable of SPSS can't hold a text; empty where it can."""
    size = len(text.encode("utf-8", "surrogatepass"))
    if size > MOST_BYTES:
        return f"{size} bytes where SPSS holds {MOST_BYTES}; fix: export as csv"
    if "\x00" in text:
        return "a NUL character, at which SPSS stops; fix: correct the text at its source, or export as xlsx"
    if text.endswith(" "):
        return "a blank at the end, which SPSS drops; fix: correct the text at its source, or export as csv"
    return SURROGATE if has_surrogate(text) else ""


def write_sav(
    name: str, table: pd.DataFrame, variables: dict[str, Variable], said: tuple[str, str], language: str, path: Path
) -> None:
    """Write a table with labels in one language.

    Parameters
    ----------
    name
        The table's name.
    table
        Its rows.
    variables
        What its columns are; a column that is not described gets its name for a label.
    said
        "No" and "yes" in the language.
    language
        Language of the labels.
    path
        The file.

    Raises
    ------
    CoursewavesError
        For a text that SPSS can't hold, or a code that the questionnaires do not know, by table, row and column.
    OSError
        Where the disk is full.
    """
    import pyreadstat  # noqa: PLC0415

    check_texts(name, table, fault)
    columns = named([column for values in table for column in _columns(name, table[values], variables, said, language)])
    frame = pd.DataFrame({column.name: column.values.reset_index(drop=True) for column in columns})
    with private_draft(path) as draft:
        try:
            pyreadstat.write_sav(frame, str(draft), row_compress=True, **_told(columns))
        except pyreadstat.ReadstatError as error:
            raise OSError(None, str(error)) from error


def _told(columns: list[Column]) -> dict[str, Any]:
    """Return what SPSS is told about the variables, as pyreadstat takes it."""
    return {
        "column_labels": [str(column.label) for column in columns],
        "variable_value_labels": {
            column.name: {code: str(label) for code, label in column.codes.items()}  # plain texts alone are taken
            for column in columns
            if column.codes
        },
        "missing_ranges": {column.name: list(column.missing) for column in columns if column.missing},
        "variable_measure": {column.name: column.measure for column in columns},
        "variable_format": {column.name: column.form for column in columns if column.form},
    }


def named(columns: list[Column]) -> list[Column]:
    """Give every variable a name that SPSS takes, unlike all others in any case."""
    taken: set[str] = set()
    found = []
    for column in columns:
        stem = valid_name(column.name)
        tries = (stem if number == 1 else f"{_cut(stem, NAME_BYTES - 6)}_{number}" for number in range(1, 100_000))
        name = next(name for name in tries if name.lower() not in taken)
        taken.add(name.lower())
        found.append(column._replace(name=name))
    return found


def valid_name(name: str) -> str:
    """Return a name with which SPSS can do.

    >>> valid_name("A3.1"), valid_name("all"), valid_name("A1_30-39"), valid_name("2nd"), valid_name("end.")
    ('A3.1', 'all_', 'A1_30_39', 'v_2nd', 'end_')
    """
    plain = re.sub(r"[^A-Za-z0-9_.]", "_", name)
    plain = plain if plain[:1].isalpha() else f"v_{plain}"
    plain = _cut(plain, NAME_BYTES - 1)
    return f"{plain}_" if plain.lower() in _OWN_WORDS else re.sub(r"\.$", "_", plain)


def shortened(text: str, most: int) -> str:
    """Return a text as one line of so many bytes at most, "…" where some is left out.

    >>> shortened("Қанағаттану", 120), shortened("Қанағаттану", 12)
    ('Қанағаттану', 'Қана…')
    """
    plain = " ".join(text.split())
    if len(plain.encode()) <= most:
        return plain
    return _cut(plain, most - len("…".encode())).rstrip() + "…"


def _cut(text: str, most: int) -> str:
    return text.encode()[:most].decode(errors="ignore")


def _columns(
    table: str, values: pd.Series, variables: dict[str, Variable], said: tuple[str, str], language: str
) -> Iterable[Column]:
    name = str(values.name)
    variable = variables.get(name) or Variable(table, name, "text" if is_text(values) else "count", {"en": name})
    label = shortened(wording(variable.label, language), LABEL_BYTES)
    if variable.kind == "multiple":
        yield from _spread(values, variable, said, language)
    elif variable.kind == "single":
        yield _single(values, variable, label, language)
    elif is_text(values):
        yield Column(name, values.astype("object").where(values.notna(), ""), label, "nominal")
    elif isinstance(values.dtype, pd.DatetimeTZDtype):
        yield Column(name, values.dt.tz_localize(None), label, "scale", form="DATETIME20")
    else:
        codes = {float(code.code): _code_label(code, language) for code in variable.codes}
        missing = tuple(float(code.code) for code in variable.codes if code.is_missing)
        yield Column(name, _numbers(values), label, variable.measure, codes, missing, _form(variable))


def _numbers(values: pd.Series) -> pd.Series:
    return pd.Series(values.to_numpy(dtype=float, na_value=float("nan")))


def _form(variable: Variable) -> str:
    if variable.kind == "score":
        return "F6.2"
    widest = max((len(code.code) for code in variable.codes), default=8)
    return f"F{max(widest, len(str(int(variable.high or 0))))}.0"


def _code_label(code: Code, language: str) -> str:
    return shortened(wording(code.text, language) or code.code, VALUE_LABEL_BYTES)


def _single(values: pd.Series, variable: Variable, label: str, language: str) -> Column:
    """Keep short codes as text, else put each option's place in the list."""
    codes = {code.code: _code_label(code, language) for code in variable.codes}
    _must_be_known(values, variable, codes, lambda text: [text])
    if all(len(code.encode()) <= LABELLED_BYTES for code in codes):
        text = values.astype("object").where(values.notna(), "")
        return Column(variable.column, text, label, "nominal", codes, missing=("",))
    places = {code: float(place) for place, code in enumerate(codes, 1)}
    numbers = pd.Series([places.get(value) for value in values], dtype="float64")
    labels = {places[code]: text for code, text in codes.items()}
    return Column(variable.column, numbers, label, "nominal", labels, form="F3.0")


def _spread(values: pd.Series, variable: Variable, said: tuple[str, str], language: str) -> Iterable[Column]:
    """Make one variable of each option."""
    codes = {code.code: wording(code.text, language) for code in variable.codes}
    _must_be_known(values, variable, codes, lambda text: text.split("|"))
    chosen = [set(text.split("|")) if isinstance(text, str) else None for text in values]
    question = wording(variable.label, language)
    for code, text in codes.items():
        flags = pd.Series([None if one is None else float(code in one) for one in chosen], dtype="float64")
        label = shortened(f"{text} — {question}", LABEL_BYTES)
        yield Column(f"{variable.column}_{code}", flags, label, "nominal", {0.0: said[0], 1.0: said[1]}, form="F1.0")


def _must_be_known(values: pd.Series, variable: Variable, codes: dict[str, str], parts: Any) -> None:
    for row, text in enumerate(values, 2):
        if isinstance(text, str) and any(part not in codes for part in parts(text)):
            why = "a code that the questionnaires do not know; fix: load the year again"
            raise CoursewavesError(f"Can't export {variable.table}, row {row}, column {variable.column}: {why}.")
