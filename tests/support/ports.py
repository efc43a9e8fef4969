"""Ports of loopback for the servers that tests and benches start."""

import fcntl
import os
import secrets
import socket
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import BinaryIO

# Below those that outgoing connections get: one of them would take a port before its server
# listens, which is seconds later.
LOWEST, HIGHEST = 10_000, 29_999


def free_port() -> int:
    """Returns a port that nobody listens on, and that no other process of tests is given.

    It stays this process's until that ends: between the answer and the server that listens, workers
    that ran beside each other were given the same one.
    """
    while True:
        port = LOWEST + secrets.randbelow(HIGHEST - LOWEST + 1)
        if port in _mine() or not _is_unused(port):
            continue
        with suppress(OSError):
            fcntl.lockf(_reservations(), fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            _mine().add(port)
            return port


@cache
def _mine() -> set[int]:
    """Returns what this process was given: its own locks would not keep it from one again."""
    return set()


@cache
def _reservations() -> BinaryIO:
    """Opens the file whose n-th byte is locked by whoever was given port n."""
    return (Path(tempfile.gettempdir()) / f"superzol-ports-{os.getuid()}").open("ab")


def _is_unused(port: int) -> bool:
    """Tells whether a server could listen, on whichever address of this machine it does."""
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("", port))
        except OSError:
            return False
        return True
