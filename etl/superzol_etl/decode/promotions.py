"""Decodes promotion rows: unmasked, brought to normal form, bad rows apart.

A body is what a row says but for its store: chains repeat it in each store, so it is read once.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.blocks import find_blocks, read_block
from superzol_etl.decode.codes import WELL_FORMED
from superzol_etl.decode.columns import (
    EMPTY,
    FOLDER,
    PROMOTION_COLUMNS,
    Layout,
    cell,
    marked_at_start,
)
from superzol_etl.decode.nested import UnreadableTree
from superzol_etl.decode.promotion_cells import INHERITED, SOMETIMES_EMPTY, Cells
from superzol_etl.decode.promotion_families import PromotionRow, read_row
from superzol_etl.decode.rows import HARMLESS, UNKNOWN
from superzol_etl.decode.runs import RUN_COLUMNS, Runs, find_runs
from superzol_etl.decode.table import Table, read_table
from superzol_etl.records import Era, Part, Reject

OF_STORE = (FOLDER, *RUN_COLUMNS, "subchainid", "bikoretno")
OF_BODY = tuple(sorted(PROMOTION_COLUMNS - set(OF_STORE)))
READ = (*OF_STORE, *OF_BODY)
CONSTANT = (FOLDER, *RUN_COLUMNS)
UNTOLD = "promotion_id_missing"

Body = PromotionRow | str  # a text says why the row is refused


@dataclass(frozen=True, slots=True)
class PromotionBlock:
    """The good rows of a block, in the order of the file.

    part: place in parts. body: place in the book's bodies. refused: how many rows by reason.
    rejects: the first of them.
    """

    parts: list[Part]
    part: npt.NDArray[np.int64]
    body: npt.NDArray[np.int64]
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

    def number(self, frame: pl.DataFrame) -> npt.NDArray[np.int64]:
        """The place of each row's body."""
        known = self._places.setdefault(tuple(frame.columns), {})
        hashes = frame.select(pl.struct(frame.columns).hash()).to_series().to_numpy()
        distinct, firsts, inverse = np.unique(hashes, return_index=True, return_inverse=True)
        new = [n for n, key in enumerate(distinct.tolist()) if key not in known]
        rows = frame[firsts[new].tolist()].iter_rows() if new else iter(())
        for number, row in zip(new, rows, strict=True):
            known[int(distinct[number])] = len(self.bodies)
            self.bodies.append(_read_body(Cells(dict(zip(frame.columns, row, strict=True)))))
        places = [known[key] for key in distinct.tolist()]
        return np.array(places, np.int64)[inverse.reshape(-1)]


def read_promotions(
    path: Path, layout: Layout, is_full: bool, book: BodyBook
) -> Iterator[PromotionBlock]:
    """Yields the file block by block. Raises BadFile when it ends in the middle of a row."""
    line = 2
    for start, end in find_blocks(path):
        table = read_table(path.name, read_block(path, start, end), layout, READ, CONSTANT)
        if len(table.cells):
            yield _decode(path.name, is_full, layout, book, table, line)
        line += table.lines


def _decode(
    file: str, is_full: bool, layout: Layout, book: BodyBook, table: Table, first_line: int
) -> PromotionBlock:
    frame = _unmask(table.cells, layout)
    runs = find_runs(frame)
    body = book.number(frame.select(column for column in OF_BODY if column in frame.columns))
    reasons = dict(table.bad)
    for number in np.flatnonzero(~runs.good).tolist():
        reasons.setdefault(number, runs.reason(number) or "")
    refused = np.array([isinstance(read, str) for read in book.bodies], bool)[body]
    for number in np.flatnonzero(refused).tolist():
        reasons.setdefault(number, str(book.bodies[int(body[number])]))
    good = np.ones(len(frame), bool)
    good[list(reasons)] = False
    rejects = table.rejects(dict(sorted(reasons.items())), first_line)
    cut = _cut_runs(runs, reasons, good) | runs.before(table.interrupts)
    parts = runs.parts(file, is_full, good, cut)
    counted = Counter(reasons.values())
    return PromotionBlock(parts, runs.run[good], body[good], len(frame), counted, rejects)


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
