"""How versions loaded beside meet those that are served. Pure, in numpy."""

from typing import NamedTuple

import numpy as np

from superzol_etl.load.diff import STORE_BITS, STORE_MASK, Change, Int16s, Offers, Spans, merge

NEVER = np.iinfo(np.int16).max  # above all versions


class Later(NamedTuple):
    """What is known of a chain from its first version on.

    live: the offers open now. spans: of each offer the first that closed. By store_key, NEVER where
    there is none: full, the version of its first full file; unseen, that as of which publish closes
    what the store offered.
    """

    live: Offers
    spans: Spans
    full: Int16s
    unseen: Int16s


class Seam(NamedTuple):
    """after: the open offers of the chain. begun: closed spans that began earlier than was known,
    with the version that was known in known_from. closed: spans that end in the versions valid_to.
    counts_until: by offer of `earlier`, the version from which on digests know it, or know it gone.
    """

    after: Offers
    begun: Spans
    known_from: Int16s
    closed: Spans
    valid_to: Int16s
    counts_until: Int16s


def join_seam(earlier: Offers, later: Later) -> Seam:
    """Lets what stood before the first version go on as a load in time would have.

    An offer goes on until its store tells another price or a full file of the store leaves it out;
    a price that is told again goes on in what is known of it.
    """
    live, spans = later.live, later.spans
    open_at, span_at = _places(live.key, earlier.key), _places(spans.key, earlier.key)
    is_open, is_closed = open_at >= 0, span_at >= 0
    told_from = np.full(len(earlier.key), NEVER, np.int16)
    price = np.full(len(earlier.key), -1, np.int32)
    told_from[is_open], price[is_open] = live.since[open_at[is_open]], live.price[open_at[is_open]]
    # A closed span came before what is open.
    told_from[is_closed] = spans.valid_from[span_at[is_closed]]
    price[is_closed] = spans.price[span_at[is_closed]]
    store = earlier.key & STORE_MASK
    closes = np.minimum(later.full[store], later.unseen[store])
    stood_until = np.minimum(told_from, closes)
    # What publish closes is still in the digest of its version.
    is_unseen = later.unseen[store] < np.minimum(told_from, later.full[store])
    goes_on = (told_from <= closes) & (price == earlier.price)
    stands = stood_until == NEVER
    since = live.since.copy()
    in_open, in_closed = goes_on & is_open & ~is_closed, goes_on & is_closed
    since[open_at[in_open]] = earlier.since[in_open]
    ends = ~goes_on & ~stands
    return Seam(
        after=merge(live._replace(since=since), earlier.where(stands)),
        begun=_spans(earlier, in_closed),
        known_from=told_from[in_closed],
        closed=_spans(earlier, ends),
        valid_to=stood_until[ends],
        counts_until=stood_until + is_unseen.astype(np.int16),
    )


def _spans(offers: Offers, mask: np.ndarray) -> Spans:
    return Spans(offers.key[mask], offers.price[mask], offers.since[mask])


def _places(sorted_keys: np.ndarray, keys: np.ndarray) -> np.ndarray:
    """Where each key stands among the sorted ones; -1 where it does not."""
    if not len(sorted_keys):
        return np.full(len(keys), -1)
    place = np.minimum(np.searchsorted(sorted_keys, keys), len(sorted_keys) - 1)
    return np.where(sorted_keys[place] == keys, place, -1)


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
        after=new.standing,
        offers=offers,
        emptied=changed[~np.isin(changed, offers.key >> STORE_BITS)],
        existing=changed[np.isin(changed, old.key >> STORE_BITS)],
        spans=Spans(old.key[:0], old.price[:0], old.since[:0]),
        opened_keys=np.concatenate([new.key[~same], old.key[gone]]),
        repriced=0,
        restated=0,
        closed=0,
    )
