"""Health of each service, and reflection."""

import asyncio
import os
import signal
import subprocess
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import asyncpg
import pytest
from grpc import StatusCode

from superzol.dataset.v1.dataset_pb2 import GetStatsRequest
from superzol_schema import upgrade
from superzol_server.api import ANALYTICS, CATALOG, DATASET, PRICING
from superzol_server.database import Busy, Limits
from superzol_server.health import NOT_SERVING, SERVING, WHOLE_SERVER
from superzol_server.health_service import SERVICE_UNKNOWN
from tests.support.catalogue import Store, fill
from tests.support.clients import DatasetClient
from tests.support.infrastructure import is_serving, list_health, list_services, watch
from tests.support.postgres import CREATE_DATABASE, execute, running_server, sibling
from tests.support.server import refusal, running_api

SERVICES = (ANALYTICS, CATALOG, DATASET, PRICING)


def restart_postgres(data: Path) -> None:
    """Starts a server that was killed, with the options and the user it had."""
    owner = data.stat()
    program = Path((data / "postmaster.opts").read_text().split()[0]).with_name("pg_ctl")
    subprocess.run(
        [program, "restart", "--wait", "-D", data, "-l", data / "restarted.log"],
        check=True,
        user=owner.st_uid,
        group=owner.st_gid,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.parametrize("service", [WHOLE_SERVER, DATASET])
async def test_service_that_needs_no_data_serves_before_the_first_load(
    database: str, service: str
) -> None:
    async with running_api(database) as running:
        assert await is_serving(running.channel, service)


@pytest.mark.parametrize("service", [CATALOG, PRICING, ANALYTICS])
async def test_service_of_the_data_serves_once_a_generation_is_loaded(
    database: str, connection: asyncpg.Connection, service: str
) -> None:
    async with running_api(database) as running:
        assert not await is_serving(running.channel, service)
        await fill(connection, Store("shop:1"))
        await running.api.health.look()
        assert await is_serving(running.channel, service)


async def test_watch_tells_the_status_and_each_that_comes(
    database: str, connection: asyncpg.Connection
) -> None:
    async with running_api(database) as running:
        told = watch(running.channel, CATALOG)
        assert (await anext(told)).status == NOT_SERVING
        await fill(connection, Store("shop:1"))
        await running.api.health.look()
        assert (await anext(told)).status == SERVING
        await running.api.health.drain()
        assert [each.status async for each in told] == [NOT_SERVING]


async def test_watch_of_an_unknown_service_says_so_and_ends_with_the_server(database: str) -> None:
    async with running_api(database) as running:
        told = watch(running.channel, "superzol.Unknown")
        assert (await anext(told)).status == SERVICE_UNKNOWN
        await running.api.health.drain()
        assert [each.status async for each in told] == []


async def test_list_has_every_service(database: str) -> None:
    async with running_api(database) as running:
        statuses = await list_health(running.channel)
    expected = dict.fromkeys((CATALOG, PRICING, ANALYTICS), NOT_SERVING)
    assert statuses == expected | {WHOLE_SERVER: SERVING, DATASET: SERVING}


async def wait_until_gone(url: str) -> None:
    """Waits until nobody listens any more: the signal returns before the server has ended."""
    while True:
        try:
            connection = await asyncpg.connect(url)
        except asyncpg.PostgresError:
            await asyncio.sleep(0.02)
        except OSError:
            return
        else:
            await connection.close()


async def test_outage_of_the_database_takes_services_away_but_not_the_server_and_passes() -> None:
    with running_server() as server_url:
        await execute(server_url, CREATE_DATABASE.format(name="superzol"))
        url = sibling(server_url, "superzol")
        await upgrade(url)
        connection = await asyncpg.connect(url)
        await fill(connection, Store("shop:1"))
        await connection.close()
        async with running_api(url) as running:
            data = Path(parse_qs(urlsplit(url).query)["host"][0])
            os.kill(int((data / "postmaster.pid").read_text().split()[0]), signal.SIGQUIT)
            await wait_until_gone(url)
            for _ in range(3):
                said = await refusal(DatasetClient(running.channel).GetStats(GetStatsRequest()))
                assert (said.code, said.reason) == (StatusCode.UNAVAILABLE, "DATABASE_UNAVAILABLE")
                await running.api.health.look()
            for service in SERVICES:
                assert not await is_serving(running.channel, service)
            assert await is_serving(running.channel, WHOLE_SERVER)
            restart_postgres(data)
            async with asyncio.timeout(120):
                while not await is_serving(running.channel, CATALOG):
                    await running.api.health.look()
            await DatasetClient(running.channel).GetStats(GetStatsRequest())
            for service in SERVICES:
                assert await is_serving(running.channel, service)


async def test_jam_takes_no_service_away(database: str, connection: asyncpg.Connection) -> None:
    await fill(connection, Store("shop:1"))
    slow = "SELECT 1 AS answer_generation, true AS answer_found, pg_sleep(0.1)"
    limits = Limits(connections=1, statement_seconds=300.0, connection_seconds=1.0)
    async with running_api(database, limits) as running:
        calls = (running.database.fetch(slow) for _ in range(30))
        jam = asyncio.gather(*calls, return_exceptions=True)
        await asyncio.sleep(0)  # so that they stand in line before the look
        await running.api.health.look()
        for service in SERVICES:
            assert await is_serving(running.channel, service)
        assert isinstance((await jam)[-1], Busy)


async def test_database_that_answers_nobody_takes_services_away(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    limits = Limits(connections=1, statement_seconds=300.0, connection_seconds=0.2)
    async with running_api(database, limits) as running:
        async with connection.transaction():
            await connection.execute("LOCK TABLE dataset IN ACCESS EXCLUSIVE MODE")
            client = DatasetClient(running.channel)
            calls = [asyncio.ensure_future(client.GetStats(GetStatsRequest())) for _ in range(2)]
            (refused,), (waiting,) = await asyncio.wait(calls, return_when=asyncio.FIRST_COMPLETED)
            said = await refusal(refused)
            await running.api.health.look()
            for service in SERVICES:
                assert not await is_serving(running.channel, service)
            assert await is_serving(running.channel, WHOLE_SERVER)
        await waiting
        await running.api.health.look()
        for service in SERVICES:
            assert await is_serving(running.channel, service)
    assert said.reason == "SERVER_BUSY"


async def test_drained_server_says_so_for_every_service(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    async with running_api(database) as running:
        await running.api.health.drain()
        await running.api.health.look()
        for service in (WHOLE_SERVER, *SERVICES):
            assert not await is_serving(running.channel, service)


async def test_reflection_lists_every_service(database: str) -> None:
    async with running_api(database) as running:
        names = await list_services(running.channel)
    assert names == [
        "grpc.health.v1.Health",
        "grpc.reflection.v1alpha.ServerReflection",
        ANALYTICS,
        CATALOG,
        DATASET,
        PRICING,
    ]
