"""A process of a load that is killed, as for want of memory, ends the load with it."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.load.chain import CHAIN_LOCK
from tests.support.loading import CHAINS, LOADERS, finish, hold, snapshot, start, wait_for
from tests.support.offers import offers
from tests.support.snapshots import refresh

KILLED_AT_FORK = """
import os, signal, sys
if "multiprocessing.forkserver" in " ".join(sys.orig_argv):
    os.fork = lambda: os.kill(os.getpid(), signal.SIGKILL)
"""
OTHERS_LOADED = "SELECT count(*) = 2 FROM chain_version WHERE version = 2"


def children(process: int) -> list[int]:
    """The processes that it started, the oldest first."""
    found = []
    for task in Path(f"/proc/{process}/task").iterdir():
        with suppress(FileNotFoundError, ProcessLookupError):  # a thread that ended just now
            found += [int(each) for each in (task / "children").read_text().split()]
    return sorted(found)


def nursery_of(process: int) -> int:
    """The process from which the workers of a load are forked."""
    told = {each: Path(f"/proc/{each}/cmdline").read_bytes() for each in children(process)}
    return next(each for each, line in told.items() if b"multiprocessing.forkserver" in line)


@pytest.mark.parametrize("killed", [0, 1, 2, None], ids=["first", "second", "third", "nursery"])
async def test_a_load_one_of_whose_processes_is_killed_ends_and_is_completed_by_the_next_run(
    database: str, tmp_path: Path, connection: asyncpg.Connection, killed: int | None
) -> None:
    """One of the workers has a chain under way then, and two are idle."""
    refresh(database, snapshot(tmp_path, 1))
    before = await offers(connection)
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    waiting = await hold(connection, CHAIN_LOCK, key)
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", str(len(CHAINS))]
    process = start("refresh", *load)
    await wait_for(connection, waiting)
    await wait_for(connection, OTHERS_LOADED)
    nursery = nursery_of(process.pid)
    workers = children(nursery)
    assert len(workers) == len(CHAINS)
    os.kill(nursery if killed is None else workers[killed], signal.SIGKILL)
    outcome = await asyncio.to_thread(finish, process)
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
    assert "a worker was killed (out of memory?): run again" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    await wait_for(connection, LOADERS)
    after = await offers(connection)
    assert {at: told for at, told in after.items() if "alpha" in at[1]} == {
        at: told for at, told in before.items() if "alpha" in at[1]
    }
    again = refresh(database, folder)
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    assert again.summary["chainsLoadedBefore"] == len(CHAINS) - 1


def test_a_nursery_that_is_killed_when_it_is_to_fork_is_told_as_a_killed_worker(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "sitecustomize.py").write_text(KILLED_AT_FORK)
    folder = snapshot(tmp_path, 1)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONPATH", str(tmp_path))
        outcome = refresh(database, folder, "--workers", "2")
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
    assert "a worker was killed (out of memory?): run again" in outcome.stderr
    assert "Traceback" not in outcome.stderr
    again = refresh(database, folder, "--workers", "2")
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")


async def test_a_worker_killed_while_several_chains_are_under_way_is_told_once(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    keys = await connection.fetch("SELECT chain_key FROM chain")
    waiting = [await hold(connection, CHAIN_LOCK, key) for (key,) in keys]
    load = ["--source", str(snapshot(tmp_path, 2)), "--database", database, "--workers", "3"]
    process = start("refresh", *load)
    for each in waiting:
        await wait_for(connection, each)
    os.kill(children(nursery_of(process.pid))[0], signal.SIGKILL)
    outcome = await asyncio.to_thread(finish, process)
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
    assert outcome.stderr.count("a worker was killed (out of memory?): run again") == 1
    assert "Traceback" not in outcome.stderr
