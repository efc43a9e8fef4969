"""Which promotions each store tells once its files are applied in order. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from operator import itemgetter
from typing import NamedTuple

import numpy as np

from superzol_etl.clean.parts import StorePlan
from superzol_etl.clean.promotions import Promotion, merge_rows
from superzol_etl.decode.promotion_families import PromotionRow
from superzol_etl.decode.promotions import BodyBook, PromotionBlock
from superzol_etl.load.sorting import Int64s
from superzol_etl.records import Part

CODE_BITS = 32


@dataclass(slots=True)
class PromotionRows:
    """All good promotion rows of a chain, in the order of its files."""

    book: BodyBook = field(default_factory=BodyBook)
    parts: list[Part] = field(default_factory=list)
    _part: list[Int64s] = field(default_factory=list)
    _body: list[Int64s] = field(default_factory=list)

    def add(self, block: PromotionBlock) -> None:
        """Takes one block."""
        self._part.append(block.part + len(self.parts))
        self._body.append(block.body)
        self.parts += block.parts

    def part(self) -> Int64s:
        """The number of each row's part."""
        return np.concatenate([np.zeros(0, np.int64), *self._part])

    def body(self) -> Int64s:
        """The number of each row's body."""
        return np.concatenate([np.zeros(0, np.int64), *self._body])

    def measured_parts(self) -> list[Part]:
        """The parts, with the number of promotions as their rows: FLAT has a row for each item."""
        read = [body if isinstance(body, PromotionRow) else None for body in self.book.bodies]
        packed = self.part() << CODE_BITS | _number_codes(read)[0][self.body()]
        packed.sort()
        firsts = np.append(True, packed[1:] != packed[:-1])[: len(packed)]
        counts = np.bincount(packed[firsts] >> CODE_BITS, minlength=len(self.parts)).tolist()
        return [replace(part, rows=count) for part, count in zip(self.parts, counts, strict=True)]


@dataclass(slots=True)
class Told:
    """What the applied files tell.

    stores: the store keys of each promotion, by its body hash. replaced: the codes that each store
    tells anew. loaded: rows that count, by CSV file.
    """

    promotions: dict[bytes, Promotion] = field(default_factory=dict)
    stores: dict[bytes, list[int]] = field(default_factory=dict)
    replaced: dict[int, set[str]] = field(default_factory=dict)
    loaded: Counter[str] = field(default_factory=Counter)

    def enter(self, promotions: Iterable[Promotion]) -> list[list[int]]:
        """The store lists of these promotions, for their stores to be added."""
        lists = []
        for promotion in promotions:
            key = promotion.body_hash
            self.promotions.setdefault(key, promotion)
            lists.append(self.stores.setdefault(key, []))
        return lists


class _Applied(NamedTuple):
    """The rows that are applied, by code and store, the newest of them last.

    Columns as long as there are rows: store key, code, part and body. ends: the last row of each
    promotion in each store. names: the codes by number.
    """

    store: Int64s
    code: Int64s
    part: Int64s
    body: Int64s
    ends: Int64s
    names: list[str]


def observe_promotions(
    rows: PromotionRows, plans: Mapping[str, StorePlan], store_keys: Mapping[str, int]
) -> Told:
    """Applies each store's files in the order of its plan.

    A later file of a store replaces a promotion whole; so does a later row, unless both are FLAT
    and tell further items of it.
    """
    told = Told()
    read = [body if isinstance(body, PromotionRow) else None for body in rows.book.bodies]
    applied = _apply(rows, read, plans, store_keys)
    if not len(applied.ends):
        return told
    stores, codes = applied.store[applied.ends], applied.code[applied.ends]
    for store_key, _, numbers in _grouped(stores, codes):
        told.replaced[store_key] = {applied.names[number] for number in numbers.tolist()}
    kinds, groups = _kinds(applied, read)
    for part, rows_of_part in _count_kept(applied, kinds, groups):
        told.loaded[rows.parts[part].csv_file] += rows_of_part
    in_order = sorted(_grouped(kinds, stores), key=itemgetter(1))
    for kind, _, told_by in in_order:
        for found in told.enter(_promotions(groups.get(kind, (kind,)), read)):
            found += told_by.tolist()
            found.sort()  # of several kinds, as where two families tell the same
    return told


def _apply(
    rows: PromotionRows,
    read: list[PromotionRow | None],
    plans: Mapping[str, StorePlan],
    store_keys: Mapping[str, int],
) -> _Applied:
    rank = np.full(len(rows.parts), -1, np.int64)
    for plan in plans.values():
        rank[list(plan.applied)] = range(len(plan.applied))
    part, body = rows.part(), rows.body()
    used = np.flatnonzero(rank[part] >= 0) if len(part) else part
    numbers, names = _number_codes(read)
    code = numbers[body[used]]
    keys = [store_keys.get(part.store_code, 0) for part in rows.parts]
    store = np.array(keys, np.int64)[part[used]]
    order = np.lexsort((used, rank[part[used]], store, code))
    store, code = store[order], code[order]
    is_last = np.append((store[1:] != store[:-1]) | (code[1:] != code[:-1]), True)
    ends = np.flatnonzero(is_last[: len(order)])
    return _Applied(store, code, part[used][order], body[used][order], ends, names)


def _kinds(
    applied: _Applied, read: list[PromotionRow | None]
) -> tuple[Int64s, dict[int, tuple[int, ...]]]:
    """Which bodies count of each promotion in each store: the last one, mostly.

    A number of a body, or one of those above, which stand for several of a FLAT promotion.
    """
    kinds = applied.body[applied.ends]
    flat = np.array([row is not None and row.is_flat for row in read], bool)
    several: dict[tuple[int, ...], int] = {}
    for number in np.flatnonzero(flat[kinds]).tolist():
        start = applied.ends[number - 1] + 1 if number else 0
        last = applied.ends[number]
        group = slice(start, last + 1)
        is_kept = (applied.part[group] == applied.part[last]) & flat[applied.body[group]]
        bodies = tuple(applied.body[group][is_kept].tolist())
        kinds[number] = several.setdefault(bodies, len(read) + len(several))
    return kinds, {kind: bodies for bodies, kind in several.items()}


def _count_kept(
    applied: _Applied, kinds: Int64s, groups: Mapping[int, tuple[int, ...]]
) -> Iterator[tuple[int, int]]:
    """Parts and how many of their rows count."""
    sizes = np.ones(int(kinds.max()) + 1, np.int64)
    sizes[list(groups)] = [len(bodies) for bodies in groups.values()]
    counts = np.bincount(applied.part[applied.ends], weights=sizes[kinds])
    for part in np.flatnonzero(counts).tolist():
        yield part, int(counts[part])


def _grouped(keys: Int64s, values: Int64s) -> Iterator[tuple[int, int, Int64s]]:
    """Each key, where it stands first, and its values in their order."""
    order = np.argsort(keys, kind="stable")
    starts = np.flatnonzero(np.diff(keys[order], prepend=-1))
    for first, found in zip(order[starts].tolist(), np.split(order, starts[1:]), strict=True):
        yield int(keys[first]), first, values[found]


def _number_codes(read: list[PromotionRow | None]) -> tuple[Int64s, list[str]]:
    """The number of each body's promotion, 0 for no body that was read, and their codes."""
    codes = {"": 0}
    numbers = [codes.setdefault(row.promotions[0].code, len(codes)) if row else 0 for row in read]
    return np.array(numbers, np.int64), list(codes)


def _promotions(bodies: tuple[int, ...], read: list[PromotionRow | None]) -> list[Promotion]:
    found = [promotion for body in bodies if (row := read[body]) for promotion in row.promotions]
    return merge_rows(found) if len(bodies) > 1 else found
