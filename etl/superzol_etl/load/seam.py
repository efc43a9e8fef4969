"""How versions loaded beside meet those that are served. Pure, in numpy."""

from typing import NamedTuple

import numpy as np

from superzol_etl.load.diff import STORE_BITS, Change, Offers, Spans


class Seam(NamedTuple):
    """after: the open offers of the chain. begun: closed spans that began earlier than was known,
    valid_from being when. closed: spans that end at the seam.
    """

    after: Offers
    begun: Spans
    closed: Spans


def join_seam(earlier: Offers, live: Offers, spans: Spans, first: int) -> Seam:
    """Lets what stood before version `first` go on where the price is equal, and end elsewhere.

    earlier: the offers open before it. live: those open now. spans: those closed since, of which
    each began with `first`.
    """
    begins = live.since == first
    open_at = _matches(earlier, live.key, live.price, begins)
    since = live.since.copy()
    since[open_at >= 0] = earlier.since[open_at[open_at >= 0]]
    all_begin = np.ones(len(spans.key), bool)
    span_at = _matches(earlier, spans.key, spans.price, all_begin)
    begun = span_at >= 0
    ends = np.ones(len(earlier.key), bool)
    ends[open_at[open_at >= 0]] = False
    ends[span_at[begun]] = False
    return Seam(
        live._replace(since=since),
        Spans(spans.key[begun], spans.price[begun], earlier.since[span_at[begun]]),
        Spans(earlier.key[ends], earlier.price[ends], earlier.since[ends]),
    )


def _matches(earlier: Offers, key: np.ndarray, price: np.ndarray, wanted: np.ndarray) -> np.ndarray:
    """The place in `earlier` of the offer of equal key and price; -1 where there is none."""
    if not len(earlier.key):
        return np.full(len(key), -1)
    place = np.minimum(np.searchsorted(earlier.key, key), len(earlier.key) - 1)
    equal = wanted & (earlier.key[place] == key) & (earlier.price[place] == price)
    return np.where(equal, place, -1)


def replace(old: Offers, new: Offers) -> Change:
    """What turns the one into the other; opened_keys are those that differ, and no span closes."""
    is_known = np.isin(new.key, old.key)
    place = np.minimum(np.searchsorted(old.key, new.key), max(len(old.key) - 1, 0))
    same = is_known.copy()
    if len(old.key):
        for name in ("price", "since", "flags"):
            same &= getattr(old, name)[place] == getattr(new, name)
    gone = ~np.isin(old.key, new.key)
    changed = np.unique(np.concatenate([new.key[~same], old.key[gone]]) >> STORE_BITS)
    offers = new.where(np.isin(new.key >> STORE_BITS, changed))
    return Change(
        after=new,
        offers=offers,
        emptied=changed[~np.isin(changed, offers.key >> STORE_BITS)],
        existing=changed[np.isin(changed, old.key >> STORE_BITS)],
        spans=Spans(old.key[:0], old.price[:0], old.since[:0]),
        opened_keys=np.concatenate([new.key[~same], old.key[gone]]),
        repriced=0,
        restated=0,
        closed=0,
    )
