"""Loads versions of a chain beside what is served: in tables of the session, gone when it ends."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import NamedTuple, TypeAlias

from superzol_etl.database import Connection, Connections, connected
from superzol_etl.load.diff import Change, Observed, compare
from superzol_etl.load.observe import NewCodes
from superzol_etl.load.observe_promotions import Told
from superzol_etl.load.packs import read_offers, write_change
from superzol_etl.load.prices import ChainKey, Priced, apply_prices
from superzol_etl.load.products import ProductFinder, Products
from superzol_etl.load.promotions import Chain, Loaded, load_promotions
from superzol_etl.load.read import ChainContent
from superzol_etl.load.stores import add_stores, describe_stores, read_stores
from superzol_etl.load.unseen import CLOSING_DAYS, NOTHING
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"

AskGates: TypeAlias = Callable[[Change, Observed], Awaitable[None]]
Read: TypeAlias = Callable[[Callable[[NewCodes], None], Callable[[], None]], ChainContent]


class Beside(NamedTuple):
    """A chain being loaded beside.

    served: a connection on which names mean the served tables. session: one on which those that
    hold history mean the session's own. adding: connections by which products are added.
    has_promotions: promotions are loaded too.
    """

    served: Connection
    session: Connection
    adding: Connections
    chain_key: int
    chain_id: str
    has_promotions: bool

    async def read(self, read: Read) -> tuple[ChainContent, Products]:
        """What the files of a version say; its products and stores are added to the served ones."""
        finder = ProductFinder(self.served, self.adding, self.chain_key, self.chain_id)
        content = await finder.while_reading(read)
        await add_stores(self.served, self.chain_key, self.chain_id, content.store_codes)
        return content, finder.products(len(content.rows.codes))

    async def apply(
        self, version: int, content: ChainContent, products: Products, ask: AskGates | None = None
    ) -> tuple[Priced, Loaded]:
        """Makes prices and promotions beside what the files say; ask: raises when the prices cannot
        be trusted.
        """
        async with self.served.transaction():
            await describe_stores(self.served, self.chain_key, content.stores)
        await self.session.execute(load_sql(PACKAGE, "enter_stores_beside"), self.chain_key)
        states = await read_stores(self.session, self.chain_key)
        async with self.session.transaction():
            key = ChainKey(self.chain_key, version, has_shelves=False)
            priced = await apply_prices(self.session, key, content, products, states, ask)
            if not self.has_promotions:
                return priced, Loaded(Told(), 0, 0, ())
            chain = Chain(self.chain_key, self.chain_id, version)
            return priced, await load_promotions(self.session, chain, content.promotions)

    async def close_unseen(self, dataset_key: int, version: int) -> int:
        """Closes what stores offer that the version leaves unseen for too many days."""
        session, arguments = self.session, (dataset_key, version, CLOSING_DAYS)
        rows = await session.fetch(load_sql(PACKAGE, "read_unseen_beside"), *arguments)
        if not rows:
            return 0
        stores = [row["store_key"] for row in rows]
        async with session.transaction():
            offers = await read_offers(session, self.chain_key)
            change = compare(offers, NOTHING, stores, version)
            await write_change(session, self.chain_key, version, change, {})
            await session.execute(load_sql(PACKAGE, "note_closed_stores"), stores, version)
        return change.closed


@asynccontextmanager
async def beside(
    url: str, chain_key: int, chain_id: str, *, has_promotions: bool
) -> AsyncIterator[Beside]:
    """Two connections for a chain; a kill at any moment leaves nothing of what was not joined."""
    async with connected(url) as served, connected(url) as session, Connections(url) as adding:
        await session.execute(load_sql(PACKAGE, "create_beside"))
        yield Beside(served, session, adding, chain_key, chain_id, has_promotions)
