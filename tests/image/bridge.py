"""Lets a user that may not see PostgreSQL's socket reach it over TCP."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import parse_qs, urlsplit

PIECE_BYTES = 65_536


@asynccontextmanager
async def bridged(url: str) -> AsyncIterator[str]:
    """The URL of the same database over TCP on loopback; of one that is there already, as it is."""
    parts = urlsplit(url)
    if parts.hostname:
        yield url
        return
    socket = f"{parse_qs(parts.query)['host'][0]}/.s.PGSQL.5432"

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        below, above = await asyncio.open_unix_connection(socket)
        await asyncio.gather(_copy(reader, above), _copy(below, writer))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        yield f"postgresql://postgres@127.0.0.1:{port}{parts.path}"


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while piece := await reader.read(PIECE_BYTES):
            writer.write(piece)
            await writer.drain()
    except ConnectionError:
        pass
    writer.close()
