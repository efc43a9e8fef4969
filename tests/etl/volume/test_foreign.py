"""What others put on a volume stands for no version and stops no run."""

import json
import os
import time
from pathlib import Path

import pytest

from superzol_etl.errors import BadData, PassingTrouble
from superzol_etl.volume.lake import closed_versions
from superzol_etl.volume.lease import NAME, only_writer
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.loading import run, snapshot
from tests.support.snapshots import refresh, write_snapshot


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    source = write_snapshot(tmp_path / "source", snapshot_files())
    return Fetcher(f"dir:{source}", tmp_path / "volume")


def test_files_and_folders_of_others_beside_versions_are_passed_over(
    database: str, fetcher: Fetcher, tmp_path: Path
) -> None:
    day = fetcher.volume / "raw" / "20260601"
    (day / "v0").mkdir(parents=True)
    (day / "v007").mkdir()
    (day / "v9").write_text("a note")
    (day / "v8").symlink_to(tmp_path / "nowhere")
    assert fetcher.run().summary["version"] == 1
    again = fetcher.run()
    assert (again.exit_code, again.summary["result"]) == (0, "Unchanged")
    assert "old versions are still there" not in again.stderr
    volume = ["--volume", str(fetcher.volume)]
    assert run("refresh", *volume, "--database", database).summary["result"] == "Loaded"
    assert run("cleanup", *volume).exit_code == 0


def test_what_a_link_leads_to_does_not_pass_for_files_that_came(
    fetcher: Fetcher, tmp_path: Path
) -> None:
    """A version under way on another disk; other files come under its number."""
    begun = fetcher.run("--version", "5")
    folder = Path(begun.summary["folder"])
    elsewhere = tmp_path / "elsewhere"
    folder.rename(elsewhere)
    folder.symlink_to(elsewhere)
    (folder / "download_manifest.json").unlink()
    times = [path.stat().st_mtime for path in (tmp_path / "source").iterdir()]
    write_snapshot(tmp_path / "source", snapshot_files(2))
    for path in (tmp_path / "source").iterdir():  # the same day, so the same folder
        os.utime(path, (max(times), max(times)))
    assert fetcher.run("--version", "5").exit_code == 0
    assert fetcher.files() == snapshot_files(2)


def test_a_link_to_a_volume_is_the_volume(database: str, fetcher: Fetcher, tmp_path: Path) -> None:
    fetcher.run()
    (tmp_path / "link").symlink_to(fetcher.volume)
    loaded = run("refresh", "--volume", str(tmp_path / "link"), "--database", database)
    assert (loaded.exit_code, loaded.summary["result"]) == (0, "Loaded")
    assert list(fetcher.volume.glob("processed/*/v1/load_summary.json"))


def test_archives_of_others_stay_however_many_of_ours_go(fetcher: Fetcher, tmp_path: Path) -> None:
    """In the store too."""
    store = tmp_path / "store"
    others = ["backup.tar.zst", "db-v2.tar.zst", "20260601-v1.tar.zst.bak", "2025-v3.tar.zst"]
    for place in (fetcher.volume, store):
        (place / "archive").mkdir(parents=True)
        for name in others:
            (place / "archive" / name).write_text("mine")
    keep = ["--keep-versions", "1", "--keep-archives", "1", "--store", str(store)]
    for day in (1, 2, 3, 4):
        write_snapshot(tmp_path / "source", snapshot_files(day))
        assert fetcher.run(*keep).summary["version"] == day
    for place in (fetcher.volume, store):
        kept = {path.name for path in (place / "archive").iterdir()}
        assert set(others) < kept
        assert [name.partition("-")[2] for name in kept - set(others)] == ["v3.tar.zst"]


def test_notes_of_others_in_the_lake_are_none_of_a_version(tmp_path: Path) -> None:
    (tmp_path / "versions").mkdir()
    for name in ("._1.json", "readme.json", "1 (copy).json"):
        (tmp_path / "versions" / name).write_text("{}")
    assert closed_versions(tmp_path) == []
    (tmp_path / "versions" / "1.json").write_text("{")
    with pytest.raises(BadData, match="is no note of a closed version"):
        closed_versions(tmp_path)


@pytest.mark.parametrize("text", ["[]", "{}", "null", '{"host": "x"}'])
async def test_a_lease_that_is_none_of_ours_is_taken_over(tmp_path: Path, text: str) -> None:
    (tmp_path / NAME).write_text(text)
    async with only_writer(tmp_path, "second"):
        assert json.loads((tmp_path / NAME).read_text())["run_id"] == "second"


async def test_a_lease_whose_holder_is_about_to_sign_it_is_kept(tmp_path: Path) -> None:
    lease = tmp_path / NAME
    lease.touch()
    with pytest.raises(PassingTrouble, match="another fetch takes"):
        async with only_writer(tmp_path, "second"):
            pass
    then = time.time() - 70
    os.utime(lease, (then, then))
    async with only_writer(tmp_path, "second"):
        pass


def test_other_files_in_a_folder_of_csvs_change_nothing(database: str, tmp_path: Path) -> None:
    folder = snapshot(tmp_path, 1)
    expected = refresh(database, folder).summary["revision"]
    (folder / "notes.txt").write_text("mine")
    (folder / ".DS_Store").write_bytes(b"1")
    (folder / "loop").symlink_to(folder)
    (folder / "price_file_gone.csv").symlink_to(tmp_path / "nowhere")
    again = refresh(database, folder)
    assert (again.exit_code, again.summary["revision"]) == (0, expected)
