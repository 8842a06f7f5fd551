"""Workbooks part by part, so that a test can write what no program would."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006/relationships"
STYLES = (0, 22, 20, 46, 14)
"""Number formats of the styles 0 to 4: none, date and time, h:mm, [h]:mm:ss, date."""


def relation(name: str, kind: str, target: str) -> str:
    return f'<Relationship Id="{name}" Type="{OFFICE}/{kind}" Target="{target}"/>'


def relations(*lines: str) -> str:
    return f'<Relationships xmlns="{PACKAGE}">{"".join(lines)}</Relationships>'


def worksheet(rows: str, after: str = "", before: str = "") -> str:
    return f'<worksheet xmlns="{MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def parts(sheets: dict[str, str], texts: Iterable[str] = (), settings: str = "", states: str = "") -> dict[str, str]:
    """The parts of a workbook.

    `sheets` holds the XML of each by its name; `texts` are the shared strings, as XML; `settings` is the rest of the
    catalogue; `states` has a letter a sheet, h for a hidden one.
    """
    numbered = list(enumerate(sheets, 1))
    state = {n: "hidden" if letter == "h" else "visible" for n, letter in enumerate(states.ljust(len(sheets)), 1)}
    listed = "".join(f'<sheet name="{name}" sheetId="{n}" state="{state[n]}" r:id="r{n}"/>' for n, name in numbered)
    lines = [relation(f"r{n}", "worksheet", f"worksheets/sheet{n}.xml") for n, _ in numbered]
    lines += [relation("t", "sharedStrings", "sharedStrings.xml"), relation("s", "styles", "styles.xml")]
    catalogue = f"{settings}<sheets>{listed}</sheets>"
    styles = "".join(f'<xf numFmtId="{number}"/>' for number in STYLES)
    return {
        "_rels/.rels": relations(relation("w", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">{catalogue}</workbook>',
        "xl/_rels/workbook.xml.rels": relations(*lines),
        "xl/styles.xml": f'<styleSheet xmlns="{MAIN}"><cellXfs>{styles}</cellXfs></styleSheet>',
        "xl/sharedStrings.xml": f'<sst xmlns="{MAIN}">{"".join(f"<si>{text}</si>" for text in texts)}</sst>',
        **{f"xl/worksheets/sheet{n}.xml": sheets[name] for n, name in numbered},
    }


def pack(path: Path, content: dict[str, str | bytes]) -> Path:
    """Write parts as a deflated archive."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in content.items():
            archive.writestr(name, part)
    return path
