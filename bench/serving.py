"""Asks the server what shoppers ask, beside a near-empty RPC on the same server."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench import clients
from bench.chain import Chain
from bench.chain_load import refresh
from bench.clients import Case, Load
from bench.postgres import fresh_database, run_sql
from bench.questions import ask_questions
from bench.results import Table
from tests.support.ports import free_port
from tests.support.starting import wait_until_ready

DATABASE = "bench_serving"
PROMOTIONS = Path(__file__).with_name("promotions.sql")
SECONDS = 5.0
START_TIMEOUT_SECONDS = 30
STOP_TIMEOUT_SECONDS = 15
EMPTY = Case("empty (health Check)", "/grpc.health.v1.Health/Check", [b""] * 100)


def measure(server_url: str, chain: Chain) -> Table:
    """Loads the chain, then puts each RPC under load right after the empty one."""
    with fresh_database(server_url, DATABASE) as url:
        refresh(url, chain.days[0], "Loaded", "--version", "1")
        run_sql(url, PROMOTIONS.read_text())
        with serving(url) as address, clients.client_processes() as pool:
            rows = []
            for case in ask_questions(address):
                empty = clients.drive(pool, address, EMPTY, SECONDS)
                rows.append(_row(case.name, clients.drive(pool, address, case, SECONDS), empty))
    at_once = clients.PROCESSES * clients.CHANNELS_PER_PROCESS * clients.CALLS_AT_ONCE_PER_CHANNEL
    return Table(
        "Serving",
        f"One chain of 1.5 million offers, one server process, {clients.PROCESSES} client "
        f"processes on the same machine, {at_once} calls at once, {SECONDS:.0f} s each. The empty "
        "call is the health service's Check on the same server, measured right before each RPC.",
        ["RPC", "calls/s", "p50 ms", "p99 ms", "empty calls/s", "empty p50 ms", "× empty calls/s"],
        rows,
    )


def _row(name: str, load: Load, empty: Load) -> list[str]:
    return [
        name,
        f"{load.calls_per_second:,.0f}",
        f"{load.percentile_ms(0.5):.1f}",
        f"{load.percentile_ms(0.99):.1f}",
        f"{empty.calls_per_second:,.0f}",
        f"{empty.percentile_ms(0.5):.1f}",
        f"{load.calls_per_second / empty.calls_per_second:.2f}",
    ]


@contextmanager
def serving(url: str) -> Iterator[str]:
    """The address of a server over the database."""
    port = free_port()
    ports = "--port", str(port), "--http-port", "0"
    command = [sys.executable, "-m", "superzol_server", "serve", *ports]
    environment = os.environ | {"DATABASE_URL": url}
    # A session of its own, as `superzol up` and services give it: Linux shares its time among those
    # first, and in that of the bench it had to share with the workers of a load.
    server = subprocess.Popen(
        command, env=environment, stderr=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_until_ready(server, f"localhost:{port}", START_TIMEOUT_SECONDS)
        yield f"localhost:{port}"
    finally:
        server.terminate()
        server.wait(STOP_TIMEOUT_SECONDS)
