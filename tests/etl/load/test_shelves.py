"""What is written on shelves, against a plain reading of the rule over dictionaries."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.load.diff import STORE_BITS, Offers
from superzol_etl.load.shelves import Categories, arrange
from superzol_etl.load.sorting import sorted_order

PRODUCTS = range(1, 6)
Shelf = tuple[int, int]

places = st.tuples(st.sampled_from(PRODUCTS), st.integers(1, 3))
prices = st.dictionaries(places, st.sampled_from([0, 5, 7, 2**31 - 1]), max_size=15)
categories = st.fixed_dictionaries({product: st.integers(0, 2) for product in PRODUCTS})


def by_rule(
    after: dict[tuple[int, int], int],
    changed: set[tuple[int, int]],
    now: dict[int, int],
    before: dict[int, int],
) -> dict[Shelf, list[tuple[int, int]]]:
    """Every shelf on which something changed: its prices and products in order."""
    touched: set[Shelf] = set()
    for product, store in changed | {place for place in after if now[place[0]] != before[place[0]]}:
        touched |= {(store, now[product]), (store, before[product])}
    return {
        (store, category): sorted(
            (price, product)
            for (product, at), price in after.items()
            if at == store and now[product] == category
        )
        for store, category in touched
    }


@given(prices, st.sets(places, max_size=6), categories, categories)
def test_touched_shelves_are_written_whole_and_in_order(
    after: dict[tuple[int, int], int],
    changed: set[tuple[int, int]],
    now: dict[int, int],
    before: dict[int, int],
) -> None:
    keys = sorted((product << STORE_BITS) | store for product, store in after)
    none = np.zeros(len(keys), np.int16)
    offers = Offers(
        np.array(keys, np.int64),
        np.array([after[key >> STORE_BITS, key & 0xFFFF] for key in keys], np.int32),
        none,
        none,
    )
    shelves = arrange(
        offers,
        np.array([(product << STORE_BITS) | store for product, store in changed], np.int64),
        Categories(
            np.array(PRODUCTS, np.int64),
            np.array([now[product] for product in PRODUCTS], np.int16),
            np.array([before[product] for product in PRODUCTS], np.int16),
        ),
    )
    found = {
        (int(store), int(category)): [
            (int(entry) >> 32, int(entry) & 0xFFFFFFFF)
            for entry in shelves.entries[shelves.bounds[number] : shelves.bounds[number + 1]]
        ]
        for number, (store, category) in enumerate(
            zip(shelves.store_keys, shelves.category_keys, strict=True)
        )
    }
    assert found == by_rule(after, changed, now, before)


@pytest.mark.parametrize("largest", [9, 2**62])
def test_rows_are_sorted_by_all_columns_and_equal_ones_stay_in_order(largest: int) -> None:
    first, second = np.array([2, 1, 2, 1, 2]), np.array([largest, 3, 0, 3, largest])
    assert sorted_order(5, lambda: first, lambda: second).tolist() == [1, 3, 2, 0, 4]
