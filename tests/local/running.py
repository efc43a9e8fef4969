"""Runs `superzol up` as a person does."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from tests.support.ports import free_port

ROOT = Path(__file__).parents[2]
STOP_SECONDS = 120


class Running(NamedTuple):
    """A `superzol up` that serves. output: what it has printed until then."""

    process: subprocess.Popen[str]
    port: int
    output: str

    def stop(self, ending: signal.Signals) -> int:
        """Sends a signal to this process alone and returns its exit code."""
        self.process.send_signal(ending)
        return self.process.wait(STOP_SECONDS)


@contextmanager
def running(state: Path, *options: str) -> Iterator[Running]:
    """Starts it on a free port, yields once it serves, and stops it."""
    port = free_port()
    process = start(state, port, *options)
    try:
        yield Running(process, port, read_until_serving(process))
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=STOP_SECONDS)


def start(state: Path, port: int, *options: str) -> subprocess.Popen[str]:
    """Starts it in a session of its own, as a terminal would."""
    command = [sys.executable, "-m", "superzol_local", "up", "--state", str(state)]
    return subprocess.Popen(
        [*command, "--port", str(port), *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def read_until_serving(process: subprocess.Popen[str]) -> str:
    """Returns the lines up to the two calls to paste; raises when it ends before."""
    return read_until(process, "CompareBasket")


def read_until(process: subprocess.Popen[str], words: str) -> str:
    """Returns the lines up to one with these words; raises when it ends before."""
    output = ""
    assert process.stdout
    for line in process.stdout:
        output += line
        if words in line:
            return output
    raise AssertionError(output)


def processes_of(state: Path) -> list[str]:
    """Returns the command lines of the processes whose environment or arguments name the state."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            arguments, environment = (
                (folder / file).read_bytes() for file in ("cmdline", "environ")
            )
        except OSError:
            continue
        if str(state).encode() in arguments + environment and int(folder.name) != os.getpid():
            found.append(arguments.replace(b"\0", b" ").decode())
    return found


def left_of(state: Path) -> list[str]:
    """Returns those that are still there when all had time to end.

    Those that a load forks its workers from end by themselves once it has.
    """
    deadline = time.monotonic() + STOP_SECONDS
    while (left := processes_of(state)) and time.monotonic() < deadline:
        time.sleep(0.05)
    return left


def grpcurl() -> str:
    """Returns the grpcurl of `make tools`, or of PATH."""
    beside = ROOT / ".tools/bin/grpcurl"
    path = str(beside) if beside.exists() else shutil.which("grpcurl")
    assert path, "there is no grpcurl: run make tools"
    return path
