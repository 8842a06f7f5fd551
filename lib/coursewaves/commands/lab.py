"""The command ``lab``: JupyterLab on a welcome page, with the exploring notebooks as private copies."""

import os
import signal
import subprocess
import tempfile
from pathlib import Path
from types import FrameType
from typing import Annotated

import typer

from coursewaves.commands.console import home_of, short, show_lines, stops


def lab(
    context: typer.Context,
    language: Annotated[
        str, typer.Option("--language", "-l", help="Language of the notebooks; by default the institute's first.")
    ] = "",
) -> None:
    """Open JupyterLab to explore the loaded year without code; it begins with a welcome page.

    The notebooks are copied into notebooks/ of the work folder, for you alone; what you change there stays yours.
    """
    from coursewaves.lab import chosen_language, copy_notebooks, lab_command, lab_environment, write_welcome  # noqa: PLC0415
    from coursewaves.processed.contents import read_contents  # noqa: PLC0415

    with stops():
        home = home_of(context)
        spoken = chosen_language(home, language)
        for copied in copy_notebooks(home, spoken):
            if copied.is_kept:
                told = f"{short(copied.path, home)} was changed by somebody and stays as it is"
                show_lines(told)
        write_welcome(home, spoken)
        if read_contents(home) is None:
            told = f"nothing is loaded yet; fix: coursewaves --home {home.root.name} load"
            show_lines(told)
        with tempfile.TemporaryDirectory(prefix="coursewaves-lab-") as own:
            environment = os.environ | lab_environment(home, spoken, Path(own))
            before = signal.signal(signal.SIGINT, _left_to_jupyter)
            try:
                code = subprocess.call(lab_command(home), env=environment)  # noqa: S603
            finally:
                signal.signal(signal.SIGINT, before)
    raise typer.Exit(code)


def _left_to_jupyter(number: int, frame: FrameType | None) -> None:
    """Let JupyterLab alone answer Ctrl-C: it asks whether it shall end, and ends its notebooks first."""
