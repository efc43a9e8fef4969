"""WatchGenerations."""

import asyncio
from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import grpc.aio
import pytest
import pytest_asyncio
from grpc import StatusCode

from superzol.dataset.v1.dataset_pb2 import WatchGenerationsRequest, WatchGenerationsResponse
from superzol_server.dataset.service import PUBLICATIONS
from superzol_server.serving import drain
from superzol_server.settings import Settings
from tests.support.catalogue import Chain, Store, fill
from tests.support.clients import DatasetClient
from tests.support.server import Running, read_refusal, refusal, running_api
from tests.support.server_process import serving

Watch: TypeAlias = "grpc.aio.UnaryStreamCall[WatchGenerationsRequest, WatchGenerationsResponse]"

DATASET = "israeli-supermarkets"
PUBLISH = """
WITH counted AS (
    UPDATE dataset
    SET generation = generation + 1
    WHERE dataset_id = $1
    RETURNING dataset_key, generation
)
INSERT INTO publication (dataset_key, generation, chain_key, version, changed)
SELECT dataset_key, generation, (SELECT chain_key FROM chain WHERE chain_id = $2), $3, $4
FROM counted
"""


async def publish(
    connection: asyncpg.Connection, chain_id: str | None, version: int, changed: int
) -> None:
    await connection.execute(PUBLISH, DATASET, chain_id, version, changed)


def watch(running: Running, after: int | None, dataset_id: str = DATASET) -> Watch:
    request = WatchGenerationsRequest(dataset_id=dataset_id, after_generation=after)
    return DatasetClient(running.channel).WatchGenerations(request)


async def read(call: Watch, count: int) -> list[WatchGenerationsResponse]:
    async with asyncio.timeout(60):
        return [await read_one(call) for _ in range(count)]


async def read_one(call: Watch) -> WatchGenerationsResponse:
    told = await call.read()
    assert isinstance(told, WatchGenerationsResponse)
    return told


@pytest_asyncio.fixture
async def running(database: str, connection: asyncpg.Connection) -> AsyncIterator[Running]:
    await fill(connection, Chain("shop", "Shop"), Store("shop:1"))
    await connection.execute("DELETE FROM publication")
    await connection.execute("UPDATE dataset SET generation = 0")
    async with running_api(database) as running:
        yield running


async def test_watch_tells_what_was_published_and_then_what_is(
    running: Running, connection: asyncpg.Connection
) -> None:
    await publish(connection, "shop", 1, 700)
    await publish(connection, None, 1, 90)
    call = watch(running, after=0)
    before = await read(call, 2)
    await publish(connection, "shop", 2, 5)
    await running.api.health.look()
    (after,) = await read(call, 1)
    call.cancel()
    assert [each.generation for each in (*before, after)] == [1, 2, 3]
    assert [each.chain_id for each in (*before, after)] == ["shop", "", "shop"]
    assert [each.version for each in (*before, after)] == [1, 1, 2]
    assert [each.change_count for each in (*before, after)] == [700, 90, 5]
    assert after.publish_time.ToSeconds() > 0


async def test_watch_without_a_place_begins_with_what_is_published_from_now_on(
    running: Running, connection: asyncpg.Connection
) -> None:
    await publish(connection, "shop", 1, 700)
    call = watch(running, after=None)
    told = asyncio.create_task(read(call, 1))
    while not told.done():  # whenever the watch began, one comes after it
        await publish(connection, "shop", 2, 5)
        await running.api.health.look()
        await asyncio.sleep(0.05)
    (first,) = await told
    call.cancel()
    assert first.generation > 1


async def test_watch_that_goes_on_has_neither_gaps_nor_doubles(
    running: Running, connection: asyncpg.Connection
) -> None:
    told: list[int] = []

    async def follow() -> None:
        while not told or told[-1] < 60:
            call = watch(running, after=told[-1] if told else 0)
            told.extend(each.generation for each in await read(call, 3))
            call.cancel()

    following = asyncio.create_task(follow())
    for _ in range(60):
        await publish(connection, "shop", 1, 1)
        await running.api.health.look()
    async with asyncio.timeout(60):
        await following
    assert told == [*range(1, 61)]


async def test_more_than_one_look_holds_are_told_at_once(
    running: Running, connection: asyncpg.Connection
) -> None:
    count = 2 * PUBLICATIONS
    await connection.execute("UPDATE dataset SET generation = $1", count)
    await connection.execute(
        """
        INSERT INTO publication (dataset_key, generation, version, changed)
        SELECT dataset_key, number, 1, 0
        FROM dataset, generate_series(1, $1::int8) AS number
        """,
        count,
    )
    call = watch(running, after=0)
    told = await read(call, count)
    call.cancel()
    assert [each.generation for each in told] == [*range(1, count + 1)]


async def test_server_that_stops_ends_the_watch_so_that_it_is_asked_again(
    running: Running, database: str
) -> None:
    call = watch(running, after=0)
    reading = asyncio.create_task(call.read())
    while not running.database.answers:
        await asyncio.sleep(0.01)
    settings = Settings(database=database)  # type: ignore[arg-type, call-arg]  # by the names
    async with asyncio.timeout(settings.grace_seconds):
        await drain(running.api, settings)
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            await reading
    said = read_refusal(ended.value)
    assert (said.code, said.reason) == (StatusCode.UNAVAILABLE, "SERVER_STOPPING")


async def test_server_of_its_own_hears_of_a_publication_by_itself(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Chain("shop", "Shop"), Store("shop:1"))
    newest = await connection.fetchval("SELECT generation FROM dataset")
    async with (
        serving(database, HEALTH_SECONDS="0.05") as server,
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        request = WatchGenerationsRequest(dataset_id=DATASET, after_generation=newest)
        call = DatasetClient(channel).WatchGenerations(request)
        told = asyncio.create_task(read(call, 1))
        await publish(connection, "shop", 9, 5)
        assert [each.version for each in await told] == [9]


@pytest.mark.parametrize(
    ("dataset_id", "after", "code", "reason"),
    [
        ("", 0, StatusCode.INVALID_ARGUMENT, "DATASET_ID_EMPTY"),
        ("mars", 0, StatusCode.NOT_FOUND, "DATASET_NOT_FOUND"),
        (DATASET, -1, StatusCode.INVALID_ARGUMENT, "GENERATION_NEGATIVE"),
        (DATASET, 1, StatusCode.OUT_OF_RANGE, "GENERATION_AHEAD"),
    ],
)
async def test_watch_of_what_cannot_be_is_refused(
    running: Running, dataset_id: str, after: int, code: StatusCode, reason: str
) -> None:
    said = await refusal(read_one(watch(running, after, dataset_id)))
    assert (said.code, said.reason) == (code, reason)
