"""How a process ends that is told to stop."""

import subprocess
import sys

import pytest

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


@pytest.mark.parametrize(
    "script",
    [A_THREAD_GOES_ON, A_CLEANING_UP_GOES_ON, BETWEEN_TWO_PARTS],
    ids=["a thread goes on", "a cleaning up goes on", "between two parts"],
)
def test_a_process_that_is_told_to_stop_ends_soon_and_says_so(script: str) -> None:
    command = [sys.executable, "-c", FIRST + script]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=300)
    assert ended.returncode == 75, ended.stderr
    assert '"reason": "Stopped"' in ended.stdout
