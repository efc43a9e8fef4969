"""Which promotions each store tells once its files are applied in order. Pure."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import groupby
from operator import itemgetter

import numpy as np
import numpy.typing as npt

from superzol_etl.clean.parts import StorePlan
from superzol_etl.clean.promotions import Promotion, merge_rows
from superzol_etl.decode.promotion_families import PromotionRow
from superzol_etl.decode.promotions import BodyBook, PromotionBlock
from superzol_etl.records import Part

Int64s = npt.NDArray[np.int64]
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


def observe_promotions(
    rows: PromotionRows, plans: Mapping[str, StorePlan], store_keys: Mapping[str, int]
) -> Told:
    """Applies each store's files in the order of its plan.

    A later file of a store replaces a promotion whole; so does a later row, unless both are FLAT
    and tell further items of it.
    """
    told = Told()
    read = [body if isinstance(body, PromotionRow) else None for body in rows.book.bodies]
    store_lists: dict[tuple[int, ...], list[list[int]]] = {}
    for (store_key, code), group in groupby(_walk(rows, read, plans, store_keys), itemgetter(0, 1)):
        kept = _newest([(part, body) for _, _, part, body in group], read)
        told.loaded[rows.parts[kept[0][0]].csv_file] += len(kept)
        told.replaced.setdefault(store_key, set()).add(code)
        bodies = tuple(body for _, body in kept)
        if bodies not in store_lists:
            store_lists[bodies] = told.enter(_promotions(bodies, read))
        for stores in store_lists[bodies]:
            stores.append(store_key)
    return told


def _walk(
    rows: PromotionRows,
    read: list[PromotionRow | None],
    plans: Mapping[str, StorePlan],
    store_keys: Mapping[str, int],
) -> Iterator[tuple[int, str, int, int]]:
    """Store, code, part and body of each applied row, by code and store, the newest last."""
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
    columns = (store[order], code[order], part[used][order], body[used][order])
    for store_key, code_number, in_part, in_body in zip(
        *(c.tolist() for c in columns), strict=True
    ):
        yield store_key, names[code_number], in_part, in_body


def _number_codes(read: list[PromotionRow | None]) -> tuple[Int64s, list[str]]:
    """The number of each body's promotion, 0 for no body that was read, and their codes."""
    codes = {"": 0}
    numbers = [codes.setdefault(row.promotions[0].code, len(codes)) if row else 0 for row in read]
    return np.array(numbers, np.int64), list(codes)


def _newest(rows: list[tuple[int, int]], read: list[PromotionRow | None]) -> list[tuple[int, int]]:
    """The rows of a promotion in a store that count: the last, with all others of a FLAT one."""
    last_part, last_body = rows[-1]
    last = read[last_body]
    if last is None or not last.is_flat:
        return rows[-1:]
    return [row for row in rows if row[0] == last_part and (of := read[row[1]]) and of.is_flat]


def _promotions(bodies: tuple[int, ...], read: list[PromotionRow | None]) -> list[Promotion]:
    found = [promotion for body in bodies if (row := read[body]) for promotion in row.promotions]
    return merge_rows(found) if len(bodies) > 1 else found
