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
from superzol_etl.clean.words import understand_words
from superzol_etl.database import Connection, Connections, learn_arrays
from superzol_etl.load.categories import find_category_keys
from superzol_etl.load.classifying import classifier
from superzol_etl.load.observe import NewCodes
from superzol_etl.load.tables import copy_frame
from superzol_etl.sql import load_sql
from superzol_etl.stopping import Stopped

PACKAGE = "superzol_etl.load"
GTIN_SCOPE = 0
PIECE_ROWS = 2_500  # so many are classified while as many are added
ADDERS = 2  # adding takes PostgreSQL longer than reading takes us
WANTED = (
    *("scope", "code", "product_id", "name", "manufacturer", "country_code", "weighted"),
    *("net_quantity", "net_unit", "pieces", "category_key"),
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
    the chains' words. While some products are classified, in a process beside, others are looked up
    and others added.
    """

    def __init__(
        self, connection: Connection, others: Connections, chain_key: int, chain_id: str
    ) -> None:
        self._connection, self._others = connection, others
        self._chain_key, self._chain_id = chain_key, chain_id
        self._loop = asyncio.get_running_loop()
        self._new: asyncio.Queue[NewCodes | None] = asyncio.Queue()
        self._some_are_new: asyncio.Future[bool] = self._loop.create_future()
        self._stopped = threading.Event()
        self._keys: dict[str, int] = {}
        self._ids: dict[int, str] = {}
        self._category_keys: dict[str, int] = {}
        self._unclassified: asyncio.Queue[pl.DataFrame | None] = asyncio.Queue()
        self._classified: asyncio.Queue[tuple[pl.DataFrame, list[str]] | None] = asyncio.Queue()

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
            await learn_arrays(self._connection)
            # One look at what the chain offers spares nearly all look-ups of a next day.
            offered = load_sql(PACKAGE, "read_offered_products")
            self._learn(await self._connection.fetch(offered, self._chain_key))
            categories = await classifier().categories()
            self._category_keys = await find_category_keys(self._connection, categories)
            await self._find_all()
        except BaseException:
            self._stopped.set()
            # That it was stopped is no news: nobody else waits for what it raises.
            await asyncio.gather(reading, return_exceptions=True)
            raise
        return await reading

    async def _find_all(self) -> None:
        """Looks up, classifies and adds at once: each takes about as long as reading."""
        adding = [self._add_all() for _ in range(ADDERS)]
        steps = [self._look_up_all(), self._classify_all(), *adding]
        begun = [asyncio.create_task(step) for step in steps]
        try:
            await asyncio.gather(*begun)
        except BaseException:
            for task in begun:
                task.cancel()
            await asyncio.gather(*begun, return_exceptions=True)
            raise

    async def _look_up_all(self) -> None:
        while batch := await self._batch():
            codes = [code for new in batch for code in new.codes]
            words = pl.concat([new.words for new in batch])
            # The first pieces are classified and added while the others are understood.
            for start in range(0, len(codes), PIECE_ROWS):
                piece = slice(start, start + PIECE_ROWS)
                # In a thread: statements of the others would wait for it here.
                unknown = await asyncio.to_thread(self._unknown, codes[piece], words[piece])
                if len(unknown):
                    await self._look_up(unknown)
        self._tell_new(False)
        self._unclassified.put_nowait(None)

    async def _classify_all(self) -> None:
        while (new := await self._unclassified.get()) is not None:
            words = new.select(pl.col("name").fill_null(""), "manufacturer").rows()
            self._classified.put_nowait((new, await classifier().classify(words)))
        self._classified.put_nowait(None)

    async def _add_all(self) -> None:
        """One of those that share the work; takes a connection when there is some."""
        if not await asyncio.shield(self._some_are_new):
            return
        async with self._others.taken() as connection:
            await connection.execute(load_sql(PACKAGE, "create_product_wanted"))
            while (classified := await self._classified.get()) is not None:
                await self._add(connection, *classified)
        self._classified.put_nowait(None)  # for the others

    def _tell_new(self, some: bool) -> None:
        if not self._some_are_new.done():
            self._some_are_new.set_result(some)

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
        found = [self._keys[product_id] for product_id in self._ids.values()]
        keys[list(self._ids)] = found
        return Products(keys, dict(zip(found, self._ids.values(), strict=True)))

    def _take(self, new: NewCodes) -> None:
        self._loop.call_soon_threadsafe(self._new.put_nowait, new)

    def _learn(self, rows: list[Record]) -> None:
        self._keys.update((row["product_id"], row["product_key"]) for row in rows)

    def _unknown(self, item_codes: list[str], published: pl.DataFrame) -> pl.DataFrame:
        """What is said of the products that no look-up has found yet."""
        codes = self._identify(item_codes, published["code"])
        self._ids.update(codes.select("place", "product_id").iter_rows())
        is_new = self._are_new(codes)
        if not is_new.any():
            return codes.clear()
        words = understand_words(published).drop("code")
        unknown = pl.concat([codes, words], how="horizontal").filter(is_new)
        return unknown.unique("product_id", keep="first", maintain_order=True)

    def _are_new(self, codes: pl.DataFrame) -> pl.Series:
        """Which rows' products no look-up has found yet."""
        return pl.Series([each not in self._keys for each in codes["product_id"]], dtype=pl.Boolean)

    def _identify(self, item_codes: list[str], places: pl.Series) -> pl.DataFrame:
        """One row per code, numbered by place."""
        items = [read_item_code(code) for code in item_codes]
        return pl.DataFrame(
            {
                "place": places,
                "scope": [GTIN_SCOPE if item.is_gtin else self._chain_key for item in items],
                "code": [item.code for item in items],
                "product_id": [item.product_id(self._chain_id) for item in items],
            }
        )

    async def _look_up(self, wanted: pl.DataFrame) -> None:
        """Puts those that are new with what is to be classified."""
        ids = wanted["product_id"].to_list()
        self._learn(await self._connection.fetch(load_sql(PACKAGE, "find_products"), ids))
        new = wanted.filter(self._are_new(wanted))
        if len(new):
            self._tell_new(True)
            self._unclassified.put_nowait(new)

    async def _add(self, connection: Connection, new: pl.DataFrame, categories: list[str]) -> None:
        keys = pl.Series("category_key", [self._category_keys[each] for each in categories])
        # As text, which polars writes: to send lists of values would keep the interpreter busy.
        await copy_frame(connection, "product_wanted", new.with_columns(keys).select(WANTED))
        self._learn(await connection.fetch(load_sql(PACKAGE, "insert_products")))
        others = new.filter(self._are_new(new))["product_id"].to_list()
        if others:  # another run added them meanwhile, or the other adder
            self._learn(await connection.fetch(load_sql(PACKAGE, "find_products"), others))
