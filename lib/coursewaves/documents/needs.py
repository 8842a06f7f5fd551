"""What documents need beyond the library itself, and how it is got: each is asked for when it is needed first."""

import contextlib
import importlib
import io
import logging
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from coursewaves.errors import CoursewavesError

EXTRA = "pip install 'coursewaves[documents]'"
PANGO = (
    "install the system library pango 1.44 or newer (Debian, Ubuntu: apt install libpango-1.0-0 libpangoft2-1.0-0 "
    "libharfbuzz-subset0; macOS: brew install pango; Windows: MSYS2's package mingw-w64-ucrt-x86_64-pango)"
)

OF_PDF = ("weasyprint", "tinyhtml5")
OF_DOCX = ("pypandoc", "tinyhtml5", "resvg_py")


def needed(name: str) -> Any:
    """Import a library that only documents need.

    Raises
    ------
    CoursewavesError
        Where it is missing, or a system library that it stands on; the message says how to get it.
    """
    try:
        with contextlib.redirect_stdout(io.StringIO()):  # weasyprint prints advice beside its error
            found = importlib.import_module(name)
    except ImportError:
        raise CoursewavesError(f"Documents need the library {name}; fix: {EXTRA}") from None
    except OSError:
        raise CoursewavesError(f"PDF needs the system library pango; fix: {PANGO}") from None
    logging.getLogger(name).setLevel(logging.CRITICAL)  # of a style sheet for browsers much is unknown on paper
    return found


def pandoc() -> str:
    """Return the program pandoc that came with its Python package.

    Raises
    ------
    CoursewavesError
        Where it is missing.
    """
    try:
        return str(needed("pypandoc").get_pandoc_path())
    except OSError:
        raise CoursewavesError(f"DOCX needs the program pandoc; fix: {EXTRA}") from None


def fonts() -> dict[str, bytes]:
    """Return the faces of DejaVu Sans by file name: those that come with matplotlib, the same on every machine."""
    spec = find_spec("matplotlib")
    folder = Path(spec.origin or "").parent if spec else Path()
    names = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf", "DejaVuSans-Oblique.ttf", "DejaVuSans-BoldOblique.ttf")
    return {name: (folder / "mpl-data" / "fonts" / "ttf" / name).read_bytes() for name in names}


def faults() -> list[str]:
    """Say what keeps documents from being made on this machine, each with its fix; nothing where all is there."""
    found: list[str] = []
    for name in dict.fromkeys((*OF_PDF, *OF_DOCX)):
        try:
            needed(name)
        except CoursewavesError as error:
            found.append(str(error))
    return found
