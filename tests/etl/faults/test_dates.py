"""Files whose date is wrong, by years."""

from datetime import UTC, datetime

import asyncpg

from tests.support.loading import EMPTY_ALL, run
from tests.support.offers import offers
from tests.support.snapshots import Chain, Item, full, prices_csv

CHAINS = ("alpha", "beta", "gamma")


def files(day: int, price: str, alpha_at: str = "", store: str = "1") -> dict[str, bytes]:
    """Full files of three chains; alpha_at: what alpha's file says of its date."""
    at = f"2026060{day}0600"
    return {
        f"price_full_file_{name}.csv": prices_csv(
            "PriceFull",
            [
                full(
                    Item("1", price),
                    store=store,
                    at=alpha_at if alpha_at and name == "alpha" else at,
                )
            ],
        )
        for name in CHAINS
    }


async def cutoffs(connection: asyncpg.Connection) -> list[datetime]:
    rows = await connection.fetch(
        "SELECT cutoff_at FROM chain_version JOIN chain USING (chain_key)"
        " WHERE chain_id = 'alpha' ORDER BY version"
    )
    return [row["cutoff_at"] for row in rows]


async def test_a_file_of_the_far_future_counts_on_its_day_and_later_ones_come_after_it(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    lake = ["--lake", str(chain.folder / "lake")]
    outcome = chain.load_files(files(1, "1.00", "209901010600"), *lake)
    told = "PriceFull7290000000015-1-209901010600.xml is dated in the future"
    assert told in outcome.summary["drift"]["price_full_file_alpha.csv"]
    assert told not in outcome.summary["drift"]["price_full_file_beta.csv"]
    assert (await offers(connection))["alpha:1", "alpha:1"] == (100, 1)
    assert await cutoffs(connection) == [datetime(2026, 6, 1, 20, 59, 59, tzinfo=UTC)]
    chain.load_files(files(2, "2.00"), *lake)
    assert (await offers(connection))["alpha:1", "alpha:1"] == (200, 2)
    expected = await offers(connection)
    await connection.execute(EMPTY_ALL)
    for name in CHAINS:
        done = run("rebuild", f"{name}@1..", "--database", chain.database, *lake)
        assert done.summary["result"] == "Rebuilt"
    assert await offers(connection) == expected


async def test_a_new_store_of_long_ago_does_not_move_its_chain_into_the_past(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load_files(files(1, "1.00"))
    chain.load_files(files(2, "2.00", "200001010600", store="2"))
    first = datetime(2026, 6, 1, 3, tzinfo=UTC)
    assert await cutoffs(connection) == [first, first]
