"""A job's own environment: what lies in a user's folders is not run, and every machine looks the same."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbformat
import pytest

from coursewaves.publishing.report import execute
from coursewaves.system import PACKAGE
from coursewaves.system.isolation import DROPPED, FIXED, FOLDERS, isolated, isolated_environment
from coursewaves.workers import pool
from coursewaves.workers.pool import Told, do_each

TESTS = Path(__file__).parent

DROPPED_CODE = "import os\nos.environ['DROPPED_CODE_RAN'] = __file__\n"
"""What no file that lies around may do."""

LOOK = """
import os, sys
found = os.environ.get("DROPPED_CODE_RAN", "")
for name in ("seaborn_dropped", "lib", "dropped_into_home"):
    try:
        __import__(name)
        found += name
    except ImportError:
        pass
found or "nothing ran"
"""


@pytest.fixture
def light_foreman(monkeypatch):
    command = [sys.executable, "-P", str(TESTS / "foreman_of_tests.py"), "coursewaves.errors"]
    monkeypatch.setattr(pool, "COMMAND", command)


@pytest.fixture
def strewn(tmp_path, monkeypatch):
    """A current folder and a home full of files that would run, or be imported, if anybody let them."""
    here, home = tmp_path / "here", tmp_path / "home"
    library = f"lib/python{sys.version_info.major}.{sys.version_info.minor}/site-packages"
    for folder in (here, home, home / ".local" / library, home / ".ipython" / "profile_default" / "startup"):
        folder.mkdir(parents=True)
    for name in ("seaborn_dropped", "lib", "sitecustomize", "usercustomize", "dropped_into_home"):
        for folder in (here, home, home / ".local" / library):
            (folder / f"{name}.py").write_text(DROPPED_CODE)
    profile = home / ".ipython" / "profile_default"
    (profile / "startup" / "00-first.py").write_text(DROPPED_CODE)
    (profile / "ipython_config.py").write_text(DROPPED_CODE)
    (profile / "ipython_kernel_config.py").write_text(DROPPED_CODE)
    (home / ".jupyter").mkdir()
    (home / ".jupyter" / "jupyter_config.py").write_text(DROPPED_CODE)
    (home / ".pythonrc.py").write_text(DROPPED_CODE)
    monkeypatch.chdir(here)
    monkeypatch.setenv("HOME", str(home))
    places = {"IPYTHONDIR": ".ipython", "PYTHONSTARTUP": ".pythonrc.py", "JUPYTER_CONFIG_DIR": ".jupyter"}
    for name, place in (places | {"PYTHONUSERBASE": ".local"}).items():
        monkeypatch.setenv(name, str(home / place))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(["", ".", str(PACKAGE.parent)]))
    return tmp_path


def notebook(folder: Path, *sources: str) -> Path:
    """Write a notebook."""
    cells = [nbformat.v4.new_code_cell(source, id=f"c{place}") for place, source in enumerate(sources)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    path = folder / "look.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)
    return path


def shown(executed) -> str:
    """The value of the last cell."""
    return executed.cells[-1].outputs[-1]["data"]["text/plain"]


def test_files_that_lie_around_would_run_if_nothing_were_done(strewn):
    """The trap is real: otherwise the next tests would hold for the wrong reason."""
    script = "import os; print(os.environ.get('DROPPED_CODE_RAN')); import lib; print(lib.__file__)"
    found = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout
    assert "sitecustomize.py" in found
    assert "lib.py" in found


@pytest.mark.parametrize("can_fork", [True, False])
def test_no_file_in_the_current_folder_or_home_is_run_by_a_job(strewn, light_foreman, monkeypatch, can_fork):
    monkeypatch.setattr(pool, "CAN_FORK", can_fork and pool.CAN_FORK)
    told = [event for event in do_each("process_jobs:import_what_lies_around", [{}], 1) if isinstance(event, Told)]
    assert told[0].words == {"found": [], "flag": ""}


@pytest.mark.parametrize("engine", [None, "coursewaves"])
def test_no_file_in_the_current_folder_or_home_is_run_by_a_notebook(strewn, engine):
    path = notebook(strewn, "shown = 1", LOOK)
    assert shown(execute(path, {}, engine)) == "'nothing ran'"


@pytest.mark.parametrize("engine", [None, "coursewaves"])
def test_a_notebook_sees_a_private_environment_with_both_engines(tmp_path, monkeypatch, engine):
    monkeypatch.setenv("TZ", "America/New_York")
    monkeypatch.setenv("HOME", str(tmp_path))
    source = (
        "import os, time, tempfile, pathlib\n"
        "names = ['HOME', 'IPYTHONDIR', 'JUPYTER_CONFIG_DIR', 'MPLCONFIGDIR', 'XDG_CACHE_HOME']\n"
        "private = all(os.environ[name].startswith(os.getcwd()) for name in names)\n"
        "file = pathlib.Path('x'); file.write_text('')\n"
        "mode = oct(file.stat().st_mode)\n"
        "[private, time.tzname[0], tempfile.gettempdir() == os.getcwd(), mode, os.environ['LC_ALL']]"
    )
    expected = "[True, 'UTC', True, '0o100600', 'C.UTF-8']"
    assert shown(execute(notebook(tmp_path, source), {}, engine)) == expected


def look(**names) -> dict:
    """What a job sees of its surroundings."""
    events = do_each("process_jobs:look_around", [{"names": [*FIXED, *FOLDERS, *DROPPED]}], 1)
    return next(event.words for event in events if isinstance(event, Told))


def test_a_jobs_folders_are_all_its_own_and_nobody_elses_to_read(light_foreman):
    seen = look()
    assert {name: seen["environment"][name] for name in FIXED} == FIXED
    assert all(seen["environment"][name] is None for name in DROPPED)
    assert all(Path(seen["environment"][name]).is_relative_to(seen["cwd"]) for name in FOLDERS)
    assert seen["cwd"] == seen["temporary"] == seen["home"]
    assert (seen["files"], seen["umask"], seen["zone"], seen["utf8"]) == ([], 0o077, "UTC", 1)
    assert seen["group"] == seen["session"] == seen["pid"]


@pytest.mark.parametrize(
    "machine",
    [{"LC_ALL": "C", "PYTHONUTF8": "0"}, {"TZ": "America/New_York"}, {"PYTHONHASHSEED": "7"}, {"HOME": "/nowhere"},
     {"LC_NUMERIC": "kk_KZ.UTF-8", "LANGUAGE": "kk"}, {"PYTHONWARNINGS": "error", "MPLBACKEND": "no such"}],
)  # fmt: skip
def test_every_machine_looks_the_same_to_a_job(light_foreman, monkeypatch, machine):
    def same(seen: dict) -> dict:
        own = {name: seen["environment"][name] for name in (*FIXED, *DROPPED)}
        return own | {name: seen[name] for name in ("umask", "zone", "utf8", "hash", "path")}

    usual = same(look())
    for name, value in machine.items():
        monkeypatch.setenv(name, value)
    umask = os.umask(0)
    try:
        assert same(look()) == usual
    finally:
        os.umask(umask)


def test_the_current_folder_never_comes_into_the_path():
    base = {"PYTHONPATH": os.pathsep.join(["", ".", "here", str(PACKAGE.parent), str(TESTS)])}
    found = isolated_environment(Path("private"), base)["PYTHONPATH"]
    assert found.split(os.pathsep) == [str(PACKAGE.parent), str(TESTS)]


def test_other_variables_are_kept():
    assert isolated_environment(Path("private"), {"LD_LIBRARY_PATH": "kept"})["LD_LIBRARY_PATH"] == "kept"


def test_a_process_gets_its_own_environment_back_even_after_an_error(tmp_path, monkeypatch):
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    monkeypatch.setenv("MPLBACKEND", "svg")
    time.tzset()
    before = dict(os.environ), tempfile.gettempdir(), time.tzname, os.umask(0o022)
    with pytest.raises(KeyError), isolated(tmp_path):
        assert (time.tzname[0], tempfile.gettempdir()) == ("UTC", str(tmp_path))
        assert "MPLBACKEND" not in os.environ
        raise KeyError
    assert (dict(os.environ), tempfile.gettempdir(), time.tzname) == before[:3]
    assert os.umask(before[3]) == 0o022
    monkeypatch.undo()
    time.tzset()
