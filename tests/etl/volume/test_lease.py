"""One fetch at a time writes to a volume, and one that was killed does not keep it."""

import asyncio
import errno
import json
import os
import threading
import time
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from superzol_etl.errors import PassingTrouble
from superzol_etl.volume.layout import disk_trouble_told
from superzol_etl.volume.lease import NAME, is_alive, only_writer

GONE = 2**22 + 1  # beyond every process id


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
    lease.write_text(json.dumps({"run_id": "killed", "host": host, "pid": GONE}))
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


async def test_of_two_that_take_over_what_a_killed_writer_left_one_gets_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The slower one found the killed writer's, and the faster one's lies there when it acts."""
    lease = tmp_path / NAME
    lease.write_text(json.dumps({"run_id": "killed", "host": os.uname().nodename, "pid": GONE}))
    found, goes_on, is_first = threading.Event(), threading.Event(), iter([True])

    def judge(host: str, pid: int) -> bool:
        if next(is_first, False):
            found.set()
            goes_on.wait(60)
        return is_alive(host, pid)

    monkeypatch.setattr("superzol_etl.volume.lease.is_alive", judge)
    async with AsyncExitStack() as second:
        slower = asyncio.create_task(second.enter_async_context(only_writer(tmp_path, "slower")))
        await asyncio.to_thread(found.wait, 60)
        async with only_writer(tmp_path, "faster"):
            goes_on.set()
            with pytest.raises(PassingTrouble, match="run faster fetches to"):
                await slower
            assert json.loads(lease.read_text())["run_id"] == "faster"
            assert list(tmp_path.iterdir()) == [lease]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("is_held", [True, False], ids=["by another", "by nobody any more"])
async def test_a_writer_that_stood_still_ends_once_it_sees_that_it_was_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_held: bool
) -> None:
    monkeypatch.setattr("superzol_etl.volume.lease.BEAT_SECONDS", 0.01)
    lease = tmp_path / NAME
    with pytest.raises(PassingTrouble, match=f"another fetch took {tmp_path} over"):
        async with only_writer(tmp_path, "first"):
            if is_held:
                lease.write_text(json.dumps({"run_id": "second", "host": "elsewhere", "pid": 1}))
            else:
                lease.unlink()
            await asyncio.sleep(60)
    assert lease.exists() == is_held


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
