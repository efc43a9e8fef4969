"""Faults that nobody asked for: a frozen database, one that is dropped, one whose disk is full."""

import asyncio
import os
import signal
from pathlib import Path

import asyncpg

from superzol_etl.load.chain import CHAIN_LOCK
from superzol_schema import upgrade
from tests.support.loading import LOADERS, finish, hold, snapshot, start, wait_for
from tests.support.offers import offers
from tests.support.postgres import CREATE_DATABASE, execute, running_server, sibling
from tests.support.snapshots import refresh


async def test_a_load_that_was_frozen_goes_on_where_it_stood(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """As a laptop that sleeps, or a node that is paused: nothing is lost, and nobody else loads."""
    refresh(database, snapshot(tmp_path, 1))
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", database, "--workers", "1"]
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'beta'")
    waiting = await hold(connection, CHAIN_LOCK, key)
    loading = start("refresh", *load)
    await wait_for(connection, waiting)
    loading.send_signal(signal.SIGSTOP)
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    rival = await asyncio.to_thread(finish, start("refresh", *load))
    assert (rival.exit_code, rival.summary["reason"]) == (75, "RunAlive")
    loading.send_signal(signal.SIGCONT)
    outcome = await asyncio.to_thread(finish, loading)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded")


async def test_a_database_dropped_under_a_load_is_told_and_a_new_one_takes_it(
    server_url: str, tmp_path: Path
) -> None:
    name = f"superzol_dropped_{os.getpid()}"
    creation = CREATE_DATABASE.format(name=name)
    await execute(server_url, creation)
    url = sibling(server_url, name)
    await upgrade(url)
    holder = await asyncpg.connect(url)
    await holder.execute("BEGIN; LOCK TABLE price_span, offer_pack IN SHARE ROW EXCLUSIVE MODE")
    folder = snapshot(tmp_path, 1)
    loading = start("refresh", "--source", str(folder), "--database", url, "--workers", "1")
    await wait_for(holder, "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted")
    await execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")
    outcome = await asyncio.to_thread(finish, loading)
    assert outcome.exit_code in (75, 78)  # gone, or not there when it connects again
    assert name in outcome.stderr or "went away" in outcome.stderr
    assert refresh(url, folder).exit_code == 78
    await execute(server_url, creation)
    await upgrade(url)
    assert refresh(url, folder).summary["result"] == "Loaded"
    await execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def test_a_full_disk_of_the_database_is_passing_trouble_and_the_next_run_completes(
    tmp_path: Path,
) -> None:
    """A trigger says what PostgreSQL says of the disk: to fill one needs rights."""
    with running_server() as server:
        await execute(server, CREATE_DATABASE.format(name="prices"))
        url = sibling(server, "prices")
        await upgrade(url)
        assert refresh(url, snapshot(tmp_path, 1)).exit_code == 0
        connection = await asyncpg.connect(url)
        before = await offers(connection)
        folder = snapshot(tmp_path, 2)
        await connection.execute(FULL)
        outcome = refresh(url, folder)
        assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
        assert "the database has no room left" in outcome.stderr
        assert await offers(connection) == before
        await connection.execute(
            "DROP TRIGGER disk_is_full ON price_span; DROP FUNCTION full_disk()"
        )
        assert refresh(url, folder).summary["result"] == "Loaded"
        assert await connection.fetchval(LOADERS)
        await connection.close()


# What PostgreSQL says when a file of a table cannot grow.
FULL = """
CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE disk_full USING MESSAGE = 'could not extend file: No space left on device';
END $$;
CREATE TRIGGER disk_is_full BEFORE INSERT ON price_span FOR EACH ROW EXECUTE FUNCTION full_disk();
"""
