"""The content digest: equal for equal contents only, whatever the order and the surrogates."""

from collections.abc import Mapping
from itertools import permutations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.load.diff import STORE_BITS, Offers
from superzol_etl.load.digest import content_digest
from superzol_etl.load.mixing import BATCH_OFFERS

PRODUCTS = ("7290000000008", "alpha:1", "alpha:2")
STORES = ("1", "2", "001")
ORDERS = list(permutations(range(1, 4)))

Content = Mapping[tuple[str, str], tuple[int, int]]

contents = st.dictionaries(
    st.tuples(st.sampled_from(PRODUCTS), st.sampled_from(STORES)),
    st.tuples(st.integers(0, 2**31 - 1), st.integers(0, 31)),
)


def digest(content: Content, product_keys: tuple[int, ...], store_keys: tuple[int, ...]) -> str:
    """Of the content in a database that gave out these surrogates."""
    products = dict(zip(PRODUCTS, product_keys, strict=True))
    stores = dict(zip(STORES, store_keys, strict=True))
    rows = sorted(
        (products[product] << STORE_BITS | stores[store], price, flags)
        for (product, store), (price, flags) in content.items()
    )
    key, price, flags = ([row[place] for row in rows] for place in range(3))
    offers = Offers(
        np.array(key, np.int64),
        np.array(price, np.int32),
        np.ones(len(key), np.int16),
        np.array(flags, np.int16),
    )
    ids = {number: product for product, number in products.items()}
    return content_digest(offers, ids, {number: code for code, number in stores.items()})


@given(contents, contents, st.sampled_from(ORDERS), st.sampled_from(ORDERS))
def test_digests_are_equal_when_the_contents_are(
    left: Content, right: Content, product_keys: tuple[int, ...], store_keys: tuple[int, ...]
) -> None:
    one, other = digest(left, ORDERS[0], ORDERS[0]), digest(right, product_keys, store_keys)
    assert (one == other) == (left == right)


def test_a_digest_stays_what_it_is_from_release_to_release() -> None:
    content = {("alpha:1", "1"): (990, 8), ("7290000000008", "001"): (0, 1)}
    assert digest(content, ORDERS[0], ORDERS[0]) == "b7d1a33ee33d13c1e3ddf1760d080a45"


def test_every_offer_of_a_large_chain_counts() -> None:
    count = 2 * BATCH_OFFERS + 1
    key = np.arange(1, count + 1) << STORE_BITS | 1
    price = np.full(count, 500, np.int32)
    ids = {number: str(number) for number in range(1, count + 1)}
    flags, since = np.zeros(count, np.int16), np.ones(count, np.int16)
    digests = {content_digest(Offers(key, price, since, flags), ids, {1: "1"})}
    for place in (0, BATCH_OFFERS - 1, BATCH_OFFERS, count - 1):
        changed = price.copy()
        changed[place] += 1
        digests.add(content_digest(Offers(key, changed, since, flags), ids, {1: "1"}))
    assert len(digests) == 5
