"""Runs the ETL and the server as the processes that users run."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.ports import free_port
from tests.support.starting import wait_until_ready

START_TIMEOUT_SECONDS = 120
STOP_TIMEOUT_SECONDS = 60


class Finished(NamedTuple):
    """How a run of the ETL ended."""

    exit_code: int
    summary: dict[str, Any]
    messages: str


def refresh(database: str, source: Path, *options: str) -> Finished:
    """Runs `superzol-etl refresh` and reads its summary, the last line of its output."""
    command = [sys.executable, "-m", "superzol_etl", "refresh", "--source", str(source), *options]
    environment = os.environ | {"DATABASE_URL": database}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    lines = run.stdout.splitlines() or ["{}"]
    return Finished(run.returncode, json.loads(lines[-1]), run.stderr)


@contextmanager
def serving(database: str) -> Iterator[str]:
    """Runs `superzol-server serve` on a free port and yields its address once it answers."""
    port = free_port()
    ports = "--port", str(port), "--http-port", "0"
    command = [sys.executable, "-m", "superzol_server", "serve", *ports]
    server = subprocess.Popen(command, env=os.environ | {"DATABASE_URL": database})
    address = f"localhost:{port}"
    try:
        wait_until_ready(server, address, START_TIMEOUT_SECONDS)
        yield address
    finally:
        server.terminate()
        server.wait(STOP_TIMEOUT_SECONDS)
