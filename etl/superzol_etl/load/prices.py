"""Makes what a chain's files say of prices its open offers, and closes the spans that end."""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from typing import NamedTuple

import numpy as np

from superzol_etl.clean.parts import StorePlan, plan_store
from superzol_etl.database import Connection
from superzol_etl.load.aliases import note_aliases
from superzol_etl.load.diff import Change, Observed, compare, observe
from superzol_etl.load.digest import content_digest, missing_ids
from superzol_etl.load.known_packs import KnownPacks, read_known_packs
from superzol_etl.load.packs import read_offers, write_change
from superzol_etl.load.products import Products
from superzol_etl.load.read import ChainContent
from superzol_etl.load.shelves import (
    Categories,
    arrange,
    changed_keys,
    forget_moves,
    read_categories,
    write_shelves,
)
from superzol_etl.load.stores import note_sightings
from superzol_etl.load.threads import Threads
from superzol_etl.load.words import take_over_words
from superzol_etl.records import StoreState


class ChainKey(NamedTuple):
    """A version of a chain; has_shelves: shelves are written too."""

    chain_key: int
    version: int
    has_shelves: bool = True


class Priced(NamedTuple):
    """What became of a chain's price files; changed: offers opened, changed or closed.

    content_digest: of all offers after the version. store_codes: by store key.
    """

    plans: dict[str, StorePlan]
    observed: Observed
    changed: int
    content_digest: str
    store_codes: dict[int, str]


async def apply_prices(
    connection: Connection,
    chain: ChainKey,
    content: ChainContent,
    products: Products,
    states: dict[str, StoreState],
    ask_gates: Callable[[Change, Observed], Awaitable[None]] | None = None,
) -> Priced:
    """Writes the chain's packs, shelves, spans, words and sightings in the caller's transaction.

    ask_gates: raises when the prices cannot be trusted; None for what was trusted before.
    """
    rows, (chain_key, version, has_shelves) = content.rows, chain
    plans = plan_stores(content, states)
    store_keys = {code: state.store_key for code, state in states.items()}
    codes = {key: code for code, key in store_keys.items()}
    async with Threads() as threads:
        # Sorting the rows takes as long as these statements.
        observing = threads.begin(observe, rows, products.keys, store_keys, plans)
        await take_over_words(connection, chain_key, version, rows.words, products.keys)
        packs = await read_known_packs(connection, chain_key)
        if has_shelves:
            categories = await _read_categories(connection, chain_key, packs, products)
        observed = await observing
        closing = [store_keys[code] for code, plan in plans.items() if plan.base is not None]
        change = await _compare(connection, chain, packs, observed, closing)
        if ask_gates:
            await ask_gates(change, observed)
        ids = products.ids | await missing_ids(connection, change.after, products.ids)
        if has_shelves:
            arranging = threads.begin(arrange, change.after, changed_keys(change), categories)
        await write_change(connection, chain_key, version, change, products.ids)
        digesting = threads.begin(content_digest, change.after, ids, codes)
        if has_shelves:
            await write_shelves(connection, await arranging, not len(packs.products))
            await forget_moves(connection, chain_key, categories)
            await note_aliases(connection, chain_key, version, change)
        offers = np.bincount(observed.part, minlength=len(rows.parts)).tolist()
        await note_sightings(connection, version, states, plans, rows.parts, offers)
        return Priced(plans, observed, change.total, await digesting, codes)


async def _compare(
    connection: Connection,
    chain: ChainKey,
    packs: KnownPacks,
    observed: Observed,
    closing: Sequence[int],
) -> Change:
    unchanged = packs.unchanged(observed.standing)
    open_offers = await read_offers(connection, chain.chain_key, packs.others(unchanged))
    return compare(open_offers, observed, closing, chain.version, unchanged)


async def _read_categories(
    connection: Connection, chain_key: int, packs: KnownPacks, products: Products
) -> Categories:
    """Of products offered and of those found; 0 stands for codes without a row."""
    found = products.keys[products.keys > 0]
    return await read_categories(connection, chain_key, np.union1d(packs.products, found))


def plan_stores(content: ChainContent, states: dict[str, StoreState]) -> dict[str, StorePlan]:
    """The plan of each store that has a part with rows."""
    parts = content.rows.parts
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        if part.store_code and part.rows:
            numbers[part.store_code].append(number)
    return {code: plan_store(parts, found, states[code]) for code, found in numbers.items()}
