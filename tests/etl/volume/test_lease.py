"""One fetch at a time writes to a volume, and one that was killed does not keep it."""

import errno
import json
import os
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from superzol_etl.errors import PassingTrouble
from superzol_etl.volume.layout import disk_trouble_told
from superzol_etl.volume.lease import NAME, only_writer


async def test_a_second_writer_is_refused_while_the_first_lives(tmp_path: Path) -> None:
    async with only_writer(tmp_path, "first"):
        with pytest.raises(PassingTrouble, match="run first fetches to"):
            async with only_writer(tmp_path, "second"):
                pass
    async with only_writer(tmp_path, "second"):
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("host", "age_seconds", "is_free"),
    [("elsewhere", 10, False), ("elsewhere", 120, True), (os.uname().nodename, 10, True)],
    ids=["another machine's, fresh", "another machine's, stale", "of a process that is gone"],
)
async def test_what_a_killed_writer_left_is_taken_over(
    tmp_path: Path, host: str, age_seconds: int, is_free: bool
) -> None:
    lease = tmp_path / NAME
    gone = 2**22 + 1  # beyond every process id
    lease.write_text(json.dumps({"run_id": "killed", "host": host, "pid": gone}))
    then = time.time() - age_seconds
    os.utime(lease, (then, then))
    if not is_free:
        with pytest.raises(PassingTrouble, match="run killed fetches to"):
            async with only_writer(tmp_path, "second"):
                pass
        return
    async with only_writer(tmp_path, "second"):
        assert json.loads(lease.read_text())["run_id"] == "second"


async def test_a_lease_that_a_power_cut_tore_is_taken_over(tmp_path: Path) -> None:
    (tmp_path / NAME).write_text("{")
    async with only_writer(tmp_path, "second"):
        pass


async def test_a_writer_that_stood_still_leaves_the_lease_to_who_took_it_over(
    tmp_path: Path,
) -> None:
    lease = tmp_path / NAME
    async with AsyncExitStack() as second:
        async with only_writer(tmp_path, "first"):
            os.utime(lease, (0, 0))
            await second.enter_async_context(only_writer(tmp_path, "second"))
        assert json.loads(lease.read_text())["run_id"] == "second"
    assert list(tmp_path.iterdir()) == []


async def test_nobody_writes_where_there_is_no_room_for_the_name_of_a_lease(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where no inode is left: what makes a new file finds no room, whoever asks."""

    def refuse(*arguments: object, **options: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("os.open", refuse)
    monkeypatch.setattr("pathlib.Path.open", refuse)
    with pytest.raises(PassingTrouble, match="No space left") as told, disk_trouble_told(tmp_path):
        async with only_writer(tmp_path, "first"):
            pytest.fail("it writes without a lease")
    assert told.value.reason == "NoSpace"
