"""Speaking with a scheduler, as far as no scheduler is needed: what is missing, what is said, what is not."""

import builtins
import logging
from pathlib import Path

import pytest

from coursewaves.cluster.dask_client import connected, reason_of
from coursewaves.cluster.reports import on_cluster
from coursewaves.errors import CoursewavesError
from coursewaves.settings.home import Home


class KilledWorker(Exception):
    pass


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (KilledWorker("a participant's words"), "its process died"),
        (ModuleNotFoundError("No module named 'coursewaves'"), "the worker has another version of coursewaves"),
        (AttributeError("make_on_worker"), "the worker has another version of coursewaves"),
        (KeyError("a participant's words"), "the worker failed: KeyError"),
    ],
)
def test_what_became_of_a_task_is_named_without_the_text_of_an_error(error, reason):
    assert reason_of(error) == reason


@pytest.mark.parametrize("address", ["", "host", "host:8786", "8786"])
def test_an_address_without_a_protocol_is_refused_before_dask_would_start_a_cluster_of_its_own(tmp_path, address):
    with pytest.raises(CoursewavesError, match="fix: name it as 'tcp://host:8786'"):
        on_cluster(Home(tmp_path), address)


def test_without_dask_the_fix_is_told(monkeypatch):
    usual = builtins.__import__

    def without(name, *more):
        if name.partition(".")[0] == "distributed":
            raise ImportError(name=name)
        return usual(name, *more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(CoursewavesError, match=r"needs the library distributed; fix: pip install 'coursewaves\[clus"):
        connected("tcp://127.0.0.1:1").__enter__()


def test_naming_a_cluster_imports_nothing_of_dask(tmp_path):
    import subprocess
    import sys

    script = (
        "import sys; from pathlib import Path; from coursewaves.cluster.reports import on_cluster\n"
        "from coursewaves.settings.home import Home\n"
        "on_cluster(Home(Path()), 'tcp://host:1')\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'dask', 'distributed', 'fsspec'}))"
    )
    library = Path(__file__).parents[1] / "lib"
    found = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=tmp_path,
        env={"PYTHONPATH": str(library)},
    )  # fmt: skip
    assert found.stdout == "[]\n"


def test_while_dask_is_used_its_logs_are_silent_and_afterwards_they_are_as_before():
    pytest.importorskip("distributed")
    loggers = [logging.getLogger(name) for name in ("distributed", "distributed.client", "tornado", "asyncio")]
    before = [logger.level for logger in loggers]
    connection = connected("nothing://x")
    with pytest.raises(Exception, match="can't be reached"):
        connection.__enter__()
    assert [logger.level for logger in loggers] == before
