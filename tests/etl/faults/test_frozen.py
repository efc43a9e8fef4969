"""What is waited for, and how long, while PostgreSQL neither answers nor goes away."""

import asyncio
import os
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest

from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.settings import SILENCE
from superzol_etl.stages.publish import SUMMARY_LOCK
from superzol_etl.stopping import STOP_SECONDS
from superzol_schema import upgrade
from tests.support.loading import LOADERS, finish, hold, snapshot, start, wait_for
from tests.support.offers import offers
from tests.support.postgres import CREATE_DATABASE, execute, running_server, sibling
from tests.support.snapshots import refresh

GRACE_SECONDS = 30  # that Kubernetes gives a pod


@contextmanager
def frozen(server: str) -> Iterator[None]:
    """Stops every process of an embedded server until the block ends, as a hung disk would."""
    data = Path(parse_qs(urlsplit(server).query)["host"][0])
    first = int((data / "postmaster.pid").read_text().split()[0])
    os.kill(first, signal.SIGSTOP)
    while _state(first) != "T":
        time.sleep(0.01)
    # It takes no notice of children that end from here on, and starts none.
    told = Path(f"/proc/{first}/task/{first}/children").read_text()
    children = [int(each) for each in told.split()]
    for each in children:
        os.kill(each, signal.SIGSTOP)
    try:
        yield
    finally:
        for each in (*children, first):
            os.kill(each, signal.SIGCONT)


def _state(process: int) -> str:
    """As ps shows it: R, S, D, T and so on."""
    return Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]


def alphas(found: dict[tuple[str, str], tuple[int, int]]) -> dict[str, tuple[int, int]]:
    return {
        f"{product} {store}": each for (product, store), each in found.items() if "alpha" in store
    }


@asynccontextmanager
async def database_to_freeze() -> AsyncIterator[tuple[str, str, asyncpg.Connection]]:
    """A server of its own, the URL of an empty database in it, and a connection to that."""
    with running_server() as server:
        await execute(server, CREATE_DATABASE.format(name="prices"))
        url = sibling(server, "prices")
        await upgrade(url)
        connection = await asyncpg.connect(url)
        yield server, url, connection
        await connection.close()


@asynccontextmanager
async def next_day(
    url: str, connection: asyncpg.Connection, folder: Path
) -> AsyncIterator[tuple[str, str]]:
    """The files of the next day, whose load waits for a lock, and the query that says it waits.

    Afterwards nothing of it must be served until it is loaded again.
    """
    refresh(url, snapshot(folder, 1))
    before = await offers(connection)
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    waiting = await hold(connection, CHAIN_LOCK, key)
    files = snapshot(folder, 2)
    yield str(files), waiting
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    await wait_for(connection, LOADERS)
    assert alphas(await offers(connection)) == alphas(before)
    assert refresh(url, files).summary["result"] == "Loaded"
    assert alphas(await offers(connection)) != alphas(before)


@pytest.mark.parametrize("workers", ["1", "3"])
async def test_a_load_of_a_frozen_database_ends_when_told_and_leaves_nothing_half_done(
    tmp_path: Path, workers: str
) -> None:
    async with (
        database_to_freeze() as (server, url, connection),
        next_day(url, connection, tmp_path) as (folder, waiting),
    ):
        process = start("refresh", "--source", folder, "--database", url, "--workers", workers)
        await wait_for(connection, waiting)
        with frozen(server):
            told_at = time.monotonic()
            process.send_signal(signal.SIGTERM)
            outcome = await asyncio.to_thread(finish, process)
            took = time.monotonic() - told_at
        assert (outcome.exit_code, outcome.summary["reason"]) == (75, "Stopped")
        assert STOP_SECONDS <= took < GRACE_SECONDS


@pytest.mark.parametrize("workers", ["1", "3"])
async def test_a_load_that_waits_long_is_left_alone_until_the_database_answers_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workers: str
) -> None:
    async with (
        database_to_freeze() as (server, url, connection),
        next_day(url, connection, tmp_path) as (folder, waiting),
    ):
        monkeypatch.setenv(SILENCE, "5")
        process = start("refresh", "--source", folder, "--database", url, "--workers", workers)
        await wait_for(connection, waiting)
        await asyncio.sleep(7)
        assert await connection.fetchval(waiting)
        with frozen(server):
            outcome = await asyncio.to_thread(finish, process)
        assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
        assert "alpha: the database has answered nobody for 5 s" in outcome.stderr


async def test_a_publish_whose_database_answers_nobody_ends_with_all_its_connections(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with database_to_freeze() as (server, url, connection):
        waiting = await hold(connection, SUMMARY_LOCK, 0)
        # Another connection of the publish waits as well: who gives up must not wait for its end.
        tidying = await asyncpg.connect(url)
        held = tidying.transaction()
        await held.start()
        await tidying.execute("LOCK TABLE offer_pack IN SHARE UPDATE EXCLUSIVE MODE")
        folder = str(snapshot(tmp_path, 1))
        monkeypatch.setenv(SILENCE, "5")
        process = start("refresh", "--source", folder, "--database", url)
        await wait_for(connection, waiting)
        with frozen(server):
            outcome = await asyncio.to_thread(finish, process)
        assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
        await connection.execute("SELECT pg_advisory_unlock($1, $2)", SUMMARY_LOCK, 0)
        await held.rollback()
        await tidying.close()
        await wait_for(connection, LOADERS)
        monkeypatch.delenv(SILENCE)
        refresh(url, Path(folder))
        closed = "SELECT closed_at IS NOT NULL FROM dataset_version"
        assert await connection.fetchval(closed)
