"""Starts and stops the other programs as processes that never outlive this one."""

import asyncio
import ctypes
import errno
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from superzol_local.errors import ProgramError

TAIL_LINES = 15
DISK_FULL = os.strerror(errno.ENOSPC)
PASSING = 75
STOP_SECONDS = 25.0  # the ETL takes up to 15 to end by itself, and some more to tell how
# Linux tells a child of its parent's death; elsewhere a kill -9 leaves the children behind.
PRCTL = ctypes.CDLL(None).prctl if sys.platform == "linux" else None
PR_SET_PDEATHSIG = 1


class User(NamedTuple):
    """The account a program runs as."""

    user_id: int
    group_id: int


class Command(NamedTuple):
    """What to run. name: also that of its log file. orphan_signal: sent if this process dies."""

    name: str
    arguments: Sequence[str]
    environment: Mapping[str, str]
    orphan_signal: signal.Signals = signal.SIGKILL
    user: User | None = None


class Program(NamedTuple):
    """A running program."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    def failure(self) -> ProgramError:
        """Returns the error for a program that ended by itself, with its last words."""
        code = self.process.returncode or 0
        lines = last_lines(self.log)
        tail = "\n".join(f"    {line}" for line in lines)
        ended = f"was killed by signal {-code}" if code < 0 else f"ended with exit code {code}"
        message = f"{self.name} {ended}; the end of {self.log}:\n{tail}"
        if any(DISK_FULL in line for line in lines):
            message += f"\nthe disk of {self.log.parent} is full: make room, then start again"
            return ProgramError(message, PASSING)
        return ProgramError(message, code if code > 0 else 70)


def python_module(module: str, *arguments: str) -> list[str]:
    """Returns the command line of a module run by this Python, whatever PATH says."""
    return [sys.executable, "-m", module, *arguments]


async def start(command: Command, logs: Path) -> Program:
    """Starts a program in a session of its own, so that Ctrl-C reaches only this process."""
    log = logs / f"{command.name}.log"
    user = command.user
    with log.open("wb") as output:
        process = await asyncio.create_subprocess_exec(
            *command.arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env=os.environ | command.environment,
            start_new_session=True,
            preexec_fn=_tie_to_parent(command.orphan_signal),
            user=user.user_id if user else None,
            group=user.group_id if user else None,
            extra_groups=[] if user else None,
        )
    return Program(command.name, process, log)


async def run(command: Command, logs: Path) -> None:
    """Runs a program to its end; raises ProgramError with its exit code unless that is 0."""
    program = await start(command, logs)
    try:
        code = await program.process.wait()
    except asyncio.CancelledError:
        await stop(program, signal.SIGTERM, STOP_SECONDS)
        raise
    if code != 0:
        raise program.failure()


async def stop(program: Program, polite: signal.Signals, seconds: float) -> None:
    """Asks a program to end, waits, and kills it when it takes longer."""
    if program.process.returncode is not None:
        return
    program.process.send_signal(polite)
    try:
        await asyncio.wait_for(program.process.wait(), seconds)
    except TimeoutError:
        program.process.kill()
        await program.process.wait()


def last_lines(log: Path) -> list[str]:
    """Returns the end of a log file."""
    return log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]


def _tie_to_parent(orphan_signal: signal.Signals) -> Callable[[], None] | None:
    """Returns what a new process does before its program starts."""
    prctl, parent = PRCTL, os.getpid()
    if prctl is None:
        return None

    def tie() -> None:
        prctl(PR_SET_PDEATHSIG, int(orphan_signal))
        if os.getppid() != parent:
            os._exit(1)

    return tie
