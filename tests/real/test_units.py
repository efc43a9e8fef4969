"""Quantities, units and unit prices as served are those of the XML, and the arithmetic of them."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import TypeAlias

import asyncpg
import pytest
from grpc import aio

from superzol.catalog.v1.catalog_pb2 import Unit
from superzol.pricing.v1.pricing_pb2 import UnitBase
from tests.real.conftest import Loaded
from tests.real.exceptions import Row
from tests.real.oracle import Offer, in_one_line, product_id, read_price_files
from tests.real.walks import list_prices, list_products, list_stores

pytestmark = pytest.mark.real

# How the chains of the sample write weights and volumes, and how many grams or millilitres each is.
WEIGHTS = {"גרם": 1, "גרמים": 1, "קילוגרמים": 1000, 'ק"ג': 1000, "קילוג": 1000, "קילו": 1000}
VOLUMES = {'מ"ל': 1, "מל": 1, "100 מל": 1, "מיליליטרים": 1, "ליטר": 1000, "ליטרים": 1000}
WORDS = ("quantity", "unit_of_quantity", "unit_of_measure", "country")
NONE = ("", "unknown", "לא ידוע")  # how these chains write that they know no country
# Signs of several pieces: there the name may know better than the fields.
SEVERAL = ("*", "x", "X", "שישי", "רביעי", "שלישי", "תריסר")
READ_PER_CHAIN = """
SELECT product_id, chain_id, words.quantity, unit_of_quantity, unit_of_measure, words.country,
       words.weighted, words.net_quantity, words.net_unit
FROM product_in_chain AS words JOIN product USING (product_key) JOIN chain USING (chain_key)
"""

Place: TypeAlias = tuple[str, str]  # product_id and chain_id
Told: TypeAlias = dict[Place, list[tuple[str, str, Offer]]]  # file, code and item


async def read_words(database: str) -> dict[Place, asyncpg.Record]:
    """What the database holds of each product and chain."""
    connection = await asyncpg.connect(database)
    try:
        rows = await connection.fetch(READ_PER_CHAIN)
    finally:
        await connection.close()
    return {(row["product_id"], row["chain_id"]): row for row in rows}


def read_offers(raw_xml: Path) -> Told:
    """File, code and item by product and chain; padded codes may name one product twice."""
    offers = defaultdict(list)
    for file in read_price_files(raw_xml):
        for code, offer in file.offers.items():
            if offer.price_agorot is not None:
                place = product_id(file.chain_id, offer.published_code), file.chain_id
                offers[place].append((file.file, code, offer))
    return offers


def country_told(offer: Offer) -> str:
    """As people are shown it; empty where the chain does not know it."""
    return "" if offer.country in NONE else in_one_line(offer.country)


def differing_words(offers: Told, words: Mapping[Place, asyncpg.Record]) -> Counter[Row]:
    """How many goods of a file have other words in a column than its XML, where the chain is held.

    Padded codes may tell one product twice: all of its words are then those of one of them.
    """
    differing: Counter[Row] = Counter()
    for place in offers.keys() & words.keys():
        held = [words[place][column] or "" for column in WORDS]
        told = [
            (file, [each.quantity, each.unit, each.base, country_told(each)])
            for file, _, each in offers[place]
        ]
        if held not in [texts for _, texts in told]:
            file, texts = told[-1]
            differing.update(
                Row(file, column)
                for column, has, wanted in zip(WORDS, held, texts, strict=True)
                if has != wanted
            )
    return differing


async def test_units_and_countries_of_each_product_and_chain_are_those_in_the_xml(
    sample: Path, loaded: Loaded
) -> None:
    offers, words = read_offers(sample / "raw_xml"), await read_words(loaded.database)
    assert differing_words(offers, words) == Counter()
    assert offers.keys() == words.keys()
    assert len(words) == 24_797


def content(offer: Offer) -> tuple[int, int] | None:
    """Thousandths and unit where the fields alone tell them; None where the name counts too."""
    if offer.weighted:
        return 1_000_000, Unit.UNIT_GRAM
    if any(sign in offer.name for sign in SEVERAL):
        return None
    try:
        number = Decimal(offer.quantity)
    except InvalidOperation:
        return None
    for units, kind in ((WEIGHTS, Unit.UNIT_GRAM), (VOLUMES, Unit.UNIT_MILLILITRE)):
        if offer.unit in units:
            amount = number * units[offer.unit]
            return (int(amount * 1000), kind) if 10 <= amount <= 10_000 else None
    return None


async def test_net_quantities_follow_from_the_fields_of_the_xml(
    sample: Path, loaded: Loaded
) -> None:
    words = await read_words(loaded.database)
    compared, differences = 0, []
    for place, told in read_offers(sample / "raw_xml").items():
        expected = {found for _, _, offer in told if (found := content(offer)) is not None}
        if len(told) == 1 and expected:
            compared += 1
            row = words[place]
            if (row["net_quantity"], row["net_unit"]) not in expected:
                differences.append(Row(told[0][0], told[0][1]))
    assert differences == []
    assert compared > 12_000


async def test_what_is_priced_by_volume_has_no_length(sample: Path, loaded: Loaded) -> None:
    words = await read_words(loaded.database)
    by_volume = [
        place
        for place, told in read_offers(sample / "raw_xml").items()
        if any(offer.base.strip() in ('100 מ"ל', "100 מ'ל", "100 מל", "ליטר") for *_, offer in told)
    ]
    assert [place for place in by_volume if words[place]["net_unit"] == Unit.UNIT_METRE] == []
    assert len(by_volume) > 3_000


async def test_net_quantity_of_a_product_is_what_most_of_its_chains_tell(
    channel: aio.Channel, loaded: Loaded
) -> None:
    votes: dict[str, Counter[tuple[int, int]]] = defaultdict(Counter)
    weighted = defaultdict(list)
    for (name, _), row in (await read_words(loaded.database)).items():
        weighted[name].append(row["weighted"])
        if row["net_unit"] is not None and not row["weighted"]:
            votes[name][row["net_quantity"], row["net_unit"]] += 1
    for product in await list_products(channel):
        served = (round(product.net_quantity * 1000), product.net_unit)
        if 2 * sum(weighted[product.product_id]) > len(weighted[product.product_id]):
            assert served == (1_000_000, Unit.UNIT_GRAM)
            continue
        told = votes[product.product_id]
        better = {vote: count for vote, count in told.items() if vote != (1000, Unit.UNIT_PIECE)}
        best = better or told
        most = {vote for vote, count in best.items() if count == max(best.values())}
        assert served in (most or {(0, 0)}), product


async def test_unit_prices_are_the_price_over_the_net_quantity(channel: aio.Channel) -> None:
    products = {product.product_id: product for product in await list_products(channel)}
    compared = 0
    for store in await list_stores(channel):
        for price in await list_prices(channel, store.store_id):
            product = products[price.product_id]
            base = {Unit.UNIT_GRAM: 100, Unit.UNIT_MILLILITRE: 100}.get(product.net_unit, 1)
            if price.weighted:
                expected = price.price_agorot / 10
            elif product.weighted or not product.net_quantity:
                expected = 0.0
            else:
                expected = price.price_agorot * base / product.net_quantity
            assert price.unit_price_agorot == pytest.approx(expected), price
            assert bool(price.unit_base) == bool(expected)
            if price.weighted and expected:
                assert price.unit_base == UnitBase.UNIT_BASE_100_GRAMS
            compared += bool(expected)
    assert compared > 19_000
