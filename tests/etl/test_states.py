"""The states the loader may write are those the tables take."""

import re

import asyncpg

from superzol_etl.records import ChainState, FileState


async def taken(connection: asyncpg.Connection, constraint: str) -> set[str]:
    rule = await connection.fetchval(
        "SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conname = $1", constraint
    )
    return set(re.findall(r"'(\w+)'::text", rule))


async def test_every_state_of_a_file_can_be_stored(connection: asyncpg.Connection) -> None:
    assert await taken(connection, "file_report_state_check") == set(FileState)


async def test_every_state_of_a_chain_but_failed_can_be_stored(
    connection: asyncpg.Connection,
) -> None:
    stored = await taken(connection, "chain_version_state_check")
    assert stored == set(ChainState) - {ChainState.FAILED}
