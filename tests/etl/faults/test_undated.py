"""A file whose name tells no time costs its own rows and nothing else."""

import asyncpg
import pytest

from tests.support.loading import EMPTY_ALL, run
from tests.support.offers import offers
from tests.support.snapshots import Chain, Item, Promo, full, prices_csv, promotions_csv

UNDATED = "latest"
TOLD = "SELECT code FROM promotion WHERE store_keys <> '{}' ORDER BY code"
PROMOTED = [Promo("1", ["1"], "0.50")]


def files(*times: str) -> dict[str, bytes]:
    """A full file of prices and one of promotions at each time; the undated ones name others."""
    prices = [full(Item("2" if at == UNDATED else "1", "1.00"), at=at) for at in times]
    promoted = [
        ("001", at, [each._replace(code="2") if at == UNDATED else each for each in PROMOTED])
        for at in times
    ]
    return {
        "price_full_file_alpha.csv": prices_csv("PriceFull", prices),
        "promo_full_file_alpha.csv": promotions_csv("PromoFull", promoted),
    }


@pytest.mark.parametrize(
    "times", [("202606010600", UNDATED), (UNDATED, "202606010600"), ("202606010600",)]
)
async def test_dated_files_of_the_same_store_count_beside_an_undated_one(
    times: tuple[str, ...], chain: Chain, connection: asyncpg.Connection
) -> None:
    lake = ["--lake", str(chain.folder / "lake")]
    outcome = chain.load_files(files(*times), *lake)
    assert (outcome.exit_code, outcome.summary["rejected"]) == (0, len(times) - 1)
    expected = {("alpha:1", "alpha:1"): (100, 1)}
    assert await offers(connection) == expected
    assert [row["code"] for row in await connection.fetch(TOLD)] == ["1"]
    reasons = await connection.fetch("SELECT DISTINCT reason FROM reject")
    assert {row["reason"] for row in reasons} <= {"source_file_without_time"}
    await connection.execute(EMPTY_ALL)
    rebuilt = run("rebuild", "alpha@1..", "--database", chain.database, *lake)
    assert rebuilt.summary["result"] == "Rebuilt", rebuilt.stderr
    assert await offers(connection) == expected


async def test_an_undated_full_file_alone_ends_no_promotion(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load_files(files("202606010600"))
    later = {**files("202606020600"), **promoted_undated()}
    assert chain.load_files(later).exit_code == 0
    assert [row["code"] for row in await connection.fetch(TOLD)] == ["1"]


async def test_a_store_of_which_only_undated_files_tell_is_not_added(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    dated = full(Item("1", "1.00"), store="1")
    undated = full(Item("2", "1.00"), store="2", at=UNDATED)
    assert chain.load([dated, undated]).exit_code == 0
    assert await connection.fetchval("SELECT array_agg(store_id) FROM store") == ["alpha:1"]


def promoted_undated() -> dict[str, bytes]:
    return {"promo_full_file_alpha.csv": promotions_csv("PromoFull", [("001", UNDATED, PROMOTED)])}
