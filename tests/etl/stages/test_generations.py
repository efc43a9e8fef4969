"""Each commit that changes what is served has a generation of its own."""

import asyncio
from datetime import date, timedelta
from pathlib import Path

import asyncpg

from tests.support.loading import finish, run, start, wait_for
from tests.support.snapshots import Item, Xml, prices_csv, write_snapshot

FIRST_DAY = date(2026, 1, 5)
AT_CLOSING = (
    "SELECT count(*) > 0 FROM pg_locks WHERE NOT granted AND relation = 'chain_version'::regclass"
)
GENERATION = "SELECT generation FROM dataset"
SERVED = """
SELECT (SELECT string_agg(store_key || ' ' || unseen_days, ',' ORDER BY store_key) FROM store)
           AS days,
       (SELECT string_agg(product_key || ' ' || price_avg, ',' ORDER BY product_key)
        FROM product_stat) AS summaries
"""


def day(folder: Path, number: int, prices: dict[str, str]) -> Path:
    """A day of a chain: the price of its one good by store."""
    at = f"{FIRST_DAY + timedelta(days=20 * number):%Y%m%d}0600"
    xmls = [Xml(store, at, [Item("1", price)]) for store, price in prices.items()]
    files = {"price_full_file_alpha.csv": prices_csv("PriceFull", xmls)}
    return write_snapshot(folder / str(number), files)


async def test_days_and_summaries_are_not_seen_under_the_generation_before(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    first = day(tmp_path, 1, {"1": "1.00", "2": "3.00"})
    assert run("refresh", "--source", str(first), "--database", database).exit_code == 0
    common = ["--database", database, "--version", "2", "--run-id", "two"]
    second = day(tmp_path, 2, {"1": "9.00"})
    gates = ["load", "--source", str(second), *common]
    assert run(*gates).exit_code == 0
    before, seen = await connection.fetchval(GENERATION), await connection.fetchrow(SERVED)
    holder = await asyncpg.connect(database)
    await holder.execute("BEGIN; LOCK TABLE chain_version IN SHARE ROW EXCLUSIVE MODE")
    try:
        publishing = start("publish", *common)
        await wait_for(connection, AT_CLOSING)
        now = await connection.fetchrow(SERVED)
        assert (now and now["days"]) != (seen and seen["days"])
        assert (now and now["summaries"]) != (seen and seen["summaries"])
        assert await connection.fetchval(GENERATION) == before + 2
    finally:
        await holder.close()
    assert (await asyncio.to_thread(finish, publishing)).summary["result"] == "Published"
    numbers = await connection.fetch("SELECT generation FROM publication ORDER BY generation")
    assert [row["generation"] for row in numbers] == list(range(1, before + 4))
