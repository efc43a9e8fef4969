"""Workers are forked from a process that has imported what they need."""

import asyncio
import importlib
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import asyncpg
import pytest

from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.nursery import IMPORTED
from tests.support.loading import finish, hold, run, snapshot, start, wait_for
from tests.support.snapshots import refresh

LONGEST_SOCKET_PATH = 107
SHORT, LONG = "short", "long" * (LONGEST_SOCKET_PATH // 4)
# Says how a worker was started, and whether what it needs was there before it asked.
START_ONE = f"""
from superzol_etl.nursery import forget_nursery, start_nursery
if __name__ == "__main__":
    context = start_nursery()
    print(context.get_start_method(), flush=True)
    said = "import sys; print({IMPORTED!r} in sys.modules)"
    worker = context.Process(target=exec, args=(said,))
    worker.start()
    worker.join()
    forget_nursery()
"""


@pytest.fixture
def folder() -> Iterator[Path]:
    """One of a short name, in which a socket can lie."""
    with TemporaryDirectory() as folder:
        yield Path(folder)


def use_for_temporary_files(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, made."""
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.parametrize(
    ("name", "started"), [(SHORT, ["forkserver", "True"]), (LONG, ["spawn", "False"])]
)
def test_a_worker_is_forked_from_what_has_imported_where_a_socket_can_lie_else_spawned(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, started: list[str]
) -> None:
    temporary = use_for_temporary_files(folder / name, monkeypatch)
    command = [sys.executable, "-c", START_ONE]
    said = subprocess.run(command, capture_output=True, text=True, check=True)
    assert said.stdout.split() == started, said.stderr
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("name", [SHORT, LONG])
def test_workers_started_either_way_load_and_leave_no_temporary_file(
    database: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    source = snapshot(tmp_path, 1)
    temporary = use_for_temporary_files(folder / name, monkeypatch)
    outcome = run("refresh", "--database", database, "--source", str(source), "--workers", "2")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr
    assert list(temporary.iterdir()) == []


async def test_a_signal_that_reaches_all_processes_ends_no_worker_by_ending_its_nursery(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    waiting = await hold(connection, CHAIN_LOCK, key)
    source = str(snapshot(tmp_path, 2))
    process = start("refresh", "--database", database, "--source", source, "--workers", "2")
    await wait_for(connection, waiting)
    found = ["pgrep", "--parent", str(process.pid), "--full", "forkserver"]
    (nursery,) = subprocess.run(found, capture_output=True, text=True, check=True).stdout.split()
    os.kill(int(nursery), signal.SIGTERM)
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    outcome = await asyncio.to_thread(finish, process)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr


def test_what_is_imported_ahead_exists() -> None:
    assert importlib.import_module(IMPORTED)  # the nursery says nothing when it does not
