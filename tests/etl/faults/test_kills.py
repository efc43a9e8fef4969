"""What is left when a load is killed, told to stop, cut off or run twice."""

import asyncio
import json
import signal
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.stages.runs import DATASET_LOCK
from tests.etl.conftest import State
from tests.support.loading import (
    CHAINS,
    EMPTY_ALL,
    end_at_commit_of,
    finish,
    snapshot,
    start,
    wait_for,
)
from tests.support.snapshots import refresh

ReadState = Callable[[], Awaitable[State]]


@pytest.mark.parametrize("stopped_before", CHAINS)
async def test_a_load_killed_at_first_or_between_chains_is_completed_by_the_next_run(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    stopped_before: str,
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", "1"]
    await end_at_commit_of(stopped_before, connection, load, signal.SIGKILL)
    loaded = await connection.fetchval("SELECT count(*) FROM chain_version WHERE version = 2")
    assert loaded == CHAINS.index(stopped_before)
    again = refresh(database, folder)
    assert (again.exit_code, again.summary["result"], again.summary["version"]) == (0, "Loaded", 2)
    assert again.summary["chainsLoaded"] == len(CHAINS)
    assert again.summary["chainsLoadedBefore"] == loaded
    after_kill = await final_state()

    await connection.execute(EMPTY_ALL)
    refresh(database, tmp_path / "day1")
    refresh(database, folder)
    assert await final_state() == after_kill


async def test_a_second_run_of_the_dataset_is_refused_while_the_first_is_alive(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    refresh(database, folder)
    key = await connection.fetchval("SELECT dataset_key FROM dataset")
    await connection.execute("SELECT pg_advisory_lock($1, $2)", DATASET_LOCK, key)
    outcome = refresh(database, folder)
    assert outcome.exit_code == 75
    assert "another run of israeli-supermarkets is alive" in outcome.stderr


async def test_workers_end_with_the_run_that_started_them(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", "3"]
    await end_at_commit_of("alpha", connection, load, signal.SIGTERM)
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    state = "SELECT count(*) FROM chain_version WHERE version = 2 AND chain_key = $1"
    assert await connection.fetchval(state, key) == 0


async def test_a_chain_whose_connection_was_cut_is_completed_by_the_next_run(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    """The names merged in the end are those of an uninterrupted run."""
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'beta'")
    await connection.execute("SELECT pg_advisory_lock($1, $2)", CHAIN_LOCK, key)
    cutting = asyncio.create_task(cut_waiting(database, key))
    outcome = await asyncio.to_thread(refresh, database, folder)
    await cutting
    assert outcome.exit_code == 75
    assert "beta: the database went away" in outcome.stderr
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    again = refresh(database, folder)
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    after_cut = await final_state()
    await connection.execute(EMPTY_ALL)
    refresh(database, tmp_path / "day1")
    refresh(database, folder)
    assert await final_state() == after_cut


async def cut_waiting(database: str, key: int) -> None:
    """Ends the loader that waits for the lock of a chain."""
    other = await asyncpg.connect(database)
    waiting = f"FROM pg_locks WHERE NOT granted AND locktype = 'advisory' AND objid = {key}"
    await wait_for(other, f"SELECT count(*) {waiting}")
    await other.execute(f"SELECT pg_terminate_backend(pid) {waiting}")
    await other.close()


@pytest.mark.parametrize("workers", ["1", "3"])
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_a_load_told_to_stop_exits_75_with_its_message_and_is_completed_by_the_next_run(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    ending: signal.Signals,
    workers: str,
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", workers]
    message = tmp_path / "message"
    options = [*load, "--run-id", "one", "--termination-message-path", str(message)]
    outcome = await end_at_commit_of("alpha", connection, options, ending)
    assert outcome.exit_code == 75
    assert "stopped before it was done: run the same command again" in outcome.stderr
    told = json.loads(message.read_text())
    assert (told["result"], told["reason"], told["exitCode"]) == ("Failed", "Stopped", 75)
    state = await connection.fetchrow("SELECT state, error FROM etl_run WHERE run_id = 'one'")
    assert state is not None
    assert state["state"] == "failed"
    again = refresh(database, folder, "--run-id", "one")
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    loaded = "SELECT count(*) FROM chain_version WHERE version = 2 AND state = 'loaded'"
    assert await connection.fetchval(loaded) == 3


async def test_a_load_told_to_stop_while_it_reads_ends_at_the_next_block(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    await connection.execute("BEGIN; LOCK TABLE offer_pack IN ACCESS EXCLUSIVE MODE")
    process = start("refresh", "--source", str(folder), "--database", database, "--workers", "1")
    waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
    await wait_for(connection, waiting)
    process.send_signal(signal.SIGTERM)
    outcome = await asyncio.to_thread(finish, process)
    assert outcome.exit_code == 75
    assert outcome.summary["reason"] == "Stopped"
    await connection.execute("ROLLBACK")
    version = "SELECT count(*) FROM chain_version WHERE version = 2"
    assert await connection.fetchval(version) == 0
