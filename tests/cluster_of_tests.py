"""A cluster on this machine: Dask's own scheduler and workers, each a process as on a machine of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil

TESTS = Path(__file__).parent
LIBRARY = TESTS.parent / "lib"


class Cluster:
    """A scheduler and its workers; all of them end with it.

    Every worker's temporary files lie in a folder of its own, ``worker-<number>``.
    """

    def __init__(self, folder: Path, *workers: str, allowed_failures: int = 3, **environment: str) -> None:
        self.folder = folder
        self.environment = environment
        self.processes: list[subprocess.Popen[bytes]] = []
        self.failures = {"DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": str(allowed_failures)}
        told = folder / "scheduler.json"
        self.scheduler = self._schedule("scheduler", "0", "--scheduler-file", str(told))
        until = time.monotonic() + 60
        while not (told.exists() and told.read_text().strip()) and time.monotonic() < until:
            time.sleep(0.05)
        self.address = json.loads(told.read_text())["address"]
        self.workers = [self.add(how) for how in workers]
        log = folder / "scheduler.log"
        while log.read_text().count("Register worker addr") < len(workers) and time.monotonic() < until:
            time.sleep(0.05)

    def restart(self, *workers: str) -> None:
        """Start a scheduler that was killed again at its address, and workers, as their services do."""
        self.scheduler = self._schedule("scheduler again", self.address.rpartition(":")[2])
        self.workers = [self.add(how) for how in workers]

    def _schedule(self, name: str, port: str, *more: str) -> subprocess.Popen[bytes]:
        command = ["distributed.cli.dask_scheduler", "--port", port, "--dashboard-address", "127.0.0.1:0", *more]
        return self._start(command, name, self.failures)

    def add(self, how: str = "") -> subprocess.Popen[bytes]:
        """Add a worker with its nanny; `how` it misbehaves, see `worker_of_tests`."""
        command = ["distributed.cli.dask_worker", self.address, "--nworkers", "1", "--nthreads", "1"]
        name = f"worker-{len(self.processes)}"
        place = self.folder / name
        place.mkdir()
        command += ["--memory-limit", "0", "--local-directory", str(place / "dask"), "--no-dashboard"]
        command += ["--preload", str(TESTS / "worker_of_tests.py")] if how else []
        return self._start(command, name, {"MISBEHAVES": how, "TMPDIR": str(place)})

    def _start(self, command: list[str], name: str, more: dict[str, str]) -> subprocess.Popen[bytes]:
        environment = os.environ | self.environment | more | {"PYTHONPATH": str(LIBRARY)}
        with (self.folder / f"{name}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", *command, "--host", "127.0.0.1"], stdout=log, stderr=log, env=environment,
                cwd=self.folder, start_new_session=True,
            )  # fmt: skip
        self.processes.append(process)
        return process

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """Kill a worker and its nanny, or the scheduler, as a power cut would; what they started is not touched."""
        found = psutil.Process(process.pid)
        dask = [child for child in found.children(recursive=True) if "multiprocessing" in " ".join(child.cmdline())]
        for each in [found, *dask]:
            each.kill()
        process.wait()

    def left_in(self, worker: int) -> list[str]:
        """What a worker's stations left in its temporary folder."""
        return [path.name for path in (self.folder / f"worker-{worker}").glob("coursewaves-*")]

    def end(self) -> None:
        for process in reversed(self.processes):
            if process.poll() is None:
                for child in psutil.Process(process.pid).children(recursive=True):
                    child.kill()
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
