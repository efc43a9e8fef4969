"""Health of each service, and reflection."""

import asyncpg
import pytest

from superzol_server.api import ANALYTICS, CATALOG, DATASET, PRICING, WHOLE_SERVER
from tests.support.catalogue import Store, fill
from tests.support.infrastructure import is_serving, list_services
from tests.support.server import running_api


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


async def test_outage_of_the_database_does_not_take_the_server_away(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    async with running_api(database) as running:
        await connection.execute("ALTER TABLE dataset RENAME TO gone")
        await running.api.health.look()
        assert await is_serving(running.channel, CATALOG)


async def test_drained_server_says_so_for_every_service(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Store("shop:1"))
    async with running_api(database) as running:
        await running.api.health.drain()
        await running.api.health.look()
        for service in (WHOLE_SERVER, DATASET, CATALOG, PRICING, ANALYTICS):
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
