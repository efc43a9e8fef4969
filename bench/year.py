"""Asks for histories and trends over a year of versions: buffers beside their budgets, and time."""

import asyncio
import statistics
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import asyncpg

from bench.postgres import fresh_database
from bench.results import Table
from superzol_server.unseen import LEFT_OUT_DAYS
from tests.contract.buffers import MILLION_OFFERS, count_buffers
from tests.contract.statements import STATEMENTS, Statement
from tests.contract.worst_arguments import Argument, product_id

DATABASE = "bench_year"
YEAR = Path(__file__).with_name("year.sql")
LAST_DAY = datetime(2025, 11, 22, tzinfo=UTC) + timedelta(days=405)
ROUNDS = 20
SHELF_BY_SHELF, CHAIN_BY_CHAIN = product_id(10), product_id(20)  # both are in all 300 stores
STORE = "chain_3:17"


def midnights(days: int, step: int) -> list[str]:
    """When each period of so many days begins, and when the last one ends."""
    places = range(days, -1, -step)
    return [str(LAST_DAY - timedelta(days=place)) for place in places]


QUESTIONS: list[tuple[str, str, tuple[Argument, ...]]] = [
    (
        "ListPriceHistory, a product in a store, a year",
        "list_price_history",
        (SHELF_BY_SHELF, STORE, 32767, 2**31 - 1, 1001),
    ),
    *(
        (
            f"GetPriceTrend, a product in 300 stores that change {how}, {days} days",
            "get_price_trend",
            ([product], None, midnights(days, step), LEFT_OUT_DAYS),
        )
        for how, product in (("one by one", SHELF_BY_SHELF), ("together", CHAIN_BY_CHAIN))
        for days, step in ((30, 1), (364, 14))
    ),
]


def measure(server_url: str) -> Table:
    """Makes the year and asks each question, the buffers once and the time over and over."""
    with fresh_database(server_url, DATABASE) as url:
        return asyncio.run(_measure(url))


async def _measure(url: str) -> Table:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(MILLION_OFFERS.read_text())
        await connection.execute(YEAR.read_text())
        await connection.execute("VACUUM ANALYZE")
        statements = {statement.name: statement for statement in STATEMENTS}
        spans = await connection.fetchval("SELECT count(*) FROM price_span")
        size = await connection.fetchval(
            "SELECT sum(pg_total_relation_size(inhrelid))::int8 FROM pg_inherits"
            " WHERE inhparent = 'price_span'::regclass"
        )
        rows = [
            await _ask(connection, question, statements[name], arguments)
            for question, name, arguments in QUESTIONS
        ]
    finally:
        await connection.close()
    return Table(
        "A year of history",
        f"365 versions; {spans:,} closed spans of 2,500 goods, {size / 1e6:,.0f} MB with indexes."
        f" Buffers are those of a second run, times the median of {ROUNDS}, warm.",
        ["question", "shared buffers", "budget", "ms"],
        rows,
    )


async def _ask(
    connection: asyncpg.Connection,
    question: str,
    statement: Statement,
    arguments: tuple[Argument, ...],
) -> Sequence[str]:
    buffers = await count_buffers(connection, statement, arguments)
    seconds = []
    prepared = await connection.prepare(statement.served)
    given = [
        [datetime.fromisoformat(each) for each in argument]
        if name.endswith("starts") and isinstance(argument, list)
        else argument
        for (_, name, _), argument in zip(statement.arguments, arguments, strict=True)
    ]
    for _ in range(ROUNDS):
        start = time.perf_counter()
        await prepared.fetch(*given)
        seconds.append(time.perf_counter() - start)
    await connection.execute("DEALLOCATE measured")
    milliseconds = statistics.median(seconds) * 1000
    return [question, f"{buffers:,}", f"{statement.budget:,}", f"{milliseconds:.1f}"]
