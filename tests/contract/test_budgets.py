"""Every statement keeps its budget of shared buffers on a million offers, however it is planned.

Buffers are counted, not time: the count is the same on a slow machine.
"""

import asyncio
from collections.abc import Iterator

import asyncpg
import pytest

from tests.contract.buffers import MILLION_OFFERS, count_buffers
from tests.contract.statements import STATEMENTS, Statement
from tests.contract.worst_arguments import WORST_ARGUMENTS, Argument
from tests.support.postgres import execute, sibling

DATABASE = "superzol_million_offers"
PLANS = ["force_custom_plan", "force_generic_plan"]

CASES = [
    pytest.param(statement, arguments, id=f"{statement.name}-{number}")
    for statement in STATEMENTS
    for number, arguments in enumerate(WORST_ARGUMENTS.get(statement.name, []))
]


@pytest.fixture(scope="session")
def million_offers(server_url: str, template_url: str) -> Iterator[str]:
    """URL of a database with a million offers."""
    template = template_url.split("?")[0].rsplit("/", 1)[1]
    url = sibling(server_url, DATABASE)
    drop = f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)"
    asyncio.run(execute(server_url, drop, f"CREATE DATABASE {DATABASE} TEMPLATE {template}"))
    # Twice: what the first could not mark all-visible yet would be counted as reads of the heap.
    asyncio.run(execute(url, MILLION_OFFERS.read_text(), "VACUUM ANALYZE", "VACUUM"))
    yield url
    asyncio.run(execute(server_url, drop))


def test_every_statement_has_worst_arguments() -> None:
    assert set(WORST_ARGUMENTS) == {statement.name for statement in STATEMENTS}


def test_the_data_are_a_million_offers(million_offers: str) -> None:
    async def count_offers() -> int:
        connection = await asyncpg.connect(million_offers)
        try:
            return int(await connection.fetchval("SELECT sum(offers) FROM offer_pack"))
        finally:
            await connection.close()

    assert asyncio.run(count_offers()) >= 1_000_000


@pytest.mark.parametrize("plan", PLANS)
@pytest.mark.parametrize(("statement", "arguments"), CASES)
async def test_statement_keeps_its_budget(
    statement: Statement, arguments: tuple[Argument, ...], plan: str, million_offers: str
) -> None:
    connection = await asyncpg.connect(million_offers)
    try:
        await connection.execute(f"SET plan_cache_mode = {plan}")
        buffers = await count_buffers(connection, statement, arguments)
    finally:
        await connection.close()
    assert statement.budget is not None
    assert buffers <= statement.budget
