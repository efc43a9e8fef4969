"""The basket rule: totals, order, what is missing and how stores compare."""

from collections.abc import Collection
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_server.analytics.basket import (
    Comparison,
    Item,
    Shelf,
    check_fractions,
    quote_basket,
)
from superzol_server.errors import InvalidRequest

PRODUCTS = [str(7290000000000 + number) for number in range(8)]
QUANTITIES = st.one_of(
    st.integers(1, 10_000).map(lambda units: units * 1000),
    st.integers(1, 10_000_000),
)
BASKETS = st.dictionaries(st.sampled_from(PRODUCTS), QUANTITIES, min_size=1).map(
    lambda quantities: [Item(*pair) for pair in quantities.items()]
)
SHELVES = st.lists(
    st.tuples(
        st.dictionaries(st.sampled_from(PRODUCTS), st.integers(0, 100_000)),
        st.sets(st.sampled_from(PRODUCTS)),
    ),
    max_size=12,
).map(lambda stores: [make_shelf(f"victory:{code}", *store) for code, store in enumerate(stores)])


def make_shelf(store_id: str, prices: dict[str, int], weighed: Collection[str] = ()) -> Shelf:
    """A store of Victory with these prices."""
    bits = [8 if product_id in weighed else 0 for product_id in prices]
    return Shelf(store_id, "victory", "סניף", None, list(prices), list(prices.values()), bits)


def quote_milk_and_bread(*shelves: Shelf) -> Comparison:
    """Two cartons of milk and a loaf of bread in these stores."""
    return quote_basket([Item("milk", 2000), Item("bread", 1000)], shelves)


def test_total_is_the_sum_of_the_lines() -> None:
    (quote,) = quote_milk_and_bread(make_shelf("victory:1", {"bread": 900, "milk": 650})).quotes
    assert [line.total_agorot for line in quote.lines] == [1300, 900]
    assert quote.total_agorot == 2200


def test_lines_follow_the_order_of_the_basket() -> None:
    (quote,) = quote_milk_and_bread(make_shelf("victory:1", {"bread": 900, "milk": 650})).quotes
    assert [line.product_id for line in quote.lines] == ["milk", "bread"]


def test_store_without_an_item_lists_it_as_missing() -> None:
    (quote,) = quote_milk_and_bread(make_shelf("victory:1", {"milk": 650})).quotes
    assert quote.missing_product_ids == ["bread"]
    assert (quote.found_count, quote.coverage) == (1, 0.5)


def test_price_of_zero_counts_as_missing() -> None:
    (quote,) = quote_milk_and_bread(make_shelf("victory:1", {"milk": 650, "bread": 0})).quotes
    assert quote.missing_product_ids == ["bread"]


def test_store_without_any_item_is_left_out() -> None:
    comparison = quote_milk_and_bread(make_shelf("victory:1", {"milk": 0}))
    assert comparison == Comparison([], store_count=0, complete_store_count=0)


def test_complete_basket_comes_before_a_cheaper_incomplete_one() -> None:
    comparison = quote_milk_and_bread(
        make_shelf("victory:1", {"milk": 100}),
        make_shelf("victory:2", {"milk": 650, "bread": 900}),
    )
    assert [quote.store_id for quote in comparison.quotes] == ["victory:2", "victory:1"]


def test_equal_totals_are_ordered_by_store() -> None:
    prices = {"milk": 650, "bread": 900}
    comparison = quote_milk_and_bread(
        make_shelf("victory:9", prices), make_shelf("victory:10", prices)
    )
    assert [quote.store_id for quote in comparison.quotes] == ["victory:10", "victory:9"]


def test_only_complete_baskets_are_compared() -> None:
    quotes = quote_milk_and_bread(
        make_shelf("victory:1", {"milk": 650, "bread": 900}),
        make_shelf("victory:2", {"milk": 700, "bread": 901}),
        make_shelf("victory:3", {"milk": 10}),
    ).quotes
    assert [quote.over_cheapest_agorot for quote in quotes] == [0, 101, None]
    assert [quote.saving_against_dearest_agorot for quote in quotes] == [101, 0, None]
    assert [quote.saving_against_mean_agorot for quote in quotes] == [51, -50, None]


@pytest.mark.parametrize(
    ("price_agorot", "grams", "total_agorot"),
    [(1990, 350, 697), (1990, 250, 498), (10, 50, 1), (1, 490, 0), (333, 3000, 999), (5, 100, 1)],
)
def test_half_an_agora_is_rounded_up(price_agorot: int, grams: int, total_agorot: int) -> None:
    shelf = make_shelf("victory:1", {"cheese": price_agorot}, ["cheese"])
    (quote,) = quote_basket([Item("cheese", grams)], [shelf]).quotes
    assert quote.total_agorot == total_agorot


def test_fraction_is_missing_where_the_product_is_sold_by_the_piece() -> None:
    items = [Item("melon", 1500), Item("milk", 1000)]
    shelves = [
        make_shelf("victory:1", {"melon": 900, "milk": 650}),
        make_shelf("victory:2", {"melon": 400, "milk": 700}, ["melon"]),
    ]
    check_fractions(items, shelves)
    by_weight, by_piece = quote_basket(items, shelves).quotes
    assert (by_weight.store_id, by_weight.total_agorot) == ("victory:2", 600 + 700)
    assert (by_piece.store_id, by_piece.missing_product_ids) == ("victory:1", ["melon"])


@pytest.mark.parametrize(
    ("prices", "weighed", "is_refused"),
    [
        ([{"eggs": 900}, {"eggs": 800}], (), True),
        ([{"eggs": 900}, {"eggs": 800}], ("eggs",), False),
        ([{"milk": 650}], (), False),
        ([{"eggs": 0}], (), False),
    ],
    ids=["by the piece alone", "somewhere by weight", "nowhere", "for nothing"],
)
def test_fraction_is_refused_where_all_stores_sell_the_product_by_the_piece(
    prices: list[dict[str, int]], weighed: tuple[str, ...], is_refused: bool
) -> None:
    first, *others = prices
    shelves = [make_shelf("victory:1", first, weighed)]
    shelves += [make_shelf("victory:2", other) for other in others]
    items = [Item("milk", 1000), Item("eggs", 500)]
    if not is_refused:
        check_fractions(items, shelves)
        return
    with pytest.raises(InvalidRequest, match="product eggs is not sold by weight") as refused:
        check_fractions(items, shelves)
    assert [each.field for each in refused.value.violations] == ["items[1].quantity"]


@given(BASKETS, SHELVES)
def test_missing_and_found_items_make_up_the_basket(
    items: list[Item], shelves: list[Shelf]
) -> None:
    for quote in quote_basket(items, shelves).quotes:
        found = [line.product_id for line in quote.lines]
        assert sorted(found + list(quote.missing_product_ids)) == sorted(
            item.product_id for item in items
        )
        assert quote.found_count == len(found) >= 1
        assert quote.coverage == len(found) / len(items)


@given(BASKETS, SHELVES)
def test_every_line_is_exact_to_the_agora(items: list[Item], shelves: list[Shelf]) -> None:
    for quote in quote_basket(items, shelves).quotes:
        for line in quote.lines:
            exact = line.price_agorot * Decimal(str(line.quantity))
            assert line.total_agorot == int(exact.quantize(Decimal(1), ROUND_HALF_UP))
        assert quote.total_agorot == sum(line.total_agorot for line in quote.lines)


@given(BASKETS, SHELVES)
def test_quotes_are_ordered_by_missing_items_total_and_store(
    items: list[Item], shelves: list[Shelf]
) -> None:
    quotes = quote_basket(items, shelves).quotes
    order = [(len(q.missing_product_ids), q.total_agorot, q.store_id) for q in quotes]
    assert order == sorted(order)


@given(BASKETS, SHELVES)
def test_every_store_with_an_item_is_quoted_and_counted(
    items: list[Item], shelves: list[Shelf]
) -> None:
    wishes = dict(items)
    priced = {
        shelf.store_id: {
            product_id
            for product_id, price, bits in zip(
                shelf.product_ids, shelf.prices_agorot, shelf.flag_bits, strict=True
            )
            if price > 0 and product_id in wishes and (bits or wishes[product_id] % 1000 == 0)
        }
        for shelf in shelves
    }
    comparison = quote_basket(items, shelves)
    assert {quote.store_id for quote in comparison.quotes} == {
        store_id for store_id, found in priced.items() if found
    }
    assert comparison.store_count == len(comparison.quotes)
    assert comparison.complete_store_count == sum(
        len(found) == len(items) for found in priced.values()
    )


@given(BASKETS, SHELVES)
def test_savings_and_surcharges_agree_with_the_totals(
    items: list[Item], shelves: list[Shelf]
) -> None:
    comparison = quote_basket(items, shelves)
    complete = comparison.quotes[: comparison.complete_store_count]
    totals = [quote.total_agorot for quote in complete]
    for quote in complete:
        mean_saving = Fraction(sum(totals), len(totals)) - quote.total_agorot
        assert quote.over_cheapest_agorot == quote.total_agorot - min(totals)
        assert quote.saving_against_dearest_agorot == max(totals) - quote.total_agorot
        assert quote.saving_against_mean_agorot == (mean_saving + Fraction(1, 2)).__floor__()
    for quote in comparison.quotes[comparison.complete_store_count :]:
        assert quote.over_cheapest_agorot is None
        assert quote.saving_against_mean_agorot is None


@given(BASKETS, SHELVES)
def test_order_of_the_stores_does_not_matter(items: list[Item], shelves: list[Shelf]) -> None:
    assert quote_basket(items, reversed(shelves)) == quote_basket(items, shelves)
