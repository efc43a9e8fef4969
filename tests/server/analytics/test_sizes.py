"""Answers fit the 4 MB that clients of gRPC take unless told otherwise."""

import pytest

from superzol.analytics.v1.analytics_pb2 import BasketLine, BasketQuote, CompareBasketResponse
from superzol.analytics.v1.comparison_pb2 import (
    ComparePricesResponse,
    PriceComparison,
    PriceGroup,
    PriceSummary,
)
from superzol_server.analytics.basket import MOST_ITEMS, limit_quotes
from superzol_server.analytics.comparison import MOST_GROUPS, MOST_PRODUCTS, Priced, compare
from superzol_server.errors import InvalidRequest

CLIENT_BYTES = 4 * 1024 * 1024
LARGEST_COUNT = 1000
STORE = "fresh_market_and_super_dosh:1234"
PRICE = 99_999


def test_largest_comparison_fits_an_answer() -> None:
    summary = PriceSummary(
        min_price_agorot=PRICE,
        median_price_agorot=PRICE,
        mean_price_agorot=PRICE,
        max_price_agorot=PRICE,
        spread_agorot=PRICE,
        store_count=1,
        cheapest_store_id=STORE,
    )
    groups = [PriceGroup(group=STORE, summary=summary)] * (MOST_GROUPS // MOST_PRODUCTS)
    comparison = PriceComparison(product_id=STORE, summary=summary, groups=groups)
    answer = ComparePricesResponse(comparisons=[comparison] * MOST_PRODUCTS)
    assert answer.ByteSize() < CLIENT_BYTES


def test_more_groups_than_an_answer_takes_are_refused() -> None:
    priced = [
        Priced("1", False, f"a:{code}", 1, 1, 1, 1, 1.0, f"a:{code}")
        for code in range(MOST_GROUPS + 1)
    ]
    assert len(compare(["1"], priced[1:])[0].groups) == MOST_GROUPS
    with pytest.raises(InvalidRequest, match="40,001 groups"):
        compare(["1"], priced)


@pytest.mark.parametrize("items", [1, 20, 30, 31, MOST_ITEMS])
def test_quotes_of_largest_baskets_fit_an_answer(items: int) -> None:
    line = BasketLine(
        product_id=STORE,
        quantity=1.0,
        price_agorot=PRICE,
        total_agorot=PRICE,
        shelf_total_agorot=PRICE,
        promotion_id=STORE,
    )
    quote = BasketQuote(store_id=STORE, store_name="א" * 50, lines=[line] * items)
    answer = CompareBasketResponse(quotes=[quote] * limit_quotes(LARGEST_COUNT, items))
    assert answer.ByteSize() < CLIENT_BYTES


def test_small_baskets_have_all_the_quotes_asked_for() -> None:
    assert limit_quotes(LARGEST_COUNT, 30) == LARGEST_COUNT
    assert limit_quotes(20, MOST_ITEMS) == 20
