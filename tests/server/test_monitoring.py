"""What the server tells over HTTP, of a server and a database that are real."""

import asyncio
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import aiohttp
import asyncpg
import grpc.aio
import pytest
import pytest_asyncio
from prometheus_client.parser import text_string_to_metric_families

from superzol.catalog.v1.store_pb2 import GetStoreRequest
from superzol.dataset.v1.dataset_pb2 import GetStatsRequest
from superzol_server.api import OPTIONS
from superzol_server.database import Database, Limits
from superzol_server.listening import listen
from superzol_server.metrics import Metrics
from superzol_server.monitoring import GET_CONDITION, Monitor
from tests.support.catalogue import Store, fill
from tests.support.clients import CatalogClient, DatasetClient
from tests.support.runs import Run, note_runs
from tests.support.server import LIMITS, reached, refusal, running_api
from tests.support.server_process import log_until, run, serving, start


class Told(NamedTuple):
    """What an address answered."""

    status: int
    text: str


class Http:
    """Asks a server over HTTP."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self._base = f"http://127.0.0.1:{port}"
        self._session = session

    async def get(self, path: str) -> Told:
        async with self._session.get(self._base + path) as answer:
            return Told(answer.status, await answer.text())

    async def health(self) -> tuple[int, dict[str, Any]]:
        async with self._session.get(self._base + "/healthz") as answer:
            return answer.status, await answer.json()

    async def sample(self, name: str, **labels: str) -> float | None:
        """The value of a metric whose labels have these among them."""
        for family in text_string_to_metric_families((await self.get("/metrics")).text):
            for sample in family.samples:
                if sample.name == name and labels.items() <= sample.labels.items():
                    return sample.value
        return None


@pytest_asyncio.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


@asynccontextmanager
async def watched(
    database: str, session: aiohttp.ClientSession, limits: Limits
) -> AsyncIterator[Http]:
    """A monitor of a database that is open, as of a server that takes calls."""
    opened = await reached(database, limits)
    monitor = Monitor(Metrics())
    monitor.observe(opened)
    monitor.is_ready = True
    try:
        async with monitor.listening("127.0.0.1", 0) as port:
            yield Http(port, session)
    finally:
        await opened.close()


async def test_server_that_waits_for_its_database_lives_and_is_not_ready(
    session: aiohttp.ClientSession,
) -> None:
    url = "postgresql://nobody@127.0.0.1:1/x"
    arguments = ("serve", "--host", "127.0.0.1", "--port", "0", "--database", url)
    process = await start(*arguments, START_SECONDS="600", HTTP_PORT="0")
    try:
        http = Http((await log_until(process, "probes and metrics"))["port"], session)
        assert (await http.get("/livez")).status == 200
        assert (await http.get("/readyz")).status == 503
        status, told = await http.health()
        assert (status, told["status"]) == (503, "starting")
        assert told["uptime_seconds"] > 0 and told["memory_bytes"] > 1_000_000
    finally:
        process.kill()
        await process.communicate()


async def test_server_is_ready_before_the_first_load_and_says_that_there_are_no_data(
    database: str, session: aiohttp.ClientSession
) -> None:
    async with serving(database) as server:
        http = Http(server.http_port, session)
        assert (await http.get("/readyz")).status == 200
        status, told = await http.health()
    assert (status, told["status"], told["generation"]) == (200, "no data", 0)
    assert told["data"] == {"newest_observed_time": None, "age_seconds": None}
    assert told["last_run"] is None


async def test_server_that_stops_is_not_ready_while_it_drains(
    database: str, session: aiohttp.ClientSession
) -> None:
    async with serving(database, DRAIN_SECONDS="600") as server:
        http = Http(server.http_port, session)
        server.process.send_signal(signal.SIGTERM)
        await server.log_until("draining")
        assert (await http.get("/livez")).status == 200
        assert (await http.get("/readyz")).status == 503
        status, told = await http.health()
    assert (status, told["status"]) == (503, "starting or stopping")


async def test_health_tells_how_old_the_data_are_and_how_the_last_run_went(
    database: str, connection: asyncpg.Connection, session: aiohttp.ClientSession
) -> None:
    observed = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=5)
    await fill(connection, Store("shop:1", observed_at=observed))
    begun = observed + timedelta(hours=1)
    runs = Run("early", started_at=begun), Run("late", started_at=begun + timedelta(minutes=5))
    await note_runs(connection, *runs)
    async with watched(database, session, Limits(connections=2)) as http:
        status, told = await http.health()
    assert (status, told["status"]) == (200, "serving")
    assert told["data"]["newest_observed_time"] == observed.isoformat()
    assert 5 * 3600 <= told["data"]["age_seconds"] < 6 * 3600
    assert told["last_run"]["run_id"] == "late"
    assert 0 < told["database"]["seconds"] < 60
    assert told["pool"]["limit"] == 2


async def test_database_that_does_not_answer_is_told_and_the_process_stays_ready(
    database: str, connection: asyncpg.Connection, session: aiohttp.ClientSession
) -> None:
    await fill(connection, Store("shop:1"))
    async with watched(database, session, Limits(connections=1)) as http, connection.transaction():
        await connection.execute("LOCK TABLE dataset IN ACCESS EXCLUSIVE MODE")
        status, told = await http.health()
        assert (status, told["status"]) == (503, "database away")
        assert told["database"] == {"answers": False, "problem": "TimeoutError"}
        # A pod that were not ready, or killed, would answer nobody once the database is back.
        assert (await http.get("/livez")).status == 200
        assert (await http.get("/readyz")).status == 200


async def test_database_that_answers_others_in_a_jam_is_not_away(
    database: str, connection: asyncpg.Connection, session: aiohttp.ClientSession
) -> None:
    await fill(connection, Store("shop:1"))

    async def jam(held: Database) -> None:
        async with held.snapshot() as snapshot:
            while True:
                await snapshot.fetch(GET_CONDITION)

    async with running_api(database, LIMITS._replace(connections=1)) as running:
        running.monitor.observe(running.database)
        running.monitor.is_ready = True
        jammed = asyncio.create_task(jam(running.database))
        async with running.monitor.listening("127.0.0.1", 0) as port:
            status, told = await Http(port, session).health()
        jammed.cancel()
        with suppress(asyncio.CancelledError):
            await jammed
    assert (status, told["status"]) == (200, "serving")
    assert told["database"] == {"answers": True, "problem": "TimeoutError"}


async def test_metrics_count_calls_by_method_and_status(
    database: str, connection: asyncpg.Connection, session: aiohttp.ClientSession
) -> None:
    await fill(connection, Store("shop:1"))
    async with running_api(database) as running:
        for _ in range(3):
            await DatasetClient(running.channel).GetStats(GetStatsRequest())
        client = CatalogClient(running.channel)
        await refusal(client.GetStore(GetStoreRequest(store_id="shop:2")))
        running.monitor.observe(running.database)
        async with running.monitor.listening("127.0.0.1", 0) as port:
            http = Http(port, session)
            stats = {
                "grpc_service": "superzol.dataset.v1.DatasetService",
                "grpc_method": "GetStats",
            }
            store = {"grpc_method": "GetStore", "grpc_type": "unary", "grpc_code": "NOT_FOUND"}
            assert await http.sample("grpc_server_started_total", **stats) == 3
            assert await http.sample("grpc_server_handled_total", **stats, grpc_code="OK") == 3
            assert await http.sample("grpc_server_handled_total", **store) == 1
            assert await http.sample("grpc_server_handling_seconds_count", **stats) == 3
            seconds = await http.sample("grpc_server_handling_seconds_sum", **stats)
            waited = await http.sample("superzol_server_database_seconds_sum", **stats)
            assert seconds and waited and 0 < waited < seconds
            assert (
                await http.sample("superzol_server_generation")
                == running.database.generations.newest
            )
            assert await http.sample("superzol_server_pool_limit") == 4
            assert await http.sample("process_resident_memory_bytes")


@pytest.mark.parametrize(
    ("accepted", "kind"),
    [
        ("*/*", "text/plain; version=0.0.4; charset=utf-8"),
        ("text/plain;version=0.0.4", "text/plain; version=0.0.4; charset=utf-8"),
        (
            "application/openmetrics-text;version=1.0.0",
            "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=underscores",
        ),
    ],
)
async def test_metrics_come_in_the_version_that_was_asked_for(
    accepted: str, kind: str, session: aiohttp.ClientSession
) -> None:
    async with Monitor(Metrics()).listening("127.0.0.1", 0) as port:
        address, asked = f"http://127.0.0.1:{port}/metrics", {"Accept": accepted}
        async with session.get(address, headers=asked) as answer:
            assert answer.headers["Content-Type"] == kind
            assert "process_resident_memory_bytes" in await answer.text()


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
async def test_probes_are_reached_by_all_addresses_by_which_grpc_is(host: str) -> None:
    server = grpc.aio.server(options=OPTIONS)
    port = listen(server, host, 0)
    await server.start()
    addresses = "127.0.0.1", "::1"
    async with Monitor(Metrics()).listening(host, 0) as http_port:
        over_grpc = [await is_open(address, port) for address in addresses]
        over_http = [await is_open(address, http_port) for address in addresses]
    await server.stop(None)
    assert over_http == over_grpc


async def is_open(address: str, port: int) -> bool:
    try:
        _, writer = await asyncio.open_connection(address, port)
    except OSError:
        return False
    writer.close()
    await writer.wait_closed()
    return True


async def test_taken_http_port_is_a_fault_of_configuration(database: str) -> None:
    async with serving(database) as server:
        arguments = ["serve", "--database", database, "--host", "127.0.0.1", "--port", "0"]
        code, said = await run(*arguments, "--http-port", str(server.http_port))
    assert code == 78
    assert "stop that one, or choose another --http-port" in said
