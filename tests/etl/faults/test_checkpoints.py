"""A stage killed at any of its checkpoints leaves the last good data, and is completed later."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.etl.conftest import State
from tests.support.loading import EMPTY_ALL, kill_where_it_writes, run, snapshot
from tests.support.offers import offers
from tests.support.snapshots import refresh

ReadState = Callable[[], Awaitable[State]]

# Tables by the moment at which a stage first writes them: it is killed while it waits there.
LOADING = [
    "etl_run",  # nothing of the run is noted
    "dataset_version",  # the version is not known
    "offer_pack",  # within a chain's transaction
    "store_sighting",  # with its packs written
    "chain_version",  # at the end of it
    "publication",  # a row before its commit
]
PUBLISHING = ["etl_run", "product_stat", "publication"]


def stages(database: str, folder: Path) -> tuple[list[str], list[str]]:
    """The commands that load and publish day 2 in one run."""
    common = ["--database", database, "--version", "2", "--run-id", "nightly"]
    return ["load", *common, "--source", str(folder), "--workers", "1"], ["publish", *common]


async def check_completed(
    connection: asyncpg.Connection, folders: tuple[Path, Path], final_state: ReadState, url: str
) -> None:
    """What is there now is what an uninterrupted load leaves."""
    after_kill = await final_state()
    assert await connection.fetchval("SELECT bool_and(state = 'succeeded') FROM etl_stage")
    await connection.execute(EMPTY_ALL)
    for version, folder in enumerate(folders, start=1):
        refresh(url, folder, "--version", str(version))
    assert await final_state() == after_kill


@pytest.mark.parametrize("table", LOADING)
async def test_a_killed_load_is_completed_by_the_same_command(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    table: str,
) -> None:
    folders = snapshot(tmp_path, 1), snapshot(tmp_path, 2)
    refresh(database, folders[0])
    before = await offers(connection)
    load, publish = stages(database, folders[1])
    await kill_where_it_writes(table, connection, *load)
    assert await offers(connection) == before
    again = run(*load)
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    assert run(*publish).summary["result"] == "Published"
    await check_completed(connection, folders, final_state, database)


@pytest.mark.parametrize("table", PUBLISHING)
async def test_a_killed_publish_is_completed_by_the_same_command(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    table: str,
) -> None:
    folders = snapshot(tmp_path, 1), snapshot(tmp_path, 2)
    refresh(database, folders[0])
    load, publish = stages(database, folders[1])
    assert run(*load).exit_code == 0
    loaded = await offers(connection)
    await kill_where_it_writes(table, connection, *publish)
    closed = "SELECT closed_at IS NOT NULL FROM dataset_version WHERE version = 2"
    assert not await connection.fetchval(closed)
    assert await offers(connection) == loaded
    again = run(*publish)
    assert (again.exit_code, again.summary["result"]) == (0, "Published")
    await check_completed(connection, folders, final_state, database)
