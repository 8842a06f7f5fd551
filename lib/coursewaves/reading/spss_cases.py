"""Take the cases of an SPSS file in a process of its own: a file goes in, an Arrow stream of texts comes out.

The parser behind pyreadstat is C, and a damaged file can end its process; `coursewaves.reading.spss` starts this module
as one, so that such a file costs itself and nothing else. The stream has one column of texts for each variable, and the
variables' labels beside their names.
"""

import io
import json
import re
import sys
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from coursewaves.reading.workbook import FileFault, cell_text
from coursewaves.reading.worksheet import MOST_CELLS, MOST_COLUMNS

MOST_WIDTH = 2_000_000_000
"""Bytes of all cells as wide as their variables are declared: a few kilobytes can claim far more."""

MOST_MEMORY = 6_000_000_000
AGAIN = "save it again in SPSS as .sav with Unicode, or export it as CSV (UTF-8)"
REFUSED = 3
"""Exit code of a file that is refused; what is wrong with it stands in the output, as JSON."""

_EPOCH = datetime(1582, 10, 14)
_DAYS = {"DATE", "ADATE", "EDATE", "SDATE", "JDATE", "QYR", "MOYR", "WKYR", "DATETIME", "YMDHMS"}
_CLOCKS = {"TIME", "DTIME", "MTIME"}


class _Variable(NamedTuple):
    """What a file says of one variable: its format, the labels of its values, and which mean "no answer"."""

    format: str
    labels: Mapping[Any, str]
    missing: Sequence[Mapping[str, Any]]


def read_cases(path: str) -> pa.Table | FileFault:
    """Return the cases as texts, one dictionary column a variable; see `coursewaves.reading.spss.read_spss`."""
    import pyreadstat  # noqa: PLC0415  (the parent needs this module's names only)

    try:
        _, meta = pyreadstat.read_sav(path, metadataonly=True)
        if fault := _shape_fault(meta):
            return fault
        limit = _most_rows(meta)
        values, meta = pyreadstat.read_sav(
            path, user_missing=True, disable_datetime_conversion=True, output_format="dict", row_limit=limit + 1
        )
    except Exception as error:  # pyreadstat raises many kinds
        if "encoding" in str(error).lower():
            return FileFault("E-ENCODING", "texts that are not in the encoding which the file declares", AGAIN)
        return FileFault("E-FORMAT", f"no SPSS file, or a torn one ({type(error).__name__})", AGAIN)
    if len(next(iter(values.values()))) > limit:
        return FileFault("E-LIMIT", f"more than {limit} cases of this width", "export fewer variables, as CSV (UTF-8)")
    return _table(values, meta)


def main(path: str) -> int:
    """Write the cases of a file to the standard output, or why there are none, and return the exit code."""
    _limit_memory()
    found = read_cases(path)
    if isinstance(found, FileFault):
        sys.stdout.write(json.dumps(found))
        return REFUSED
    stream = io.BytesIO()
    with pa.ipc.new_stream(stream, found.schema) as writer:
        writer.write_table(found)
    sys.stdout.buffer.write(stream.getbuffer())
    return 0


def _limit_memory() -> None:
    try:
        import resource  # noqa: PLC0415  (not on Windows)

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    except (ImportError, ValueError, OSError):
        return


def _shape_fault(meta: Any) -> FileFault | None:
    count = len(meta.column_names)
    if not count:
        return FileFault("E-EMPTY", "no variables", AGAIN)
    if count > MOST_COLUMNS:
        return FileFault("E-LIMIT", f"{count} variables", f"keep tables under {MOST_COLUMNS} columns")
    return None


def _most_rows(meta: Any) -> int:
    width: int = sum(max(int(width or 8), 8) for width in meta.variable_storage_width.values())
    return max(min(MOST_CELLS // len(meta.column_names), MOST_WIDTH // width), 1)


def _table(values: Mapping[str, Sequence[Any]], meta: Any) -> pa.Table:
    fields, arrays = [], []
    for name, label in zip(meta.column_names, meta.column_labels, strict=True):
        codes, texts = _worded(values[name], _variable(meta, name))
        arrays.append(pa.DictionaryArray.from_arrays(pa.array(codes, pa.int32()), pa.array(texts, pa.string())))
        fields.append(pa.field(name, arrays[-1].type, metadata={"label": " ".join((label or "").split())}))
    return pa.table(arrays, schema=pa.schema(fields))


def _variable(meta: Any, name: str) -> _Variable:
    form = re.match(r"[A-Z]*", meta.original_variable_types.get(name) or "")
    labels, missing = meta.variable_value_labels.get(name, {}), meta.missing_ranges.get(name, [])
    return _Variable(form[0] if form else "", labels, missing)


def _worded(values: Sequence[Any], variable: _Variable) -> tuple[Any, list[str]]:
    """Return the place of each value's text, and the texts; each distinct value is worded once."""
    if any(isinstance(value, str) for value in values):
        places: dict[str, int] = {}
        codes = [places.setdefault((value or "").rstrip(), len(places)) for value in values]
        return codes, [_text(text, variable) if text else "" for text in places]
    numbers, places_of_numbers = np.unique(np.array(values, dtype=float), return_inverse=True)
    return places_of_numbers, ["" if np.isnan(number) else _text(number, variable) for number in numbers.tolist()]


def _text(value: Any, variable: _Variable) -> str:
    label = variable.labels.get(value)
    if label and label.strip():
        return " ".join(label.split())
    if any(_is_within(value, bounds) for bounds in variable.missing):
        return ""
    return value if isinstance(value, str) else _shown(value, variable.format)


def _is_within(value: Any, bounds: Mapping[str, Any]) -> bool:
    low, high = bounds["lo"], bounds["hi"]
    return type(low) is type(value) and bool(low <= value <= high)


def _shown(value: float, form: str) -> str:
    """Return a number, or the day or the time that it counts in seconds.

    >>> _shown(5.0, "F"), _shown(13960980903.25, "DATETIME"), _shown(36900.0, "TIME")
    ('5', '2025-03-10 10:15:03', '10:15:00')
    """
    if form in _CLOCKS and abs(value) < 1e9:
        return str(timedelta(seconds=int(value)))
    if form in _DAYS:
        try:
            return (_EPOCH + timedelta(seconds=int(value))).isoformat(" ", "seconds")
        except OverflowError:
            return cell_text(value)
    return cell_text(value)


if __name__ == "__main__":
    sys.exit(main(str(Path(sys.argv[1]))))
