"""Lets one fetch at a time write to a volume, on file systems whose locks cannot be trusted."""

import asyncio
import contextlib
import json
import os
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from secrets import token_hex

from superzol_etl.errors import PassingTrouble
from superzol_etl.volume.layout import FULL

NAME = ".fetching.json"
AGAIN = "try again when it has ended"
BEAT_SECONDS = 5.0
LOOKS = 2  # who judges a lease may move it away for a moment
STALE_SECONDS = 60.0  # as long as another machine's write may take to show up on NFS


@asynccontextmanager
async def only_writer(volume: Path, run_id: str) -> AsyncIterator[None]:
    """Holds the volume until the block ends.

    Raises PassingTrouble while another holds it; of one that was killed, a minute on another
    machine, and not at all on this one unless the volume was full. Ends the block by it when
    another has taken the volume over, as from a process that stood still for a minute.
    """
    lease = volume / NAME
    told = await asyncio.to_thread(_take, lease, run_id)
    try:
        async with asyncio.timeout(None) as holding:
            beating = asyncio.create_task(_beat(lease, told, holding))
            try:
                yield
            finally:
                beating.cancel()
    except TimeoutError:
        if not holding.expired():
            raise
        raise PassingTrouble(f"another fetch took {volume} over: {AGAIN}") from None
    finally:
        _give_back(lease, told)


def _take(lease: Path, run_id: str) -> bytes:
    """Returns what the lease says.

    Raises OSError where not even its name finds room: without a lease nobody writes or tidies.
    """
    for _ in range(2):
        try:
            mine = os.open(lease, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o666)
        except FileExistsError:
            _remove_dead(lease)
            continue
        try:
            return _tell(mine, run_id)
        except OSError:
            lease.unlink(missing_ok=True)
            raise
        finally:
            os.close(mine)
    raise PassingTrouble(f"another fetch took {lease.parent} just now: {AGAIN}")


def _tell(mine: int, run_id: str) -> bytes:
    told = json.dumps({"run_id": run_id, "host": socket.gethostname(), "pid": os.getpid()}).encode()
    try:
        is_whole = os.write(mine, told) == len(told)
        os.fsync(mine)  # NFS tells only now that there is no room
    except OSError as error:
        if error.errno not in FULL:
            raise
        is_whole = False
    if is_whole:
        return told
    os.ftruncate(mine, 0)
    return b""  # it counts without a word in it: cleanup and archives make room


def _give_back(lease: Path, told: bytes) -> None:
    """Another took it over where this process stood still for a minute: then it is not its own."""
    with contextlib.suppress(FileNotFoundError):
        if lease.read_bytes() == told:
            lease.unlink()


def _remove_dead(lease: Path) -> None:
    """Raises PassingTrouble where it is of one that lives.

    Of several that take it over only one gets it away; who comes later may get the winner's.
    """
    _refuse_living(lease)
    moved = lease.with_name(f"{NAME}.{token_hex(4)}")
    with contextlib.suppress(FileNotFoundError):
        lease.rename(moved)
        try:
            _refuse_living(moved)
        except PassingTrouble:
            moved.rename(lease)
            raise
        moved.unlink()


def _refuse_living(lease: Path) -> None:
    try:
        age_seconds = time.time() - lease.stat().st_mtime
        text = lease.read_bytes()
    except FileNotFoundError:
        return
    if not text and age_seconds <= STALE_SECONDS:
        raise PassingTrouble(
            f"another fetch takes {lease.parent}, or one without room to say so was killed within"
            f" the last minute: {AGAIN}"
        )
    try:
        holder = json.loads(text)
        is_living = age_seconds <= STALE_SECONDS and is_alive(holder["host"], holder["pid"])
        told = f"run {holder['run_id']} fetches to {lease.parent} on {holder['host']}"
    except (ValueError, LookupError, TypeError):
        return  # torn by a power cut, or none of ours
    if is_living:
        raise PassingTrouble(f"{told}: {AGAIN}")


def is_alive(host: str, pid: int) -> bool:
    """Processes of other machines count as alive: their lease grows stale instead."""
    if host != socket.gethostname():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass  # of another user, but there
    return True


async def _beat(lease: Path, told: bytes, holding: asyncio.Timeout) -> None:
    """Ends what is held once the lease is another's, or none, for longer than a look at it."""
    missed = 0
    while missed < LOOKS:
        await asyncio.sleep(BEAT_SECONDS)
        with contextlib.suppress(OSError):  # a volume that is away for a while
            missed = 0 if await asyncio.to_thread(_renew, lease, told) else missed + 1
    holding.reschedule(asyncio.get_running_loop().time())


def _renew(lease: Path, told: bytes) -> bool:
    """Says if it is ours still."""
    try:
        if lease.read_bytes() != told:
            return False
        os.utime(lease)
    except FileNotFoundError:
        return False
    return True
