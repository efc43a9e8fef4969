"""What a load says of a disk that is full, forbidden or none, and that it goes on afterwards."""

import errno
import subprocess
import sys
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.failures import explain
from superzol_etl.volume.lake import closed_versions
from tests.support.fetching import LIMITED
from tests.support.loading import CHAINS, finish, snapshot
from tests.support.offers import offers
from tests.support.snapshots import refresh


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return tmp_path / "lake"


@pytest.mark.parametrize("workers", ["1", "3"])
async def test_a_disk_that_fills_up_under_the_lake_fails_the_chains_and_is_named(
    database: str, tmp_path: Path, connection: asyncpg.Connection, lake: Path, workers: str
) -> None:
    """A limit on the size of files stands for the full disk: it needs no rights to set up."""
    refresh(database, snapshot(tmp_path, 1))
    before = await offers(connection)
    load = ["--source", str(snapshot(tmp_path, 2)), "--database", database, "--lake", str(lake)]
    command = [*LIMITED, "2048", sys.executable, "-m", "superzol_etl", "refresh", *load]
    limited = subprocess.Popen(
        [*command, "--workers", workers],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    outcome = finish(limited)
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "NoSpace")
    assert f"{lake} is full (File too large): free some space" in outcome.stderr
    assert "PostgreSQL" not in outcome.stderr
    assert await offers(connection) == before
    assert closed_versions(lake) == []
    again = refresh(database, tmp_path / "day2", "--lake", str(lake))
    assert again.summary["result"] == "Loaded"
    assert [chain.chain_id for chain in closed_versions(lake)[0].chains] == list(CHAINS)


async def test_a_disk_that_is_full_at_the_note_of_the_version_leaves_it_to_the_next_run(
    database: str, tmp_path: Path, connection: asyncpg.Connection, lake: Path
) -> None:
    note = lake / "versions" / "1.json"
    note.parent.mkdir(parents=True)
    note.with_name("1.json.new").symlink_to("/dev/full")
    outcome = refresh(database, snapshot(tmp_path, 1), "--lake", str(lake))
    assert (outcome.exit_code, outcome.summary["reason"]) == (75, "NoSpace")
    assert f"{lake} is full (No space left on device)" in outcome.stderr
    assert list(note.parent.iterdir()) == []
    again = refresh(database, tmp_path / "day1", "--lake", str(lake))
    assert (again.exit_code, again.summary["result"]) == (0, "Unchanged")
    assert [chain.chain_id for chain in closed_versions(lake)[0].chains] == list(CHAINS)


async def test_a_lake_that_nobody_may_write_is_not_allowed(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """Nobody makes a folder in /sys, not even root."""
    outcome = refresh(database, snapshot(tmp_path, 1), "--lake", "/sys/superzol")
    assert outcome.exit_code == 77
    assert "let this user read and write /sys/superzol" in outcome.stderr
    assert await offers(connection) == {}


async def test_a_lake_that_is_a_file_is_a_wrong_configuration(
    database: str, tmp_path: Path, lake: Path
) -> None:
    lake.write_text("")
    outcome = refresh(database, snapshot(tmp_path, 1), "--lake", str(lake))
    assert outcome.exit_code == 78
    assert f"{lake} cannot be made a folder" in outcome.stderr


@pytest.mark.parametrize(
    ("error", "exit_code", "told"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "/a/b"), 75, "/a/b is full"),
        (OSError(errno.EACCES, "Permission denied", "/a/b"), 77, "read and write /a/b"),
        (OSError(errno.EIO, "Input/output error", "/a/b"), 75, "when /a/b is well"),
        (ConnectionResetError("gone"), 75, "the database went away (gone)"),
        (asyncpg.UndefinedObjectError("no connect_timeout"), 78, "take it out of --database"),
        (ExceptionGroup("", [ConnectionResetError("gone"), ValueError("1")]), 70, "ValueError"),
        (ExceptionGroup("", [ConnectionResetError("gone")]), 75, "the database went away"),
    ],
)  # fmt: skip
def test_a_disk_a_right_and_a_connection_are_told_apart(
    error: Exception, exit_code: int, told: str
) -> None:
    failure = explain(error)
    assert failure.exit_code == exit_code
    assert told in str(failure)
