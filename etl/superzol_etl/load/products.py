"""Turns the item codes of a chain into products while its files are read."""

import asyncio
import threading
from collections.abc import Callable
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
import polars as pl
from asyncpg import Record

from superzol_etl.clean.codes import read_item_code
from superzol_etl.clean.words import clean_words, understand_words
from superzol_etl.database import Connection
from superzol_etl.load.categories import find_category_keys
from superzol_etl.load.classifying import classifier_process
from superzol_etl.load.observe import NewCodes
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql
from superzol_etl.stopping import Stopped

PACKAGE = "superzol_etl.load"
GTIN_SCOPE = 0
WANTED = (
    *("scope", "code", "product_id", "name", "manufacturer", "country_code", "weighted"),
    *("net_quantity", "net_unit", "pieces"),
)

Content = TypeVar("Content")


class Products(NamedTuple):
    """The products of a chain's codes.

    keys: product_key by code number, 0 where the code has no row. ids: product_id by product_key.
    """

    keys: npt.NDArray[np.int64]
    ids: dict[int, str]


class ProductFinder:
    """Finds or adds products in transactions of their own, as codes come up in the files.

    A new product is called and classified as the first row seen of it says, until publish merges
    the chains' words.
    """

    def __init__(self, connection: Connection, chain_key: int, chain_id: str) -> None:
        self._connection = connection
        self._chain_key, self._chain_id = chain_key, chain_id
        self._loop = asyncio.get_running_loop()
        self._new: asyncio.Queue[NewCodes | None] = asyncio.Queue()
        self._offered: dict[str, int] = {}
        self._stopped = threading.Event()
        self._keys: dict[int, int] = {}
        self._ids: dict[int, str] = {}
        self._category_keys: dict[str, int] = {}

    async def while_reading(
        self, read: Callable[[Callable[[NewCodes], None], Callable[[], None]], Content]
    ) -> Content:
        """Runs `read` in a thread.

        By the first function it is given it hands codes over; the second raises when the load was
        told to stop.
        """
        reading = asyncio.ensure_future(asyncio.to_thread(read, self._take, self._check_wanted))
        reading.add_done_callback(lambda _: self._new.put_nowait(None))
        try:
            # One look at what the chain offers spares nearly all look-ups of a next day.
            offered = load_sql(PACKAGE, "read_offered_products")
            self._offered = _keys(await self._connection.fetch(offered, self._chain_key))
            while batch := await self._batch():
                await self._find(batch)
        except BaseException:
            self._stopped.set()
            await asyncio.wait([reading])
            raise
        return await reading

    def _check_wanted(self) -> None:
        if self._stopped.is_set():
            raise Stopped

    async def _batch(self) -> list[NewCodes]:
        """All that waits, at least one; empty when reading is over."""
        batch = [await self._new.get()]
        while not self._new.empty():
            batch.append(self._new.get_nowait())
        if batch[-1] is None:
            self._new.put_nowait(None)
        return [new for new in batch if new is not None]

    def products(self, codes: int) -> Products:
        """What was found, for so many codes."""
        keys = np.zeros(codes, np.int64)
        keys[list(self._keys)] = list(self._keys.values())
        return Products(keys, {self._keys[place]: name for place, name in self._ids.items()})

    def _take(self, new: NewCodes) -> None:
        self._loop.call_soon_threadsafe(self._new.put_nowait, new)

    async def _find(self, batch: list[NewCodes]) -> None:
        codes = self._identify(batch)
        is_offered = pl.col("product_key").is_not_null()
        keys = self._offered
        if not codes.select(is_offered.all()).item():
            words = understand_words(clean_words(pl.concat([new.words for new in batch]))).drop(
                "code"
            )
            unknown = pl.concat([codes, words], how="horizontal").filter(~is_offered)
            keys = keys | await self._look_up(unknown)
        for place, product_id in codes.select("place", "product_id").iter_rows():
            self._keys[place] = keys[product_id]
            self._ids[place] = product_id

    def _identify(self, batch: list[NewCodes]) -> pl.DataFrame:
        """One row per code, numbered by place; product_key: null when it must be looked up."""
        items = [read_item_code(code) for new in batch for code in new.codes]
        ids = [item.code if item.is_gtin else f"{self._chain_id}:{item.code}" for item in items]
        return pl.DataFrame(
            {
                "place": pl.concat([new.words["code"] for new in batch]),
                "scope": [GTIN_SCOPE if item.is_gtin else self._chain_key for item in items],
                "code": [item.code for item in items],
                "product_id": ids,
                "product_key": pl.Series([self._offered.get(each) for each in ids], dtype=pl.Int64),
            }
        )

    async def _look_up(self, wanted: pl.DataFrame) -> dict[str, int]:
        """Adds those that are new; the keys of all."""
        connection = self._connection
        if not self._category_keys:
            self._category_keys = await find_category_keys(connection)
        once = wanted.unique("product_id", keep="first", maintain_order=True)
        async with connection.transaction():
            await connection.execute(load_sql(PACKAGE, "create_wanted_product"))
            await copy_frame(connection, "wanted_product", once.select(WANTED))
            keys = _keys(await connection.fetch(load_sql(PACKAGE, "find_products")))
            new = once.filter(~pl.col("product_id").is_in(list(keys)))
            if not len(new):
                return keys
            await self._add(new)
            return _keys(await connection.fetch(load_sql(PACKAGE, "find_products")))

    async def _add(self, new: pl.DataFrame) -> None:
        """Adds products, classified by what this chain calls them."""
        words = new.select(pl.col("name").fill_null(""), "manufacturer").rows()
        found = await classifier_process().classify(words)
        category_keys = [self._category_keys[category_id] for category_id in found]
        ids = new["product_id"].to_list()
        await self._connection.execute(load_sql(PACKAGE, "insert_products"), ids, category_keys)


def _keys(rows: list[Record]) -> dict[str, int]:
    """product_key by product_id."""
    return {row["product_id"]: row["product_key"] for row in rows}
