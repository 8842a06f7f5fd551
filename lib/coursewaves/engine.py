"""Run a notebook's cells in this very process: a papermill engine for processes that live for one notebook.

A Jupyter kernel costs its start, its imports and its shutdown for every report. In a process that was forked for one
report and has imported everything already, the cells run in IPython's own shell at once. It knows no widgets and no
input; the ordinary engine stays for those, and as the reference.
"""

import tempfile
from pathlib import Path
from typing import Any

from IPython.core.displayhook import CapturingDisplayHook
from IPython.core.displaypub import CapturingDisplayPublisher
from IPython.core.formatters import DisplayFormatter
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output
from nbformat import from_dict
from papermill.engines import Engine
from traitlets.config import Config


class InProcessEngine(Engine):  # type: ignore[misc]
    """Execute the cells one after the other; stop at the first that fails."""

    @classmethod
    def execute_managed_notebook(cls, nb_man: Any, kernel_name: str, **kwargs: Any) -> None:
        """Execute the notebook of a papermill manager.

        Parameters
        ----------
        nb_man
            papermill's manager of the notebook; it keeps the cells' states.
        kernel_name, kwargs
            Of other engines; not used.
        """
        shell = new_shell(Path.cwd())  # papermill runs the cells in a private folder
        for index, cell in enumerate(nb_man.nb.cells):
            nb_man.cell_start(cell, index)
            if cell.cell_type == "code" and cell.source.strip():
                error = run_cell(shell, cell)
                if error is not None:
                    nb_man.cell_exception(cell, index, exception=error)
                    return
            nb_man.cell_complete(cell, index)


def new_shell(folder: Path) -> InteractiveShell:
    """Make a shell of its own, with no history and no start-up files; what IPython writes goes into the folder."""
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.InteractiveShell.colors = "nocolor"
    shell = InteractiveShell.instance(config=config, ipython_dir=str(folder))
    formatter = DisplayFormatter(parent=shell)
    formatter.active_types = formatter.format_types  # as a kernel: HTML and all others, not text alone
    shell.display_formatter = formatter
    return shell


def run_cell(shell: InteractiveShell, cell: Any) -> BaseException | None:
    """Run one cell, store its outputs in it and return what it raised."""
    shown: list[dict[str, Any]] = []
    shell.display_trap.hook = CapturingDisplayHook(shell, shown)  # the value of the last line
    shell.display_pub = CapturingDisplayPublisher(parent=shell)  # what display() is given
    shell.display_pub.outputs = shown
    with capture_output(display=False) as captured:
        result = shell.run_cell(cell.source, store_history=True)
    cell.execution_count = result.execution_count
    streams = {"stdout": captured.stdout, "stderr": captured.stderr}
    outputs: list[dict[str, Any]] = [
        {"output_type": "stream", "name": name, "text": text} for name, text in streams.items() if text
    ]
    outputs += [
        {"output_type": "display_data", "data": output["data"], "metadata": output["metadata"] or {}}
        for output in shown
    ]
    error: BaseException | None = result.error_before_exec or result.error_in_exec
    if error is not None:
        outputs.append({"output_type": "error", "ename": type(error).__name__, "evalue": "", "traceback": []})
    cell.outputs = from_dict(outputs)  # papermill checks the notebook as a whole
    return error


def warm_up() -> None:
    """Run one cell, so that a forked process finds everything that a shell loads at its first use."""
    with tempfile.TemporaryDirectory(prefix="coursewaves-") as folder:
        new_shell(Path(folder)).run_cell("0", silent=True)
