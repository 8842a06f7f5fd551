"""Start JupyterLab: a work folder and a language go in, the command, its environment and its settings come out."""

import json
import os
import sys
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from coursewaves.lab.copies import FOLDER
from coursewaves.lab.welcome import WELCOME, show_all
from coursewaves.phrases import Phrases
from coursewaves.settings.home import Home
from coursewaves.system import PACKAGE

QUIET = PACKAGE / "explore" / "jupyter"
"""Settings of JupyterLab that are the same for all: no news, no look-ups of updates, no outputs saved by themselves."""

LANGUAGE = "COURSEWAVES_LANGUAGE"
"""The variable that tells the notebooks the language."""

PACKS = {"ru": ("jupyterlab_language_pack_ru_RU", "ru_RU")}
"""Language packs of JupyterLab's own menus: their package, and what JupyterLab calls the language; Kazakh has none."""


def overrides(language: str) -> dict[str, Any]:
    """Return the settings of JupyterLab that hang on the reader's language.

    The button that runs a whole notebook has a name, and stands first: one click is all that a board needs. It restarts
    the notebook's Python before, so that it does not matter whether that had started yet.
    """
    label = show_all(Phrases(language))
    button = {"name": "restart-and-run", "command": "notebook:restart-run-all", "label": label, "caption": label,
              "rank": 0}  # fmt: skip
    found: dict[str, Any] = {"@jupyterlab/notebook-extension:panel": {"toolbar": [button]}}
    package, locale = PACKS.get(language, ("", ""))
    if package and find_spec(package) is not None:
        found["@jupyterlab/translation-extension:plugin"] = {"locale": locale}
    return found


def write_overrides(folder: Path, language: str) -> Path:
    """Write the settings of one start into a folder of its own; return that folder."""
    path = folder / "labconfig" / "default_setting_overrides.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(overrides(language), ensure_ascii=False), encoding="utf-8")
    return folder


def lab_environment(home: Home, language: str, own: Path) -> dict[str, str]:
    """Return the variables with which JupyterLab and its notebooks find the work folder and the language.

    Parameters
    ----------
    home
        The work folder.
    language
        The reader's language.
    own
        A folder for the settings of this start, and for the tabs that were open, which another start shall not find.
    """
    paths = [write_overrides(own, language), QUIET]
    return {
        "COURSEWAVES_HOME": str(home.root),
        LANGUAGE: language,
        "JUPYTER_CONFIG_PATH": os.pathsep.join(map(str, paths)),
        "JUPYTERLAB_WORKSPACES_DIR": str(own / "workspaces"),
    }


def lab_command(home: Home, more: Mapping[str, str] | None = None) -> list[str]:
    """Return the command that opens JupyterLab on the welcome page of a work folder.

    `more` are options of Jupyter's server, such as ``{"ServerApp.port": "8888"}``.
    """
    options = [f"--{name}={value}" for name, value in (more or {}).items()]
    place = [f"--ServerApp.root_dir={home.root}", f"--FileContentsManager.preferred_dir={home.root / FOLDER}"]
    return [sys.executable, "-m", "jupyterlab", *place, *options, f"{home.root / FOLDER / WELCOME}"]
