"""Copy the exploring notebooks into the work folder: originals stay clean, and what somebody changed stays theirs.

A copy holds its texts in one language. It remembers by a hash what it was copied as, so that one which nobody changed
is made anew when the program is, without the outputs of the last time.
"""

import hashlib
import json
from copy import deepcopy
from pathlib import Path
from typing import Any, NamedTuple

from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home, notebooks_folder
from coursewaves.system.private_files import private_folder, write_private

FOLDER = "notebooks"
"""Folder of the copies in the work folder."""

MARK = "coursewaves"
"""Key of a copy's metadata that holds its hash."""

SUFFIX = ".ipynb"


class Copied(NamedTuple):
    """What became of one notebook.

    Attributes
    ----------
    path
        The copy.
    is_kept
        Whether it was left as somebody changed it.
    """

    path: Path
    is_kept: bool


def exploring_notebooks() -> list[Path]:
    """Return the notebooks of the program that explore a year, in the order of their names."""
    return sorted((notebooks_folder() / "explore").glob(f"*{SUFFIX}"))


def copy_notebooks(home: Home, language: str) -> list[Copied]:
    """Copy the exploring notebooks for a reader; copies that somebody changed stay as they are.

    Parameters
    ----------
    home
        The work folder; the copies stand in its ``notebooks``, for their owner alone.
    language
        Language of the texts; English where a notebook has none in it.

    Raises
    ------
    CoursewavesError
        Where the folder of the copies is a link to another place.
    """
    folder = home.root / FOLDER
    if folder.is_symlink():
        raise CoursewavesError(f"{FOLDER} is a link to another place; fix: remove it")
    private_folder(folder)
    return [_copied(original, folder / original.name, language) for original in exploring_notebooks()]


def _copied(original: Path, copy: Path, language: str) -> Copied:
    if _is_changed(copy):
        return Copied(copy, is_kept=True)
    notebook = in_language(json.loads(original.read_text(encoding="utf-8")), language)
    notebook["metadata"][MARK] = {"copied": _digest(notebook)}
    text = json.dumps(notebook, ensure_ascii=False, indent=1) + "\n"
    write_private(copy, lambda draft: draft.write_text(text, encoding="utf-8"))
    return Copied(copy, is_kept=False)


def in_language(notebook: dict[str, Any], language: str) -> dict[str, Any]:
    """Return a notebook without its texts in other languages; a text's tag is its language."""
    tags = [_tags(cell) for cell in notebook["cells"] if cell["cell_type"] == "markdown"]
    told = language if any(language in one for one in tags) else "en"
    found = deepcopy(notebook)
    found["cells"] = [cell for cell in found["cells"] if cell["cell_type"] != "markdown" or told in _tags(cell)]
    return found


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", []))


def _is_changed(copy: Path) -> bool:
    """Tell whether somebody changed a copy's texts or code, or put a file of another making there."""
    if not copy.exists():
        return False
    try:
        notebook = json.loads(copy.read_text(encoding="utf-8"))
        return bool(notebook["metadata"].get(MARK, {}).get("copied") != _digest(notebook))
    except (ValueError, KeyError, TypeError, AttributeError):
        return True


def _digest(notebook: dict[str, Any]) -> str:
    """Return a hash of what a notebook says and does, whatever it last showed."""
    cells = [[cell["cell_type"], "".join(cell["source"])] for cell in notebook["cells"]]
    return hashlib.sha256(json.dumps(cells, ensure_ascii=False).encode()).hexdigest()
