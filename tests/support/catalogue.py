"""States a small data set in a line per fact and writes it as a load would leave it.

    await fill(
        connection,
        Store("rami_levy:39", city="ירושלים"),
        Product("7290004131074", "חלב תנובה 3% 1 ליטר", manufacturer="תנובה"),
        Offer("7290004131074", "rami_levy:39", 620),
        Version(1, date(2026, 3, 1)),
    )

Chains come into being with their stores. A second call adds to the first; each call publishes one
generation, and one more for each chain of each version.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import NamedTuple

import asyncpg

from tests.support.seen import note_seen
from tests.support.shelves import rebuild_shelves

DATASET_ID = "israeli-supermarkets"
OBSERVED_AT = datetime(2026, 3, 2, 4, 30, tzinfo=UTC)


class Chain(NamedTuple):
    """Only needed where the name matters, or for a chain without stores."""

    chain_id: str
    name: str


class Store(NamedTuple):
    store_id: str
    name: str | None = None
    city: str | None = None
    kind: int = 1
    sub_chain: str | None = None
    address: str | None = None
    city_code: str | None = None
    zip_code: str | None = None
    legal_id: str | None = None
    observed_at: datetime | None = OBSERVED_AT
    observed_version: int | None = 1
    observed_file: str | None = "PriceFull.xml"


class Product(NamedTuple):
    """A product and what each chain calls it; spellings may repeat over chains.

    net_quantity: thousandths of net_unit.
    """

    product_id: str
    name: str
    manufacturer: str | None = None
    country: str | None = None
    weighted: bool = False
    spellings: tuple[tuple[str, str], ...] = ()
    category_id: str | None = None
    net_quantity: int | None = None
    net_unit: int | None = None
    pieces: int | None = None


class Offer(NamedTuple):
    """An open offer; a price of None closes it."""

    product_id: str
    store_id: str
    price: int | None
    since: int = 1
    flags: int = 0


class Span(NamedTuple):
    """A closed price span."""

    product_id: str
    store_id: str
    price: int
    valid_from: int
    valid_to: int


class Sighting(NamedTuple):
    """The newest price file of a store in a version."""

    store_id: str
    version: int
    last_at: datetime
    last_file: str = "PriceFull.xml"


class Version(NamedTuple):
    """A version of the dataset, loaded for these chains (for all of them when empty)."""

    version: int
    day: date
    chain_ids: tuple[str, ...] = ()
    state: str = "loaded"
    closed: bool = True


Fact = Chain | Store | Product | Offer | Span | Sighting | Version


async def fill(connection: asyncpg.Connection, *facts: Fact, dataset_id: str = DATASET_ID) -> None:
    """Writes the facts in one transaction, whatever their order."""
    by_kind: dict[type, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_kind[type(fact)].append(fact)
    async with connection.transaction():
        await write_chains(connection, dataset_id, facts)
        await connection.executemany(INSERT_STORE, by_kind[Store])
        for product in by_kind[Product]:
            assert isinstance(product, Product)
            await write_product(connection, product)
        await write_offers(connection, [fact for fact in facts if isinstance(fact, Offer)])
        for span in by_kind[Span]:
            assert isinstance(span, Span)
            await connection.execute("SELECT ensure_price_span_partition($1)", span.valid_to)
            await connection.execute(INSERT_SPAN, *span)
        sold = {fact[:2] for kind in (Offer, Span) for fact in by_kind[kind]}
        await note_seen(connection, by_kind[Sighting], sold)
        await connection.execute(REBUILD_STATS)
        await rebuild_shelves(connection)
        for version in by_kind[Version]:
            assert isinstance(version, Version)
            await write_version(connection, dataset_id, version)
        await publish(connection, dataset_id)


async def publish(
    connection: asyncpg.Connection, dataset_id: str = DATASET_ID, chain_id: str | None = None
) -> None:
    """Publishes one more generation of the dataset."""
    await connection.execute(PUBLISH, dataset_id, chain_id)


async def write_chains(
    connection: asyncpg.Connection, dataset_id: str, facts: Iterable[Fact]
) -> None:
    names = {fact.store_id.split(":")[0]: None for fact in facts if isinstance(fact, Store)}
    named = {fact.chain_id: fact.name for fact in facts if isinstance(fact, Chain)}
    await connection.execute(INSERT_DATASET, dataset_id)
    rows = [(dataset_id, chain_id, name or chain_id) for chain_id, name in (names | named).items()]
    await connection.executemany(INSERT_CHAIN, rows)


async def write_product(connection: asyncpg.Connection, product: Product) -> None:
    chain_id, _, code = product.product_id.rpartition(":")
    spellings = [name for _, name in product.spellings if name != product.name]
    words = " ".join([product.name, *spellings, product.manufacturer or ""])
    if product.category_id:
        department_id = product.category_id.split(".")[0]
        for category_id in (department_id, product.category_id):
            await connection.execute(INSERT_CATEGORY, category_id, department_id)
    values = (*product[:5], *product[6:])
    await connection.execute(INSERT_PRODUCT, chain_id, code, words, *values)
    await connection.execute(NOTE_MANUFACTURER, product.manufacturer)
    rows = [(product.product_id, chain, *product[2:5], name) for chain, name in product.spellings]
    await connection.executemany(INSERT_SPELLING, rows)


async def write_offers(connection: asyncpg.Connection, offers: Sequence[Offer]) -> None:
    packs: dict[tuple[str, str], list[Offer]] = defaultdict(list)
    for offer in offers:
        packs[offer.product_id, offer.store_id.split(":")[0]].append(offer)
    for (product_id, chain_id), changed in packs.items():
        rows = await connection.fetch(READ_PACK, product_id, chain_id)
        stores = {row["store_id"]: Offer(product_id, **row) for row in rows}
        stores |= {offer.store_id: offer for offer in changed}
        kept = [offer for offer in stores.values() if offer.price is not None]
        await connection.execute(DELETE_PACK, product_id, chain_id)
        columns = [[offer[index] for offer in kept] for index in range(1, 5)]
        await connection.execute(INSERT_PACK, product_id, chain_id, *columns)


async def write_version(connection: asyncpg.Connection, dataset_id: str, version: Version) -> None:
    cutoff = datetime.combine(version.day, time(5), UTC)
    await connection.execute(
        INSERT_VERSION, dataset_id, version.version, version.day if version.closed else None, cutoff
    )
    chains = await connection.fetch(
        INSERT_CHAIN_VERSION, dataset_id, version.version, version.state, cutoff, version.chain_ids
    )
    for row in chains:
        await connection.execute(PUBLISH, dataset_id, row["chain_id"])


INSERT_DATASET = """
INSERT INTO dataset (dataset_id, name) VALUES ($1, 'Name of ' || $1) ON CONFLICT DO NOTHING
"""
INSERT_CHAIN = """
INSERT INTO chain (dataset_key, chain_id, name)
SELECT dataset_key, $2, $3 FROM dataset WHERE dataset_id = $1
ON CONFLICT (chain_id) DO NOTHING
"""
INSERT_STORE = """
INSERT INTO store (chain_key, store_id, code, name, city, kind, sub_chain, address, city_code,
                   zip_code, legal_id, observed_at, observed_version, observed_file, published_city)
SELECT chain_key, $1, split_part($1, ':', 2), $2, coalesce(locality.name, $3), $4, $5, $6,
       coalesce(locality.code, $7), $8, $9, $10, $11, $12, coalesce($3, $7)
FROM chain
LEFT JOIN locality_spelling ON key = city_key($3)
LEFT JOIN locality ON locality.code = coalesce(locality_spelling.code, $7)
WHERE chain_id = split_part($1, ':', 1)
"""
INSERT_CATEGORY = """
INSERT INTO category (category_id, department_id, name_he, name_en)
VALUES ($1, $2, 'שם של ' || $1, 'Name of ' || $1)
ON CONFLICT DO NOTHING
"""
INSERT_PRODUCT = """
INSERT INTO product (scope, code, search_name, product_id, name, manufacturer, country, weighted,
                     category_key, net_quantity, net_unit, pieces)
VALUES (coalesce((SELECT chain_key FROM chain WHERE chain_id = $1), 0), $2, search_text($3),
        $4, $5, $6, $7, $8, (SELECT category_key FROM category WHERE category_id = $9),
        $10, $11, $12)
"""
NOTE_MANUFACTURER = """
INSERT INTO manufacturer_spelling
SELECT made, search_text(made) FROM (VALUES ($1::text)) AS given (made) WHERE made IS NOT NULL
ON CONFLICT DO NOTHING
"""
INSERT_SPELLING = """
INSERT INTO product_in_chain (product_key, chain_key, manufacturer, country, weighted, name,
                              changed_version)
SELECT product_key, chain_key, $3, $4, $5, $6, 1
FROM product, chain WHERE product_id = $1 AND chain_id = $2
"""
READ_PACK = """
SELECT store_id, price, since, offer.flags
FROM offer JOIN store USING (store_key) JOIN chain ON chain.chain_key = store.chain_key
WHERE product_id = $1 AND chain_id = $2
"""
DELETE_PACK = """
DELETE FROM offer_pack USING chain
WHERE chain.chain_key = offer_pack.chain_key AND product_id = $1 AND chain_id = $2
"""
INSERT_PACK = """
INSERT INTO offer_pack
SELECT product_key, chain_key, $1,
       array_agg(store_key ORDER BY store_key), array_agg(price ORDER BY store_key),
       CASE WHEN min(since) = max(since) THEN ARRAY[min(since)]
            ELSE array_agg(since ORDER BY store_key) END,
       CASE WHEN min(flags) = max(flags) THEN ARRAY[min(flags)]
            ELSE array_agg(flags ORDER BY store_key) END,
       min(price) FILTER (WHERE price > 0), max(price) FILTER (WHERE price > 0),
       sum(price), count(*) FILTER (WHERE price > 0), count(*), max(since)
FROM unnest($3::text[], $4::int4[], $5::int2[], $6::int2[]) AS given (store_id, price, since, flags)
JOIN store USING (store_id) JOIN chain USING (chain_key)
JOIN product ON product.product_id = $1
WHERE chain_id = $2
GROUP BY 1, 2
"""
INSERT_SPAN = """
INSERT INTO price_span (product_key, price, chain_key, store_key, valid_from, valid_to)
SELECT product_key, $3, chain_key, store_key, $4, $5
FROM product, store WHERE product_id = $1 AND store_id = $2
"""
REBUILD_STATS = """
WITH gone AS (
    DELETE FROM product_stat WHERE product_key NOT IN (SELECT product_key FROM offer_pack))
INSERT INTO product_stat
SELECT product_key, min(price_min), floor(sum(price_sum)::numeric / nullif(sum(priced), 0) + 0.5),
       max(price_max), sum(offers), count(*), max(changed_version)
FROM offer_pack GROUP BY product_key
ON CONFLICT (product_key) DO UPDATE
SET price_min = excluded.price_min, price_avg = excluded.price_avg, price_max = excluded.price_max,
    stores = excluded.stores, chains = excluded.chains, changed_version = excluded.changed_version
"""
INSERT_VERSION = """
INSERT INTO dataset_version (dataset_key, version, day, digest, fetched_at, closed_at)
SELECT dataset_key, $2::int2, $3, 'digest ' || $2::int2, $4,
       CASE WHEN $3::date IS NOT NULL THEN $4::timestamptz END
FROM dataset WHERE dataset_id = $1
"""
INSERT_CHAIN_VERSION = """
INSERT INTO chain_version (chain_key, version, state, cutoff_at, stores, rows, rejected, changed,
                           content_digest)
SELECT chain_key, $2, $3, $4, 1, 10, 1, 2,
       CASE WHEN $3 = 'loaded' THEN concat('content of ', chain_id, ' ', $2::int2) ELSE '' END
FROM chain JOIN dataset USING (dataset_key)
WHERE dataset_id = $1 AND (cardinality($5::text[]) = 0 OR chain_id = ANY ($5))
RETURNING (SELECT chain_id FROM chain WHERE chain.chain_key = chain_version.chain_key)
"""
PUBLISH = """
WITH next AS (
    UPDATE dataset SET generation = generation + 1, updated_at = now()
    WHERE dataset_id = $1 RETURNING dataset_key, generation)
INSERT INTO publication (dataset_key, generation, chain_key, version, changed)
SELECT dataset_key, generation, (SELECT chain_key FROM chain WHERE chain_id = $2),
       coalesce((SELECT max(version) FROM dataset_version), 1), 1
FROM next
"""
