"""What a load that is stopped while it reads leaves behind."""

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest

from superzol_etl.database import connected
from superzol_etl.load.observe import NewCodes
from superzol_etl.load.products import ProductFinder


async def test_a_load_stopped_while_it_reads_leaves_no_thread_and_no_word_of_it(
    database: str,
) -> None:
    begun, told = threading.Event(), list[Any]()

    def read(tell: Callable[[NewCodes], None], check_wanted: Callable[[], None]) -> None:
        begun.set()
        while True:
            check_wanted()

    asyncio.get_running_loop().set_exception_handler(lambda loop, context: told.append(context))
    async with connected(database) as connection:
        finder = ProductFinder(connection, database, 1, "alpha")
        loading = asyncio.create_task(finder.while_reading(read))
        await asyncio.to_thread(begun.wait)
        loading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await loading
        del loading
        gc.collect()
        assert asyncio.all_tasks() == {asyncio.current_task()}
    assert told == []
