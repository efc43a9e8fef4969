"""One view of a product over what its chains say; the order of chains and rows does not count.

Blank words never win. A name gets the voice of each chain that writes it or a cut form of it, as
several chains cut names at 20 letters; then the longest wins.
"""

import polars as pl

from superzol_etl.clean.measures import CUT_LETTERS, QUOTES
from superzol_etl.clean.units import KILO, THOUSAND, Unit

SAID: dict[str, type[pl.DataType]] = {
    "product_key": pl.Int32,
    "name": pl.String,
    "manufacturer": pl.String,
    "country_code": pl.String,
    "weighted": pl.Boolean,
    "net_quantity": pl.Int32,
    "net_unit": pl.Int16,
    "pieces": pl.Int16,
}
FINAL_LETTERS = {"ך": "כ", "ם": "מ", "ן": "נ", "ף": "פ", "ץ": "צ"}
NOT_WORDS = r"[^\p{L}\p{N}%.]+"
NOISE = "(?:^| )(?:מבצע|מוצר בפיקוח)(?: |$)"


def merge_words(words: pl.DataFrame) -> pl.DataFrame:
    """A row per product with the columns SAID and spellings, all its names apart by blanks.

    words: the columns SAID, a row for each product and chain.
    """
    products = words.select("product_key").unique().sort("product_key")
    merged = products
    for view in (
        _weighted(words),
        _names(words),
        _most_said(words, "manufacturer"),
        _most_said(words, "country_code"),
        _measures(words),
    ):
        merged = merged.join(view, on="product_key", how="left", maintain_order="left")
    is_weighted = pl.col("weighted")
    return merged.with_columns(
        pl.when(is_weighted)
        .then(KILO)
        .otherwise("net_quantity")
        .cast(pl.Int32)
        .alias("net_quantity"),
        pl.when(is_weighted)
        .then(Unit.GRAM.value)
        .otherwise("net_unit")
        .cast(pl.Int16)
        .alias("net_unit"),
        pl.when(~is_weighted).then("pieces").alias("pieces"),
    ).select(*SAID, "spellings")


def fold(text: pl.Expr) -> pl.Expr:
    """The spelling in which texts are compared: case, quotes, final letters and noise left out."""
    plain = text.str.to_lowercase().str.replace_all(QUOTES, "").str.replace_many(FINAL_LETTERS)
    return plain.str.replace_all(NOT_WORDS, " ").str.replace_all(NOISE, " ").str.strip_chars()


def _weighted(words: pl.DataFrame) -> pl.DataFrame:
    """Weighted when most chains say so."""
    return words.group_by("product_key").agg(pl.col("weighted").mean() > 0.5)


def _names(words: pl.DataFrame) -> pl.DataFrame:
    told = (
        words.lazy()
        .filter(pl.col("name").is_not_null())
        .group_by("product_key", "name")
        .agg(pl.len().alias("chains"))
        .with_columns(
            fold(pl.col("name")).alias("key"),
            pl.col("name").str.len_chars().is_in(CUT_LETTERS).alias("is_cut"),
        )
    )
    return (
        told.join(_votes(told), on=["product_key", "key"])
        .with_columns(
            pl.col("key").str.len_chars().alias("informs"),
            pl.col("name").str.len_chars().alias("length"),
        )
        .sort(
            *["product_key", "votes", "informs", "key", "chains", "length", "name"],
            descending=[False, True, True, False, True, True, False],
        )
        .group_by("product_key", maintain_order=True)
        .agg(
            pl.col("name").first(),
            pl.col("name").slice(1).sort().str.join(" ").alias("spellings"),
        )
        .with_columns(pl.col("spellings").replace("", None))
        .collect()
    )


def _votes(told: pl.LazyFrame) -> pl.LazyFrame:
    """How many chains write each name or a cut form of it."""
    voices = told.select("product_key", pl.col("key").alias("said"), "is_cut", "chains")
    heard = (pl.col("key") == pl.col("said")) | (
        pl.col("is_cut") & pl.col("key").str.starts_with(pl.col("said"))
    )
    return (
        told.select("product_key", "key")
        .unique()
        .join(voices, on="product_key")
        .filter(heard)
        .group_by("product_key", "key")
        .agg(pl.col("chains").sum().alias("votes"))
    )


def _most_said(words: pl.DataFrame, column: str) -> pl.DataFrame:
    """What most chains say in one spelling or another, as most of them write it."""
    text = pl.col(column)
    return (
        words.lazy()
        .filter(text.is_not_null())
        .group_by("product_key", column)
        .agg(pl.len().alias("chains"))
        .with_columns(fold(text).alias("key"))
        .with_columns(pl.col("chains").sum().over("product_key", "key").alias("votes"))
        .sort(
            "product_key",
            "votes",
            pl.col("key").str.len_chars(),
            "key",
            "chains",
            column,
            descending=[False, True, True, False, True, False],
        )
        .group_by("product_key", maintain_order=True)
        .agg(text.first())
        .collect()
    )


def _measures(words: pl.DataFrame) -> pl.DataFrame:
    """The measure most chains tell; one piece only where nothing else is told."""
    unit, quantity = pl.col("net_unit"), pl.col("net_quantity")
    is_one = (unit == Unit.PIECE.value) & (quantity == THOUSAND)
    return (
        words.lazy()
        .filter(unit.is_not_null() & ~pl.col("weighted"))
        .group_by("product_key", "net_unit", "net_quantity")
        .agg(pl.len().alias("votes"), pl.col("pieces").max())
        .sort(
            "product_key",
            is_one,
            "votes",
            # Metres may be misread millilitres, pieces hide their size.
            unit.replace_strict({1: 0, 2: 0, 4: 1, 3: 2}, return_dtype=pl.Int8),
            "net_quantity",
            "net_unit",
            descending=[False, False, True, False, True, False],
        )
        .group_by("product_key", maintain_order=True)
        .agg(quantity.first(), unit.first(), pl.col("pieces").first())
        .collect()
    )
