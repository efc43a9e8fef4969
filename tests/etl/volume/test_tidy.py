"""What the volume and the store hold after some fetches."""

import os
import subprocess
import sys
import tarfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import PIPE

import pytest
import zstandard

from superzol_etl.errors import BadData
from superzol_etl.volume.archive import archive_version, check_archive
from superzol_etl.volume.in_use import in_use
from superzol_etl.volume.layout import VersionPlace
from superzol_etl.volume.manifest import Kept, commit, kept_versions
from superzol_etl.volume.tidy import drop, is_good, write_summary
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.loading import finish
from tests.support.minio import BUCKET, Minio
from tests.support.snapshots import Outcome, write_snapshot

KEEP_TWO = ("--keep-versions", "2", "--keep-archives", "3")


class Days:
    """Fetches a folder that changes each day, as the next version."""

    def __init__(self, tmp_path: Path, **environment: str) -> None:
        self.folder = tmp_path / "source"
        self.fetcher = Fetcher(f"dir:{self.folder}", tmp_path / "volume", environment)

    def fetch(self, day: int, *options: str) -> Outcome:
        write_snapshot(self.folder, snapshot_files(day))
        return self.fetcher.run(*KEEP_TWO, *options)

    def archives(self) -> list[int]:
        names = (path.name for path in self.fetcher.volume.glob("archive/*"))
        return sorted(int(name.split("-v")[1].split(".")[0]) for name in names)


@pytest.fixture
def days(tmp_path: Path) -> Days:
    return Days(tmp_path)


def test_old_versions_become_archives_and_old_archives_go(days: Days) -> None:
    for day in range(1, 8):
        assert days.fetch(day).summary["version"] == day
    assert days.fetcher.versions() == [6, 7]
    assert days.archives() == [3, 4, 5]


def test_a_fetch_tells_the_versions_that_stay_and_none_that_went(days: Days) -> None:
    told = [days.fetch(day).summary for day in range(1, 5)]
    revisions = [each["revision"] for each in told]
    assert [each["kept"] for each in told] == [
        [revisions[0]],
        [revisions[1], revisions[0]],
        [revisions[2], revisions[1]],
        [revisions[3], revisions[2]],
    ]


def test_the_newest_version_that_was_loaded_well_stays(days: Days) -> None:
    days.fetch(1)
    (kept,) = kept_versions(days.fetcher.volume)
    write_summary(days.fetcher.volume, kept.manifest.place, {"result": "Loaded"})
    for day in (2, 3, 4):
        days.fetch(day)
    assert days.fetcher.versions() == [1, 3, 4]


def test_a_version_in_use_stays_and_goes_later(days: Days) -> None:
    first = days.fetch(1)
    with in_use(Path(first.summary["folder"]), "run-1.0"):
        days.fetch(2)
        days.fetch(3)
        assert days.fetcher.versions() == [1, 2, 3]
    days.fetch(4)
    assert days.fetcher.versions() == [3, 4]


def test_a_version_that_a_run_began_to_read_since_it_was_chosen_stays_whole(days: Days) -> None:
    folder = Path(days.fetch(1).summary["folder"])
    (kept,) = kept_versions(days.fetcher.volume)
    with in_use(folder, "run-1.0"):
        assert not drop(kept)
        assert kept_versions(days.fetcher.volume) == [kept]
    assert drop(kept)
    assert not folder.exists()


def test_an_old_version_that_was_asked_for_stays_until_the_next_fetch(days: Days) -> None:
    for day in (5, 6, 7):
        days.fetch(day, "--version", str(day))
    days.fetch(2, "--version", "2")
    assert days.fetcher.versions() == [2, 6, 7]
    days.fetch(8, "--version", "8")
    assert days.fetcher.versions() == [7, 8]


def test_a_mark_of_a_run_that_was_killed_does_not_hold_for_ever(days: Days) -> None:
    first = days.fetch(1)
    mark = Path(first.summary["folder"]) / ".in-use.run-1.0"
    mark.touch()
    os.utime(mark, (0, 0))
    days.fetch(2)
    days.fetch(3)
    assert days.fetcher.versions() == [2, 3]


def test_a_version_that_lost_a_file_is_fetched_again_under_its_number(days: Days) -> None:
    days.fetch(1)
    second = days.fetch(2)
    lost = Path(second.summary["folder"]) / "price_full_file_alpha.csv"
    lost.unlink()
    again = days.fetch(2)
    assert (again.summary["result"], again.summary["version"]) == ("Fetched", 2)
    assert days.fetcher.files() == snapshot_files(2)


@pytest.mark.parametrize("content", [b"", b"no archive", zstandard.compress(b"no manifest")])
def test_an_archive_that_cannot_be_read_any_more_is_written_anew(
    days: Days, content: bytes
) -> None:
    days.fetch(1)
    days.fetch(2)
    (kept, _) = kept_versions(days.fetcher.volume)
    archive = days.fetcher.volume / kept.manifest.place.archive
    archive.parent.mkdir()
    archive.write_bytes(content)
    outcome = days.fetch(3)
    assert (outcome.exit_code, days.fetcher.versions()) == (0, [2, 3]), outcome.stderr
    check_archive(archive, kept.manifest)


def test_no_archives_are_made_when_none_are_wanted(days: Days) -> None:
    for day in (1, 2, 3):
        days.fetch(day, "--keep-archives", "0")
    assert (days.fetcher.versions(), days.archives()) == ([2, 3], [])


def test_a_version_whose_files_are_damaged_is_not_let_go(days: Days) -> None:
    first = days.fetch(1)
    (Path(first.summary["folder"]) / "price_full_file_alpha.csv").write_bytes(b"?")
    days.fetch(2)
    outcome = days.fetch(3)
    assert outcome.exit_code == 0
    assert "old versions are still there" in outcome.stderr
    assert list(days.fetcher.volume.glob("archive/*")) == []
    assert days.fetcher.versions() == [1, 2, 3]


def test_old_versions_go_early_when_a_new_one_does_not_fit(days: Days) -> None:
    for day in (1, 2):
        days.fetch(day)
    write_snapshot(days.folder, snapshot_files(3))
    full = {"SUPERZOL_SOURCE_RESERVE_BYTES": str(1 << 60)}
    outcome = days.fetcher.run("--keep-versions", "1", **full)
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "NoSpace")
    assert (days.fetcher.versions(), days.archives()) == ([2], [1])


def test_an_archive_is_read_back_before_it_counts(days: Days) -> None:
    days.fetch(1)
    (kept,) = kept_versions(days.fetcher.volume)
    archive = archive_version(days.fetcher.volume, kept)
    with (
        archive.open("rb") as file,
        zstandard.ZstdDecompressor().stream_reader(file) as unpacked,
        tarfile.open(fileobj=unpacked, mode="r|") as tar,
    ):
        assert set(tar.getnames()) == {*snapshot_files(), "download_manifest.json"}
    damaged = kept.manifest.model_copy(update={"files": kept.manifest.files[:-1]})
    with pytest.raises(BadData, match="not what its manifest says"):
        check_archive(archive, damaged)


def test_what_a_killed_fetch_left_goes_when_it_was_never_taken_up(days: Days) -> None:
    left = days.fetcher.volume / VersionPlace("20260101", 1).raw
    left.mkdir(parents=True)
    (left / "price_full_file_alpha.csv").write_bytes(b"half")
    os.utime(left, (0, 0))
    days.fetch(1, "--version", "5")
    assert not left.exists()


def test_versions_that_were_fetched_too_long_ago_go_but_the_newest_stays(days: Days) -> None:
    for day in (1, 2):
        days.fetch(day)
    for kept in kept_versions(days.fetcher.volume):
        aged = kept.manifest.model_copy(update={"fetched_at": "2026-01-01T00:00:00+00:00"})
        commit(kept.folder, aged)
    assert days.fetch(2, "--keep-seconds", "3600").summary["result"] == "Unchanged"
    assert (days.fetcher.versions(), days.archives()) == ([2], [1])


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_store_holds_what_the_volume_holds_and_gives_it_back(
    minio: Minio, tmp_path: Path, kind: str
) -> None:
    days = Days(tmp_path, **minio.environment)
    store = {"folder": str(tmp_path / "store"), "bucket": f"s3://{BUCKET}/{tmp_path.name}"}[kind]
    for day in range(1, 5):
        outcome = days.fetch(day, "--store", store)
        assert outcome.exit_code == 0, outcome.stderr
    held = names_in(minio, tmp_path, kind)
    versions = {name.split("/")[2] for name in held if name.startswith("raw/")}
    assert versions == {"v3", "v4"}
    assert len([name for name in held if name.startswith("archive/")]) == 2
    assert [each.partition("@")[0] for each in outcome.summary["kept"]] == ["v4", "v3"]

    other = days.fetcher._replace(volume=tmp_path / "other")
    restored = other.run(*KEEP_TWO, "--store", store)
    assert (restored.exit_code, restored.summary["result"]) == (0, "Unchanged"), restored.stderr
    assert restored.summary["version"] == 4
    assert restored.summary["kept"] == outcome.summary["kept"]
    assert other.files() == snapshot_files(4)
    assert newest(other.volume).manifest == newest(days.fetcher.volume).manifest


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_a_cleanup_leaves_neither_volume_nor_store_and_nothing_else_goes(
    minio: Minio, tmp_path: Path, kind: str
) -> None:
    days = Days(tmp_path, **minio.environment)
    store = {"folder": str(tmp_path / "store"), "bucket": f"s3://{BUCKET}/{tmp_path.name}"}[kind]
    for day in (1, 2, 3):
        days.fetch(day, "--store", store)
    (days.fetcher.volume / "notes.txt").write_text("of a person")
    done = clean_up(days.fetcher.volume, store, minio)
    assert (done.exit_code, done.summary["result"]) == (0, "Removed"), done.stderr
    assert [path.name for path in days.fetcher.volume.iterdir()] == ["notes.txt"]
    assert names_in(minio, tmp_path, kind) == []
    assert clean_up(days.fetcher.volume, store, minio).summary["result"] == "Unchanged"


def test_a_store_that_refuses_fails_the_fetch_and_the_next_one_completes_it(
    minio: Minio, tmp_path: Path
) -> None:
    days = Days(tmp_path, **minio.environment)
    store = f"s3://{BUCKET}/{tmp_path.name}"
    refused = days.fetcher.run  # the first day, with a wrong key
    write_snapshot(days.folder, snapshot_files(1))
    outcome = refused("--store", store, AWS_SECRET_ACCESS_KEY="wrong")
    assert outcome.exit_code == 77
    assert days.fetch(1, "--store", store).exit_code == 0
    assert len(minio.names(tmp_path.name)) == len(snapshot_files()) + 1


def clean_up(volume: Path, store: str, minio: Minio) -> Outcome:
    options = ["--volume", str(volume), "--store", store]
    command = [sys.executable, "-m", "superzol_etl", "cleanup", *options]
    environment = {**os.environ, **minio.environment}
    return finish(subprocess.Popen(command, env=environment, stdout=PIPE, stderr=PIPE, text=True))


def names_in(minio: Minio, tmp_path: Path, kind: str) -> list[str]:
    if kind == "bucket":
        return minio.names(tmp_path.name)
    store = tmp_path / "store"
    files = (path for path in store.rglob("*") if path.is_file())
    return sorted(path.relative_to(store).as_posix() for path in files)


def newest(volume: Path) -> Kept:
    return kept_versions(volume)[-1]


def test_shards_that_end_at_once_leave_one_report_that_is_whole(tmp_path: Path) -> None:
    place = VersionPlace("20260501", 7)

    def leave(shard: int) -> None:
        for _ in range(50):
            write_summary(tmp_path, place, {"result": "Loaded", "problems": ["x"] * shard * 1000})

    with ThreadPoolExecutor(4) as shards:
        for ended in [shards.submit(leave, shard) for shard in range(4)]:
            ended.result()
    assert is_good(tmp_path, place)
    assert [path.name for path in tmp_path.glob("processed/*/*/*")] == ["load_summary.json"]
