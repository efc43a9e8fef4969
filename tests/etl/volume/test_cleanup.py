"""A cleanup that is killed leaves nothing that counts as whole, and waits for who reads."""

import json
import os
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.commands.place import find_place
from superzol_etl.errors import PassingTrouble
from superzol_etl.load.chain import CHAIN_LOCK
from superzol_etl.stages.arrive import BEGUN
from superzol_etl.volume.in_use import MARK, in_use, is_in_use, readers
from superzol_etl.volume.layout import VersionPlace
from superzol_etl.volume.manifest import kept_versions
from superzol_etl.volume.partial import Partial
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.loading import finish, hold, run, start, wait_for
from tests.support.snapshots import Outcome, write_snapshot

# Ends the process at the removal of this number, whatever it removes.
KILLED_AT = """
import os, runpy, sys
left = int(sys.argv.pop(1))
def count(event, arguments):
    global left
    if event in ("os.remove", "os.rmdir") and "fetching" not in str(arguments[0]):
        left -= 1
        if left < 0:
            os._exit(137)
sys.addaudithook(count)
runpy.run_module("superzol_etl", run_name="__main__")
"""
REMOVALS = 60  # more than there are
IMPATIENT = {"SUPERZOL_VOLUME_PATIENCE_SECONDS": "0.1"}


def volume_of_two(tmp_path: Path) -> Path:
    """A version, one that is half there, half an archive, and a lake."""
    source = write_snapshot(tmp_path / "source", dict(list(snapshot_files().items())[:1]))
    volume = tmp_path / "volume"
    assert Fetcher(f"dir:{source}", volume).run("--version", "1").exit_code == 0
    half = volume / VersionPlace("20260602", 2).raw
    half.mkdir(parents=True)
    (half / BEGUN).write_text("{}")
    Partial(half / "price_full_file_alpha.csv").begin()
    (half / "price_full_file_alpha.csv").write_bytes(b"half")
    (volume / "archive").mkdir()
    packed = volume / "archive" / "20260601-v0.tar.zst"
    Partial(packed).begin()
    packed.write_bytes(b"half")
    for name in ("versions/1.json", "chains/chain_id=a/version=1/chain.json", "prices/x.parquet"):
        (volume / "lake" / name).parent.mkdir(parents=True)
        (volume / "lake" / name).write_text("{}")
    return volume


def assert_nothing_looks_whole(volume: Path, removals: int) -> None:
    whole = {path.name: path for path in volume.rglob("*") if path.is_file()}
    gone = [
        kept
        for kept in kept_versions(volume)
        if not kept.folder.joinpath("price_full_file_alpha.csv").exists()
    ]
    assert not gone, removals
    half = volume / VersionPlace("20260602", 2).raw / "price_full_file_alpha.csv"
    assert not (Partial(half).is_whole and BEGUN in whole), removals
    assert not any(Partial(path).is_whole for path in volume.glob("archive/*.zst")), removals
    if not list(volume.glob("lake/prices/*")):
        assert not list(volume.glob("lake/**/*.json")), removals


def clean_up(volume: Path, **environment: str) -> Outcome:
    command = [sys.executable, "-m", "superzol_etl", "cleanup", "--volume", str(volume)]
    return finish(subprocess.Popen(
        command, env={**os.environ, **environment},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    ))  # fmt: skip


def test_a_kill_at_any_removal_leaves_nothing_that_looks_whole(tmp_path: Path) -> None:
    for removals in range(REMOVALS):
        volume = volume_of_two(tmp_path / str(removals))
        killed = subprocess.run(
            [sys.executable, "-c", KILLED_AT, str(removals), "cleanup", "--volume", str(volume)],
            capture_output=True, check=False,
        )  # fmt: skip
        assert_nothing_looks_whole(volume, removals)
        if killed.returncode == 0:
            break
        assert killed.returncode == 137, killed.stderr
    assert 10 < removals < REMOVALS - 1
    assert [path.name for path in volume.iterdir()] == []


def test_a_version_that_is_read_is_waited_for_and_nothing_of_it_goes(tmp_path: Path) -> None:
    volume = volume_of_two(tmp_path)
    (kept,) = kept_versions(volume)
    with in_use(kept.folder, "nightly-1.0"):
        outcome = clean_up(volume, **IMPATIENT)
        assert (outcome.exit_code, outcome.summary["reason"]) == (75, "TemporaryFailure")
        assert "run nightly-1.0 reads a version" in outcome.stderr
        assert kept_versions(volume) == [kept]
    assert clean_up(volume, **IMPATIENT).summary["result"] == "Removed"


@pytest.mark.parametrize("told", ["soon", "nan", "-1"])
def test_a_patience_that_is_no_time_is_refused(tmp_path: Path, told: str) -> None:
    volume = volume_of_two(tmp_path)
    (kept,) = kept_versions(volume)
    with in_use(kept.folder, "nightly-1.0"):
        outcome = clean_up(volume, SUPERZOL_VOLUME_PATIENCE_SECONDS=told)
    assert outcome.exit_code == 78
    assert f"SUPERZOL_VOLUME_PATIENCE_SECONDS={told} is no number of seconds" in outcome.stderr


async def test_a_load_in_progress_keeps_its_files_and_the_cleanup_follows_it(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    source = write_snapshot(tmp_path / "source", snapshot_files())
    volume = tmp_path / "volume"
    assert Fetcher(f"dir:{source}", volume).run("--version", "1").exit_code == 0
    common = ["--volume", str(volume), "--database", database, "--workers", "1"]
    write_snapshot(tmp_path / "source", snapshot_files(2))
    assert run("load", *common, "--run-id", "one").exit_code == 0
    assert Fetcher(f"dir:{source}", volume).run("--version", "2").exit_code == 0
    key = await connection.fetchval("SELECT chain_key FROM chain WHERE chain_id = 'alpha'")
    waiting = await hold(connection, CHAIN_LOCK, key)
    loading = start("load", *common, "--run-id", "two")
    await wait_for(connection, waiting)
    cleaning = start("cleanup", "--volume", str(volume))
    assert cleaning.poll() is None
    await connection.execute("SELECT pg_advisory_unlock($1, $2)", CHAIN_LOCK, key)
    loaded = finish(loading)
    assert (loaded.exit_code, loaded.summary["chainsLoaded"]) == (0, 3), loaded.stderr
    assert finish(cleaning).summary["result"] == "Removed"
    assert not (volume / "raw").exists()


@pytest.mark.parametrize(
    ("holder", "age_seconds", "lives"),
    [
        ({"host": "elsewhere", "pid": 1}, 10, True),
        ({"host": "elsewhere", "pid": 1}, 120, False),
        ({"host": os.uname().nodename, "pid": 2**22 + 1}, 10, False),
        ({"host": os.uname().nodename, "pid": os.getpid()}, 10, True),
        (None, 10, True),
    ],
    ids=["another machine's", "a stale one", "a gone process's", "a living one's", "a torn one"],
)
def test_the_mark_of_a_reader_counts_while_it_lives(
    tmp_path: Path, holder: dict[str, object] | None, age_seconds: int, lives: bool
) -> None:
    mark = tmp_path / f"{MARK}one.0"
    mark.write_text(json.dumps(holder) if holder else "{")
    then = mark.stat().st_mtime - age_seconds
    os.utime(mark, (then, then))
    assert is_in_use(tmp_path) is lives


def test_a_reader_counts_until_its_last_twin_has_ended(tmp_path: Path) -> None:
    """A pod that was given up may read on beside the one that took its place."""
    with in_use(tmp_path, "nightly-1.0"):
        with in_use(tmp_path, "nightly-1.0"):
            assert readers(tmp_path) == ["nightly-1.0"]
        assert readers(tmp_path) == ["nightly-1.0"]
    assert list(tmp_path.iterdir()) == []


def test_a_version_that_went_before_it_was_marked_is_not_read(tmp_path: Path) -> None:
    place = find_place(None, volume_of_two(tmp_path), 1, lambda: None)
    assert place.folder is not None
    (place.folder / "download_manifest.json").unlink()
    with pytest.raises(PassingTrouble, match="was just taken away"), place.being_read("one.0"):
        pass
    assert not is_in_use(place.folder)
