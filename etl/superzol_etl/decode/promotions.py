"""Decodes promotion rows: unmasked, brought to normal form, bad rows apart.

A body is what a row says but for its store: chains repeat it in each store, so it is read once.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.blocks import find_blocks, read_block
from superzol_etl.decode.codes import WELL_FORMED
from superzol_etl.decode.columns import EMPTY, Layout, cell, marked_at_start
from superzol_etl.decode.nested import UnreadableTree
from superzol_etl.decode.promotion_cells import INHERITED, SOMETIMES_EMPTY, Cells
from superzol_etl.decode.promotion_families import PromotionRow, read_row
from superzol_etl.decode.rows import HARMLESS, UNKNOWN
from superzol_etl.decode.runs import RUN_COLUMNS, Runs, find_runs, split_runs
from superzol_etl.decode.scan_promotions import OF_BODY, OF_STORE, scan_promotions
from superzol_etl.decode.scanned import Numbers, ScannedCells
from superzol_etl.decode.table import Text, read_table
from superzol_etl.records import Era, Part, Reject

READ = (*OF_STORE, *OF_BODY)
UNTOLD = "promotion_id_missing"
SCANNED = ""  # is no column
# Trees are known again within a block, and a store of a large chain has 2 MB of them.
BLOCK_BYTES = 32 << 20

Body = PromotionRow | str  # a text says why the row is refused


@dataclass(frozen=True, slots=True)
class PromotionBlock:
    """The good rows of a block, in the order of the file.

    part: place in parts. body: place in the book's bodies. refused: how many rows by reason.
    rejects: the first of them.
    """

    parts: list[Part]
    part: Numbers
    body: Numbers
    rows: int
    refused: Counter[str]
    rejects: list[Reject]


@dataclass(slots=True)
class BodyBook:
    """Reads each distinct body of a chain once, in all blocks and files.

    Bodies are told apart by 64 bits of hash: of a million, two are alike by chance once in 40
    million chains.
    """

    bodies: list[Body] = field(default_factory=list)
    # By the names of the columns, which the hash of a row leaves out, and the hash.
    _places: dict[tuple[str, ...], dict[int, int]] = field(default_factory=dict)

    def number(self, frame: pl.DataFrame) -> Numbers:
        """The place of each row's body."""
        hashes = frame.select(pl.struct(frame.columns).hash()).to_series().to_numpy()
        distinct, firsts, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        names = tuple(frame.columns)
        places = self._place(names, distinct, lambda new: frame[firsts[new].tolist()])
        return places[inverse.reshape(-1)]

    def number_scanned(self, hashes: npt.NDArray[np.uint64], cells: ScannedCells) -> Numbers:
        """The place of each distinct body of a block."""
        names = tuple(column for column in OF_BODY if column in cells.present)

        def tell(new: Numbers) -> pl.DataFrame:
            return pl.DataFrame([cells.at(name, new) for name in names])

        return self._place((SCANNED, *names), hashes, tell)

    def _place(
        self,
        kind: tuple[str, ...],
        hashes: npt.NDArray[np.uint64],
        tell: Callable[[Numbers], pl.DataFrame],
    ) -> Numbers:
        known = self._places.setdefault(kind, {})
        new = [n for n, key in enumerate(hashes.tolist()) if key not in known]
        if new:
            frame = tell(np.array(new, np.int64))
            for number, row in zip(new, frame.iter_rows(named=True), strict=True):
                known[int(hashes[number])] = len(self.bodies)
                self.bodies.append(_read_body(Cells(row)))
        return np.array([known[key] for key in hashes.tolist()], np.int64)


class _Parsed(NamedTuple):
    """A block. body: of each row its place in the book."""

    text: Text
    runs: Runs
    body: Numbers


def read_promotions(
    path: Path, layout: Layout, is_full: bool, book: BodyBook
) -> Iterator[PromotionBlock]:
    """Yields the file block by block. Raises BadFile when it ends in the middle of a row."""
    line = 2
    for start, end in find_blocks(path, BLOCK_BYTES):
        block = read_block(path, start, end)
        parsed = _scan(block, layout, book) or _read(path.name, block, layout, book)
        if len(parsed.body):
            yield _decode(path.name, is_full, book, parsed, line)
        line += parsed.text.lines


def _scan(block: bytes, layout: Layout, book: BodyBook) -> _Parsed | None:
    """A block in which nothing is odd: each row is a line."""
    found = scan_promotions(block, layout)
    if found is None:
        return None
    every, rows = np.arange(len(found.told_rows)), len(found.body)
    sources = pl.DataFrame([found.sources.at(column, every) for column in RUN_COLUMNS])
    runs = split_runs(found.told_rows, sources, rows)
    body = book.number_scanned(found.hashes, found.bodies)[found.body]
    return _Parsed(Text(block, rows, None), runs, body)


def _read(file: str, block: bytes, layout: Layout, book: BodyBook) -> _Parsed:
    """Any block, by Polars."""
    table = read_table(file, block, layout, READ, OF_STORE)
    frame = _unmask(table.cells, layout)
    body = book.number(frame.select(column for column in OF_BODY if column in frame.columns))
    return _Parsed(table, find_runs(frame), body)


def _decode(
    file: str, is_full: bool, book: BodyBook, parsed: _Parsed, first_line: int
) -> PromotionBlock:
    text, runs, body = parsed
    reasons = dict(text.bad)
    for number in np.flatnonzero(~runs.good).tolist():
        reasons.setdefault(number, runs.reason(number) or "")
    refused = np.array([isinstance(read, str) for read in book.bodies], bool)[body]
    for number in np.flatnonzero(refused).tolist():
        reasons.setdefault(number, str(book.bodies[int(body[number])]))
    good = np.ones(len(body), bool)
    good[list(reasons)] = False
    rejects = text.rejects(dict(sorted(reasons.items())), first_line)
    cut = _cut_runs(runs, reasons, good) | runs.before(text.interrupts)
    parts = runs.parts(file, is_full, good, cut)
    counted = Counter(reasons.values())
    return PromotionBlock(parts, runs.run[good], body[good], len(body), counted, rejects)


def _cut_runs(runs: Runs, reasons: Mapping[int, str], good: npt.NDArray[np.bool_]) -> set[int]:
    """Runs that lost promotions, or end in a row that tells none after such that do: the XML was
    cut there.

    A store without promotions has a row that tells none.
    """
    ends = {run.start + run.rows - 1: number for number, run in enumerate(runs.runs)}
    lost = (row for row, reason in reasons.items() if reason not in (*HARMLESS, UNTOLD))
    cut = runs.damaged(lost)
    told = runs.of(np.flatnonzero(good).tolist())
    return cut | {ends[row] for row in ends if reasons.get(row) == UNTOLD and ends[row] in told}


def _unmask(cells: pl.DataFrame, layout: Layout) -> pl.DataFrame:
    """Fills masked cells from above, never over the border of an XML, whose first row is whole.

    In era A the marker of empty cells is missing: what may be empty is marked as inherited. Further
    rows of one promotion, as FLAT has them, say of it what its first row says.
    """
    cells = marked_at_start(cells, layout)
    is_new = cell(layout.places["promotionid"][0]).is_not_null()
    columns = []
    for column in READ:
        for place in layout.places.get(column, ())[:1]:
            told = cell(place).forward_fill()
            if layout.era is Era.BLANK and column in SOMETIMES_EMPTY:
                inherited = is_new & cell(place).is_null() & ~told.is_in(["", EMPTY])
                marked = pl.when(inherited).then(INHERITED + told).otherwise(cell(place))
                told = marked.forward_fill()
            columns.append(told.alias(column))
    frame = cells.select(columns)
    missing = [name for name in RUN_COLUMNS if name not in frame.columns]
    return frame.with_columns(pl.lit(None, pl.String).alias(name) for name in missing)


def _read_body(cells: Cells) -> Body:
    if any(UNKNOWN in (value or "") for value in cells.values.values()):
        return "cell_unknown_below_unreadable_row"
    try:
        row = read_row(cells)
    except UnreadableTree:
        return "tree_unreadable"
    if row is None:
        return UNTOLD
    is_good = WELL_FORMED.fullmatch(row.promotions[0].code)
    return row if is_good else "promotion_id_malformed"
