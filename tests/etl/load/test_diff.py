"""What a version changes, against a plain reading of the rule over dictionaries."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.load.diff import STORE_BITS, Change, Observed, Offers, compare

VERSION = 9

keys = st.builds(
    lambda product, store: product << STORE_BITS | store, st.integers(1, 4), st.integers(1, 3)
)
old_offers = st.dictionaries(
    keys, st.tuples(st.integers(0, 3), st.integers(1, 8), st.sampled_from([0, 8]))
)
new_offers = st.dictionaries(keys, st.tuples(st.integers(0, 3), st.sampled_from([0, 8])))
closing = st.sets(st.integers(1, 3))

Old = dict[int, tuple[int, int, int]]
New = dict[int, tuple[int, int]]


class Expected(NamedTuple):
    offers: Old
    spans: set[tuple[int, int, int]]


def by_rule(old: Old, new: New, stores: set[int]) -> Expected:
    """Every open offer after the version, and every span it closes."""
    offers, spans = dict(old), set()
    for key, (price, since, _) in old.items():
        is_gone = key not in new and key & 0xFFFF in stores
        if is_gone or (key in new and new[key][0] != price):
            spans.add((key, price, since))
        if is_gone:
            del offers[key]
    for key, (price, flags) in new.items():
        since = old[key][1] if key in old and old[key][0] == price else VERSION
        offers[key] = (price, since, flags)
    return Expected(offers, spans)


def run(old: Old, new: New, stores: set[int], unread: set[int] | None = None) -> Change:
    """unread: the products that are known to be unchanged."""
    unread = unread or set()
    old_keys = sorted(key for key in old if key >> STORE_BITS not in unread)
    new_keys = sorted(new)
    return compare(
        Offers(
            np.array(old_keys, np.int64),
            np.array([old[key][0] for key in old_keys], np.int32),
            np.array([old[key][1] for key in old_keys], np.int16),
            np.array([old[key][2] for key in old_keys], np.int16),
        ),
        Observed(
            np.array(new_keys, np.int64),
            np.array([new[key][0] for key in new_keys], np.int32),
            np.array([new[key][1] for key in new_keys], np.int16),
            np.zeros(len(new_keys), np.int32),
            np.arange(len(new_keys), dtype=np.int32),
        ),
        sorted(stores),
        VERSION,
        np.array(sorted(unread), np.int64),
    )


@given(old_offers, new_offers, closing)
def test_a_change_says_what_the_rule_says(old: Old, new: New, stores: set[int]) -> None:
    change, expected = run(old, new, stores), by_rule(old, new, stores)
    assert set(zip(*(column.tolist() for column in change.spans), strict=True)) == expected.spans
    told = {key: value for key, *value in zip(*(c.tolist() for c in change.offers), strict=True)}
    changed = {
        key >> STORE_BITS
        for key in old.keys() | expected.offers.keys()
        if old.get(key) != expected.offers.get(key)
    }
    assert {key: tuple(value) for key, value in told.items()} == {
        key: value for key, value in expected.offers.items() if key >> STORE_BITS in changed
    }
    before = {key >> STORE_BITS for key in old}
    after = {key >> STORE_BITS for key in expected.offers}
    assert set(change.existing.tolist()) == changed & before
    assert set(change.emptied.tolist()) == changed - after


@given(old_offers, new_offers, st.sets(st.integers(1, 4)), closing)
def test_nothing_of_what_is_unchanged_need_be_read(
    old: Old, new: New, unread: set[int], stores: set[int]
) -> None:
    new = {key: told for key, told in new.items() if key >> STORE_BITS not in unread}
    for key, (price, _, flags) in old.items():
        if key >> STORE_BITS in unread:
            new[key] = (price, flags)
    for told, read in zip(run(old, new, stores, unread), run(old, new, stores), strict=True):
        np.testing.assert_equal(told, read)


@given(old_offers, closing)
def test_seeing_what_is_known_changes_nothing(old: Old, stores: set[int]) -> None:
    change = run(old, {key: (price, flags) for key, (price, _, flags) in old.items()}, stores)
    assert change.total == len(change.offers.key) == len(change.spans.key) == 0


def test_a_store_that_is_not_closing_keeps_what_it_does_not_list() -> None:
    old = {1 << STORE_BITS | 1: (5, 1, 0), 1 << STORE_BITS | 2: (6, 1, 0)}
    change = run(old, {}, {2})
    assert (change.closed, change.offers.key.tolist()) == (1, [1 << STORE_BITS | 1])
