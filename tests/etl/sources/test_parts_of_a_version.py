"""A version that was fetched in part is completed under its number."""

import tarfile
from pathlib import Path

import asyncpg
import pytest
import zstandard

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.kaggle import OBJECTS, Kaggle
from tests.support.loading import run
from tests.support.snapshots import Promo, promotions_csv, write_snapshot
from tests.support.web import Answer

CSV = "price_full_file_beta.csv"
OFFERS = "SELECT count(*) FROM offer_pack JOIN chain USING (chain_key) WHERE chain_id = $1"


@pytest.mark.parametrize("more", [(), ("--only", "*_beta.csv", "--only", "*_gamma.csv")])
def test_what_is_missing_of_a_part_comes_under_the_same_number(
    kaggle: Kaggle, fetcher: Fetcher, more: tuple[str, ...]
) -> None:
    kaggle.publish(412, snapshot_files())
    part = fetcher.run("--only", "*_alpha.csv")
    kaggle.web.seen.clear()
    outcome = fetcher.run(*more)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Fetched"), outcome.stderr
    assert outcome.summary["version"] == 412
    assert outcome.summary["folder"] == part.summary["folder"]
    assert outcome.summary["revision"] != part.summary["revision"]
    assert fetcher.files() == snapshot_files()
    assert not any("alpha" in seen.path for seen in kaggle.web.asked(OBJECTS))
    for again in ((), ("--only", "*_alpha.csv"), more):
        assert fetcher.run(*again).summary["result"] == "Unchanged"


def test_the_part_stays_whole_when_the_rest_fails_and_the_next_run_completes_it(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    part = fetcher.run("--only", "*_alpha.csv")
    kaggle.web.trouble(f"{OBJECTS}/412/{CSV}", *[Answer(503, b"")] * 12)
    failed = fetcher.run()
    assert failed.exit_code == 75
    assert set(fetcher.files()) == {"price_full_file_alpha.csv"}
    assert fetcher.run("--only", "*_alpha.csv").summary["revision"] == part.summary["revision"]
    kaggle.web.troubles.clear()
    assert fetcher.run().summary["result"] == "Fetched"
    assert fetcher.files() == snapshot_files()


def test_what_another_part_left_half_way_is_not_taken_for_whole(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    folder = Path(fetcher.run("--only", "*_alpha.csv").summary["folder"])
    (folder / CSV).write_bytes(b"half of it")
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()


def test_a_store_holds_a_completed_version_and_gives_it_back_whole(
    kaggle: Kaggle, fetcher: Fetcher, tmp_path: Path
) -> None:
    kaggle.publish(412, snapshot_files())
    store = ("--store", str(tmp_path / "store"))
    assert fetcher.run(*store, "--only", "*_alpha.csv").exit_code == 0
    assert fetcher.run(*store).exit_code == 0
    kaggle.web.seen.clear()
    other = fetcher._replace(volume=tmp_path / "other")
    assert other.run(*store).exit_code == 0
    assert other.files() == snapshot_files()
    assert kaggle.web.asked(OBJECTS) == []


def test_an_archive_of_a_part_does_not_stand_for_the_whole(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    kaggle.publish(413, snapshot_files(2))
    keep = ("--keep-versions", "1")
    fetcher.run("--version", "412", "--only", "*_alpha.csv")
    fetcher.run("--version", "413", *keep)
    fetcher.run("--version", "412", *keep)
    kaggle.publish(414, snapshot_files(3))
    assert fetcher.run(*keep).exit_code == 0
    assert fetcher.versions() == [414]
    (archive,) = fetcher.volume.glob("archive/*-v412.tar.zst")
    names = set(names_of(archive))
    assert names == {*snapshot_files(), "download_manifest.json"}


def test_a_number_that_the_source_gave_to_other_files_is_told_with_what_to_do(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    fetcher.run("--only", "*_alpha.csv")
    kaggle.publish(412, snapshot_files(2, rows=60))
    outcome = fetcher.run()
    assert (outcome.exit_code, outcome.summary["reason"]) == (65, "BadData")
    assert "fetch to another --volume" in outcome.stderr
    assert set(fetcher.files()) == {"price_full_file_alpha.csv"}


def names_of(archive: Path) -> list[str]:
    with (
        archive.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as tar,
    ):
        return tar.getnames()


async def test_a_load_takes_the_chains_that_came_since_under_the_same_number(
    kaggle: Kaggle, fetcher: Fetcher, database: str, connection: asyncpg.Connection
) -> None:
    kaggle.publish(412, snapshot_files())
    common = ["--volume", str(fetcher.volume), "--database", database]
    fetcher.run("--only", "*_alpha.csv")
    assert run("load", *common, "--run-id", "one").exit_code == 0
    assert run("publish", *common, "--run-id", "one", "--version", "412").exit_code == 0
    fetcher.run()
    loaded = run("load", *common, "--run-id", "two")
    assert (loaded.exit_code, loaded.summary["result"]) == (0, "Loaded"), loaded.stderr
    assert (loaded.summary["version"], loaded.summary["chainsLoaded"]) == (412, 3)
    published = run("publish", *common, "--run-id", "two", "--version", "412")
    assert (published.summary["result"], published.summary["chains"]) == ("Published", 3)
    for chain_id in ("alpha", "beta", "gamma"):
        assert await connection.fetchval(OFFERS, chain_id)


async def test_further_files_of_a_chain_that_is_loaded_are_named_and_harm_nothing(
    kaggle: Kaggle, fetcher: Fetcher, database: str, connection: asyncpg.Connection
) -> None:
    promotion = promotions_csv("PromoFull", [("1", "202606010700", [Promo("1", ["1"], "0.50")])])
    kaggle.publish(412, snapshot_files() | {"promo_full_file_alpha.csv": promotion})
    common = ["--volume", str(fetcher.volume), "--database", database]
    fetcher.run("--only", "price_*")
    assert run("load", *common, "--run-id", "one").exit_code == 0
    fetcher.run()
    again = run("load", *common, "--run-id", "two")
    assert again.exit_code == 0, again.stderr
    assert again.summary["problems"] == [
        "version 412 of alpha is loaded without promo_full_file_alpha.csv:"
        " such files count with its next version"
    ]
    assert again.summary["chainsLoaded"] == 3
    assert run("publish", *common, "--run-id", "two", "--version", "412").exit_code == 0
    kaggle.publish(413, snapshot_files(2) | {"promo_full_file_alpha.csv": promotion})
    fetcher.run()
    assert run("load", *common, "--run-id", "three").summary["result"] == "Loaded"
    assert await connection.fetchval("SELECT count(*) FROM promotion") == 1


def test_a_folder_with_some_chains_of_a_version_leaves_the_version_as_it_is(
    database: str, tmp_path: Path
) -> None:
    whole = write_snapshot(tmp_path / "whole", snapshot_files())
    some = write_snapshot(tmp_path / "some", dict(list(snapshot_files().items())[:1]))
    first = run("refresh", "--source", str(whole), "--database", database, "--version", "5")
    assert first.exit_code == 0
    again = run("refresh", "--source", str(some), "--database", database, "--version", "5")
    assert (again.exit_code, again.summary["result"]) == (0, "Unchanged"), again.stderr
    unnumbered = run("refresh", "--source", str(whole), "--database", database)
    assert (unnumbered.summary["version"], unnumbered.summary["result"]) == (5, "Unchanged")


def test_what_a_shard_has_not_loaded_yet_is_missing_beside_chains_of_another_folder(
    database: str, tmp_path: Path
) -> None:
    files = list(snapshot_files().items())
    first = write_snapshot(tmp_path / "first", dict(files[:1]))
    rest = write_snapshot(tmp_path / "rest", dict(files[1:]))
    common = ["--database", database, "--version", "5", "--run-id", "one"]
    assert run("refresh", "--source", str(first), *common[:-2]).exit_code == 0
    assert run("load", "--source", str(rest), *common, "--shard", "0/2").exit_code == 0
    half = run("publish", *common)
    assert (half.summary["result"], half.summary["chainsMissing"]) == ("Partial", 1)
    common[-1] = "two"
    assert run("load", "--source", str(rest), *common).exit_code == 0
    done = run("publish", *common)
    assert (done.summary["result"], done.summary["chainsMissing"]) == ("Published", 0)
    assert done.summary["chains"] == 3
