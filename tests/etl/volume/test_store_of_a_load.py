"""What load, publish and refresh leave on the volume and in the store, and read back."""

import json
import os
import shutil
from pathlib import Path

import obstore
import pytest

from superzol_etl.volume.lake import LakePlace
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.loading import run
from tests.support.minio import BUCKET, running_minio
from tests.support.snapshots import write_snapshot

MILLENNIUM, DAY_SECONDS = 946_684_800, 86_400  # folders of days begin with 20


@pytest.fixture
def common(tmp_path: Path) -> list[str]:
    write_snapshot(tmp_path / "source", snapshot_files())
    return ["--volume", str(tmp_path / "volume"), "--store", str(tmp_path / "store")]


def names(folder: Path) -> set[str]:
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return {path.as_posix() for path in found}


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in names(folder)}


def test_a_refresh_leaves_its_report_and_its_lake_in_the_store(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    source = f"dir:{tmp_path / 'source'}"
    outcome = run("refresh", "--source", source, "--database", database, *common)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded"), outcome.stderr
    held = names(tmp_path / "store")
    assert {name.split("/")[0] for name in held} == {"raw", "processed", "lake"}
    assert held == names(tmp_path / "volume")
    (report,) = (tmp_path / "store").glob("processed/*/v1/load_summary.json")
    assert json.loads(report.read_text())["result"] == "Loaded"


def test_load_and_publish_on_an_empty_volume_read_the_store(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    fetcher = Fetcher(f"dir:{tmp_path / 'source'}", tmp_path / "first")
    assert fetcher.run("--store", str(tmp_path / "store"), "--version", "7").exit_code == 0
    stage = ["--database", database, "--run-id", "one", *common]
    loaded = run("load", *stage)
    assert (loaded.exit_code, loaded.summary["version"]) == (0, 7), loaded.stderr
    published = run("publish", *stage, "--version", "7")
    assert published.exit_code == 0, published.stderr
    (report,) = (tmp_path / "store").glob("processed/*/v7/load_summary.json")
    assert json.loads(report.read_text())["result"] == "Published"


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_stages_on_volumes_of_their_own_leave_all_in_the_store(
    database: str, tmp_path: Path, common: list[str], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in pods whose volume ends with them."""
    with running_minio() as minio:
        for name, value in minio.environment.items():
            monkeypatch.setenv(name, value)
        place = {"folder": common[3], "bucket": f"s3://{BUCKET}/held"}[kind]
        store = ["--store", place, "--run-id", "one"]
        source = Fetcher(f"dir:{tmp_path / 'source'}", tmp_path / "fetched", minio.environment)
        assert source.run(*store, "--version", "7").exit_code == 0
        for shard in range(4):  # one more than there are chains
            here = ["--volume", str(tmp_path / f"loaded{shard}"), "--database", database]
            loaded = run("load", *here, *store, "--shard", f"{shard}/4")
            assert loaded.exit_code == 0, loaded.stderr
        here = ["--volume", str(tmp_path / "published"), "--database", database]
        published = run("publish", *here, *store, "--version", "7")
        assert published.exit_code == 0, published.stderr
        held = tmp_path / "store"
        if kind == "bucket":
            for name in minio.names("held"):
                (held / name).parent.mkdir(parents=True, exist_ok=True)
                (held / name).write_bytes(bytes(obstore.get(minio.prefix("held"), name).bytes()))
    check_whole(held)


def test_a_publish_that_finds_chains_missing_makes_the_folder_of_its_report(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    fetcher = Fetcher(f"dir:{tmp_path / 'source'}", tmp_path / "volume")
    assert fetcher.run(*common[2:], "--version", "7").exit_code == 0
    stage = ["--database", database, "--run-id", "one"]
    assert run("load", *stage, *common, "--shard", "0/3").exit_code == 0
    own = tmp_path / "pods/published"
    published = run("publish", *stage, "--volume", str(own), *common[2:], "--version", "7")
    assert (published.exit_code, published.summary["chainsMissing"]) == (0, 2), published.stderr
    assert [path.name for path in own.glob("processed/*/v7/*")] == ["load_summary.json"]


def check_whole(store: Path) -> None:
    """Version 7 is there with its report, and its lake names three chains, each whole."""
    note = json.loads((store / "lake/versions/7.json").read_text())
    assert [chain["chain_id"] for chain in note["chains"]] == ["alpha", "beta", "gamma"]
    assert note["missing"] == []
    for chain in note["chains"]:
        place = LakePlace(store / "lake", chain["chain_id"], 7)
        told = place.read_note()
        assert told and told.content_digest == chain["content_digest"]
        place.check(told)
    (report,) = store.glob("processed/*/v7/load_summary.json")
    assert json.loads(report.read_text())["result"] == "Published"


def test_a_refresh_that_finds_nothing_to_do_leaves_the_lake_of_the_store_as_it_is(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    source = ["--source", f"dir:{tmp_path / 'source'}", "--database", database]
    assert run("refresh", *source, *common).exit_code == 0
    closed = tmp_path / "store/lake/versions/1.json"
    before = closed.read_text()
    assert '"alpha"' in before
    shutil.rmtree(tmp_path / "volume")
    again = run("refresh", *source, *common)
    assert again.summary["result"] == "Unchanged", again.stderr
    assert closed.read_text() == before


def test_a_store_has_the_lake_of_a_backfill_and_of_a_rebuild_as_the_volume_has_it(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    days = [write_snapshot(tmp_path / f"day{day}", snapshot_files(day)) for day in (1, 2, 3)]
    load = ["--database", database, *common]
    for number in (4, 5):
        source = ["--source", str(days[number - 3]), "--version", str(number)]
        assert run("refresh", *source, *load).exit_code == 0
    lake = ["--lake", str(tmp_path / "volume/lake"), *common[2:]]
    backfilled = run("backfill", f"3={days[0]}", "--database", database, *lake)
    assert backfilled.exit_code == 0, backfilled.stderr
    assert contents(tmp_path / "store/lake") == contents(tmp_path / "volume/lake")
    (tmp_path / "store/lake/versions/5.json").unlink()
    rebuilt = run("rebuild", "beta@3..", "--database", database, *lake)
    assert rebuilt.exit_code == 0, rebuilt.stderr
    assert contents(tmp_path / "store/lake") == contents(tmp_path / "volume/lake")


def test_a_refresh_of_a_bare_folder_leaves_its_lake_in_the_store(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    options = ["--source", str(tmp_path / "source"), "--database", database]
    outcome = run("refresh", *options, *common)
    assert outcome.exit_code == 0, outcome.stderr
    lake = {name for name in names(tmp_path / "volume") if name.startswith("lake/")}
    assert "lake/versions/1.json" in lake
    assert names(tmp_path / "store") == lake


def test_a_report_lies_with_the_files_that_were_read_where_a_version_came_on_two_days(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    """Its files were touched before it was fetched again, as one of them had gone."""
    source, volume = tmp_path / "source", tmp_path / "volume"
    fetcher = Fetcher(f"dir:{source}", volume)
    for day in (1, 2):
        for path in source.iterdir():
            os.utime(path, (MILLENNIUM + day * DAY_SECONDS,) * 2)
        for path in volume.glob("raw/*/v7/*_alpha.csv"):
            path.unlink()
        assert fetcher.run("--version", "7").exit_code == 0
    stage = ["--database", database, "--run-id", "one", "--volume", str(volume), "--version", "7"]
    for command in ("load", "publish"):
        outcome = run(command, *stage)
        assert outcome.exit_code == 0, outcome.stderr
    assert [path.parts[-3] for path in volume.glob("processed/*/v7/*.json")] == ["20000103"]


def test_a_name_that_no_bucket_takes_is_told_and_others_of_its_folder_come(tmp_path: Path) -> None:
    for folder in ("\u200fיום א'", "a b#[c]%20"):
        write_snapshot(tmp_path / "source" / folder, {f"price_file_{len(folder)}.csv": b"x"})
    fetcher = Fetcher(f"dir:{tmp_path / 'source'}", tmp_path / "volume")
    store = ("--store", str(tmp_path / "store"))
    assert fetcher.run(*store).exit_code == 0
    shutil.rmtree(tmp_path / "volume")
    assert fetcher.run(*store).exit_code == 0
    assert fetcher.files() == {
        "\u200fיום א'/price_file_7.csv": b"x",
        "a b#[c]%20/price_file_10.csv": b"x",
    }
    write_snapshot(tmp_path / "source" / "a\nb", {"price_file_x.csv": b"x"})
    outcome = fetcher.run(*store)
    assert outcome.exit_code == 65
    assert "a\\nb/price_file_x.csv' holds control characters" in outcome.stderr
    assert fetcher.run().exit_code == 0


def test_a_version_that_nobody_holds_is_not_found(
    database: str, tmp_path: Path, common: list[str]
) -> None:
    outcome = run("load", "--database", database, *common)
    assert outcome.exit_code == 66
    assert "fetch it first" in outcome.stderr
