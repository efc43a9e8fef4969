"""What the server tells over HTTP: whether it lives and is ready, how it stands, its metrics."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from time import perf_counter
from typing import Any

from aiohttp import web
from prometheus_client.exposition import choose_encoder

from superzol_server.database import Database, Row
from superzol_server.listening import PortError, to_address
from superzol_server.metrics import Metrics
from superzol_server.sql import load_statement

GET_CONDITION = load_statement(__package__, "get_condition")
LOOK_SECONDS = 2
STOP_SECONDS = 1  # for who still reads when all calls have ended
ALL_ADDRESSES = "0.0.0.0", "::"
RUN = "run_id", "stage", "state", "result", "version"
TIMES = "start_time", "end_time"


class Monitor:
    """Answers while the server starts, serves and drains.

    is_ready: it takes calls; data need not be loaded, as a release is installed before them.
    """

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._begun = perf_counter()
        self._database: Database | None = None
        self.is_ready = False

    def observe(self, database: Database) -> None:
        """Tells of this database from now on."""
        self._database = database
        self._metrics.observe(database)

    @asynccontextmanager
    async def listening(self, host: str, port: int) -> AsyncIterator[int]:
        """Listens until left, on the port that it gives; 0 takes a free one. Raises PortError."""
        application = web.Application()
        for path, answer in (
            ("/livez", self._live),
            ("/readyz", self._ready),
            ("/healthz", self._health),
            ("/metrics", self._measure),
        ):
            application.router.add_get(path, answer)
        runner = web.AppRunner(
            application, handle_signals=False, access_log=None, shutdown_timeout=STOP_SECONDS
        )
        await runner.setup()
        try:
            try:
                await _site(runner, host.strip("[]"), port).start()
            except (socket.gaierror, UnicodeError) as error:
                raise PortError(to_address(host, port), None, "--http-port") from error
            except OSError as error:
                raise PortError(to_address(host, port), error.errno, "--http-port") from error
            yield runner.addresses[0][1]
        finally:
            await runner.cleanup()

    async def _live(self, _: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def _ready(self, _: web.Request) -> web.Response:
        if self.is_ready:
            return web.Response(text="ok\n")
        return web.Response(status=503, text="starting or stopping\n")

    async def _measure(self, request: web.Request) -> web.Response:
        encode, kind = choose_encoder(request.headers.get("Accept", ""))
        return web.Response(body=encode(self._metrics.registry), headers={"Content-Type": kind})

    async def _health(self, _: web.Request) -> web.Response:
        process = {
            "version": version("superzol"),
            "uptime_seconds": round(perf_counter() - self._begun, 3),
            "memory_bytes": self._metrics.resident_bytes(),
        }
        if self._database is None:
            return web.json_response({"status": "starting", **process}, status=503)
        database = await look(self._database)
        status = self._status(database)
        newest = self._database.generations.newest
        told = {"status": status, **process, "generation": newest, **database}
        pool = self._database.pool()._asdict()
        return web.json_response(
            {**told, "pool": pool}, status=200 if status in ("serving", "no data") else 503
        )

    def _status(self, looked: dict[str, Any]) -> str:
        if not looked["database"]["answers"]:
            return "database away"
        if not self.is_ready:
            return "starting or stopping"
        return "serving" if self._database and self._database.generations.newest else "no data"


def _site(runner: web.AppRunner, host: str, port: int) -> web.BaseSite:
    """Returns where to listen; all addresses are those of IPv4 and IPv6, as gRPC takes them.

    Of a pod that has one of them, 0.0.0.0 and the :: of asyncio would leave the other out.
    """
    if host not in ALL_ADDRESSES or not socket.has_dualstack_ipv6():
        return web.TCPSite(runner, host, port)
    bound = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return web.SockSite(runner, bound)


async def look(database: Database) -> dict[str, Any]:
    """Whether the database answers and in what time; what it tells of the data and the last run.

    In a jam of calls this look gets no connection in time, and the database answers all the same.
    """
    begun, before = perf_counter(), database.answers
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            row = (await database.fetch(GET_CONDITION)).row or {}
    except Exception as error:
        # The kind alone: the words of a driver may hold more than strangers should read.
        is_jam = database.answers > before
        return {"database": {"answers": is_jam, "problem": type(error).__name__}}
    seconds = round(perf_counter() - begun, 6)
    return {"database": {"answers": True, "seconds": seconds}, **freshness(row)}


def freshness(row: Row) -> dict[str, Any]:
    """What a row of get_condition tells, None for what is not there yet."""
    newest = row["newest_observed_time"]
    age = newest and max(round((datetime.now(UTC) - newest).total_seconds()), 0)
    run = {name: row[name] for name in RUN}
    times = {name: row[name] and row[name].isoformat() for name in TIMES}
    return {
        "data": {"newest_observed_time": newest and newest.isoformat(), "age_seconds": age},
        "last_run": {**run, **times} if row["run_id"] else None,
    }
