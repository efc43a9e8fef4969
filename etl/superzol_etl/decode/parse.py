"""Reads the price rows of a block as far as it can be done without knowing the blocks before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode.agorot import UNDECIDED, agorot
from superzol_etl.decode.blocks import read_block
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import (
    FOLDER,
    Layout,
    filled,
    filled_at,
    marked_at_start,
    masked,
    told_at_start,
)
from superzol_etl.decode.rows import HARMLESS
from superzol_etl.decode.runs import RUN_COLUMNS, Runs, find_runs, split_runs
from superzol_etl.decode.scan_prices import SLOTS, KnownCodes, ScannedPrices, scan_prices
from superzol_etl.decode.scanned import Numbers
from superzol_etl.decode.table import Text, read_table
from superzol_etl.records import Era, OfferFlag

MEASURES = ("quantity", "unitqty", "unitofmeasure")
WORDS = ("itemname", "manufacturername", "manufacturecountry", *MEASURES)
AT_END = ("itemprice", *MEASURES, "bisweighted", "unitofmeasureprice", "itemid", "lastsaledatetime")
READ_BLANK = tuple(dict.fromkeys((FOLDER, *SLOTS, *AT_END)))  # in era A
YES = ["1", "1.0", "1.00", " 1", "1 ", "true", "True"]


class Cells(Protocol):
    """The cells of a block."""

    def at(self, column: str, rows: Numbers) -> pl.Series:
        """What some rows tell, or the rows above them where a cell is masked; null if none does."""
        ...


@dataclass(frozen=True, slots=True)
class _MaskedCells:
    """Of a frame of masked columns."""

    frame: pl.DataFrame

    def at(self, column: str, rows: Numbers) -> pl.Series:
        return filled_at(self.frame, column, rows)


@dataclass(frozen=True, slots=True)
class Parsed:
    """A block.

    codes: item codes, each at least once that may be new; numbers: theirs in the chain's code book.
    code: of each row its number there. price: agorot, or why there is none. lines: on which the
    rows start, that of the block being 0. good: the rows that can be used, if their code can.
    """

    text: Text
    cells: Cells
    runs: Runs
    codes: pl.Series
    numbers: Numbers
    code: Numbers
    price: Numbers
    flags: npt.NDArray[np.int16]
    lines: npt.NDArray[np.int32]
    good: npt.NDArray[np.bool_]


def parse(
    path: Path, place: tuple[int, int], layout: Layout, codes: CodeBook, known: KnownCodes
) -> Parsed:
    """The rows between two places of a file. Raises BadFile when it ends in the middle of a row."""
    block = read_block(path, *place)
    scanned = scan_prices(block, layout, TEST_NAMES, YES, known)
    if scanned is not None:
        return _take(block, scanned, codes, known)
    return _read(path.name, block, layout, codes)


def _take(block: bytes, scanned: ScannedPrices, codes: CodeBook, known: KnownCodes) -> Parsed:
    """A block in which nothing is odd: each row is a line."""
    numbers = codes.number(scanned.codes)
    known.add(numbers)
    told = scanned.told_rows
    cells = pl.DataFrame([scanned.cells.at(column, told) for column in RUN_COLUMNS])
    price, rows = scanned.price, len(scanned.price)
    runs = split_runs(told, cells, rows)
    return Parsed(
        Text(block, rows, None),
        scanned.cells,
        runs,
        codes=scanned.codes,
        numbers=numbers,
        code=known.numbers[scanned.code],
        price=price,
        flags=_with_zeros(scanned.flags, price),
        lines=np.arange(rows, dtype=np.int32),
        good=(price >= 0) & runs.good,
    )


def _read(name: str, block: bytes, layout: Layout, codes: CodeBook) -> Parsed:
    """Any block, by Polars."""
    if layout.era is Era.MARKED:
        table = read_table(name, block, layout, SLOTS, RUN_COLUMNS)
        cells = told_at_start(table.cells, layout)
    else:
        table = read_table(name, block, layout, READ_BLANK, (FOLDER, *RUN_COLUMNS))
        cells = marked_at_start(table.cells, layout)
    frame = cells.select(
        filled(layout, "itemcode"),
        agorot(cells[f"column_{layout.places['itemprice'][0]}"]),
        _flags(layout).alias("flags"),
    )
    runs = find_runs(cells.select(masked(layout, column) for column in RUN_COLUMNS))
    price = frame["price"].to_numpy()
    if layout.era is Era.BLANK:
        price = _undecided_ends(cells, price, runs, layout, table.bad)
    good = (price >= 0) & runs.good
    good[list(table.bad)] = False  # a repeated header seems to say what the row above says
    told = ("itemcode", "itemprice", *WORDS)
    numbers = codes.number(frame["itemcode"])
    return Parsed(
        table,
        _MaskedCells(cells.select(masked(layout, column) for column in told)),
        runs,
        codes=frame["itemcode"],
        numbers=numbers,
        code=numbers,
        price=price,
        flags=_with_zeros(frame["flags"].to_numpy(), price),
        lines=table.row_lines(),
        good=good,
    )


def _with_zeros(flags: npt.NDArray[np.int16], price: Numbers) -> npt.NDArray[np.int16]:
    return np.where(price == 0, flags | OfferFlag.ZERO, flags).astype(np.int16)


def _flags(layout: Layout) -> pl.Expr:
    """The flags that a row's cells tell; a masked cell takes the verdict above it."""

    def bit(column: str, values: Sequence[str], flag: OfferFlag) -> pl.Expr:
        verdict = masked(layout, column).is_in(values).forward_fill()
        return verdict.fill_null(False).cast(pl.Int16) * flag.value

    test = bit("itemname", TEST_NAMES, OfferFlag.TEST)
    return test + bit("bisweighted", YES, OfferFlag.WEIGHTED)


def _undecided_ends(
    cells: pl.DataFrame, price: Numbers, runs: Runs, layout: Layout, bad: Mapping[int, str]
) -> Numbers:
    """Prices of era A, UNDECIDED where a source's last row is blank from its price on, and in rows
    below that tell nothing.

    It may equal the row above, or the XML may have ended there.
    """
    ends = np.array([run.start + run.rows - 1 for run in runs.runs], np.int64)
    names = [f"column_{place}" for place in layout.places_of(AT_END)]
    told = cells.select(pl.any_horizontal(pl.col(names).is_not_null())).to_series().to_numpy()
    told = told.copy()
    telling = np.arange(len(price))
    nothing = [row for row, reason in bad.items() if reason in HARMLESS]
    telling[nothing], told[nothing] = 0, True
    last = np.maximum.accumulate(telling)[ends]
    undecided = ~told[last]
    prices = price.copy()
    prices[last[undecided]] = prices[ends[undecided]] = UNDECIDED
    return prices
