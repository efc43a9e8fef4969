"""Which files of a store count in a version: the base and the deltas on top of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from superzol_etl.records import Part, StoreState

GOOD_SHARE = (
    0.7  # a full file with fewer rows than this share of the last good one closes no offers
)


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
    parts: Sequence[Part], numbers: Iterable[int], state: StoreState | None
) -> StorePlan:
    """Plans one store's version from its parts (all of one store) and what is loaded of it.

    The base is the last full file that is whole and holds at least 70 % of the rows of the last
    good one; only files later than the base, or without a base later than the loaded base, are
    applied on top. Files that are all older than the newest one loaded change nothing.
    """
    ordered = sorted(
        numbers, key=lambda number: (parts[number].published_at, not parts[number].is_full)
    )
    base, partial = _find_base(parts, ordered, state.full_rows if state else None)
    since = parts[base].published_at if base is not None else (state.full_at if state else None)
    applied = [n for n in ordered if n == base or _is_later(parts[n].published_at, since)]
    newest = max((parts[n].published_at for n in applied), default=None)
    if newest is None or (state and state.observed_at and newest < state.observed_at):
        return StorePlan(None, (), frozenset())
    return StorePlan(base, tuple(applied), frozenset(partial & set(applied)))


def _find_base(
    parts: Sequence[Part], ordered: list[int], good_rows: int | None
) -> tuple[int | None, set[int]]:
    base: int | None = None
    partial: set[int] = set()
    for number in ordered:
        part = parts[number]
        if not part.is_full:
            continue
        if part.cut or (good_rows is not None and part.rows < GOOD_SHARE * good_rows):
            partial.add(number)
        else:
            base, good_rows = number, part.rows
    return base, partial


def _is_later(time: datetime, since: datetime | None) -> bool:
    return since is None or time > since
