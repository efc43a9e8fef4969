"""How a process ends that is told to stop."""

import subprocess
import sys
from pathlib import Path

import pytest

from superzol_etl.snapshot import file_digest, read_snapshot
from superzol_etl.stopping import Stopped, threads_while_wanted

FIRST = """
import asyncio, os, signal, time
from superzol_etl import stopping
from superzol_etl.commands.ending import Ending, conclude
"""
A_THREAD_GOES_ON = """
stopping.STOP_SECONDS = 0.2

async def work():
    signal.raise_signal(signal.SIGTERM)
    await asyncio.to_thread(time.sleep, 3600)

conclude(Ending("fetch", "one"), lambda: stopping.run_until_stopped(work()))
"""
A_CLEANING_UP_GOES_ON = """
stopping.STOP_SECONDS = 0.2

async def work():
    try:
        signal.raise_signal(signal.SIGTERM)
        await asyncio.sleep(3600)
    finally:
        await asyncio.sleep(3600)

conclude(Ending("fetch", "one"), lambda: stopping.run_until_stopped(work()))
"""
BETWEEN_TWO_PARTS = """
import typer

def work():
    stopping.run_until_stopped(asyncio.sleep(0))
    signal.raise_signal(signal.SIGTERM)
    time.sleep(3600)

try:
    conclude(Ending("fetch", "one"), work)
except typer.Exit as ended:
    os._exit(ended.exit_code)
"""
HASHING = """
import sys, threading
from pathlib import Path
from superzol_etl import snapshot

def hang(path, *arguments):
    if "alpha" in path.name:
        time.sleep(0.5)
        # Wakes no other thread, as one does that comes just before the main thread begins to wait.
        signal.pthread_kill(threading.get_ident(), signal.SIGTERM)
    time.sleep(3600)

snapshot.file_digest = hang
folder = Path(sys.argv[1])
"""
A_LOAD_HASHES = f"""
{HASHING}
from functools import partial
from superzol_etl.commands.loading import Where, run_order
from superzol_etl.commands.place import find_place
from superzol_etl.records import StageCall

call = StageCall("postgresql://", "prices", "one", "load", 0, 1)
where = Where(str(folder), None, 1, None, 1)
find = partial(find_place, str(folder), None, 1)
conclude(Ending("load", "one"), lambda: run_order(call, where, find, lambda: None))
"""
AN_INSPECTION_HASHES = f"""
{HASHING}
conclude(Ending("inspect", "one"), lambda: snapshot.read_snapshot(folder))
"""


@pytest.mark.parametrize(
    "script",
    [A_LOAD_HASHES, AN_INSPECTION_HASHES],
    ids=["a load", "an inspection"],
)
def test_files_on_a_disk_that_hangs_are_not_waited_for(script: str, tmp_path: Path) -> None:
    for chain in ("alpha", "beta"):
        (tmp_path / f"price_full_file_{chain}.csv").touch()
    _ends_soon(FIRST + script, str(tmp_path))


def test_hashing_ends_at_the_next_piece_once_it_is_not_wanted(tmp_path: Path) -> None:
    file = tmp_path / "price_full_file_alpha.csv"
    file.write_bytes(b"1")
    with pytest.raises(ValueError, match="bad"), threads_while_wanted(1) as (_, check_wanted):
        assert file_digest(file, check_wanted)
        raise ValueError("bad")
    with pytest.raises(Stopped):
        file_digest(file, check_wanted)
    with pytest.raises(Stopped):
        read_snapshot(tmp_path, check_wanted=check_wanted)


@pytest.mark.parametrize(
    "script",
    [A_THREAD_GOES_ON, A_CLEANING_UP_GOES_ON, BETWEEN_TWO_PARTS],
    ids=["a thread goes on", "a cleaning up goes on", "between two parts"],
)
def test_a_process_that_is_told_to_stop_ends_soon_and_says_so(script: str) -> None:
    _ends_soon(FIRST + script)


def _ends_soon(script: str, *arguments: str) -> None:
    command = [sys.executable, "-c", script, *arguments]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 75, ended.stderr
    assert '"reason": "Stopped"' in ended.stdout
