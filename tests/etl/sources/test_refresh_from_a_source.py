"""refresh takes every source that fetch takes, and a folder as ever."""

import json
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.commands.place import url_of_source
from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.volume.in_use import is_in_use
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.kaggle import DATASET, Kaggle
from tests.support.loading import finish, hold, wait_for
from tests.support.snapshots import refresh, write_snapshot


@pytest.fixture
def refresher(fetcher: Fetcher, database: str) -> Fetcher:
    return fetcher._replace(
        command="refresh", environment={**fetcher.environment, "DATABASE_URL": database}
    )


async def test_refresh_fetches_loads_and_publishes_and_says_unchanged_the_second_time(
    kaggle: Kaggle, refresher: Fetcher, connection: asyncpg.Connection
) -> None:
    kaggle.publish(412, snapshot_files())
    first = refresher.run()
    assert (first.exit_code, first.summary["result"]) == (0, "Loaded"), first.stderr
    assert (first.summary["version"], first.summary["chainsLoaded"]) == (412, 3)
    second = refresher.run()
    assert (second.exit_code, second.summary["result"]) == (0, "Unchanged")
    kaggle.publish(419, snapshot_files(2))
    assert refresher.run().summary["version"] == 419
    assert await connection.fetchval("SELECT count(*) FROM price_span") > 0


def test_a_source_without_numbers_goes_on_with_those_of_the_database(
    refresher: Fetcher, database: str, tmp_path: Path
) -> None:
    refresh(database, write_snapshot(tmp_path / "one", snapshot_files(1)), "--version", "40")
    folder = write_snapshot(tmp_path / "two", snapshot_files(2))
    outcome = refresher._replace(source=f"dir:{folder}").run()
    assert (outcome.exit_code, outcome.summary["version"]) == (0, 41), outcome.stderr


async def test_a_dataset_says_where_it_was_fetched_from_and_a_folder_leaves_that(
    kaggle: Kaggle, refresher: Fetcher, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    kaggle.publish(412, snapshot_files())
    assert refresher.run().exit_code == 0
    told = "SELECT source_url FROM dataset"
    assert await connection.fetchval(told) == f"https://www.kaggle.com/datasets/{DATASET}"
    folder = write_snapshot(tmp_path / "two", snapshot_files(2))
    assert refresher._replace(source=f"dir:{folder}").run("--version", "413").exit_code == 0
    assert await connection.fetchval(told) == f"https://www.kaggle.com/datasets/{DATASET}"


@pytest.mark.parametrize(
    ("source", "url"),
    [
        ("https://prices.example/days", "https://prices.example/days"),
        ("api:https://prices.example/v1", "https://prices.example/v1"),
        ("s3://prices/days", "s3://prices/days"),
        ("dir:/data/days", ""),
        ("https://user:key@prices.example/days", ""),
        ("https://prices.example/days?key=k", ""),
    ],
)
def test_a_source_is_told_by_its_url_and_no_key_in_it(source: str, url: str) -> None:
    assert url_of_source(source) == url


def test_a_source_needs_a_volume(refresher: Fetcher, database: str) -> None:
    outcome = refresh(database, Path(refresher.source))
    assert outcome.exit_code == 64
    assert "needs --volume" in outcome.stderr


async def test_a_version_is_marked_while_it_is_loaded(
    kaggle: Kaggle, refresher: Fetcher, connection: asyncpg.Connection
) -> None:
    kaggle.publish(412, snapshot_files())
    assert refresher.run().exit_code == 0
    kaggle.publish(413, snapshot_files(2))
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    waiting = await hold(connection, CHAIN_LOCK, key)
    process = refresher.start()
    await wait_for(connection, waiting)
    (folder,) = refresher.volume.glob("raw/*/v413")
    assert is_in_use(folder)
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    assert finish(process).exit_code == 0
    assert not is_in_use(folder)


async def test_a_manifest_that_no_longer_fits_its_files_holds_the_chain_back(
    kaggle: Kaggle, refresher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    fetched = refresher._replace(command="fetch").run()
    path = Path(fetched.summary["folder"]) / "price_full_file_alpha.csv"
    path.write_bytes(path.read_bytes().replace(b"1", b"2"))
    outcome = refresher.run()
    assert outcome.summary["heldBack"] == ["alpha"], json.dumps(outcome.summary)
