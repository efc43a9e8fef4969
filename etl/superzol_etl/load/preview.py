"""What loading a chain would do to each store; reads, and writes nothing."""

import asyncio
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

import numpy as np

from superzol_etl.clean.codes import read_item_code
from superzol_etl.clean.gates import Gates, Held, check_jumps
from superzol_etl.clean.parts import StorePlan
from superzol_etl.database import Connection
from superzol_etl.load.diff import STORE_BITS, STORE_MASK, Offers, compare, observe
from superzol_etl.load.jumps import find_jumps
from superzol_etl.load.packs import read_offers
from superzol_etl.load.prices import plan_stores
from superzol_etl.load.read import ChainContent, read_chain
from superzol_etl.load.report import find_cutoff
from superzol_etl.load.sorting import Int64s
from superzol_etl.load.stores import read_stores
from superzol_etl.load.trust import judge_files
from superzol_etl.records import StoreState
from superzol_etl.snapshot import ChainFiles
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
THREADS = 2
FIRST_UNKNOWN_STORE = 1 << 15  # beyond what the database numbers


@dataclass(frozen=True, slots=True)
class StorePreview:
    """What would become of a store's offers.

    rescoped: of those closed, such as open again as another product of the same code.
    """

    store: str
    opened: int
    repriced: int
    closed: int
    rescoped: int
    jumped: int
    partial: bool

    @property
    def changes(self) -> bool:
        """Something of it would change, or a file of it was cut."""
        return bool(self.opened or self.repriced or self.closed or self.partial)


class Foreseen(NamedTuple):
    """What a version would do: stores that change, surrogates of those it sees, its cutoff."""

    stores: list[StorePreview]
    seen: list[int]
    cutoff_at: datetime | None


NOTHING_FORESEEN = Foreseen([], [], None)


class ChainPreview(NamedTuple):
    """What would become of a chain: problems would hold it back."""

    chain_id: str
    problems: list[str]
    foreseen: Foreseen = NOTHING_FORESEEN


class ChainOf(NamedTuple):
    """A version of a chain; chain_key: None for a chain that the database has not met."""

    chain_id: str
    chain_key: int | None
    version: int


class Known(NamedTuple):
    """What the database knows of a chain: states by store code, keys by product_id."""

    states: dict[str, StoreState]
    offers: Offers
    products: dict[str, int]


async def preview_chain(
    connection: Connection, chain: ChainFiles, chain_key: int | None, version: int, gates: Gates
) -> ChainPreview:
    """chain_key: None for a chain that the database has not met."""
    content = await asyncio.to_thread(read_chain, chain, THREADS, lambda new: None, lambda: None)
    if content.problems:
        return ChainPreview(chain.chain_id, content.problems)
    held = await judge_files(connection, gates, chain_key, content)
    chain_of = ChainOf(chain.chain_id, chain_key, version)
    by_prices, foreseen = await judge_prices(connection, chain_of, content, gates)
    held += by_prices
    accepting = (chain_key, version, chain.digest)
    if held and await connection.fetchval(load_sql(PACKAGE, "find_acceptance"), *accepting):
        held = []
    # As a load tells them, which hold the chains of a whole version.
    problems = [f"{chain.chain_id}: {each.problem}" for each in held]
    return ChainPreview(chain.chain_id, problems, foreseen)


async def judge_prices(
    connection: Connection, chain: ChainOf, content: ChainContent, gates: Gates
) -> tuple[list[Held], Foreseen]:
    """The gates that the prices do not pass, and what they would do."""
    known = await _read_known(connection, chain.chain_key)
    jumped, compared, foreseen = await asyncio.to_thread(
        _compare, chain.chain_id, content, known, chain.version, gates.jump_factor
    )
    return check_jumps(gates, jumped, compared), foreseen


async def _read_known(connection: Connection, chain_key: int | None) -> Known:
    if chain_key is None:
        return Known({}, Offers(*(np.zeros(0, kind) for kind in ("i8", "i4", "i2", "i2"))), {})
    rows = await connection.fetch(load_sql(PACKAGE, "read_offered_products"), chain_key)
    return Known(
        await read_stores(connection, chain_key),
        await read_offers(connection, chain_key),
        {row["product_id"]: row["product_key"] for row in rows},
    )


def _compare(
    chain_id: str, content: ChainContent, known: Known, version: int, jump_factor: float
) -> tuple[int, int, Foreseen]:
    """Prices that jump, prices compared, and what they would do."""
    rows = content.rows
    keys = dict(known.products)
    # Right behind the known ones: compare keeps tables as long as the largest number.
    first_unknown = max(keys.values(), default=0) + 1
    ids = [read_item_code(code).product_id(chain_id) for code in rows.codes]
    for product_id in ids:
        keys.setdefault(product_id, first_unknown + len(keys))
    product_keys = np.array([keys[product_id] for product_id in ids], np.int64)
    states = dict(known.states)
    for part in rows.parts:
        new = StoreState(FIRST_UNKNOWN_STORE + len(states), None, None, None)
        states.setdefault(part.store_code, new)
    store_keys = {code: state.store_key for code, state in states.items()}
    plans = plan_stores(content, states)
    observed = observe(rows, product_keys, store_keys, plans)
    closing = [store_keys[code] for code, plan in plans.items() if plan.base is not None]
    change = compare(known.offers, observed, closing, version)
    jumps = find_jumps(change, observed, jump_factor)
    repriced = np.isin(change.spans.key, observed.key)
    closed = change.spans.key[~repriced]
    codes = {key: product_id.rsplit(":", 1)[-1] for product_id, key in keys.items()}
    opened, moved = _by_store(change.opened_keys), _by_store(change.spans.key[repriced])
    gone, jumping = _by_store(closed), _by_store(jumps.key)
    both = _codes(closed, codes) & _codes(change.opened_keys, codes)
    rescoped = Counter(store for store, _ in both)
    previews = [
        StorePreview(
            code, opened[key], moved[key], gone[key], rescoped[key], jumping[key],
            bool(plans[code].partial),
        )
        for code, key in sorted(store_keys.items())
        if code in plans
    ]  # fmt: skip
    return len(jumps.key), jumps.compared, _foresee(content, known, plans, previews)


def _foresee(
    content: ChainContent, known: Known, plans: dict[str, StorePlan], stores: list[StorePreview]
) -> Foreseen:
    applied = (code for code, plan in plans.items() if plan.applied)
    seen = [known.states[code].store_key for code in applied if code in known.states]
    changing = [store for store in stores if store.changes]
    return Foreseen(changing, seen, find_cutoff(content, plans))


def _by_store(keys: Int64s) -> Counter[int]:
    stores, counts = np.unique(keys & STORE_MASK, return_counts=True)
    return Counter(dict(zip(stores.tolist(), counts.tolist(), strict=True)))


def _codes(keys: Int64s, codes: dict[int, str]) -> set[tuple[int, str]]:
    """Store and published code of some offers."""
    return {(key & STORE_MASK, codes[key >> STORE_BITS]) for key in keys.tolist()}
