"""How long connections live, seen from the wire."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import grpc.aio
import pytest

from superzol_server.connections import Connections
from tests.support.infrastructure import is_serving, watch
from tests.support.server import running_api

# A client that greets and then says nothing more, not even in answer to a ping.
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
NO_SETTINGS = b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
FRAME_HEADER_BYTES, PING, ANSWER = 9, 6, 1


class Relay:
    """Stands before a server as a load balancer does.

    opened: connections there were. pings: those that the server sent.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self.opened = self.pings = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[str]:
        server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        async with server:
            yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.opened += 1
        there, back = await asyncio.open_connection("127.0.0.1", self._port)
        await asyncio.gather(copy(reader, back), self._copy_frames(there, writer))

    async def _copy_frames(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        async for header, body in read_frames(reader):
            self.pings += header[3] == PING and not header[4] & ANSWER
            writer.write(header + body)
        writer.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while part := await reader.read(65536):
            writer.write(part)
            await writer.drain()
    writer.close()


async def read_frames(reader: asyncio.StreamReader) -> AsyncIterator[tuple[bytes, bytes]]:
    """Header and body of each frame of HTTP/2 that comes until the connection is closed."""
    with suppress(asyncio.IncompleteReadError, ConnectionError):
        while header := await reader.readexactly(FRAME_HEADER_BYTES):
            yield header, await reader.readexactly(int.from_bytes(header[:3]))


async def test_client_that_asks_on_and_on_connects_anew_and_no_call_fails(database: str) -> None:
    connections = Connections(age_seconds=0.5)
    async with running_api(database, connections=connections) as running:
        relay = Relay(running.api.port)
        async with relay.running() as address, grpc.aio.insecure_channel(address) as channel:
            async with asyncio.timeout(60):
                while relay.opened < 4:
                    assert await is_serving(channel)


async def test_call_that_outlasts_its_connection_may_be_tried_again(database: str) -> None:
    connections = Connections(age_seconds=0.5, age_grace_seconds=0.5)
    async with running_api(database, connections=connections) as running:
        with pytest.raises(grpc.aio.AioRpcError) as ended:
            async with asyncio.timeout(60):
                async for _ in watch(running.channel, ""):
                    pass

        assert ended.value.code() is grpc.StatusCode.UNAVAILABLE


async def test_client_that_answers_no_ping_is_let_go(database: str) -> None:
    connections = Connections(keepalive_seconds=0.5, keepalive_timeout_seconds=0.5)
    async with running_api(database, connections=connections) as running:
        reader, writer = await asyncio.open_connection("127.0.0.1", running.api.port)
        writer.write(PREFACE + NO_SETTINGS)
        async with asyncio.timeout(60):
            kinds = [header[3] async for header, _ in read_frames(reader)]
        writer.close()

    assert PING in kinds


async def test_idle_client_that_answers_pings_keeps_its_connection(database: str) -> None:
    connections = Connections(keepalive_seconds=0.2, keepalive_timeout_seconds=10, age_seconds=0)
    async with running_api(database, connections=connections) as running:
        relay = Relay(running.api.port)
        async with relay.running() as address, grpc.aio.insecure_channel(address) as channel:
            assert await is_serving(channel)
            told = watch(channel, "")
            await anext(told)
            enough = relay.pings + 10  # more than gRPC sends of itself to measure the line
            async with asyncio.timeout(60):
                while relay.pings < enough:
                    await asyncio.sleep(0.05)

            assert await is_serving(channel)
            assert relay.opened == 1
