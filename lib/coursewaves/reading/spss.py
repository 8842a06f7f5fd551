"""Read an SPSS file (`.sav`, `.zsav`): bytes go in, records as every other table gives them come out.

A column is headed by its variable's name and also known by the variable's label, the wording of the question. A cell
is the label of its value where there is one, else the value itself. Case n of the file is row n + 1, as in a
worksheet with the names above.
"""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from coursewaves.errors import CoursewavesError
from coursewaves.reading.columns import Cells
from coursewaves.reading.records import Records, refused
from coursewaves.reading.spss_cases import AGAIN, REFUSED
from coursewaves.reading.workbook import MOST_BYTES, FileFault
from coursewaves.survey.wordings import is_blank
from coursewaves.system import PACKAGE

SUFFIXES = (".sav", ".zsav")
MOST_SECONDS = 300

_MAGIC = (b"$FL2", b"$FL3")


def read_spss(path: Path, name: str | None = None) -> Records:
    """Read the cases of one file; whatever is wrong with it is in its problems.

    A value that is declared as missing stays where it has a label ("not applicable" is an answer) and is blank
    without one; a missing value of the system is blank. Dates become ``YYYY-MM-DD HH:MM:SS``.

    Parameters
    ----------
    path
        The file.
    name
        The name that problems carry; by default the file's own.

    Returns
    -------
    Records
        Without header where the file was refused.

    Raises
    ------
    CoursewavesError
        Where pyreadstat is not installed.
    """
    name = name or path.name
    found = _size_fault(path) or _cases(path)
    if isinstance(found, FileFault):
        return refused(name, *found)
    columns = [_cells(column) for column in found.columns]
    labels = [field.metadata[b"label"].decode() for field in found.schema]
    numbers = np.arange(found.num_rows, dtype=np.int64) + 2
    also = tuple((label,) if label else () for label in labels)
    records = Records(name, found.column_names, numbers, columns, [], n_read=found.num_rows, also=also)
    is_empty = np.logical_and.reduce([column.where(is_blank) for column in columns])
    return records.without(is_empty, "E-BLANK", "a case without a value", "nothing; delete it if it disturbs")


def _size_fault(path: Path) -> FileFault | None:
    size = path.stat().st_size
    if size > MOST_BYTES:
        return FileFault("E-LIMIT", f"{size} bytes", f"keep files under {MOST_BYTES} bytes")
    with path.open("rb") as file:
        start = file.read(4)
    return None if start in _MAGIC else FileFault("E-FORMAT", "no SPSS file, whatever its name says", AGAIN)


def _cases(path: Path) -> "pa.Table | FileFault":
    """Take the cases in a process of its own, which a damaged file may end or keep for ever."""
    command = [sys.executable, "-P", "-m", "coursewaves.reading.spss_cases", str(path.resolve())]
    own = os.pathsep.join([str(PACKAGE.parent), os.environ.get("PYTHONPATH", "")]).strip(os.pathsep)
    environment = os.environ | {"PYTHONPATH": own}
    try:
        done = subprocess.run(command, capture_output=True, timeout=MOST_SECONDS, env=environment, check=False)  # noqa: S603
    except subprocess.TimeoutExpired:
        return FileFault("E-LIMIT", f"a file that is not read after {MOST_SECONDS} seconds", AGAIN)
    if done.returncode == REFUSED:
        return FileFault(*json.loads(done.stdout))
    if b"ModuleNotFoundError" in done.stderr:
        raise CoursewavesError("SPSS files can't be read: pyreadstat is not installed; fix: pip install pyreadstat")
    if done.returncode:
        return FileFault("E-FORMAT", "a torn file: reading it broke off", AGAIN)
    return pa.ipc.open_stream(done.stdout).read_all()


def _cells(column: Any) -> Cells:
    chunk = column.combine_chunks()
    chunk = chunk.chunk(0) if isinstance(chunk, pa.ChunkedArray) else chunk
    return Cells(np.asarray(chunk.indices).astype(np.int32, copy=False), chunk.dictionary.to_pylist())
