"""What a load survives of the world around it: a restart, a rival, a wrong clock, a new name."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.priority import NICENESS
from superzol_schema import upgrade
from tests.etl.conftest import State
from tests.support.loading import EMPTY_ALL, WAITING, finish, snapshot, start, wait_for
from tests.support.offers import offers
from tests.support.postgres import CREATE_DATABASE, execute, restart, running_server, sibling
from tests.support.snapshots import Chain, Item, full, prices_csv, refresh

COPYING = (
    "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'price_span'::regclass"
)
ReadState = Callable[[], Awaitable[State]]


async def test_a_postgres_that_restarts_in_the_middle_of_a_copy_is_passing_trouble(
    tmp_path: Path,
) -> None:
    with running_server() as server:
        await execute(server, CREATE_DATABASE.format(name="prices"))
        url = sibling(server, "prices")
        await upgrade(url)
        assert refresh(url, snapshot(tmp_path, 1)).exit_code == 0
        holder = await asyncpg.connect(url)
        before = await offers(holder)
        # A COPY into the closed spans waits for this lock, with the chain's packs written.
        await holder.execute("BEGIN; LOCK TABLE price_span IN SHARE ROW EXCLUSIVE MODE")
        folder = snapshot(tmp_path, 2)
        loading = start("refresh", "--source", str(folder), "--database", url, "--workers", "1")
        await wait_for(holder, COPYING)
        await asyncio.to_thread(restart, server)
        outcome = await asyncio.to_thread(finish, loading)
        assert outcome.exit_code == 75
        assert "went away" in outcome.stderr or "is the database running" in outcome.stderr
        reader = await asyncpg.connect(url)
        assert await offers(reader) == before
        again = refresh(url, folder)
        assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
        assert len(await offers(reader)) == 3 * (399 + 299 + 199)
        await reader.close()


async def test_of_two_loaders_at_once_one_loads_and_the_other_tries_later(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", "1"]
    await connection.execute("BEGIN; LOCK TABLE offer_pack IN SHARE ROW EXCLUSIVE MODE")
    first = start("refresh", *load)
    waiting = "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
    await wait_for(connection, waiting)
    rival = await asyncio.to_thread(finish, start("refresh", *load))
    assert (rival.exit_code, rival.summary["reason"]) == (75, "RunAlive")
    await connection.execute("ROLLBACK")
    assert (await asyncio.to_thread(finish, first)).summary["result"] == "Loaded"
    assert refresh(database, folder).summary["result"] == "Unchanged"
    both = await final_state()
    await connection.execute(EMPTY_ALL)
    refresh(database, tmp_path / "day1")
    refresh(database, folder)
    assert await final_state() == both


async def test_a_load_gives_way_to_who_serves_on_the_same_machine(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    await connection.execute("BEGIN; LOCK TABLE offer_pack IN SHARE ROW EXCLUSIVE MODE")
    loading = start("refresh", "--source", str(folder), "--database", database, "--workers", "1")
    await wait_for(connection, WAITING)
    ours, theirs = (os.getpriority(os.PRIO_PROCESS, pid) for pid in (0, loading.pid))
    assert theirs == min(ours + NICENESS, 19)
    await connection.execute("ROLLBACK")
    assert (await asyncio.to_thread(finish, loading)).exit_code == 0


async def test_a_file_replaced_under_a_load_by_one_as_long_is_passing_trouble(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    before = await offers(connection)
    folder = snapshot(tmp_path, 2)
    path = folder / "price_full_file_alpha.csv"
    await connection.execute("BEGIN; LOCK TABLE dataset IN SHARE ROW EXCLUSIVE MODE")
    loading = start("refresh", "--source", str(folder), "--database", database, "--workers", "1")
    # Its files are hashed by now.
    await wait_for(connection, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
    path.write_bytes(path.read_bytes().replace(b",7.90,", b",8.90,"))
    await connection.execute("ROLLBACK")
    outcome = await asyncio.to_thread(finish, loading)
    assert outcome.exit_code == 75
    assert f"{path} was written to while it was read: run again" in outcome.stderr
    alpha = {key: value for key, value in before.items() if key[1].startswith("alpha:")}
    after = await offers(connection)
    assert {key: value for key, value in after.items() if key[1].startswith("alpha:")} == alpha
    assert refresh(database, folder).summary["result"] == "Loaded"
    assert (await offers(connection))["alpha:7", "alpha:1"][0] == 890


@pytest.mark.parametrize("moved", ["- interval '10 years'", "+ interval '10 years'"])
async def test_a_clock_that_was_wrong_changes_nothing(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    moved: str,
) -> None:
    """What the database noted by its clock is moved; what files say of themselves is not."""
    folders = [snapshot(tmp_path, day) for day in (1, 2, 3)]
    for folder in folders:
        refresh(database, folder)
    expected = await final_state()
    await connection.execute(EMPTY_ALL)
    for folder in folders:
        refresh(database, folder)
        for table, column in (
            ("dataset_version", "fetched_at"), ("dataset_version", "closed_at"),
            ("chain_version", "loaded_at"), ("publication", "published_at"),
            ("etl_run", "started_at"), ("etl_stage", "started_at"),
        ):  # fmt: skip
            await connection.execute(f"UPDATE {table} SET {column} = {column} {moved}")
    assert await final_state() == expected


async def test_a_chain_under_a_new_slug_of_its_own_goes_on_as_the_chain_it_was(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"), Item("2", "2.00"))])
    next_day = full(Item("1", "1.10"), Item("2", "2.00"), at="202606020600")
    renamed = prices_csv("PriceFull", [next_day])
    outcome = chain.load_files({"price_full_file_alpha_new_source.csv": renamed})
    assert (outcome.exit_code, outcome.summary["changed"]) == (0, 1)
    assert await offers(connection) == {
        ("alpha:1", "alpha:1"): (110, 2),
        ("alpha:2", "alpha:1"): (200, 1),
    }
    assert await connection.fetchval("SELECT count(*) FROM chain") == 1


async def test_a_store_code_under_two_legal_ids_holds_its_chain_back_as_it_was_served(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load([full(Item("1", "1.00"))])
    other = full(Item("1", "2.00"), store="1", at="202606020700")._replace(legal_id="7290058103393")
    outcome = chain.load([full(Item("1", "1.50"), at="202606020600"), other])
    assert outcome.exit_code == 65
    held = "store alpha:1 is published under the ChainIds 7290000000015, 7290058103393"
    assert held in outcome.stderr
    assert await offers(connection) == {("alpha:1", "alpha:1"): (100, 1)}
