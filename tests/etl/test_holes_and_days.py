"""The day that a filled hole brings to the dataset, and chains that know nothing of the hole."""

from pathlib import Path

import asyncpg

from tests.support.loading import run
from tests.support.snapshots import Chain, Item, Xml, full, prices_csv, write_snapshot

GOODS = Item("1", "5.00")
READ_DAY = "SELECT day::text FROM dataset_version WHERE version = 2"


def file(chain_id: str, *xmls: Xml) -> dict[str, bytes]:
    return {f"price_full_file_{chain_id}.csv": prices_csv("PriceFull", xmls)}


def day(at: str, *stores: str) -> list[Xml]:
    return [full(GOODS, store=store, at=f"{at}0600") for store in stores]


class Lake:
    """Versions of a lake, and what rebuilds a chain from it."""

    def __init__(self, chain: Chain, folder: Path) -> None:
        self.chain, self.folder = chain, folder
        self.options = ("--lake", str(folder / "lake"))

    def load(self, version: int, **chains: list[Xml]) -> None:
        files = {
            name: data
            for chain_id, xmls in chains.items()
            for name, data in file(chain_id, *xmls).items()
        }
        outcome = self.chain.load_files(files, *self.options, "--version", str(version))
        assert outcome.exit_code == 0, outcome.stderr

    def fill_alpha(self, xmls: list[Xml]) -> None:
        hole = write_snapshot(self.folder / "hole", file("alpha", *xmls))
        self.rebuild("alpha@2..", "--hole", f"2={hole}")

    def rebuild(self, order: str, *options: str) -> None:
        done = run("rebuild", order, *options, *self.options, "--database", self.chain.database)
        assert done.exit_code == 0, done.stderr


async def test_a_chain_is_rebuilt_after_a_hole_of_another_whose_day_closes_its_stores(
    chain: Chain, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    lake = Lake(chain, tmp_path)
    lake.load(1, alpha=day("20260601", "1"), beta=day("20260601", "1", "2"))
    lake.load(3, alpha=day("20260810", "1"), beta=day("20260810", "1"))
    lake.load(4, alpha=day("20260811", "1"), beta=day("20260811", "1"))
    lake.fill_alpha(day("20260805", "1"))
    lake.rebuild("beta@1..")
    closed = "SELECT closed_version FROM store WHERE store_id = 'beta:2'"
    assert await connection.fetchval(closed) == 2
    lake.rebuild("beta@1..")


async def test_a_closed_version_keeps_its_day_when_a_chain_comes_to_it(
    chain: Chain, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    lake = Lake(chain, tmp_path)
    lake.load(1, alpha=day("20260601", "1"), beta=day("20260601", "1", "2"))
    lake.load(2, beta=day("20260605", "1", "2"))
    lake.load(3, alpha=day("20260805", "1"), beta=day("20260805", "1"))
    lake.load(4, alpha=day("20260806", "1"), beta=day("20260806", "1"))
    before = await connection.fetchval(READ_DAY)
    lake.fill_alpha(day("20260615", "1"))
    lake.rebuild("beta@1..")
    assert (before, await connection.fetchval(READ_DAY)) == ("2026-06-05", "2026-06-05")
