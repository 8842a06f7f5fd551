"""Run a notebook's cells in this very process: a papermill engine for processes that live for one notebook.

A Jupyter kernel costs its start, its imports and its shutdown for every report. In a process that was forked for one
report and has imported everything already, the cells run in IPython's own shell at once. It knows no widgets and no
input; the ordinary engine stays for those, and as the reference.
"""

import io
import tempfile
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from nbformat import from_dict
from papermill.engines import Engine
from traitlets.config import Config

from coursewaves.system.limits import MEGABYTE, Limits, TooMuchOutput, lift_memory_bound

SKIPPED = "skip-execution"
"""Tag of cells that a kernel's client doesn't run; a report with one is not whole, see `report.check_executed`."""


class InProcessEngine(Engine):  # type: ignore[misc]
    """Execute the cells one after the other; stop at the first that fails."""

    @classmethod
    def execute_managed_notebook(
        cls, nb_man: Any, kernel_name: str, output_mb: int = Limits().output_mb, **kwargs: Any
    ) -> None:
        """Execute the notebook of a papermill manager.

        Parameters
        ----------
        nb_man
            papermill's manager of the notebook; it keeps the cells' states.
        output_mb
            What all cells together may print and show.
        kernel_name, kwargs
            Of other engines; not used.
        """
        shell, meter = _next_shell(), Meter(output_mb * MEGABYTE)
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            if cell.cell_type == "code" and cell.source.strip() and SKIPPED not in cell.metadata.get("tags", []):
                error = run_cell(shell, cell, meter)
                if error is not None:
                    nb_man.cell_exception(cell, index, exception=error)
                    return
            nb_man.cell_complete(cell, index)


def new_shell(folder: Path, profile: ProfileDir | None = None) -> InteractiveShell:
    """Make a shell of its own, with no history and no start-up files.

    Parameters
    ----------
    folder
        Where IPython writes what it writes.
    profile
        One that was made before, so that no folders are made again.
    """
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config, ipython_dir=str(folder), profile_dir=profile)
    formatter = DisplayFormatter(parent=shell)
    formatter.active_types = formatter.format_types  # as a kernel: HTML and all others, not text alone
    shell.display_formatter = formatter
    for name in ("showtraceback", "showsyntaxerror"):  # an error is told by its name, and its text never printed
        setattr(shell, name, lambda *_, **__: None)
    return shell


_warm: list[InteractiveShell] = []
_profiles: list[ProfileDir | None] = []


def warm_up() -> None:
    """Make the shell of the first notebook and run a cell in it, so that a forked process finds all that it needs."""
    with tempfile.TemporaryDirectory(prefix="coursewaves-") as folder:
        shell = new_shell(Path(folder))
        shell.run_cell("0", silent=True)
    _warm[:], _profiles[:] = [shell], [shell.profile_dir]


def _next_shell() -> InteractiveShell:
    """Return the shell that was made beforehand, once and only where no other was made after it, else a new one."""
    if _warm and InteractiveShell.initialized() and InteractiveShell.instance() is _warm[0]:
        return _warm.pop()
    return new_shell(Path.cwd(), *_profiles)


class Meter:
    """Counts what a notebook prints and shows, in bytes, and stops it at a bound."""

    def __init__(self, most: int) -> None:
        self.left = most

    def take(self, text: str) -> None:
        """Count a text.

        Raises
        ------
        TooMuchOutput
            Where the bound is passed, now or before.
        """
        self.left -= len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))
        if self.left < 0:
            raise TooMuchOutput


class _Printed(io.StringIO):
    """What one cell printed."""

    def __init__(self, meter: Meter) -> None:
        super().__init__(newline="")
        self.meter = meter

    def write(self, text: str) -> int:
        self.meter.take(text)
        return super().write(text)


class _Shown(list[dict[str, Any]]):
    """What one cell showed."""

    def __init__(self, meter: Meter) -> None:
        super().__init__()
        self.meter = meter

    def append(self, output: dict[str, Any]) -> None:
        for content in output["data"].values():
            self.meter.take(content if isinstance(content, str) else repr(content))
        super().append(output)


def run_cell(shell: InteractiveShell, cell: Any, meter: Meter) -> BaseException | None:
    """Run one cell, store its outputs in it and return what it raised."""
    shown = _Shown(meter)
    shell.display_trap.hook = CapturingDisplayHook(shell, shown)  # the value of the last line
    shell.display_pub = CapturingDisplayPublisher(parent=shell)  # what display() is given
    shell.display_pub.outputs = shown
    streams = {"stdout": _Printed(meter), "stderr": _Printed(meter)}
    with redirect_stdout(streams["stdout"]), redirect_stderr(streams["stderr"]):
        result = shell.run_cell(cell.source, store_history=True)
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    if isinstance(error, MemoryError):
        lift_memory_bound()
    if meter.left < 0:
        error = TooMuchOutput()  # also where the cell caught it
    cell.execution_count = result.execution_count
    cell.outputs = _outputs(streams, shown) if error is None else [_as_output(error)]
    return error


def _outputs(streams: dict[str, _Printed], shown: _Shown) -> list[Any]:
    """Return what a cell printed and showed; papermill checks the notebook as a whole."""
    texts = {name: stream.getvalue() for name, stream in streams.items()}
    outputs: list[dict[str, Any]] = [
        {"output_type": "stream", "name": name, "text": text} for name, text in texts.items() if text
    ]
    outputs += [
        {"output_type": "display_data", "data": output["data"], "metadata": output["metadata"] or {}}
        for output in shown
    ]
    return list(from_dict(outputs))


def _as_output(error: BaseException) -> Any:
    return from_dict({"output_type": "error", "ename": type(error).__name__, "evalue": "", "traceback": []})
