"""Write the package that a Word document is: equal parts give equal bytes, and nothing in them tells of a machine."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

REFERENCE = Path(__file__).with_name("reference.docx")
"""Styles, page and footer of every document; made by ``tools/reference_docx.py``."""

FIRST = "[Content_Types].xml"
TIME = (1980, 1, 1, 0, 0, 0)


def repacked(content: bytes, changes: Mapping[str, bytes | None]) -> bytes:
    """Pack a package anew, in one order and with one time.

    Parameters
    ----------
    content
        The package, a ZIP archive.
    changes
        Parts that are other than in it, by name; None leaves one out.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts: dict[str, bytes | None] = {name: archive.read(name) for name in archive.namelist() if name[-1] != "/"}
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in sorted((parts | dict(changes)).items(), key=lambda one: (one[0] != FIRST, one[0])):
            if part is not None:
                entry = zipfile.ZipInfo(name, TIME)
                entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 0
                archive.writestr(entry, part)
    return packed.getvalue()


def part_of(content: bytes, name: str) -> bytes:
    """Return one part of a package."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
