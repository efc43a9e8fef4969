"""Decodes price rows: typed, unmasked, bad rows apart."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode.blocks import find_blocks, read_block
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import (
    EMPTY,
    FOLDER,
    Layout,
    filled,
    filled_at,
    marked_at_start,
    masked,
    told_at_start,
)
from superzol_etl.decode.rows import HARMLESS, TORN, UNKNOWN
from superzol_etl.decode.runs import RUN_COLUMNS, Runs, find_runs
from superzol_etl.decode.table import Table, read_table
from superzol_etl.records import Era, OfferFlag, Part, Reject

MEASURES = ("quantity", "unitqty", "unitofmeasure")
WORDS = ("itemname", "manufacturername", "manufacturecountry", *MEASURES)
READ = (*RUN_COLUMNS, "itemcode", "itemprice", "bisweighted", *WORDS)
AT_END = ("itemprice", *MEASURES, "bisweighted", "unitofmeasureprice", "itemid", "lastsaledatetime")
READ_BLANK = tuple(dict.fromkeys((FOLDER, *READ, *AT_END)))  # in era A
YES = ["1", "1.0", "1.00", " 1", "1 ", "true", "True"]
MAX_AGOROT = 2**31 - 1
MISSING, JUNK, UNDECIDED = -1, -2, -3
# Lifts decimal halves that binary fractions put a hair below (1.005 is 100.49999999999999 agorot);
# the excess stays below half an agora for every price that int4 can hold.
HALF_UP = 0.500001

Numbers = npt.NDArray[np.int64]


class Words(NamedTuple):
    """What the good rows of a block call their products; few are ever asked.

    masked: the columns WORDS of all rows. rows: the numbers of the good ones among them.
    """

    masked: pl.DataFrame
    rows: Numbers

    def at(self, places: Numbers) -> list[pl.Series]:
        """The columns WORDS of some rows, as published."""
        rows = self.rows[places]
        return [filled_at(self.masked, word, rows) for word in WORDS]


@dataclass(frozen=True, slots=True)
class PriceBlock:
    """The good rows of a block, in the order of the file.

    code: number of the item code in the chain's code book. part: place in parts. price: agorot.
    line: on which the row starts. words: of the good rows.
    refused: how many rows by reason. rejects: the first of them.
    """

    parts: list[Part]
    code: Numbers
    part: Numbers
    price: npt.NDArray[np.int32]
    flags: npt.NDArray[np.int16]
    line: npt.NDArray[np.int32]
    words: Words
    rows: int
    refused: Counter[str]
    rejects: list[Reject]


@dataclass(frozen=True, slots=True)
class _Parsed:
    """A block as far as it can be decoded without knowing the blocks before it.

    price: agorot, or why there is none. lines: on which the rows start, that of the block being 0.
    """

    table: Table
    words: pl.DataFrame
    runs: Runs
    codes: pl.Series
    numbers: Numbers
    price: Numbers
    flags: npt.NDArray[np.int16]
    lines: npt.NDArray[np.int32]
    good: npt.NDArray[np.bool_]


def read_prices(
    path: Path, layout: Layout, is_full: bool, codes: CodeBook, threads: int = 1
) -> Iterator[PriceBlock]:
    """Yields the file block by block, parsing some blocks ahead in as many threads.

    Raises BadFile when it ends in the middle of a row.
    """
    line = 2
    for parsed in _parse_ahead(path, layout, codes, threads):
        if len(parsed.codes):
            yield _number(path.name, is_full, layout, codes, parsed, line)
        line += parsed.table.lines


def _parse_ahead(path: Path, layout: Layout, codes: CodeBook, threads: int) -> Iterator[_Parsed]:
    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[_Parsed]] = deque()
        for start, end in find_blocks(path):
            ahead.append(pool.submit(_parse, path, start, end, layout, codes))
            if len(ahead) > threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _parse(path: Path, start: int, end: int, layout: Layout, codes: CodeBook) -> _Parsed:
    block = read_block(path, start, end)
    if layout.era is Era.MARKED:
        table = read_table(path.name, block, layout, READ, RUN_COLUMNS)
        cells = told_at_start(table.cells, layout)
    else:
        table = read_table(path.name, block, layout, READ_BLANK, (FOLDER, *RUN_COLUMNS))
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
    return _Parsed(
        table,
        words=cells.select(masked(layout, word) for word in WORDS),
        runs=runs,
        codes=frame["itemcode"],
        numbers=codes.number(frame["itemcode"]),
        price=price,
        flags=frame["flags"].to_numpy() | ((price == 0) * OfferFlag.ZERO).astype(np.int16),
        lines=table.row_lines(),
        good=good,
    )


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


def _number(
    file: str, is_full: bool, layout: Layout, codes: CodeBook, parsed: _Parsed, first_line: int
) -> PriceBlock:
    runs = parsed.runs
    code = codes.judge(parsed.codes, parsed.numbers)
    good = parsed.good & (code >= 0)
    reasons: dict[int, str] = {}
    cut: set[int] = set()
    if not good.all():
        reasons = _reasons(parsed, layout, code)
        cut = _cut_runs(parsed, reasons)
    rows = np.flatnonzero(good)
    return PriceBlock(
        parts=runs.parts(file, is_full, good, cut),
        code=code[good],
        part=runs.run[good],
        price=parsed.price[good].astype(np.int32),
        flags=parsed.flags[good],
        line=first_line + parsed.lines[good],
        words=Words(parsed.words, rows),
        rows=len(good),
        refused=Counter(reasons.values()),
        rejects=parsed.table.rejects(reasons, first_line),
    )


def agorot(prices: pl.Series) -> pl.Series:
    """Masked prices in agorot, half up; MISSING or JUNK where there is no price.

    Cast first, fill second: a masked cell takes the verdict above it, junk never takes the price
    above it.
    """
    number = prices.cast(pl.Float64, strict=False)
    if number.null_count() > prices.null_count():
        # Blanks around a number are rare, and taking them off is not free.
        number = prices.str.strip_chars().cast(pl.Float64, strict=False)
    if "e" in (written := prices.str.join("")[0]) or "E" in written:
        number = number.set(prices.str.contains("[eE]"), None)  # 1e3 is no decimal of XML
    value = (number * 100 + HALF_UP).floor()
    is_price = number.is_finite() & (number >= 0) & (value <= MAX_AGOROT)
    if number.null_count() > prices.null_count() or not is_price.all():
        value = _judged(prices, value, is_price)
    return value.forward_fill().fill_null(MISSING).cast(pl.Int64).alias("price")


def _judged(prices: pl.Series, value: pl.Series, is_price: pl.Series) -> pl.Series:
    is_empty = pl.lit(prices.str.strip_chars().is_in(["", EMPTY]))
    refused = pl.when(is_empty).then(float(MISSING)).otherwise(float(JUNK))
    verdict = pl.when(pl.lit(is_price.fill_null(False))).then(pl.lit(value)).otherwise(refused)
    told = pl.when(pl.lit(prices.is_not_null())).then(verdict)
    return pl.select(told).to_series()


def _flags(layout: Layout) -> pl.Expr:
    """The flags that a row's cells tell; a masked cell takes the verdict above it."""

    def bit(column: str, values: Sequence[str], flag: OfferFlag) -> pl.Expr:
        verdict = masked(layout, column).is_in(values).forward_fill()
        return verdict.fill_null(False).cast(pl.Int16) * flag.value

    test = bit("itemname", TEST_NAMES, OfferFlag.TEST)
    return test + bit("bisweighted", YES, OfferFlag.WEIGHTED)


def _cut_runs(parsed: _Parsed, reasons: Mapping[int, str]) -> set[int]:
    """Runs that lost rows to damage, or whose last row lost its price and its measures: the XML
    ended there.

    A row that only lacks its price may well be the last. What follows a row that nobody can place
    may have been of the run before.
    """
    ends = {run.start + run.rows - 1: number for number, run in enumerate(parsed.runs.runs)}
    measured = [pl.col(column).is_not_null() for column in MEASURES]
    empty = [pl.col(column).fill_null(EMPTY) == EMPTY for column in MEASURES]
    lost = (pl.col("price") == MISSING) & pl.any_horizontal(measured) & pl.all_horizontal(empty)
    lost |= pl.col("price") == UNDECIDED
    refused = np.array([row for row in ends if row in reasons], np.int64)
    measures = [filled_at(parsed.words, column, refused) for column in MEASURES]
    told = pl.DataFrame([pl.Series("price", parsed.price[refused]), *measures])
    is_lost = told.select(lost).to_series().to_list()
    cut = {ends[row] for row, gone in zip(refused.tolist(), is_lost, strict=True) if gone}
    torn = (row for row, reason in reasons.items() if reason in TORN)
    return cut | parsed.runs.damaged(torn) | parsed.runs.before(parsed.table.interrupts)


def _reasons(parsed: _Parsed, layout: Layout, code: Numbers) -> dict[int, str]:
    """Why each bad row is refused, by its number; the first reason found is told."""
    bad = np.flatnonzero((code < 0) | ~parsed.good)
    raw = parsed.table.cells.select(filled(layout, "itemcode"), filled(layout, "itemprice"))[
        bad.tolist()
    ]
    reasons = {}
    for number, price, (raw_code, raw_price) in zip(
        bad.tolist(), parsed.price[bad].tolist(), raw.iter_rows(), strict=True
    ):
        reasons[number] = (
            parsed.table.bad.get(number)
            or parsed.runs.reason(number)
            or _code_reason(raw_code if code[number] < 0 else None, code[number] < 0)
            or _price_reason(raw_price, price)
        )
    return reasons


def _code_reason(code: str | None, is_bad: bool) -> str | None:
    if not is_bad:
        return None
    if code == UNKNOWN:
        return "item_code_unknown_below_unreadable_row"
    return "item_code_missing" if code in (None, "", EMPTY) else "item_code_malformed"


def _price_reason(raw: str | None, price: int) -> str:
    if raw == UNKNOWN:
        return "price_unknown_below_unreadable_row"
    if price == UNDECIDED:
        return "price_inherited_or_cut_off"
    if price == MISSING:
        return "price_missing"
    return "price_negative" if (raw or "").strip().startswith("-") else "price_malformed"
