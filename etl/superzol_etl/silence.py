"""Ends a connection to a database that neither answers nor goes away, as a frozen one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg

from superzol_etl.errors import PassingTrouble
from superzol_etl.settings import read_silence_seconds

SETTINGS = {"application_name": "superzol-etl-look"}
LOOKS = 10  # one that was lost, or met a busy machine, proves nothing
SILENT = (
    "the database has answered nobody for {seconds:g} s: look if its server or its disk hangs,"
    " then run the same command again"
)


@asynccontextmanager
async def ended_by_silence(
    connection: "asyncpg.Connection[asyncpg.Record]", url: str
) -> AsyncIterator[None]:
    """Ends the connection, and so the block, when its server does not let anybody in for long.

    A statement may take as long as it takes: the system of a frozen server still says that it is
    there, so only who comes anew learns more. Raises PassingTrouble.
    """
    seconds = read_silence_seconds()

    async def watch() -> None:
        await _wait_for_silence(url, seconds / LOOKS)
        connection.terminate()

    watching = asyncio.create_task(watch())
    try:
        yield
    except Exception as error:
        if watching.done() and watching.exception() is None:
            raise PassingTrouble(SILENT.format(seconds=seconds)) from error
        raise
    finally:
        watching.cancel()
        await asyncio.wait([watching])


async def _wait_for_silence(url: str, look_seconds: float) -> None:
    unanswered = 0
    while unanswered < LOOKS:
        if not unanswered:
            # First of all, too: most connections are held for less, and none costs another.
            await asyncio.sleep(look_seconds)
        unanswered = 0 if await _is_answered(url, look_seconds) else unanswered + 1


async def _is_answered(url: str, seconds: float) -> bool:
    """A refusal is an answer, too: what goes away ends its connections itself."""
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError):
        try:
            connection = await asyncpg.connect(url, timeout=seconds, server_settings=SETTINGS)
        except TimeoutError:
            return False
        connection.terminate()
    return True
