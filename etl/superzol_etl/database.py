"""Connects to the database as the role that may load."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

import asyncpg

from superzol_etl.errors import WrongConfiguration

CONNECT_SECONDS = 10
ROLE = "superzol_loader"
BAD_URL = (
    "--database is no valid URL of PostgreSQL: write it as"
    " postgresql://user:password@host:5432/name, and / @ : # ? in a password as %2F %40 %3A %23 %3F"
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[Connection]:
    """A connection that acts as superzol_loader, whoever the URL logs in as.

    Raises WrongConfiguration for a URL that is none, else the driver's errors.
    """
    settings = {"role": ROLE, "application_name": "superzol-etl", "jit": "off"}
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=settings)
    except (ValueError, TypeError, asyncpg.ClientConfigurationError):
        # What the driver says of a URL may show the password in it.
        raise WrongConfiguration(BAD_URL) from None
    try:
        yield connection
    finally:
        await connection.close()
