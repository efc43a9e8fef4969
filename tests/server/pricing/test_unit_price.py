"""Unit prices of GetPrice and ListPrices."""

import asyncpg
import pytest
from google.protobuf.json_format import ParseDict

from superzol.pricing.v1.pricing_pb2 import GetPriceRequest, ListPricesRequest, Price, UnitBase
from tests.support.catalogue import Offer, Product, Store, fill
from tests.support.clients import PricingClient

STORE = "rami_levy:39"
GRAMS, ML, PIECE, METRE, UNKNOWN = (
    UnitBase.UNIT_BASE_100_GRAMS,
    UnitBase.UNIT_BASE_100_MILLILITRES,
    UnitBase.UNIT_BASE_PIECE,
    UnitBase.UNIT_BASE_METRE,
    UnitBase.UNIT_BASE_UNSPECIFIED,
)
# Net quantity in thousandths, unit, weighted product, price, flags: agorot per base.
CASES = {
    "rami_levy:1": (500_000, 1, False, 1290, 0, (258.0, GRAMS)),
    "rami_levy:2": (1_980_000, 2, False, 3190, 0, (161.111111, ML)),
    "rami_levy:3": (12_000, 3, False, 1200, 0, (100.0, PIECE)),
    "rami_levy:4": (7_620, 4, False, 1390, 0, (182.414698, METRE)),
    "rami_levy:5": (1_000_000, 1, True, 4990, 8, (499.0, GRAMS)),
    "rami_levy:6": (None, None, False, 990, 0, (0.0, UNKNOWN)),
    "rami_levy:7": (500_000, 1, False, 0, 1, (0.0, UNKNOWN)),
    # This store sells by the kilogram what others sell in packages, and the reverse.
    "rami_levy:8": (400_000, 1, False, 4990, 8, (499.0, GRAMS)),
    "rami_levy:9": (1_000_000, 1, True, 1290, 0, (0.0, UNKNOWN)),
}


@pytest.fixture(autouse=True)
async def shelf(connection: asyncpg.Connection) -> None:
    facts: list[Product | Offer] = []
    for product_id, (quantity, unit, weighted, price, flags, _) in CASES.items():
        facts.append(
            Product(product_id, "מוצר", weighted=weighted, net_quantity=quantity, net_unit=unit)
        )
        facts.append(Offer(product_id, STORE, price, flags=flags))
    await fill(connection, Store(STORE), *facts)


def told(price: Price) -> tuple[float, int]:
    return round(price.unit_price_agorot, 6), price.unit_base


@pytest.mark.parametrize("product_id", CASES)
async def test_price_is_told_for_a_base_that_compares(
    pricing: PricingClient, product_id: str
) -> None:
    request = GetPriceRequest(product_id=product_id, store_id=STORE)
    assert told((await pricing.GetPrice(request)).price) == CASES[product_id][-1]


@pytest.mark.parametrize("asked", [{"store_id": STORE}, {"chain_id": "rami_levy"}])
async def test_lists_tell_the_same_unit_prices(
    pricing: PricingClient, asked: dict[str, str]
) -> None:
    prices = (await pricing.ListPrices(ParseDict(asked, ListPricesRequest()))).prices
    assert {price.product_id: told(price) for price in prices} == {
        product_id: case[-1] for product_id, case in CASES.items()
    }


async def test_list_of_a_product_tells_its_unit_price(pricing: PricingClient) -> None:
    prices = (await pricing.ListPrices(ListPricesRequest(product_id="rami_levy:2"))).prices
    assert [told(price) for price in prices] == [CASES["rami_levy:2"][-1]]
