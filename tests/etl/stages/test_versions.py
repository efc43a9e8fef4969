"""Which number a snapshot gets when nobody gives one."""

from typing import Any, cast

import asyncpg
import pytest

from superzol_etl.database import Connection
from superzol_etl.errors import BadData
from superzol_etl.sql import load_sql
from superzol_etl.stages.versions import choose_version
from tests.support.snapshots import Chain, Item, full

ENTER = load_sql("superzol_etl.stages", "ensure_version")
DIGEST = "5eed"


class Overtaken:
    """A connection on which another shard of the run enters the version just after the newest
    one was read.
    """

    def __init__(self, connection: asyncpg.Connection, dataset_key: int, version: int) -> None:
        self.connection, self.entered = connection, (dataset_key, version, DIGEST, 1, False, True)

    async def fetchrow(self, statement: str, *arguments: object) -> Any:
        row = await self.connection.fetchrow(statement, *arguments)
        await self.connection.fetchval(ENTER, *self.entered)
        return row

    async def fetchval(self, statement: str, *arguments: object) -> Any:
        return await self.connection.fetchval(statement, *arguments)


async def dataset_of(chain: Chain, connection: asyncpg.Connection, days: int) -> int:
    """The dataset after so many versions."""
    for price in range(1, days + 1):
        chain.load([full(Item("1", f"{price}.00"))], None, "--version", str(price))
    key: int = await connection.fetchval("SELECT dataset_key FROM dataset")
    return key


@pytest.mark.parametrize("days", [1, 2])
async def test_shards_that_begin_at_once_take_one_number(
    chain: Chain, connection: asyncpg.Connection, days: int
) -> None:
    key = await dataset_of(chain, connection, days)
    overtaken = cast(Connection, Overtaken(connection, key, days + 1))
    assert await choose_version(overtaken, key, DIGEST, None) == days + 1


async def test_files_of_an_older_version_are_told_as_such(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    key = await dataset_of(chain, connection, 2)
    first = await connection.fetchval("SELECT digest FROM dataset_version WHERE version = 1")
    with pytest.raises(BadData, match="files of version 1, which is older than version 2"):
        await choose_version(connection, key, first, None)
