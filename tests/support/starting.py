"""Waits for the servers that tests and benches start as processes of their own."""

import subprocess
import time
from contextlib import suppress

import grpc


def wait_until_ready(server: subprocess.Popen[bytes], address: str, seconds: float) -> None:
    """Returns when the server takes calls.

    Raises RuntimeError when it has ended, or does not in so many seconds.
    """
    deadline = time.monotonic() + seconds
    with grpc.insecure_channel(address) as channel:
        ready = grpc.channel_ready_future(channel)
        while server.poll() is None and time.monotonic() < deadline:
            with suppress(grpc.FutureTimeoutError):
                ready.result(timeout=0.5)
                return
    raise RuntimeError(f"the server did not start, its exit code is {server.poll()}")
