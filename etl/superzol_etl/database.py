"""Connects to the database as the role that may load."""

from typing import TypeAlias

import asyncpg

CONNECT_SECONDS = 10
ROLE = "superzol_loader"

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


async def connect(url: str) -> Connection:
    """A connection that acts as superzol_loader, whoever the URL logs in as.

    Raises the driver's errors.
    """
    return await asyncpg.connect(
        url,
        timeout=CONNECT_SECONDS,
        server_settings={"role": ROLE, "application_name": "superzol-etl", "jit": "off"},
    )
