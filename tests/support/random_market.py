"""Makes a small market with a past at random: chains, stores, products, versions and prices."""

from datetime import UTC, date, datetime, time, timedelta
from random import Random

import asyncpg

from tests.support.catalogue import (
    Fact,
    Offer,
    Product,
    Sighting,
    Span,
    Store,
    Version,
    fill,
)

FIRST_DAY = date(2026, 3, 1)
CHAINS = ("alpha", "beta", "gamma")
CITIES = ("חיפה", "תל אביב", None)
NAMES = ("חלב", "לחם", "גבינה", "ביצים")
CATEGORIES = ("dairy.milk", "dairy.cheese", "bakery.bread", None)
QUANTITIES = (None, 330_000, 1_000_000, 7000)  # thousandths
GTINS = ("7290004131074", "7290000066318", "7290000000008", "72900000")
STATES = ("loaded", "loaded", "loaded", "held_back", "absent")
LAST_VERSION = 45  # in the second partition of the spans
MOMENTS = [
    datetime.combine(FIRST_DAY + timedelta(days=day), time(hour), UTC)
    for day in (0, 2, 5, 9, 14, 33, 46)
    for hour in (4, 6)
]


# Publish found another category; the shelves learn of it with the next load of each chain.
NOTE_MOVE = """
INSERT INTO shelf_move (chain_key, product_key, category_key)
SELECT pack.chain_key, product_key, coalesce(category_key, 0)
FROM offer_pack AS pack JOIN product USING (product_key) WHERE product.product_id = $1
"""
MOVE_PRODUCT = """
UPDATE product SET category_key = (SELECT category_key FROM category WHERE category_id = $2)
WHERE product_id = $1
"""


async def make_market(connection: asyncpg.Connection, seed: int) -> None:
    """Writes the market of a seed."""
    dice = Random(seed)
    products = [*GTINS, *(f"{chain}:12" for chain in CHAINS)]
    facts: list[Fact] = [
        Product(
            each,
            dice.choice(NAMES),
            weighted=dice.random() < 0.3,
            category_id=dice.choice(CATEGORIES),
            net_quantity=QUANTITIES[place % 4],
            net_unit=place % 3 + 1 if QUANTITIES[place % 4] else None,
        )
        for place, each in enumerate(products, seed)
    ]
    numbers = sorted(dice.sample(range(2, LAST_VERSION), 9))
    for chain in CHAINS:
        loaded = [number for number in numbers if _note_version(facts, dice, chain, number)]
        for code in range(1, dice.randint(2, 4)):
            _stock_store(facts, dice, f"{chain}:{code}", products, loaded)
    by_number: dict[int, list[Fact]] = {}
    for fact in facts:
        if isinstance(fact, Version):
            by_number.setdefault(fact.version, []).append(fact)
    await fill(connection, *(fact for fact in facts if not isinstance(fact, Version)))
    for number, versions in by_number.items():
        await _write_versions(connection, number, versions)
    for product_id in dice.sample(products, 2):
        await connection.execute(NOTE_MOVE, product_id)
        await connection.execute(MOVE_PRODUCT, product_id, dice.choice(("dairy.milk", None)))


def _note_version(facts: list[Fact], dice: Random, chain: str, number: int) -> bool:
    """Adds what became of the chain in this version; says whether it was loaded."""
    state = dice.choice(STATES)
    facts.append(Version(number, FIRST_DAY + timedelta(days=number), (chain,), state))
    return state == "loaded"


async def _write_versions(
    connection: asyncpg.Connection, number: int, versions: list[Fact]
) -> None:
    """Writes one version of the dataset, of each chain in its own state."""
    await connection.execute(
        "INSERT INTO dataset_version (dataset_key, version, digest) VALUES (1, $1, '')", number
    )
    for version in versions:
        assert isinstance(version, Version)
        cutoff = datetime.combine(version.day, time(5), UTC)
        await connection.execute(
            "INSERT INTO chain_version (chain_key, version, state, cutoff_at)"
            " SELECT chain_key, $2, $3, $4 FROM chain WHERE chain_id = $1",
            version.chain_ids[0], number, version.state,
            cutoff if version.state == "loaded" else None,
        )  # fmt: skip


def _stock_store(
    facts: list[Fact], dice: Random, store_id: str, products: list[str], loaded: list[int]
) -> None:
    """Adds a store and the prices of each product through the versions loaded of its chain."""
    seen_in = [number for number in loaded if dice.random() < 0.8]
    sightings = [
        Sighting(store_id, number, _file_time(number, dice), f"Price{number}.xml")
        for number in seen_in
    ]
    facts += sightings
    last = sightings[-1] if sightings else None
    facts.append(
        Store(
            store_id,
            city=dice.choice(CITIES),
            observed_at=last.last_at if last else None,
            observed_version=last.version if last else None,
            observed_file=last.last_file if last else None,
        )
    )
    chain = store_id.split(":")[0]
    for product_id in products:
        if ":" not in product_id or product_id.startswith(chain):
            facts.extend(_live(dice, product_id, store_id, seen_in))


def _file_time(number: int, dice: Random) -> datetime:
    day = FIRST_DAY + timedelta(days=number)
    return datetime.combine(day, time(dice.randint(0, 4), dice.randint(0, 59)), UTC)


def _live(dice: Random, product_id: str, store_id: str, versions: list[int]) -> list[Fact]:
    """Spans and, if it is sold still, the offer of one product in one store."""
    facts: list[Fact] = []
    price, since = None, 0
    for number in versions:
        new = dice.choice((None, 0, 300, 450, 450, 620, 999, price, price))
        if new != price:
            if price is not None:
                facts.append(Span(product_id, store_id, price, since, number))
            price, since = new, number
    if price is not None:
        flags = (1 if price == 0 else 0) | (8 if dice.random() < 0.2 else 0)
        facts.append(Offer(product_id, store_id, price, since, flags))
    return facts
