"""Decodes price rows: typed, unmasked, bad rows apart."""

from collections import Counter, deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.decode.agorot import MISSING, UNDECIDED
from superzol_etl.decode.blocks import find_blocks
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import EMPTY, Layout
from superzol_etl.decode.parse import MEASURES, WORDS, Cells, Parsed, parse
from superzol_etl.decode.rows import TORN, UNKNOWN
from superzol_etl.decode.scan_prices import KnownCodes
from superzol_etl.decode.scanned import Numbers
from superzol_etl.records import Part, Reject


class Words(NamedTuple):
    """What the good rows of a block call their products; few are ever asked.

    cells: of all rows. rows: the numbers of the good ones among them.
    """

    cells: Cells
    rows: Numbers

    def at(self, places: Numbers) -> list[pl.Series]:
        """The columns WORDS of some rows, as published."""
        rows = self.rows[places]
        return [self.cells.at(word, rows) for word in WORDS]


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


def read_prices(
    path: Path, layout: Layout, is_full: bool, codes: CodeBook, threads: int = 1
) -> Iterator[PriceBlock]:
    """Yields the file block by block, parsing some blocks ahead in as many threads.

    Raises BadFile when it ends in the middle of a row.
    """
    line = 2
    for parsed in _parse_ahead(path, layout, codes, threads):
        if len(parsed.price):
            yield _number(path.name, is_full, codes, parsed, line)
        line += parsed.text.lines


def _parse_ahead(path: Path, layout: Layout, codes: CodeBook, threads: int) -> Iterator[Parsed]:
    known = deque(KnownCodes() for _ in range(threads))  # of those threads that wait

    def parse_next(place: tuple[int, int]) -> Parsed:
        lent = known.pop()
        try:
            return parse(path, place, layout, codes, lent)
        finally:
            known.append(lent)

    with ThreadPoolExecutor(threads) as pool:
        ahead: deque[Future[Parsed]] = deque()
        for place in find_blocks(path):
            ahead.append(pool.submit(parse_next, place))
            if len(ahead) > threads:
                yield ahead.popleft().result()
        while ahead:
            yield ahead.popleft().result()


def _number(
    file: str, is_full: bool, codes: CodeBook, parsed: Parsed, first_line: int
) -> PriceBlock:
    runs = parsed.runs
    codes.judge(parsed.codes, parsed.numbers)
    code = codes.judged(parsed.code)
    good = parsed.good & (code >= 0)
    reasons: dict[int, str] = {}
    cut: set[int] = set()
    if not good.all():
        reasons = _reasons(parsed, code)
        cut = _cut_runs(parsed, reasons)
    rows = np.flatnonzero(good)
    return PriceBlock(
        parts=runs.parts(file, is_full, good, cut),
        code=code[good],
        part=runs.run[good],
        price=parsed.price[good].astype(np.int32),
        flags=parsed.flags[good],
        line=first_line + parsed.lines[good],
        words=Words(parsed.cells, rows),
        rows=len(good),
        refused=Counter(reasons.values()),
        rejects=parsed.text.rejects(reasons, first_line),
    )


def _cut_runs(parsed: Parsed, reasons: Mapping[int, str]) -> set[int]:
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
    measures = [parsed.cells.at(column, refused) for column in MEASURES]
    told = pl.DataFrame([pl.Series("price", parsed.price[refused]), *measures])
    is_lost = told.select(lost).to_series().to_list()
    cut = {ends[row] for row, gone in zip(refused.tolist(), is_lost, strict=True) if gone}
    torn = (row for row, reason in reasons.items() if reason in TORN)
    return cut | parsed.runs.damaged(torn) | parsed.runs.before(parsed.text.interrupts)


def _reasons(parsed: Parsed, code: Numbers) -> dict[int, str]:
    """Why each bad row is refused, by its number; the first reason found is told."""
    bad = np.flatnonzero((code < 0) | ~parsed.good)
    raw = [parsed.cells.at(column, bad).to_list() for column in ("itemcode", "itemprice")]
    reasons = {}
    for number, price, raw_code, raw_price in zip(
        bad.tolist(), parsed.price[bad].tolist(), *raw, strict=True
    ):
        reasons[number] = (
            parsed.text.bad.get(number)
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
