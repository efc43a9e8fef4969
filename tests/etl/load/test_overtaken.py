"""A load that another one overtook claims nothing that is not true."""

from pathlib import Path

import asyncpg
import pytest

from superzol_etl.clean.gates import Gates
from superzol_etl.database import Connections, connected
from superzol_etl.errors import BadData
from superzol_etl.load.chain import load_chain
from superzol_etl.load.job import ChainJob
from superzol_etl.records import ChainState
from superzol_etl.snapshot import read_snapshot
from tests.support.offers import offers
from tests.support.snapshots import Chain, Item, full

SHELF = [full(Item("1", "1.00"), Item("2", "2.00"))]
OTHER = [full(Item("1", "1.50"), Item("2", "2.00"))]


async def job(connection: asyncpg.Connection, folder: Path, version: int) -> ChainJob:
    """To load what lies in the folder, as a run would that began before all others."""
    row = await connection.fetchrow("SELECT run_id, dataset_key FROM etl_run LIMIT 1")
    assert row is not None
    key = await connection.fetchval("SELECT chain_key FROM chain")
    (files,) = read_snapshot(folder).chains
    return ChainJob(row["run_id"], row["dataset_key"], key, version, files, 1, Gates())


async def test_the_same_files_tell_what_the_faster_run_made_of_them(
    chain: Chain, connection: asyncpg.Connection
) -> None:
    chain.load(SHELF, None, "--version", "5")
    late = await job(connection, chain.folder / "1", 5)
    async with connected(chain.database) as loading, Connections(chain.database) as adding:
        result = await load_chain(loading, adding, late)
    assert (result.state, result.rows, result.changed) == (ChainState.LOADED, 2, 2)


@pytest.mark.parametrize(("version", "told"), [(5, "with other files"), (4, "than version 5")])
async def test_other_files_or_an_older_version_are_no_success(
    chain: Chain, connection: asyncpg.Connection, version: int, told: str
) -> None:
    chain.load(SHELF, None, "--version", "3")
    chain.load(OTHER, None, "--version", "5")
    late = await job(connection, chain.folder / "1", version)
    async with connected(chain.database) as loading, Connections(chain.database) as adding:
        with pytest.raises(BadData, match=told):
            await load_chain(loading, adding, late)
    assert (await offers(connection))["alpha:1", "alpha:1"] == (150, 5)
    assert await connection.fetchval("SELECT count(*) FROM chain_version WHERE version = 4") == 0
