"""What a version changes: the offers observed against the offers open. Pure, in numpy.

An offer's key is product_key << 16 | store_key; all arrays of offers are sorted by it.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from superzol_etl.clean.parts import StorePlan
from superzol_etl.load.observe import Rows
from superzol_etl.load.sorting import Int64s, dense, sorted_order
from superzol_etl.load.tellings import earlier_tellings
from superzol_etl.records import OfferFlag

STORE_BITS = 16
STORE_MASK = (1 << STORE_BITS) - 1

NO_PRODUCTS = np.zeros(0, np.int64)

Int32s = npt.NDArray[np.int32]
Int16s = npt.NDArray[np.int16]


class Standing(NamedTuple):
    """Open offers, whenever their prices began."""

    key: Int64s
    price: Int32s
    flags: Int16s

    def where(self, mask: npt.NDArray[np.bool_]) -> "Standing":
        """The offers that the mask selects."""
        return Standing(self.key[mask], self.price[mask], self.flags[mask])


class Offers(NamedTuple):
    """Open offers; since = the version since which the price stands."""

    key: Int64s
    price: Int32s
    since: Int16s
    flags: Int16s

    def where(self, mask: npt.NDArray[np.bool_]) -> "Offers":
        """The offers that the mask selects; themselves when it selects all."""
        if mask.all():
            return self
        return Offers(self.key[mask], self.price[mask], self.since[mask], self.flags[mask])

    @property
    def standing(self) -> Standing:
        """The same offers, without what only their packs need."""
        return Standing(self.key, self.price, self.flags)


class Observed(NamedTuple):
    """The offers of this version; row = the row that counted, part = its part."""

    key: Int64s
    price: Int32s
    flags: Int16s
    part: Int32s
    row: Int32s

    @property
    def standing(self) -> Standing:
        """What is offered, wherever it is told."""
        return Standing(self.key, self.price, self.flags)


AnyOffers = TypeVar("AnyOffers", Offers, Standing)


class Spans(NamedTuple):
    """Spans that this version closes."""

    key: Int64s
    price: Int32s
    valid_from: Int16s


class Change(NamedTuple):
    """after: every offer of the chain. offers: every offer of each product that changed.

    emptied: products without an offer left. existing: products that had offers before, among those
    of offers. opened_keys: offers that were not there before. repriced, restated, closed: counts.
    """

    after: Standing
    offers: Offers
    emptied: Int64s
    existing: Int64s
    spans: Spans
    opened_keys: Int64s
    repriced: int
    restated: int
    closed: int

    @property
    def total(self) -> int:
        return len(self.opened_keys) + self.repriced + self.restated + self.closed


def observe(
    rows: Rows, product_keys: Int64s, store_keys: Mapping[str, int], plans: Mapping[str, StorePlan]
) -> Observed:
    """Applies each store's files in the order of its plan.

    Of several rows for one offer the last counts.
    """
    rank = np.full(len(rows.parts), -1, np.int64)
    partial = np.zeros(len(rows.parts), bool)
    for plan in plans.values():
        rank[list(plan.applied)] = range(len(plan.applied))
        partial[list(plan.partial)] = True
    store_of_part = np.array(
        [store_keys[part.store_code] if part.store_code else 0 for part in rows.parts], np.int64
    )
    order = _used_rows(rows, product_keys, store_of_part, rank)
    part = rows.part[order]
    key = product_keys[rows.code[order]] << STORE_BITS | store_of_part[part]
    same_as_next = key[1:] == key[:-1]
    last = np.append(~same_as_next, True) if len(key) else np.zeros(0, bool)
    repeated = np.append(False, same_as_next & (part[1:] == part[:-1]))[: len(key)]
    flags = rows.flags[order] | (repeated * OfferFlag.REPEATED)
    flags |= partial[part] * OfferFlag.PARTIAL_FILE
    row = order[last].astype(np.int32)
    return Observed(key[last], rows.price[row], flags[last].astype(np.int16), part[last], row)


def _used_rows(rows: Rows, product_keys: Int64s, store_of_part: Int64s, rank: Int64s) -> Int64s:
    """Numbers of the used rows by product, store, rank of their part, and place in the file."""
    used = np.flatnonzero(rank[rows.part] >= 0)
    told_again = earlier_tellings(rows)
    if len(told_again):
        used = np.setdiff1d(used, told_again, assume_unique=True)
    products, stores = dense(product_keys), dense(store_of_part)
    order = sorted_order(
        len(used),
        lambda: products[rows.code[used]],
        lambda: stores[rows.part[used]],
        lambda: rank[rows.part[used]],
    )
    return used[order]


def compare(
    old: Offers,
    observed: Observed,
    closing_stores: Sequence[int],
    version: int,
    unchanged: Int64s = NO_PRODUCTS,
) -> Change:
    """Finds what changed.

    Only stores in closing_stores (their base was applied) lose offers they no longer list.
    unchanged: products of which all that was open is observed as it was, and that `old` leaves out.
    """
    new = _without(observed.standing, unchanged)
    place = np.minimum(np.searchsorted(old.key, new.key), max(len(old.key) - 1, 0))
    known = old.key[place] == new.key if len(old.key) else np.zeros(len(new.key), bool)
    was = place[known]
    since = np.full(len(new.key), version, np.int16)
    same = old.price[was] == new.price[known]
    since[known] = np.where(same, old.since[was], version)
    restated = same & (old.flags[was] != new.flags[known])
    seen = np.zeros(len(old.key), bool)
    seen[was] = True
    closed = ~seen & are_of(old, closing_stores)
    changed = distinct_products(new.key[~known], new.key[known][~same | restated], old.key[closed])
    left = old.where(~seen & ~closed)
    read = merge(Offers(new.key, new.price, since, new.flags), left)
    offers = read.where(np.isin(read.key >> STORE_BITS, changed, kind="table"))
    ended = closed.copy()
    ended[was[~same]] = True
    return Change(
        after=merge(observed.standing, left.standing) if len(unchanged) else read.standing,
        offers=offers,
        emptied=changed[~np.isin(changed, offers.key >> STORE_BITS, kind="table")],
        existing=changed[np.isin(changed, old.key >> STORE_BITS, kind="table")],
        spans=Spans(old.key[ended], old.price[ended], old.since[ended]),
        opened_keys=new.key[~known],
        repriced=int((~same).sum()),
        restated=int(restated.sum()),
        closed=int(closed.sum()),
    )


def _without(offers: Standing, products: Int64s) -> Standing:
    if not len(products):
        return offers
    return offers.where(~np.isin(offers.key >> STORE_BITS, products, kind="table"))


def are_of(offers: Offers, stores: Sequence[int]) -> npt.NDArray[np.bool_]:
    """Which offers are of one of these stores, by store_key."""
    is_wanted = np.zeros(STORE_MASK + 1, bool)
    is_wanted[list(stores)] = True
    of_each: npt.NDArray[np.bool_] = is_wanted[offers.key & STORE_MASK]
    return of_each


def first_offers(offers: Offers | Standing) -> Int64s:
    """Where each product begins."""
    return np.flatnonzero(np.diff(offers.key >> STORE_BITS, prepend=-1))


def distinct_products(*keys: Int64s) -> Int64s:
    """The products of these offers' keys, ascending: a table is faster than sorting the keys."""
    products = [each >> STORE_BITS for each in keys]
    is_met = np.zeros(max(int(each.max(initial=0)) for each in products) + 1, bool)
    for each in products:
        is_met[each] = True
    return np.flatnonzero(is_met)


def merge(left: AnyOffers, right: AnyOffers) -> AnyOffers:
    """All offers of both, sorted; no key is in both."""
    if not len(right.key):
        return left
    order = np.argsort(np.concatenate([left.key, right.key]), kind="stable")
    columns: Iterable[tuple[Any, Any]] = zip(left, right, strict=True)
    return type(left)(*(np.concatenate(both)[order] for both in columns))
