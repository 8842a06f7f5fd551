"""Read the catalogue of a workbook: an archive goes in, the list of its sheets and where their parts lie come out."""

import posixpath
from typing import NamedTuple
from xml.parsers import expat

from coursewaves.reading.containers import Archive, FileFault, RefusedError

MOST_SHEETS = 1_000
MOST_INDEX_BYTES = 5_000_000
"""Bytes of a part that lists others."""

SAVE_AGAIN = "open it in Excel and save it again as .xlsx, or export it as CSV (UTF-8)"
ONE_SHEET = "keep the sheet with the answers alone"
NO_WORKBOOK = FileFault(
    "E-WORKBOOK",
    "no workbook, whatever its name says, or one that is damaged or not whole",
    f"download it again, or {SAVE_AGAIN}",
)
DOCTYPE = FileFault("E-WORKBOOK", "XML with a document type, which no workbook has", SAVE_AGAIN)


class SheetEntry(NamedTuple):
    """One worksheet of the list.

    Attributes
    ----------
    name
        As people see it.
    part
        Where its XML lies in the archive.
    is_visible
        Whether Excel shows it.
    """

    name: str
    part: str
    is_visible: bool


class Catalogue(NamedTuple):
    """What a workbook says about its sheets.

    Attributes
    ----------
    entries
        The worksheets in their order; sheets of charts and macros are left out.
    shared
        The parts that all sheets refer to: ``styles`` and ``sharedStrings``.
    is_1904
        Whether dates count from 1904.
    recalculates
        Whether the workbook asks to compute every formula again when it is opened: no stored result holds.
    """

    entries: list[SheetEntry]
    shared: dict[str, str]
    is_1904: bool
    recalculates: bool


class _Relation(NamedTuple):
    """Kind and part that an id stands for."""

    kind: str
    part: str


def read_catalogue(archive: Archive) -> Catalogue:
    """Read the list of sheets.

    Raises
    ------
    RefusedError
        Where the archive is no workbook, or lists more than `MOST_SHEETS`.
    """
    tops = _relations(archive, "", "_rels/.rels").values()
    index = next((relation.part for relation in tops if relation.kind == "officeDocument"), "")
    folder, _, name = index.rpartition("/")
    relations = _relations(archive, folder, posixpath.join(folder, "_rels", f"{name}.rels"))
    elements = _elements(archive.read(index, MOST_INDEX_BYTES))
    entries = [entry for tag, attributes in elements if tag == "sheet" for entry in _listed(attributes, relations)]
    if len(entries) > MOST_SHEETS:
        raise RefusedError("E-LIMIT", f"{len(entries)} sheets", ONE_SHEET)
    if len({entry.part for entry in entries}) < len(entries):
        raise RefusedError(*NO_WORKBOOK)  # one part listed as a thousand sheets would be read a thousand times
    shared = {kind: part for kind, part in relations.values() if kind in ("styles", "sharedStrings")}
    flags = {name for _, attributes in elements for name, value in attributes.items() if value in ("1", "true")}
    return Catalogue(entries, shared, "date1904" in flags, "fullCalcOnLoad" in flags)


def _listed(attributes: dict[str, str], relations: dict[str, _Relation]) -> list[SheetEntry]:
    link = next((value for name, value in attributes.items() if name.endswith(":id")), "")
    relation = relations.get(link)
    if relation is None or relation.kind != "worksheet":
        return []
    is_visible = attributes.get("state", "visible") == "visible"
    return [SheetEntry(attributes.get("name", ""), relation.part, is_visible)]


def _relations(archive: Archive, folder: str, part: str) -> dict[str, _Relation]:
    """Return the relations that a part lists by their ids; their targets count from the folder."""
    found = {}
    for tag, attributes in _elements(archive.read(part, MOST_INDEX_BYTES)):
        if tag == "Relationship":
            kind = attributes.get("Type", "").rpartition("/")[2]
            target = posixpath.normpath(posixpath.join("/", folder, attributes.get("Target", "")))
            found[attributes.get("Id", "")] = _Relation(kind, target.lstrip("/"))
    return found


def _elements(xml: bytes) -> list[tuple[str, dict[str, str]]]:
    """Return the tags, without their prefixes, and the attributes of all elements."""
    found: list[tuple[str, dict[str, str]]] = []
    parser = expat.ParserCreate("utf-8")
    parser.StartElementHandler = lambda name, attributes: found.append((name.rpartition(":")[2], attributes))
    parser.StartDoctypeDeclHandler = _refuse_doctype
    try:
        parser.Parse(xml, True)
    except expat.ExpatError as error:
        raise RefusedError(*NO_WORKBOOK) from error
    return found


def _refuse_doctype(*_: object) -> None:
    raise RefusedError(*DOCTYPE)
