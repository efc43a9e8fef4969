"""Writes what a load read and made of a chain's version to the lake."""

import io
import os
import re
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import polars as pl

from superzol_etl.clean.codes import read_item_code
from superzol_etl.clean.words import CLEANED
from superzol_etl.decode.stores import StoreRow
from superzol_etl.load.ledger import ChainVersion
from superzol_etl.load.observe_promotions import Told
from superzol_etl.load.prices import Priced
from superzol_etl.load.read import ChainContent
from superzol_etl.records import Part, store_ids
from superzol_etl.volume.lake import (
    FILES,
    PRICES,
    PRODUCTS,
    PROMOTIONS,
    STORES,
    ChainNote,
    LakePlace,
)
from superzol_etl.volume.layout import disk_trouble_told

OS_ERROR = re.compile(r"\(os error (\d+)\)")
ARROW_SCHEMA = "ARROW:schema"  # the key below which polars, pyarrow and pandas look for types
FILE_ROWS = 1 << 20  # a file of so many price rows is made in 60 MB of memory
TIME = pl.Datetime("us", "UTC")
Schema: TypeAlias = dict[str, pl.DataType | type[pl.DataType]]
STORE_COLUMNS: Schema = {
    **dict.fromkeys(StoreRow._fields, pl.String),
    "published_at": TIME,
    "kind": pl.Int16,
}


class Applied(NamedTuple):
    """What a load made of a chain's files."""

    content: ChainContent
    priced: Priced
    told: Told


def write_chain(lake: Path, chain_id: str, applied: Applied, row: ChainVersion) -> None:
    """Writes a chain's version, its note last; what is there of an earlier try is replaced.

    Raises EtlError when the disk refuses it.
    """
    with disk_trouble_told(lake):
        _write_tables(LakePlace(lake, chain_id, row.version), applied, row)


def _write_tables(place: LakePlace, applied: Applied, row: ChainVersion) -> None:
    place.clear()
    _write(place, FILES, _files(place.chain_id, applied.content.rows.parts))
    _write(place, PRODUCTS, _products(place.chain_id, applied))
    _write_prices(place, applied)
    stores = [store._asdict() for store in applied.content.stores.values()]
    _write(place, STORES, _named_stores(place.chain_id, pl.DataFrame(stores, STORE_COLUMNS)))
    _write(place, PROMOTIONS, _promotions(place.chain_id, applied))
    place.commit(
        ChainNote(
            chain_id=place.chain_id,
            version=place.version,
            state="loaded" if row.state == "loaded" else "absent",
            cutoff_at=row.cutoff_at,
            digest=row.digest,
            content_digest=row.content_digest,
            rows=row.rows,
            rejected=row.rejected,
            reason=row.reason,
            gates=row.gates,
            files=place.describe(),
        )
    )


def _write(place: LakePlace, table: str, frame: pl.DataFrame, number: int = 0) -> None:
    if len(frame):
        path = place.make_folder(table) / f"{table}-{number:04}.parquet"
        try:
            told = {ARROW_SCHEMA: _schema_of_texts(frame)}
            frame.write_parquet(path, compression="zstd", compression_level=1, metadata=told)
        except (pl.exceptions.PolarsError, OSError) as error:
            raise _of_disk(path, error) from error


def _schema_of_texts(frame: pl.DataFrame) -> str:
    """The Arrow schema of the frame as if its labels were plain texts, which they are in Parquet.

    Enum columns are other types in each file, which polars would not read together. To write
    String columns would take twice the time and the memory.
    """
    empty = io.BytesIO()
    frame.clear().cast({pl.Enum: pl.String}).write_parquet(empty)
    empty.seek(0)
    return pl.read_parquet_metadata(empty)[ARROW_SCHEMA]


def _of_disk(path: Path, error: Exception) -> Exception:
    """What Polars says of a disk, with the number of the error and the path."""
    found = OS_ERROR.search(str(error))
    if found is None:
        return error
    number = int(found[1])
    return OSError(number, os.strerror(number), str(path))


def _files(chain_id: str, parts: Sequence[Part]) -> pl.DataFrame:
    rows = [asdict(part) for part in parts]
    schema: Schema = {
        "csv_file": pl.String,
        "is_full": pl.Boolean,
        "source_file": pl.String,
        "store_code": pl.String,
        "legal_id": pl.String,
        "published_at": TIME,
        "rows": pl.Int32,
        "cut": pl.Boolean,
    }
    frame = pl.DataFrame(rows, schema).with_row_index("part")
    return frame.with_columns(store_id=_store_id(chain_id, "store_code"))


def _named_stores(chain_id: str, frame: pl.DataFrame) -> pl.DataFrame:
    return frame.rename({"code": "store_code"}).with_columns(
        store_id=_store_id(chain_id, "store_code")
    )


def _store_id(chain_id: str, code: str) -> pl.Expr:
    return pl.concat_str(pl.lit(f"{chain_id}:"), pl.col(code))


def _product_ids(chain_id: str, codes: Sequence[str]) -> list[str]:
    return [read_item_code(code).product_id(chain_id) for code in codes]


def _products(chain_id: str, applied: Applied) -> pl.DataFrame:
    """The chain's words about each item code that has a row."""
    words = applied.content.rows.words
    codes = [applied.content.rows.codes[number] for number in words["code"].to_list()]
    columns = [
        pl.Series("item_code", codes, pl.String),
        pl.Series("product_id", _product_ids(chain_id, codes), pl.String),
    ]
    return words.with_columns(columns).select("product_id", "item_code", *CLEANED)


def _write_prices(place: LakePlace, applied: Applied) -> None:
    """The rows in the order of the files; flags are those of the offer where the row counts."""
    rows = applied.content.rows
    counts = np.zeros(len(rows.code), bool)
    counts[applied.priced.observed.row] = True
    flags = rows.flags.copy()
    flags[applied.priced.observed.row] = applied.priced.observed.flags
    by_code = [_Labels(_product_ids(place.chain_id, rows.codes)), _Labels(rows.codes)]
    by_part = [
        _Labels(store_ids(place.chain_id, [part.store_code for part in rows.parts])),
        _Labels([part.csv_file for part in rows.parts]),
        _Labels([part.source_file for part in rows.parts]),
    ]
    observed_at = pl.Series("observed_at", _observed(applied), TIME)
    for number, start in enumerate(range(0, len(rows.code), FILE_ROWS)):
        at = slice(start, start + FILE_ROWS)
        code, part = rows.code[at], rows.part[at]
        store, csv_file, source_file = (labels.of(part) for labels in by_part)
        product, item = (labels.of(code) for labels in by_code)
        frame = pl.DataFrame(
            {
                "product_id": product,
                "store_id": store,
                "price_agorot": rows.price[at],
                "flags": flags[at],
                "superseded": ~counts[at],
                "observed_at": observed_at.gather(part),
                "csv_file": csv_file,
                "line": rows.line[at],
                "source_file": source_file,
                "part": part,
                "item_code": item,
            }
        )
        _write(place, PRICES, frame, number)


def _observed(applied: Applied) -> list[object]:
    """The newest file of each part's store; none where nothing of the store was applied."""
    parts = applied.content.rows.parts
    newest = {
        code: parts[plan.applied[-1]].published_at
        for code, plan in applied.priced.plans.items()
        if plan.applied
    }
    return [newest.get(part.store_code) for part in parts]


class _Labels:
    """Texts of which rows have one each: Parquet keeps each text once."""

    def __init__(self, texts: Sequence[str]) -> None:
        distinct = {text: number for number, text in enumerate(dict.fromkeys(texts))}
        self._number = np.array([distinct[text] for text in texts], np.uint32)
        self._kind = pl.Enum(list(distinct))

    def of(self, numbers: np.ndarray) -> pl.Series:
        return pl.Series(self._number[numbers]).cat.to(self._kind)


def _promotions(chain_id: str, applied: Applied) -> pl.DataFrame:
    """Each body once, with the stores that tell it."""
    rows = []
    for key, promotion in applied.told.promotions.items():
        codes = [item.code for item in promotion.items]
        stores = [applied.priced.store_codes[store] for store in applied.told.stores[key]]
        rows.append(
            {
                "promotion_id": f"{chain_id}:{promotion.code}",
                "part": promotion.part,
                "description": promotion.description,
                "starts_at": promotion.starts_at,
                "ends_at": promotion.ends_at,
                "reward": type(promotion.reward).__name__,
                "clubs": list(promotion.clubs),
                "coupon": promotion.coupon,
                "product_ids": _product_ids(chain_id, codes),
                "store_ids": store_ids(chain_id, stores),
                "raw": promotion.raw,
            }
        )
    lists = pl.List(pl.String)
    schema: Schema = {
        "promotion_id": pl.String, "part": pl.Int16, "description": pl.String, "starts_at": TIME,
        "ends_at": TIME, "reward": pl.String, "clubs": lists, "coupon": pl.Boolean,
        "product_ids": lists, "store_ids": lists, "raw": pl.String,
    }  # fmt: skip
    return pl.DataFrame(rows, schema)
