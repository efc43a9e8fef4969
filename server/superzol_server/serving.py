"""The life of the server: reach the database, serve, drain."""

import asyncio
import gc
import logging
import signal
import ssl
from contextlib import suppress

import asyncpg
import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from superzol_server.api import Api, build_api
from superzol_server.database import Database
from superzol_server.database_url import check_url
from superzol_server.metrics import Metrics
from superzol_server.monitoring import Monitor
from superzol_server.settings import Settings
from superzol_server.sql import load_statements

LOOK_SECONDS = 0.1
QUIET_LOOKS = 5
MOST_LOOKS = 50  # clients that ask on and on must not keep a server that is told to stop

PASSING = (
    OSError,
    asyncpg.CannotConnectNowError,
    asyncpg.PostgresConnectionError,
    asyncpg.TooManyConnectionsError,
)

log = logging.getLogger(__name__)


def is_passing(error: Exception) -> bool:
    """Whether trouble with the database may pass by itself, as a refused certificate does not."""
    return isinstance(error, PASSING) and not isinstance(error, ssl.SSLCertVerificationError)


async def serve(settings: Settings) -> None:
    """Serves until SIGTERM or SIGINT, then lets the calls under way end."""
    metrics = Metrics()
    monitor = Monitor(metrics)
    async with monitor.listening(settings.host, settings.http_port) as http_port:
        log.info("probes and metrics", extra={"host": settings.host, "port": http_port})
        database = await reach_database(settings)
        try:
            # Else it would say that it serves, and fail with each call that wants a newer schema.
            await database.check(load_statements())
            monitor.observe(database)
            connections = settings.connections()
            api = build_api(database, settings.host, settings.port, connections, metrics)
            stop = asyncio.Event()
            for number in (signal.SIGTERM, signal.SIGINT):
                asyncio.get_running_loop().add_signal_handler(number, stop.set)
            await api.health.start()
            await api.server.start()
            monitor.is_ready = True
            keep_what_is_there()
            api.known_words.begin()
            log.info("serving", extra={"host": settings.host, "port": api.port})
            await watch_until(stop, api, settings.health_seconds)
            monitor.is_ready = False
            await drain(api, settings)
        finally:
            await database.close()
    log.info("stopped")


async def reach_database(settings: Settings) -> Database:
    """Connects, and tries again while the trouble may pass; raises the last error after that."""
    url = settings.database.get_secret_value()
    check_url(url)
    set_on_retry_hooks([log_retry])
    attempts = stamina.retry_context(
        on=is_passing, attempts=None, timeout=settings.start_seconds, wait_initial=0.1, wait_max=2.0
    )
    async for attempt in attempts:
        with attempt:
            return await Database.open(url, settings.limits())
    raise AssertionError("the last attempt returns or raises")


def keep_what_is_there() -> None:
    """Spares the collector of garbage what stays for good: 40 ms in which nobody was answered."""
    gc.collect()
    gc.freeze()


def log_retry(details: RetryDetails) -> None:
    """Says why the start takes longer."""
    waits = {"problem": repr(details.caused_by), "wait_seconds": round(details.wait_for, 2)}
    log.warning("database not reached yet", extra=waits)


async def watch_until(stop: asyncio.Event, api: Api, seconds: float) -> None:
    """Keeps the health up to date until told to stop."""
    watcher = asyncio.create_task(api.health.watch(seconds))
    await stop.wait()
    watcher.cancel()
    with suppress(asyncio.CancelledError):
        await watcher


async def drain(api: Api, settings: Settings) -> None:
    """Says NOT_SERVING first, refuses new calls until none comes, and waits for those under way.

    Calls that came in and were not looked at yet would be CANCELLED, which no client tries again.
    """
    log.info("draining", extra={"grace_seconds": settings.grace_seconds})
    await api.health.drain()
    await asyncio.sleep(settings.drain_seconds)
    api.calls.refuse_calls()
    api.generations.stop()
    quiet, looks = 0, 0
    # Many short looks: a loop that stood still through one long look has heard of no call yet.
    while quiet < QUIET_LOOKS and looks < MOST_LOOKS:
        refused, looks = api.calls.refused, looks + 1
        await asyncio.sleep(LOOK_SECONDS)
        quiet = quiet + 1 if api.calls.refused == refused else 0
    await api.server.stop(settings.grace_seconds)
