"""Which files of a store count in a version: the base and the deltas on top of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from superzol_etl.records import Part, StoreState

# Below this share of the rows of the last good file a full file closes no offers.
GOOD_SHARE = 0.7
# For so long: a store whose full files stay small has shrunk, and what they miss is not sold.
MEASURED = timedelta(days=14)


@dataclass(frozen=True, slots=True)
class StorePlan:
    """What to apply of one store: numbers of parts, in the order to apply them.

    base: the full file that closes what it does not list; None when there was none that is good.
    applied: base and deltas, oldest first; empty when all is older than what is loaded.
    partial: full files among applied that were cut or shrunken, so that they count as deltas.
    """

    base: int | None
    applied: tuple[int, ...]
    partial: frozenset[int]


def plan_store(
    parts: Sequence[Part],
    numbers: Iterable[int],
    state: StoreState | None,
    least_measure: int = 0,
) -> StorePlan:
    """Plans one store's version from its parts (all of one store) and what is loaded of it.

    The base is the last full file that is whole and holds at least 70 % of the rows of the last
    good one, if that is less than 14 days older; later files are applied on top. Nothing older than
    what is loaded is applied, unless the newest file loaded is here again: then nothing in between
    is lost. A good full file of fewer rows than least_measure is no measure: of a handful a third
    may well end in a day.
    """
    ordered = sorted(
        numbers, key=lambda number: (parts[number].published_at, not parts[number].is_full)
    )
    floor = _floor([parts[number].published_at for number in ordered], state)
    fresh = [n for n in ordered if floor is None or parts[n].published_at >= floor]
    base, partial = _find_base(parts, fresh, state, least_measure)
    since = parts[base].published_at if base is not None else (state.full_at if state else None)
    applied = [n for n in fresh if n == base or _is_later(parts[n].published_at, since)]
    if not applied or (state and _is_later(state.observed_at, parts[applied[-1]].published_at)):
        return StorePlan(None, (), frozenset())
    return StorePlan(base, tuple(applied), frozenset(partial & set(applied)))


def _floor(times: Sequence[datetime], state: StoreState | None) -> datetime | None:
    """The time before which files are left out."""
    if state is None or state.observed_at is None:
        return None
    return state.full_at if state.observed_at in times else state.observed_at


def _find_base(
    parts: Sequence[Part], ordered: list[int], state: StoreState | None, least_measure: int
) -> tuple[int | None, set[int]]:
    base: int | None = None
    partial: set[int] = set()
    good_rows, good_at = (state.full_rows or 0, state.full_at) if state else (0, None)
    for number in ordered:
        part = parts[number]
        if not part.is_full:
            continue
        is_old = good_at is not None and part.published_at - good_at >= MEASURED
        is_measure = good_rows >= least_measure and not is_old
        if part.cut or (is_measure and part.rows < GOOD_SHARE * good_rows):
            partial.add(number)
        else:
            base, good_rows, good_at = number, part.rows, part.published_at
    return base, partial


def _is_later(time: datetime | None, since: datetime | None) -> bool:
    return time is not None and (since is None or time > since)
