"""What a disk does that fills up under PostgreSQL, its data and its log of changes."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
import pytest_asyncio

from superzol_schema import upgrade
from tests.support.disks import filled, small_disk
from tests.support.loading import finish, run, snapshot, start
from tests.support.offers import offers
from tests.support.postgres import CREATE_DATABASE, execute, restart, running_server, sibling
from tests.support.snapshots import refresh

pytestmark = pytest.mark.mounts

SERVED = 3 * (399 + 299 + 199)
CLOSED = "SELECT closed_at IS NOT NULL FROM dataset_version WHERE version = 2"
LEFT_BYTES = 100_000  # of the last file of the log, which a load soon needs more of
# What is left in the files of the log that are there.
READ_LEFT = """
SELECT count(*) FILTER (WHERE name > pg_walfile_name(pg_current_wal_insert_lsn())) * whole
       + whole - (pg_current_wal_insert_lsn() - '0/0') % whole
FROM pg_ls_waldir(),
     (SELECT setting::int8 AS whole FROM pg_settings WHERE name = 'wal_segment_size') AS segment
WHERE name ~ '^[0-9A-F]{24}$'
GROUP BY whole
"""
WRITE_LOG = "SELECT pg_logical_emit_message(false, 'test', repeat('x', $1))"


@pytest.fixture
def disk() -> Iterator[Path]:
    with small_disk(200) as folder:
        yield folder


@pytest.fixture
def server(disk: Path) -> Iterator[str]:
    """A server whose files all lie on the small disk."""
    with running_server(disk) as url:
        yield url


@pytest_asyncio.fixture
async def url(server: str, tmp_path: Path) -> str:
    """A database in which the first day is loaded."""
    await execute(server, CREATE_DATABASE.format(name="prices"))
    prices = sibling(server, "prices")
    await upgrade(prices)
    assert refresh(prices, snapshot(tmp_path, 1)).exit_code == 0
    await execute(prices, "CHECKPOINT")  # what is in memory only would find no room later
    return prices


@asynccontextmanager
async def readers(url: str) -> AsyncIterator[None]:
    """Somebody asks again and again until the block ends, and sees all the time the same offers."""
    reader = await asyncpg.connect(url)
    before, has_ended = await offers(reader), asyncio.Event()

    async def ask() -> int:
        times = 0
        while not has_ended.is_set():
            assert await offers(reader) == before
            times += 1
        return times

    asking = asyncio.create_task(ask())
    try:
        yield
    finally:
        has_ended.set()
        assert await asking > 1
        await reader.close()


@pytest.mark.parametrize("workers", ["1", "3"])
async def test_a_load_whose_database_fills_up_leaves_what_is_served_and_goes_on_with_more_room(
    disk: Path, url: str, tmp_path: Path, workers: str
) -> None:
    folder = snapshot(tmp_path, 2)
    load = ["--source", str(folder), "--database", url, "--workers", workers]
    async with readers(url):
        with filled(disk):
            outcome = await asyncio.to_thread(finish, start("refresh", *load))
        assert outcome.exit_code == 75
        for chain in ("alpha", "beta", "gamma"):
            assert f"{chain}: the database has no room left (could not" in outcome.stderr
        assert "make some, then run the same command again" in outcome.stderr
    again = refresh(url, folder)
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    reader = await asyncpg.connect(url)
    assert len(await offers(reader)) == SERVED
    await reader.close()


async def test_a_publish_whose_database_fills_up_closes_its_version_with_more_room(
    disk: Path, url: str, tmp_path: Path
) -> None:
    common = ["--database", url, "--version", "2", "--run-id", "one"]
    assert run("load", "--source", str(snapshot(tmp_path, 2)), *common).exit_code == 0
    await execute(url, "CHECKPOINT")
    reader = await asyncpg.connect(url)
    async with readers(url):
        with filled(disk):
            outcome = await asyncio.to_thread(finish, start("publish", *common))
        assert outcome.exit_code == 75
        assert "the database has no room left (could not" in outcome.stderr
        assert not await reader.fetchval(CLOSED)
    assert run("publish", *common).summary["result"] == "Published"
    assert await reader.fetchval(CLOSED)
    await reader.close()


async def test_a_server_whose_log_finds_no_room_falls_and_goes_on_as_it_was_with_more(
    disk: Path, server: str, url: str, tmp_path: Path
) -> None:
    """PostgreSQL ends itself then, so nothing is served until there is room."""
    connection = await asyncpg.connect(url)
    before = await offers(connection)
    folder = snapshot(tmp_path, 2)
    with filled(disk):
        while (left := await connection.fetchval(READ_LEFT)) > LEFT_BYTES:
            await connection.execute(WRITE_LOG, int(min(left - LEFT_BYTES // 2, 10**6)))
        await connection.close()
        outcome = await asyncio.to_thread(refresh, url, folder)
        assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
        assert "run the same command again" in outcome.stderr
    await asyncio.to_thread(restart, server)
    reader = await asyncpg.connect(url)
    assert await offers(reader) == before
    again = refresh(url, folder)
    assert (again.exit_code, again.summary["result"]) == (0, "Loaded")
    assert len(await offers(reader)) == SERVED
    await reader.close()
