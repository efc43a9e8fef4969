"""Makes the promotions of a chain what its files tell; what did not change is not written."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import NamedTuple

from superzol_etl.clean.codes import read_item_code
from superzol_etl.clean.parts import StorePlan, plan_store
from superzol_etl.clean.promotions import Promotion
from superzol_etl.database import Connection
from superzol_etl.decode.codes import WELL_FORMED
from superzol_etl.load.links import LINKS, Links, read_links
from superzol_etl.load.observe_promotions import PromotionRows, Told, observe_promotions
from superzol_etl.records import Part, StoreState
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
GUARDED_PROMOTIONS = 10  # fewer may lose a third on an ordinary day: docs/decisions/0020
REWARD_COLUMNS = {
    "price_agorot": "reward_price",
    "quantity_thousandths": "reward_quantity",
    "nth": "reward_quantity",
    "units": "reward_quantity",
    "basis_points": "reward_points",
    "amount_agorot": "reward_amount",
    "spent_agorot": "reward_spent",
    "free": "reward_free",
    "reason": "reward_reason",
}
PLAIN_COLUMNS = (
    "code", "part", "body_hash", "description", "updated_at", "starts_at", "ends_at", "reward_code",
    "weighted", "min_quantity", "max_quantity", "min_purchase", "coupon", "active", "whole_basket",
    "multiple_allowed", "restrictions_known", "raw",
)  # fmt: skip
OWN_COLUMNS = ("chain_key", "promotion_id", "changed_version", "reward", "items", "clubs")
SPAN_COLUMNS = ("promotion_key", "valid_to", "store_keys", "valid_from")
Span = tuple[int, int, list[int], list[int]]
CHANGING = (*LINKS, "store_keys", "since")
COLUMNS = (*OWN_COLUMNS, *PLAIN_COLUMNS, *dict.fromkeys(REWARD_COLUMNS.values()), *CHANGING)


class Chain(NamedTuple):
    """The chain whose promotions are loaded, and the version that brings them."""

    chain_key: int
    chain_id: str
    version: int


class Known(NamedTuple):
    """What is stored of a promotion and may change."""

    key: int
    code: str
    stores: dict[int, int]
    links: Links


class Loaded(NamedTuple):
    """What a load made of the promotion rows that were told.

    partial_stores: those with a full file that was cut or shrunken, and so applied as a delta.
    """

    told: Told
    stores: int
    changed: int
    partial_stores: tuple[str, ...]


async def load_promotions(connection: Connection, chain: Chain, rows: PromotionRows) -> Loaded:
    """Applies the promotion files; the caller holds a transaction and the chain's stores exist."""
    records = await connection.fetch(load_sql(PACKAGE, "read_promotion_sightings"), chain.chain_key)
    states = {
        row["code"]: StoreState(
            row["store_key"], row["full_at"], row["full_rows"], row["observed_at"]
        )
        for row in records
    }
    parts = rows.measured_parts()
    plans = plan_promotions(parts, states)
    store_keys = {code: state.store_key for code, state in states.items()}
    told = observe_promotions(rows, plans, store_keys)
    based = {store_keys[code] for code, plan in plans.items() if plan.base is not None}
    known = await _read_known(connection, chain.chain_key)
    found = await _find_products(connection, chain, told.promotions.values(), known.values())
    changed = await _write(connection, chain, told, known, based, found)
    await _note_sightings(connection, chain.version, parts, plans, store_keys)
    applied = sum(bool(plan.applied) for plan in plans.values())
    partial = tuple(sorted(code for code, plan in plans.items() if plan.partial))
    return Loaded(told, applied, changed, partial)


def plan_promotions(
    parts: Sequence[Part], states: Mapping[str, StoreState]
) -> dict[str, StorePlan]:
    """The plan of each store that has a promotion file; rows of the parts: their promotions.

    A full file without a promotion counts too: it ends those before.
    """
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        if part.store_code:
            numbers[part.store_code].append(number)
    return {
        code: plan_store(parts, found, states[code], GUARDED_PROMOTIONS)
        for code, found in numbers.items()
    }


def place_stores(
    old: Known | None, told: Iterable[int], version: int, told_anew: Mapping[int, set[str]],
    based: set[int],
) -> dict[int, int]:  # fmt: skip
    """Since which version each store tells a promotion.

    A store forgets a promotion when its full file leaves it out or a delta tells it in other words.
    """
    before = old.stores if old else {}
    code = old.code if old else ""
    kept = {
        store: since
        for store, since in before.items()
        if store not in based and code not in told_anew.get(store, ())
    }
    return dict(sorted((kept | {store: before.get(store, version) for store in told}).items()))


async def _read_known(connection: Connection, chain_key: int) -> dict[bytes, Known]:
    rows = await connection.fetch(load_sql(PACKAGE, "read_promotions"), chain_key)
    return {
        row["body_hash"]: Known(
            row["promotion_key"],
            row["code"],
            dict(zip(row["store_keys"], row["since"], strict=True)),
            Links(*(row[name] for name in LINKS)),
        )
        for row in rows
    }


async def _find_products(
    connection: Connection, chain: Chain, told: Iterable[Promotion], known: Iterable[Known]
) -> dict[str, int | None]:
    """The key of each published code, None of what is no known product; promotions add none.

    Of what other chains tell, that of versions published before: what they have told by now depends
    on which of them were loaded first.
    """
    codes = {item.code for promotion in told for item in promotion.items}
    for old in known:
        if old.stores:
            codes.update(old.links.codes, old.links.gift_codes)
    ids = {
        code: read_item_code(code).product_id(chain.chain_id)
        for code in codes
        if WELL_FORMED.fullmatch(code)
    }
    statement = load_sql(PACKAGE, "find_promoted_products")
    found = await connection.fetch(statement, chain.chain_key, sorted(set(ids.values())))
    keys = {row["product_id"]: row["product_key"] for row in found}
    return {code: keys.get(product_id) for code, product_id in ids.items()}


async def _write(
    connection: Connection,
    chain: Chain,
    told: Told,
    known: Mapping[bytes, Known],
    based: set[int],
    found: Mapping[str, int | None],
) -> int:
    """Writes what differs; returns the number of promotions changed."""
    added, changes, ended, spans = [], [], [], []
    touched: set[int] = set()
    for key, promotion in told.promotions.items():
        old = known.get(key)
        stores = place_stores(old, told.stores[key], chain.version, told.replaced, based)
        links = read_links(promotion, found)
        if old is None:
            added.append(_record(chain, promotion, key, links, stores))
            touched.update(links.products)
        elif (old.stores, old.links) != (stores, links):
            changes.append((old.key, *links, list(stores), list(stores.values())))
            # The products of one that had ended do not name it.
            touched.update(set(links.products) ^ set(old.links.products if old.stores else ()))
            spans.append(_span(old, stores, chain.version))
    for key, old in known.items():
        if key in told.promotions or not old.stores:
            continue
        stores = place_stores(old, (), chain.version, told.replaced, based)
        links = old.links.link(found)
        if not stores:
            ended.append(old.key)
            touched.update(old.links.products)
        elif (old.stores, old.links) != (stores, links):
            changes.append((old.key, *links, list(stores), list(stores.values())))
            touched.update(set(links.products) ^ set(old.links.products))
        spans.append(_span(old, stores, chain.version))
    await _execute(connection, chain, added, changes, ended, sorted(touched))
    closed = [span for span in spans if span[2]]
    await connection.copy_records_to_table("promotion_span", records=closed, columns=SPAN_COLUMNS)
    return len(added) + len(changes) + len(ended)


async def _execute(
    connection: Connection,
    chain: Chain,
    added: Sequence[tuple[object, ...]],
    changes: Sequence[tuple[object, ...]],
    ended: Sequence[int],
    touched: Sequence[int],
) -> None:
    if ended:
        await connection.execute(load_sql(PACKAGE, "end_promotions"), ended, chain.version)
    if changes:
        await connection.execute(load_sql(PACKAGE, "create_promotion_change"))
        await connection.copy_records_to_table(
            "promotion_change",
            records=changes,
            columns=["promotion_key", *CHANGING],
        )
        await connection.execute(load_sql(PACKAGE, "update_promotions"), chain.version)
    if added:
        await connection.copy_records_to_table("promotion", records=added, columns=list(COLUMNS))
    await turn_round(connection, chain.chain_key, touched)


async def turn_round(connection: Connection, chain_key: int, products: Sequence[int]) -> None:
    """Finds anew which promotions that are told these products are in."""
    if products:
        of = (chain_key, products)
        await connection.execute(load_sql(PACKAGE, "delete_promotions_of_products"), *of)
        await connection.execute(load_sql(PACKAGE, "insert_promotions_of_products"), *of)


def _span(old: Known, stores: Mapping[int, int], version: int) -> Span:
    """The stores that told it before and no longer do, and since when they did."""
    gone = {store: since for store, since in old.stores.items() if store not in stores}
    return old.key, version, list(gone), list(gone.values())


def _record(
    chain: Chain,
    promotion: Promotion,
    body_hash: bytes,
    links: Links,
    stores: Mapping[int, int],
) -> tuple[object, ...]:
    plain = [
        body_hash if name == "body_hash" else getattr(promotion, name) for name in PLAIN_COLUMNS
    ]
    paid: dict[str, object] = dict.fromkeys(REWARD_COLUMNS.values())
    paid |= {REWARD_COLUMNS[name]: value for name, value in asdict(promotion.reward).items()}
    return (
        chain.chain_key,
        f"{chain.chain_id}:{promotion.code}",
        chain.version,
        type(promotion.reward).__name__,
        len(promotion.items),
        list(promotion.clubs),
        *plain,
        *paid.values(),
        *links,
        list(stores),
        list(stores.values()),
    )


async def _note_sightings(
    connection: Connection,
    version: int,
    parts: Sequence[Part],
    plans: Mapping[str, StorePlan],
    store_keys: Mapping[str, int],
) -> None:
    sightings = []
    for code, plan in plans.items():
        if not plan.applied:
            continue
        base = parts[plan.base] if plan.base is not None else None
        full_at, full_rows = (base.published_at, base.rows) if base else (None, None)
        last = parts[plan.applied[-1]]
        seen = (last.published_at, last.source_file, version)
        sightings.append((store_keys[code], full_at, full_rows, *seen))
    await connection.executemany(load_sql(PACKAGE, "note_promotion_sighting"), sightings)
