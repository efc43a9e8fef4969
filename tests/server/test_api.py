"""How the server listens, and how long it bears with its clients."""

import asyncio

import grpc.aio
import pytest

from superzol_server.connections import LEAST_PING_MILLISECONDS
from superzol_server.listening import to_address
from tests.support.infrastructure import watch
from tests.support.server import running_api

PINGS = 5  # the third that comes too soon would end the connection


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("0.0.0.0", "0.0.0.0:50051"),
        ("localhost", "localhost:50051"),
        ("::", "[::]:50051"),
        ("::1", "[::1]:50051"),
        ("[::1]", "[::1]:50051"),
    ],
)
def test_an_ipv6_address_may_be_bare(host: str, address: str) -> None:
    assert to_address(host, 50051) == address


async def test_client_that_asks_whether_the_server_lives_is_not_cut_off(database: str) -> None:
    pause = LEAST_PING_MILLISECONDS + 200
    options = [
        ("grpc.keepalive_time_ms", pause),
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    async with running_api(database) as running:
        address = f"127.0.0.1:{running.api.port}"
        async with grpc.aio.insecure_channel(address, options=options) as channel:
            told = watch(channel, "")
            await anext(told)
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(PINGS * pause / 1000):
                    await anext(told)
