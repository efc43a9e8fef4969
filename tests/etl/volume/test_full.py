"""What a volume without room for one more byte lets be done; a limit on files stands for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from superzol_etl.volume.layout import write_whole
from tests.support.fetching import LIMITED, Fetcher, snapshot_files
from tests.support.snapshots import Outcome, write_snapshot


@pytest.fixture
def fetcher(tmp_path: Path) -> Fetcher:
    return Fetcher(f"dir:{tmp_path / 'source'}", tmp_path / "volume")


def fetch(fetcher: Fetcher, version: int, *options: str, is_full: bool = False) -> Outcome:
    write_snapshot(fetcher.volume.parent / "source", snapshot_files(version))
    told = ("--version", str(version), "--keep-versions", "1", *options)
    return fetcher.run_limited(*told, file_bytes=0) if is_full else fetcher.run(*told)


def archives(fetcher: Fetcher) -> list[str]:
    found = (path.name.partition("-")[2] for path in fetcher.volume.glob("archive/*"))
    return sorted(found)


def test_a_version_that_is_there_needs_no_room_to_be_found(fetcher: Fetcher) -> None:
    fetch(fetcher, 1)
    again = fetch(fetcher, 1, is_full=True)
    assert (again.exit_code, again.summary["result"]) == (0, "Unchanged"), again.stderr


def test_a_full_volume_keeps_what_is_there_and_takes_the_rest_when_there_is_room(
    fetcher: Fetcher,
) -> None:
    fetch(fetcher, 1)
    before = fetcher.files()
    full = fetch(fetcher, 2, is_full=True)
    assert (full.exit_code, full.summary["reason"]) == (75, "NoSpace")
    assert (fetcher.versions(), fetcher.files()) == ([1], before)
    assert fetch(fetcher, 2).summary["result"] == "Fetched"
    assert (fetcher.versions(), archives(fetcher)) == ([2], ["v1.tar.zst"])


def test_old_versions_and_archives_make_room_where_none_is_left_for_a_note(
    fetcher: Fetcher,
) -> None:
    for version in (1, 2, 3):
        fetch(fetcher, version)
    fetch(fetcher, 4, "--keep-versions", "2")
    full = fetch(fetcher, 5, "--keep-archives", "1", is_full=True)
    assert full.exit_code == 75
    assert (fetcher.versions(), archives(fetcher)) == ([3, 4], ["v2.tar.zst"])
    assert fetch(fetcher, 5, "--keep-archives", "0", is_full=True).exit_code == 75
    assert fetcher.versions() == [4]


@pytest.mark.parametrize("is_without_a_byte", [True, False])
def test_the_part_of_an_old_version_stays_when_there_is_no_room_for_its_rest(
    fetcher: Fetcher, is_without_a_byte: bool
) -> None:
    for version, options in ((3, ("--only", "*alpha*")), (4, ()), (5, ())):
        fetch(fetcher, version, *options, "--keep-versions", "3")
    reserve = "0" if is_without_a_byte else str(2**60)
    short = fetcher._replace(environment={"SUPERZOL_SOURCE_RESERVE_BYTES": reserve})
    rest = ("--only", "*beta*", "--keep-archives", "0")
    full = fetch(short, 3, *rest, is_full=is_without_a_byte)
    assert (full.exit_code, full.summary["reason"]) == (75, "NoSpace"), full.stderr
    assert fetcher.versions() == [3, 5]
    assert fetch(fetcher, 3, *rest).summary["files"] == 2


def test_a_full_volume_can_be_cleaned_up(fetcher: Fetcher) -> None:
    fetch(fetcher, 1)
    command = ["superzol_etl", "cleanup", "--volume", str(fetcher.volume)]
    cleaning = [*LIMITED, "0", sys.executable, "-m", *command]
    assert subprocess.run(cleaning, stdout=subprocess.PIPE, check=False).returncode == 0
    assert not (fetcher.volume / "raw").exists()


def test_a_small_file_that_finds_no_room_leaves_the_one_before(tmp_path: Path) -> None:
    note = tmp_path / "note"
    write_whole(note, b"first")
    (tmp_path / "note.new").symlink_to("/dev/full")
    with pytest.raises(OSError, match="No space"):
        write_whole(note, b"second")
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("note", b"first")]
