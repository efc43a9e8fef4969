"""The lake: what a load read and made of it, as Parquet that any engine reads."""

import re
from pathlib import Path

import asyncpg
import duckdb
import polars as pl
import pytest

from superzol_etl.volume.lake import TABLES, LakePlace, closed_versions
from tests.contract.repository import ROOT
from tests.support.loading import run
from tests.support.snapshots import Chain, Item, Promo, full, prices_csv, promotions_csv, stores_csv

MILK, BREAD, CHEESE = "7290004131074", "12", "7290000000008"


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


def read(lake: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(lake / table / "**/*.parquet", hive_partitioning=True)


async def test_rows_that_count_are_the_offers_with_the_file_and_line_they_are_from(
    chain: Chain, connection: asyncpg.Connection, lake: Path
) -> None:
    names = [Item(MILK, "6.20", 'חלב "טרי"\nבקבוק'), Item(BREAD, "x"), Item(CHEESE, "0.00")]
    early = full(*names, Item(BREAD, "9.90"), store="2")
    files = {
        "price_full_file_alpha.csv": prices_csv("PriceFull", [full(*names), early]),
        "price_file_alpha.csv": prices_csv(
            "Price", [full(Item(MILK, "6.50", weighted="1"), at="202606010900")]
        ),
    }
    outcome = chain.load_files(files, "--lake", str(lake))
    assert outcome.summary["result"] == "Loaded"
    rows = read(lake, "prices")
    kept = rows.filter(~pl.col("superseded"))
    offers = await connection.fetch(
        "SELECT product_id, store_id, price, flags, observed_at FROM offer"
        " JOIN store USING (store_key)"
    )
    columns = ("product_id", "store_id", "price_agorot", "flags", "observed_at")
    assert set(kept.select(columns).rows()) == {tuple(offer) for offer in offers}
    assert len(rows) - len(kept) == 1
    assert {(row["csv_file"], row["line"]) for row in rows.rows(named=True)} == {
        ("price_full_file_alpha.csv", line) for line in (2, 5, 6, 9, 10)
    } | {("price_file_alpha.csv", 2)}
    for row in rows.rows(named=True):
        text = (chain.folder / "1" / row["csv_file"]).read_text().split("\n")
        assert f",{row['item_code']}," in text[row["line"] - 1]


async def test_polars_reads_the_prices_of_several_versions_and_chains_as_plain_texts(
    chain: Chain, lake: Path
) -> None:
    for version, price in enumerate(("6.20", "6.40"), 1):
        full_file = prices_csv("PriceFull", [full(Item(MILK, price), Item(str(version), "1.00"))])
        files = {"price_full_file_alpha.csv": full_file, "price_full_file_beta.csv": full_file}
        chain.load_files(files, "--lake", str(lake), "--version", str(version))
    rows = read(lake, "prices")
    texts = {"product_id", "store_id", "csv_file", "source_file", "item_code", "chain_id"}
    assert {name for name, kind in rows.schema.items() if kind == pl.String} == texts
    milk = rows.filter(pl.col("product_id") == MILK).select("chain_id", "version", "price_agorot")
    assert milk.sort("chain_id", "version").rows() == [
        ("alpha", 1, 620), ("alpha", 2, 640), ("beta", 1, 620), ("beta", 2, 640)
    ]  # fmt: skip


async def test_a_rebuild_reads_files_that_tell_their_labels_as_types(
    chain: Chain, lake: Path
) -> None:
    chain.load([full(Item(MILK, "6.20"), Item(BREAD, "9.90"))], [], "--lake", str(lake))
    place = LakePlace(lake, "alpha", 1)
    (path,) = (lake / place.inner("prices")).glob("*.parquet")
    prices = pl.read_parquet(path, hive_partitioning=False)
    prices.with_columns(pl.col("item_code").cast(pl.Enum([BREAD, MILK]))).write_parquet(path)
    note = place.read_note()
    assert note is not None
    place.commit(note.model_copy(update={"files": place.describe()}))
    done = run("rebuild", "alpha@1..", "--lake", str(lake), "--database", chain.database)
    assert (done.summary["result"], done.summary["rows"]) == ("Rebuilt", 2), done.stderr


async def test_texts_of_prices_lie_in_the_file_once_each(chain: Chain, lake: Path) -> None:
    chain.load([full(Item(MILK, "6.20"))], [], "--lake", str(lake))
    told = duckdb.execute(
        "SELECT path_in_schema, encodings FROM parquet_metadata(?) WHERE type = 'BYTE_ARRAY'",
        [str(lake / "prices/*/*/*.parquet")],
    ).fetchall()
    assert len(told) == 5
    assert all("RLE_DICTIONARY" in encodings for _, encodings in told)


def files_of_each_kind() -> dict[str, bytes]:
    return {
        "price_full_file_alpha.csv": prices_csv(
            "PriceFull", [full(Item(MILK, "6.20", "חלב")), full(Item(BREAD, "9.90"), store="2")]
        ),
        "promo_full_file_alpha.csv": promotions_csv(
            "PromoFull", [("1", "202606010600", [Promo("77", [MILK, BREAD], "10.00", "2")])]
        ),
        "store_file_alpha.csv": stores_csv("202606010500", [("1", "מרכז", "חיפה")]),
    }


async def test_words_stores_files_and_promotions_lie_beside_the_prices(
    chain: Chain, lake: Path
) -> None:
    chain.load_files(files_of_each_kind(), "--lake", str(lake), "--version", "7")
    products = read(lake, "products").sort("product_id")
    assert products["product_id"].to_list() == [MILK, "alpha:12"]
    assert products["name"].to_list()[0] == "חלב"
    assert read(lake, "stores").select("store_id", "city", "version").rows() == [
        ("alpha:1", "חיפה", 7)
    ]
    assert read(lake, "files")["store_id"].to_list() == ["alpha:1", "alpha:2"]
    promotion = read(lake, "promotions").row(0, named=True)
    assert promotion["promotion_id"] == "alpha:77"
    assert promotion["product_ids"] == [MILK, "alpha:12"]
    assert promotion["store_ids"] == ["alpha:1"]


async def test_the_page_of_the_lake_tells_every_column_of_every_table(
    chain: Chain, lake: Path
) -> None:
    chain.load_files(files_of_each_kind(), "--lake", str(lake))
    page = (ROOT / "docs" / "lake.md").read_text(encoding="utf-8")
    _, prices, others = page.split("| meaning |\n", 2)
    told = {"prices": set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\|([^|]+)", prices, re.M))))}
    for table, names in re.findall(r"^\| (\w+): ([^|]+)", others, re.M):
        told.setdefault(table, {"chain_id", "version"}).update(re.findall(r"`(\w+)`", names))

    assert told == {table: set(read(lake, table).columns) for table in TABLES}


async def test_a_closed_version_names_its_chains_and_those_that_miss(
    chain: Chain, connection: asyncpg.Connection, lake: Path
) -> None:
    milk = [full(Item(MILK, "6.20"))]
    chain.load(milk, [], "--lake", str(lake))
    chain.load([full(Item(MILK, "6.40"), at="202606020600")])
    chain.load([full(Item(MILK, "6.60"), at="202606030600")], [], "--lake", str(lake))
    notes = closed_versions(lake)
    assert [note.version for note in notes] == [1, 3]
    digests = await connection.fetch(
        "SELECT content_digest FROM chain_version WHERE version IN (1, 3) ORDER BY version"
    )
    assert [note.chains[0].content_digest for note in notes] == [row[0] for row in digests]


async def test_a_version_names_chains_that_another_database_wrote_otherwise_as_missing(
    chain: Chain, lake: Path
) -> None:
    chain.load([full(Item(MILK, "6.20"))], [], "--lake", str(lake))
    place = LakePlace(lake, "alpha", 1)
    note = place.read_note()
    assert note is not None
    place.commit(note.model_copy(update={"content_digest": "of another"}))
    beta = {"price_full_file_beta.csv": prices_csv("PriceFull", [full(Item(MILK, "6.20"))])}
    chain.load_files(beta, "--lake", str(lake), "--version", "1")
    assert closed_versions(lake)[0].missing == ("alpha",)


async def test_what_an_earlier_try_left_is_replaced(chain: Chain, lake: Path) -> None:
    place = LakePlace(lake, "alpha", 1)
    left = place.make_folder("prices") / "prices-0009.parquet"
    left.write_bytes(b"half a file")
    chain.load([full(Item(MILK, "6.20"))], [], "--lake", str(lake))
    assert not left.exists()
    note = place.read_note()
    assert note is not None
    place.check(note)


async def test_a_refresh_killed_between_publish_and_the_note_leaves_the_note_to_the_next(
    chain: Chain, lake: Path
) -> None:
    chain.load([full(Item(MILK, "6.20"))], None, "--lake", str(lake))
    (note,) = lake.glob("versions/*.json")
    told = note.read_bytes()
    note.unlink()
    again = chain.load([full(Item(MILK, "6.20"))], None, "--lake", str(lake))
    assert again.summary["result"] == "Unchanged"
    assert note.read_bytes() == told
