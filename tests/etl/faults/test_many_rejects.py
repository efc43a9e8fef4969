"""Rows refused are counted to the last one, and kept as far as there is room."""

from pathlib import Path

import asyncpg

from superzol_etl.records import MOST_REJECTS
from tests.support.snapshots import (
    Chain,
    Item,
    Outcome,
    Promo,
    Xml,
    prices_csv,
    promotions_csv,
    refresh,
    write_snapshot,
)

ROWS = 3 * MOST_REJECTS
GOOD = Xml("1", "202606010600", [Item("1", "1.00")])
REPORT = "SELECT rows, loaded, superseded, rejected FROM file_report WHERE file = $1"
BY_REASON = """
SELECT reason, count FROM file_report, unnest(reject_reasons, reject_counts) AS told (reason, count)
WHERE file = $1
"""


def bad_prices(row: int) -> Item:
    return Item(str(row), "free") if row % 3 else Item("?", "1.00")


def load_bad_delta(chain: Chain) -> Outcome:
    """A good full file beside a delta of whose rows none is."""
    bad = Xml("1", "202606010700", [bad_prices(row) for row in range(ROWS)])
    return chain.load([GOOD], [bad])


async def test_of_a_file_whose_every_row_is_bad_all_are_counted_and_the_first_kept(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    outcome = load_bad_delta(chain)
    # A share of bad rows like this holds the chain back; what was refused is told all the same.
    assert outcome.exit_code == 65, outcome.stderr
    assert f"{ROWS} of its {ROWS + 1} price rows were refused" in outcome.stderr
    file = "price_file_alpha.csv"
    assert tuple(await connection.fetchrow(REPORT, file) or ()) == (ROWS, 0, 0, ROWS)
    assert {reason: count for reason, count in await connection.fetch(BY_REASON, file)} == {
        "price_malformed": ROWS * 2 // 3,
        "item_code_malformed": ROWS // 3,
    }
    kept = await connection.fetch("SELECT line, reason, raw FROM reject ORDER BY line")
    assert [row["line"] for row in kept] == list(range(2, MOST_REJECTS + 2))
    assert [row["reason"] for row in kept[:3]] == [
        "item_code_malformed",
        "price_malformed",
        "price_malformed",
    ]
    assert "?" in kept[0]["raw"]


async def test_that_not_all_rows_are_kept_is_said(database: str, tmp_path: Path) -> None:
    bad = Xml("1", "202606010700", [bad_prices(row) for row in range(ROWS)])
    files = {
        "price_full_file_alpha.csv": prices_csv("PriceFull", [GOOD]),
        "price_file_alpha.csv": prices_csv("Price", [bad]),
        "price_full_file_beta.csv": prices_csv("PriceFull", [GOOD]),
    }
    command = ["--version", "1", "--lake", str(tmp_path / "lake")]
    source = write_snapshot(tmp_path / "one", files)
    outcome = refresh(database, source, *command)
    assert (outcome.exit_code, outcome.summary["heldBack"]) == (0, ["alpha"]), outcome.stderr
    told = outcome.summary["drift"]["price_file_alpha.csv"]
    assert f"of {ROWS:,} rows refused the first {MOST_REJECTS:,} are kept" in told


async def test_refused_promotions_are_bounded_too(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    rows = MOST_REJECTS + 5
    promotions = promotions_csv(
        "PromoFull", [("1", "202606010700", [Promo("", ["1"], "1.00") for _ in range(rows)])]
    )
    prices = prices_csv("PriceFull", [GOOD])
    files = {"price_full_file_alpha.csv": prices, "promo_full_file_alpha.csv": promotions}
    assert chain.load_files(files).exit_code == 0
    file = "promo_full_file_alpha.csv"
    assert tuple(await connection.fetchrow(REPORT, file) or ()) == (rows, 0, 0, rows)
    assert {reason: count for reason, count in await connection.fetch(BY_REASON, file)} == {
        "promotion_id_missing": rows
    }
    assert await connection.fetchval("SELECT count(*) FROM reject") == MOST_REJECTS


async def test_a_row_of_megabytes_is_kept_by_its_beginning(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    long = Xml("2", "202606010600", [Item("5", "?", name="x" * 3_000_000)])
    assert chain.load([GOOD, long]).exit_code == 0
    (kept,) = await connection.fetch("SELECT reason, raw FROM reject")
    assert kept["reason"] == "price_malformed"
    assert len(kept["raw"]) < 70_000
    assert "bytes)" in kept["raw"][-20:]
