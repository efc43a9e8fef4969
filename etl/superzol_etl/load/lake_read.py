"""Reads a chain's version from the lake as its files said it."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl

from superzol_etl.clean.words import MEASURED, NAMED, understand_words
from superzol_etl.decode.stores import StoreRow
from superzol_etl.load.observe import Gatherer, NewCodes, Rows
from superzol_etl.load.observe_promotions import PromotionRows
from superzol_etl.load.read import ChainContent
from superzol_etl.records import OfferFlag, Part
from superzol_etl.volume.lake import FILES, PRICES, PRODUCTS, STORES, ChainNote, LakePlace

# A load sets these anew by the files that count.
FOUND_BY_LOAD = OfferFlag.REPEATED | OfferFlag.PARTIAL_FILE
PUBLISHED = {name: column for column, name in (NAMED | MEASURED).items()}


def read_lake(
    place: LakePlace, note: ChainNote, tell_new: Callable[[NewCodes], None]
) -> ChainContent:
    """All price rows, words and stores of a chain's version; promotions have no history.

    note: what the place says of itself. tell_new: is given the codes. Raises NotFound or BadData
    when the lake is not whole.
    """
    place.check(note)
    paths = {table: _paths(place, table) for table in (PRICES, PRODUCTS, FILES, STORES)}
    words = _read(paths[PRODUCTS])
    codes: list[str] = []
    if len(words):
        codes = words["item_code"].to_list()
        words = words.drop("product_id", "item_code").rename(PUBLISHED).with_row_index("code")
        words = words.with_columns(pl.col("code").cast(pl.Int64))
        tell_new(NewCodes(codes, words))
        words = understand_words(words)
    else:
        words = Gatherer(tell_new).rows().words
    found = _read(paths[FILES]).drop("part", "store_id", strict=False)
    parts = [Part(**row) for row in found.rows(named=True)]
    stores = {
        row["store_code"]: StoreRow(
            code=row["store_code"],
            **{name: row[name] for name in StoreRow._fields if name != "code"},
        )
        for row in _read(paths[STORES]).rows(named=True)
    }
    rows = _rows(paths[PRICES], codes, parts, words)
    return ChainContent(rows, PromotionRows(), stores, {}, [])


def _paths(place: LakePlace, table: str) -> list[Path]:
    return sorted((place.lake / place.inner(table)).glob("*.parquet"))


def _read(paths: list[Path]) -> pl.DataFrame:
    frames = [pl.read_parquet(path, hive_partitioning=False) for path in paths]
    return pl.concat(frames) if frames else pl.DataFrame()


def _rows(paths: list[Path], codes: list[str], parts: list[Part], words: pl.DataFrame) -> Rows:
    numbered = pl.Enum(codes)
    columns = ["item_code", "part", "price_agorot", "flags", "line"]
    frames = [
        pl.read_parquet(path, columns=columns, hive_partitioning=False).with_columns(
            pl.col("item_code").cast(pl.String).cast(numbered).to_physical()
        )
        for path in paths
    ]
    empty = pl.DataFrame(schema=dict.fromkeys(columns, pl.Int32))
    frame = pl.concat(frames) if frames else empty
    return Rows(
        codes,
        parts,
        frame["item_code"].to_numpy().astype(np.int32),
        frame["part"].to_numpy(),
        frame["price_agorot"].to_numpy(),
        frame["flags"].to_numpy().astype(np.int16) & np.int16(~FOUND_BY_LOAD.value),
        frame["line"].to_numpy(),
        words,
    )
