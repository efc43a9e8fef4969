"""Counts the shared buffers of a statement over a million offers."""

import json
from pathlib import Path

import asyncpg

from tests.contract.statements import Statement
from tests.contract.worst_arguments import Argument

MILLION_OFFERS = Path(__file__).with_name("million_offers.sql")


async def count_buffers(
    connection: asyncpg.Connection, statement: Statement, arguments: tuple[Argument, ...]
) -> int:
    """Returns the shared buffers of a second run: the first sets hint bits and warms caches."""
    literals = [await quote(connection, argument) for argument in arguments]
    call = f"EXECUTE measured({', '.join(literals)})" if literals else "EXECUTE measured"
    await connection.execute(f"PREPARE measured AS {statement.served}")
    await connection.execute(call)
    explained = await connection.fetchval(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {call}")
    plan = json.loads(explained)[0]["Plan"]
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


async def quote(connection: asyncpg.Connection, argument: Argument) -> str:
    """Returns the argument as a literal: EXECUTE takes no parameters."""
    if isinstance(argument, list):
        return str(await connection.fetchval("SELECT quote_nullable($1::text[]::text)", argument))
    text = None if argument is None else str(argument)
    return str(await connection.fetchval("SELECT quote_nullable($1::text)", text))
