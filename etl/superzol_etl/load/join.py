"""Joins the versions of a chain that were loaded beside to those that are served, in one commit."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from superzol_etl.database import Connection
from superzol_etl.errors import BadData, PassingTrouble
from superzol_etl.load.aliases import note_aliases_of_history
from superzol_etl.load.beside import Beside
from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.load.diff import STORE_BITS, STORE_MASK, Change, Offers, Spans, distinct_products
from superzol_etl.load.digest import missing_ids, shift_digests
from superzol_etl.load.encode import Integers
from superzol_etl.load.join_promotions import join_promotions
from superzol_etl.load.ledger import ChainVersion, publish_generation, write_chain_version
from superzol_etl.load.packs import append_spans, copy_columns, read_offers, write_change
from superzol_etl.load.seam import NEVER, Later, Seam, join_seam, replace
from superzol_etl.load.shelves import (
    arrange,
    changed_keys,
    forget_moves,
    read_categories,
    write_shelves,
)
from superzol_etl.load.unseen import CLOSING_DAYS
from superzol_etl.records import ChainState
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


class AppliedVersion(NamedTuple):
    """A version whose files were applied; is_loaded: they said anything. digest: of the files."""

    version: int
    digest: str
    content_digest: str
    is_loaded: bool


async def join_backfill(of: Beside, dataset_key: int, rows: Sequence[ChainVersion]) -> int:
    """Puts versions before the first one served; returns how many offers and spans were written.

    Versions served before tell more where a store of theirs had not said what it sells: what it
    sold before goes on, as if all had been loaded in time. Raises BadData when one of the versions
    is not below the first.
    """
    connection, chain_key = of.session, of.chain_key
    earlier = await read_offers(connection, chain_key)
    async with connection.transaction():
        await _hold(of)
        loaded = await read_applied(connection, chain_key)
        first = find_first(of.chain_id, loaded, rows[-1].version)
        live = await read_offers(connection, chain_key)
        ends = (dataset_key, first or 0, CLOSING_DAYS)
        seam = join_seam(earlier, await _read_later(connection, chain_key, live, ends))
        newest = max((row.version for row in loaded), default=rows[-1].version)
        change = await _write_offers(connection, chain_key, newest, live, seam.after)
        changed = change.total
        await _begin_earlier(connection, seam)
        await connection.execute(load_sql(PACKAGE, "append_spans_beside"), 0)
        await _end_spans(connection, chain_key, seam)
        changed += len(seam.closed.key)
        until = seam.counts_until
        await shift_digests(connection, chain_key, first or 0, earlier, until, gone=False)
        await connection.execute(load_sql(PACKAGE, "see_stores_earlier"), chain_key)
        await connection.execute(load_sql(PACKAGE, "name_stores_beside"), chain_key)
        await connection.execute(load_sql(PACKAGE, "append_sightings_beside"))
        await connection.execute(load_sql(PACKAGE, "fill_words_beside"), chain_key)
        await note_aliases_of_history(connection, chain_key, newest, change)
        await join_promotions(connection, chain_key, rows[-1].version, newest)
        for row in rows:
            await write_chain_version(connection, row)
        await publish_generation(connection, dataset_key, chain_key, newest, changed)
    return changed


def find_first(chain_id: str, loaded: Sequence[AppliedVersion], version: int) -> int | None:
    """The first version of a chain that is loaded; None when none is.

    Raises BadData when this one is not below it.
    """
    first = min((row.version for row in loaded if row.is_loaded), default=None)
    if first is not None and version >= first:
        raise BadData(
            f"version {version} of {chain_id} is not below version {first}, its first: a hole is"
            " filled by superzol-etl rebuild"
        )
    return first


async def join_rebuild(
    of: Beside, dataset_key: int, first: int, rows: Sequence[ChainVersion]
) -> int:
    """Replaces what is served of a chain by what was loaded beside; spans closed before version
    `first` stay.

    Raises PassingTrouble when a version was loaded meanwhile.
    """
    connection, chain_key = of.session, of.chain_key
    staged = await read_offers(connection, chain_key)
    async with connection.transaction():
        await _hold(of)
        loaded = await read_applied(connection, chain_key)
        lost = {row.version for row in loaded} - {row.version for row in rows}
        if lost:
            raise PassingTrouble(
                f"version {min(lost)} of {of.chain_id} was loaded meanwhile: run again"
            )
        live = await read_offers(connection, chain_key)
        newest = rows[-1].version
        change = await _write_offers(connection, chain_key, newest, live, staged)
        await connection.execute(load_sql(PACKAGE, "delete_spans_since"), chain_key, first)
        await connection.execute(load_sql(PACKAGE, "append_spans_beside"), first)
        await connection.execute(load_sql(PACKAGE, "delete_words_not_beside"), chain_key)
        await connection.execute(load_sql(PACKAGE, "add_words_beside"), chain_key)
        await connection.execute(load_sql(PACKAGE, "delete_sightings_not_beside"), chain_key)
        await connection.execute(load_sql(PACKAGE, "name_stores_beside"), chain_key)
        await connection.execute(load_sql(PACKAGE, "append_sightings_beside"))
        await connection.execute(load_sql(PACKAGE, "take_over_stores_beside"), chain_key)
        await note_aliases_of_history(connection, chain_key, newest, change)
        versions = [row.version for row in rows]
        await connection.execute(load_sql(PACKAGE, "forget_chain_versions"), chain_key, versions)
        for row in rows:
            await write_chain_version(connection, row)
        await publish_generation(connection, dataset_key, chain_key, newest, change.total)
    return change.total


async def _hold(of: Beside) -> None:
    await of.session.execute(load_sql(PACKAGE, "use_served_tables"))
    await of.session.execute(load_sql(PACKAGE, "lock_chain"), CHAIN_LOCK, of.chain_key)


async def read_applied(connection: Connection, chain_key: int) -> list[AppliedVersion]:
    """The versions of which a chain's files were applied, oldest first."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_applied_versions"), chain_key)
    return [
        AppliedVersion(
            row["version"],
            row["digest"],
            row["content_digest"],
            row["state"] in (ChainState.LOADED, ChainState.FORGOTTEN),
        )
        for row in rows
    ]


async def _write_offers(
    connection: Connection, chain_key: int, version: int, old: Offers, new: Offers
) -> Change:
    change = replace(old, new)
    ids = await missing_ids(connection, change.offers, {})
    await write_change(connection, chain_key, version, change, ids)
    changed = changed_keys(change)
    categories = await read_categories(connection, chain_key, distinct_products(new.key, changed))
    await write_shelves(connection, arrange(new, changed, categories), not len(old.key))
    await forget_moves(connection, chain_key, categories)
    return change


async def _read_later(
    connection: Connection, chain_key: int, live: Offers, ends: tuple[int, int, int]
) -> Later:
    """ends: the arguments of read_first_endings."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_first_spans"), chain_key)
    key = [row["product_key"] << STORE_BITS | row["store_key"] for row in rows]
    price = [row["price"] for row in rows]
    valid_from = [row["valid_from"] for row in rows]
    spans = Spans(
        np.array(key, np.int64), np.array(price, np.int32), np.array(valid_from, np.int16)
    )
    full, unseen = (np.full(STORE_MASK + 1, NEVER, np.int16) for _ in range(2))
    for row in await connection.fetch(load_sql(PACKAGE, "read_first_endings"), *ends):
        full[row["store_key"]] = row["full_version"] or NEVER
        unseen[row["store_key"]] = row["unseen_version"] or NEVER
    return Later(live, spans, full, unseen)


async def _begin_earlier(connection: Connection, seam: Seam) -> None:
    begun = seam.begun
    if not len(begun.key):
        return
    await connection.execute(load_sql(PACKAGE, "create_span_begun"))
    columns = {
        "product_key": Integers((begun.key >> STORE_BITS).astype(np.int32)),
        "store_key": Integers((begun.key & STORE_MASK).astype(np.int16)),
        "valid_from": Integers(begun.valid_from),
        "known_from": Integers(seam.known_from),
    }
    await copy_columns(connection, "span_begun", columns)
    await connection.execute(load_sql(PACKAGE, "begin_spans_earlier"))


async def _end_spans(connection: Connection, chain_key: int, seam: Seam) -> None:
    for version in np.unique(seam.valid_to).tolist():
        ends = seam.valid_to == version
        closed = Spans(*(column[ends] for column in seam.closed))
        await append_spans(connection, chain_key, version, closed)
