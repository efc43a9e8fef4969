"""Decodes price rows: typed, unmasked, bad rows apart."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl

from superzol_etl.clean.text import TEST_NAMES
from superzol_etl.decode.blocks import read_blocks
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import EMPTY, Layout, cell, filled, text
from superzol_etl.decode.rows import UNKNOWN
from superzol_etl.decode.runs import Runs, find_runs
from superzol_etl.decode.table import Table, read_table
from superzol_etl.records import OfferFlag, Part, Reject

WORDS = (
    "itemname",
    "manufacturername",
    "manufacturecountry",
    "quantity",
    "unitqty",
    "unitofmeasure",
)
MAX_AGOROT = 2**31 - 1
MISSING, JUNK = -1, -2

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class PriceBlock:
    """The good rows of a block, in the order of the file.

    code: number of the item code in the chain's code book. part: place in parts. price: agorot.
    words: the columns WORDS and weighted, one row per good row, null where blank.
    """

    parts: list[Part]
    code: Numbers
    part: Numbers
    price: npt.NDArray[np.int32]
    flags: npt.NDArray[np.int16]
    words: pl.DataFrame
    rows: int
    rejects: list[Reject]


def read_prices(path: Path, layout: Layout, is_full: bool, codes: CodeBook) -> Iterator[PriceBlock]:
    """Yields the file block by block. Raises BadFile when it ends in the middle of a row."""
    places = sorted({place for spellings in layout.places.values() for place in spellings})
    for block in read_blocks(path):
        table = read_table(path.name, block, layout.width, places)
        if len(table.cells):
            yield _decode(path.name, is_full, table, layout, codes)


def _decode(file: str, is_full: bool, table: Table, layout: Layout, codes: CodeBook) -> PriceBlock:
    frame = table.cells.select(
        filled(layout, "file_name"),
        filled(layout, "storeid"),
        text(layout, "chainid"),
        filled(layout, "itemcode"),
        agorot(layout.places["itemprice"][0]).alias("price"),
        (text(layout, "bisweighted") == "1").fill_null(False).alias("weighted"),
        *(text(layout, column) for column in WORDS),
    )
    runs = find_runs(frame)
    code = codes.number(frame["itemcode"])
    price = frame["price"].to_numpy()
    good = (code >= 0) & (price >= 0) & runs.good
    rejects = [] if good.all() else table.rejects(_reasons(table, layout, frame, runs, code))
    kept = frame if good.all() else frame.filter(pl.Series(good))
    return PriceBlock(
        parts=runs.parts(file, is_full, good),
        code=code[good],
        part=runs.run[good],
        price=price[good].astype(np.int32),
        flags=_flags(kept),
        words=kept.select(*WORDS, "weighted"),
        rows=len(frame),
        rejects=rejects,
    )


def agorot(place: int) -> pl.Expr:
    """The price column in agorot, half up; MISSING or JUNK where there is no price.

    Cast first, fill second: a masked cell takes the verdict above it, junk never takes the price above it.
    The small addend lifts decimal halves that binary fractions put a hair below (1.005 is 100.49999999999999 agorot);
    it stays below half an agora for every price that int4 can hold.
    """
    number = cell(place).str.strip_chars().cast(pl.Float64, strict=False)
    value = (number * 100 + 0.500001).floor()
    verdict = (
        pl.when(cell(place).is_null())
        .then(None)
        .when(number.is_finite() & (number >= 0) & (value <= MAX_AGOROT))
        .then(value)
        .when(cell(place).str.strip_chars().is_in(["", EMPTY]))
        .then(MISSING)
        .otherwise(JUNK)
    )
    return verdict.forward_fill().fill_null(MISSING).cast(pl.Int64)


def _flags(rows: pl.DataFrame) -> npt.NDArray[np.int16]:
    flags = rows.select(
        (pl.col("price") == 0) * pl.lit(OfferFlag.ZERO.value, pl.Int16)
        + pl.col("itemname").str.to_lowercase().is_in(TEST_NAMES).fill_null(False)
        * pl.lit(OfferFlag.TEST.value, pl.Int16)
        + pl.col("weighted") * pl.lit(OfferFlag.WEIGHTED.value, pl.Int16)
    )
    return flags.to_series().to_numpy().astype(np.int16)


def _reasons(
    table: Table, layout: Layout, frame: pl.DataFrame, runs: Runs, code: Numbers
) -> dict[int, str]:
    """Why each bad row is refused, by its number; the first reason found is told."""
    bad = np.flatnonzero((code < 0) | (frame["price"].to_numpy() < 0) | ~runs.good)
    raw = table.cells.select(filled(layout, "itemcode"), filled(layout, "itemprice"))[bad.tolist()]
    reasons = {}
    for number, price, (raw_code, raw_price) in zip(
        bad.tolist(), frame["price"].to_numpy()[bad].tolist(), raw.iter_rows(), strict=True
    ):
        reasons[number] = (
            table.bad.get(number)
            or runs.reason(number)
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
    if price == MISSING:
        return "price_missing"
    return "price_negative" if (raw or "").strip().startswith("-") else "price_malformed"
