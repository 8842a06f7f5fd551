"""Write the exports of one small XLSForm, as KoboToolbox (formpack, kpi) and ODK Central (central-backend) do.

What stands where was read in their own code: `formpack.schema.fields` and `formpack.reporting.export`, the copied
fields of `kpi.models.import_export_task`, and `lib/data/briefcase.js` with its tests of ``submissions.csv``.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import xlsxwriter

KOBO_COLUMNS = ("_id", "_uuid", "_submission_time", "_validation_status", "_notes", "_status", "_submitted_by",
                "__version__", "_tags", "_index")  # fmt: skip
ODK_COLUMNS = ("KEY", "SubmitterID", "SubmitterName", "AttachmentsPresent", "AttachmentsExpected", "Status",
               "ReviewState", "DeviceID", "Edits", "FormVersion")  # fmt: skip


class Field(NamedTuple):
    """One question: name, label, the group it stands in, and its options as ``(name, label)`` where several count."""

    name: str
    label: str
    group: str = ""
    options: Sequence[tuple[str, str]] = ()
    is_place: bool = False


FORM = [
    Field("start", "start"),
    Field("end", "end"),
    Field("course", "Which course?"),
    Field("useful", "It is useful.", "views"),
    Field("why", "Why do you take it?", "views", [("job", "My job"), ("fun", "For fun / joy")]),
    Field("where", "Your place", is_place=True),
    Field("say", "Anything else?"),
]
GROUPS = {"views": "Your views"}


def kobo_table(
    answers: Sequence[dict[str, Any]],
    *,
    heads: str = "names",
    has_groups: bool = True,
    several: str = "both",
    tags: Sequence[str] = (),
) -> list[list[str]]:
    """Return the table of an export.

    `heads` is ``names`` or ``labels``; `several` says how questions with several answers stand: ``summary``,
    ``details`` or ``both``; `tags` are the HXL tags of a row below the header.
    """
    header = [head for field in FORM for head in _kobo_heads(field, heads, has_groups, several)] + [*KOBO_COLUMNS]
    rows = []
    for number, one in enumerate(answers, 1):
        cells = [cell for field in FORM for cell in _kobo_cells(field, one.get(field.name), heads, several)]
        own = {"_index": str(number), "_status": "submitted_via_web"} | one
        rows.append(cells + [str(own.get(name, "")) for name in KOBO_COLUMNS])
    return [header, *([[*tags, *[""] * (len(header) - len(tags))]] if tags else []), *rows]


def _kobo_heads(field: Field, heads: str, has_groups: bool, several: str) -> list[str]:
    own = field.name if heads == "names" else field.label
    group = field.group if heads == "names" else GROUPS.get(field.group, "")
    stem = f"{group}/{own}" if group and has_groups else own
    if field.is_place:
        return [stem, *(f"_{own}_{part}" for part in ("latitude", "longitude", "altitude", "precision"))]
    options = [f"{stem}/{name if heads == 'names' else label}" for name, label in field.options]
    if not options:
        return [stem]
    return ([stem] if several in ("both", "summary") else []) + (options if several in ("both", "details") else [])


def _kobo_cells(field: Field, value: str | None, heads: str, several: str) -> list[str]:
    if field.is_place:
        return [value or "", *[*(value or "").split(), "", "", "", ""][:4]]
    if not field.options:
        return [value or ""]
    chosen = (value or "").split()
    labels = dict(field.options)
    summary = " ".join(name if heads == "names" else labels[name] for name in chosen)
    ticks = [("1" if name in chosen else "0") if value is not None else "" for name in labels]
    return ([summary] if several in ("both", "summary") else []) + (ticks if several in ("both", "details") else [])


def kobo_csv(path: Path, table: Sequence[Sequence[str]]) -> Path:
    """Write a table as KoboToolbox's CSV: semicolons, every cell quoted."""
    lines = [";".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in table]
    path.write_text("".join(f"{line}\r\n" for line in lines), encoding="utf-8", newline="")
    return path


def kobo_xlsx(path: Path, table: Sequence[Sequence[str]]) -> Path:
    """Write a table as KoboToolbox's XLSX: what is a number becomes one."""
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Course feedback")
        for number, row in enumerate(table):
            for place, cell in enumerate(row):
                is_number = cell.isdecimal() and number
                (sheet.write_number if is_number else sheet.write_string)(
                    number, place, int(cell) if is_number else cell
                )
    return path


def odk_csv(path: Path, answers: Sequence[dict[str, Any]], *, is_split: bool = True, has_groups: bool = True) -> Path:
    """Write ``submissions.csv`` of ODK Central, with or without a column for each option and the groups' names."""
    header, rows = ["SubmissionDate", "meta-instanceID"], []
    for field in FORM:
        stem = f"{field.group}-{field.name}" if field.group and has_groups else field.name
        parts = ("Latitude", "Longitude", "Altitude", "Accuracy")
        header += [f"{stem}-{part}" for part in parts] if field.is_place else [stem]
        header += [f"{stem}/{name}" for name, _ in field.options] if is_split else []
    header += ODK_COLUMNS
    for one in answers:
        cells = [one["SubmissionDate"], one["KEY"]]
        for field in FORM:
            value = one.get(field.name) or ""
            cells += [*value.split(), "", "", "", ""][:4] if field.is_place else [value]
            chosen = value.split()
            cells += [str(int(name in chosen)) for name, _ in field.options] if is_split else []
        rows.append([*cells, *(str(one.get(name, "")) for name in ODK_COLUMNS)])
    quoted = [",".join(_quoted(cell) for cell in row) for row in [header, *rows]]
    path.write_text("".join(f"{line}\n" for line in quoted), encoding="utf-8", newline="")
    return path


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if any(sign in cell for sign in ',"\n\r') else cell
