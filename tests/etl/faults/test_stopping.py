"""What a load that is stopped while it reads leaves behind."""

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import asyncpg
import polars as pl
import pytest

from superzol_etl.database import Connections, connected
from superzol_etl.decode.parse import WORDS
from superzol_etl.load.observe import NewCodes
from superzol_etl.load.products import ProductFinder

LOADERS = """
SELECT count(*)
FROM pg_stat_activity
WHERE datname = current_database() AND application_name = 'superzol-etl'
"""


def new_code(number: int, code: str | None = None) -> NewCodes:
    words: dict[str, Any] = {name: ["milk"] for name in WORDS}
    told = {"code": [number], **words, "weighted": [False], "is_full": [True]}
    return NewCodes([code or str(number + 1)], pl.DataFrame(told))


async def test_a_load_stopped_while_it_reads_leaves_no_thread_and_no_word_of_it(
    database: str,
) -> None:
    begun, told = threading.Event(), list[Any]()

    def read(tell: Callable[[NewCodes], None], check_wanted: Callable[[], None]) -> None:
        begun.set()
        while True:
            check_wanted()

    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    async with connected(database) as connection, Connections(database) as adding:
        before = asyncio.all_tasks()
        finder = ProductFinder(connection, adding, 1, "alpha")
        loading = asyncio.create_task(finder.while_reading(read))
        await asyncio.to_thread(begun.wait)
        loading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loading
        del loading
        gc.collect()
        async with asyncio.timeout(60):
            while asyncio.all_tasks() != before:
                await asyncio.sleep(0.01)  # the driver may be telling the database to cancel
    assert told == []


async def test_a_load_whose_products_are_refused_ends_its_reading_and_its_connections(
    database: str, connection: asyncpg.Connection
) -> None:
    await connection.execute("REVOKE INSERT ON product FROM superzol_loader")

    def read(tell: Callable[[NewCodes], None], check_wanted: Callable[[], None]) -> None:
        for number in range(5):
            tell(new_code(number))
        while True:
            check_wanted()

    async with connected(database) as loading, Connections(database) as adding:
        before = asyncio.all_tasks()
        finder = ProductFinder(loading, adding, 1, "alpha")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await finder.while_reading(read)
        assert asyncio.all_tasks() == before
        assert await connection.fetchval(LOADERS) == 1


async def test_codes_of_one_product_told_one_by_one_get_its_one_key(
    database: str, connection: asyncpg.Connection
) -> None:
    codes = 40

    def read(tell: Callable[[NewCodes], None], check_wanted: Callable[[], None]) -> None:
        for number in range(codes):
            tell(new_code(number, f"{'0' * number}5"))

    async with connected(database) as loading, Connections(database) as adding:
        finder = ProductFinder(loading, adding, 1, "alpha")
        await finder.while_reading(read)
        found = finder.products(codes)
    (key,) = found.ids
    assert found.keys.tolist() == [key] * codes
    assert await connection.fetchval("SELECT count(*) FROM product") == 1
