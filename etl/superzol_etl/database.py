"""Connects to the database as the role that may load."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

CONNECT_SECONDS = 10
ROLE = "superzol_loader"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """A connection that acts as superzol_loader, whoever the URL logs in as.

    Raises the driver's errors.
    """
    settings = {"role": ROLE, "application_name": "superzol-etl", "jit": "off"}
    connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=settings)
    try:
        yield connection
    finally:
        await connection.close()
