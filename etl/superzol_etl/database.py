"""Connects to the database as the role that may load."""

import asyncio
import socket
import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Self, TypeAlias

import asyncpg

from superzol_etl.certificates import untrusted
from superzol_etl.database_url import MissingFileError, check_url
from superzol_etl.errors import EtlError, NotAllowed, PassingTrouble, WrongConfiguration
from superzol_etl.silence import ended_by_silence
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl"
CONNECT_SECONDS = 10
CLOSE_SECONDS = 10  # a server that is frozen hears of no end, nor of a statement that is given up
TURNS_TO_HEAR = 3  # the system tells, the driver reads, its protocol closes
# Of a machine that was lost without a word the system tells after two hours: so long would the
# claim of its run keep all others away, and so long would a run wait for its database.
KEEPALIVES = {"IDLE": 30, "INTVL": 10, "CNT": 3}
SETTINGS = {
    "role": "superzol_loader",
    "application_name": "superzol-etl",
    "jit": "off",
    # A plan made for one chain need not suit the next, on a connection kept from chain to chain.
    "plan_cache_mode": "force_custom_plan",
    # Limits of a role or a database are for those who ask: a load takes as long as it takes.
    "statement_timeout": "0",
    "idle_session_timeout": "0",
    "idle_in_transaction_session_timeout": "0",
    "tcp_keepalives_idle": str(KEEPALIVES["IDLE"]),
    "tcp_keepalives_interval": str(KEEPALIVES["INTVL"]),
    "tcp_keepalives_count": str(KEEPALIVES["CNT"]),
}
BAD_URL = (
    "--database is no valid URL of PostgreSQL: write it as"
    " postgresql://user:password@host:5432/name, and / @ : # ? in a password as %2F %40 %3A %23 %3F"
)
UNREACHED = (
    "no PostgreSQL answers ({error}): start it, `superzol up` runs one, or correct the host and"
    " port of --database"
)
STANDBY = (
    "the database takes no writes ({error}), as it is a standby: run the same command again once"
    " it is promoted, or name the primary in --database"
)
READ_ONLY = (
    "the database takes no writes ({error}): turn default_transaction_read_only off, of the"
    " server, the database or the user of --database"
)

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@asynccontextmanager
async def connected(url: str, *, of_run: bool = False) -> AsyncIterator[Connection]:
    """A connection that acts as superzol_loader, whoever the URL logs in as.

    of_run: commits do not wait for the disk. What comes first in the log of a server is there
    first, so the end of a run, which waits as is set, makes sure of all of them; and a server
    that fell before has ended the connection that its run holds.

    Raises WrongConfiguration for a URL that is none, and when the database takes no writes by its
    settings; PassingTrouble when nothing answers, or no longer, and when it is a standby; else the
    driver's errors.
    """
    connection = await _connect(url, of_run)
    try:
        with refused_writes_told(connection):
            async with ended_by_silence(connection, url):
                yield connection
    finally:
        await _close(connection)


async def _close(connection: Connection) -> None:
    """Also where nobody answers: the driver would wait for that."""
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await connection.close()
    except TimeoutError:
        connection.terminate()


class Connections:
    """Connections of a run that are kept from chain to chain.

    For each new one PostgreSQL starts a process, which learns the tables anew.
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._idle: list[Connection] = []

    @asynccontextmanager
    async def taken(self) -> AsyncIterator[Connection]:
        """One for the caller alone, as `connected` gives it; what fails closes it."""
        for _ in range(TURNS_TO_HEAR):  # of a loop that stood still while the server ended some
            await asyncio.sleep(0)
        self._idle = [each for each in self._idle if not each.is_closed()]
        connection = self._idle.pop() if self._idle else await _connect(self._url, of_run=True)
        try:
            with refused_writes_told(connection):
                async with ended_by_silence(connection, self._url):
                    yield connection
        except BaseException:
            await _close(connection)
            while self._idle:  # what ended this one may end them: each would be waited for again
                self._idle.pop().terminate()
            raise
        self._idle.append(connection)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        while self._idle:
            await _close(self._idle.pop())


async def _connect(url: str, of_run: bool) -> Connection:
    _check(url)
    try:
        connection = await asyncpg.connect(url, timeout=CONNECT_SECONDS, server_settings=SETTINGS)
    except ssl.SSLCertVerificationError as error:  # it is a ValueError, too
        refused = error.verify_message
        raise untrusted("PostgreSQL", refused, "as sslrootcert in --database") from error
    except (ValueError, TypeError, asyncpg.ClientConfigurationError):
        # What the driver says of a URL may show the password in it.
        raise WrongConfiguration(BAD_URL) from None
    except PermissionError as error:
        raise NotAllowed(f"{error}: let this user open the socket of PostgreSQL") from error
    except OSError as error:
        told = str(error) or type(error).__name__
        raise PassingTrouble(UNREACHED.format(error=told)) from error
    _ask_for_life(connection)
    _wake_at_the_end(connection)
    try:
        if of_run:
            await connection.execute(load_sql(PACKAGE, "commit_at_once"))
    except BaseException:
        await connection.close()
        raise
    return connection


def _ask_for_life(connection: Connection) -> None:
    """Has the system ask a silent server whether it is there still, which the driver does not."""
    transport = connection._transport  # type: ignore[attr-defined]  # it shows it nowhere else
    line = transport.get_extra_info("socket")
    if line.family == socket.AF_UNIX:
        return
    line.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    for name, value in KEEPALIVES.items():
        if option := getattr(socket, f"TCP_KEEP{name}", None):  # not every system has all
            line.setsockopt(socket.IPPROTO_TCP, option, value)


def _wake_at_the_end(connection: Connection) -> None:
    """Lets a COPY that waits to send more hear that its connection has ended.

    The driver tells who waits for an answer, but not who waits until the server has read some: a
    load whose server fell just then waited for ever (asyncpg 0.32).
    """
    protocol = connection._protocol  # type: ignore[attr-defined]  # it shows it nowhere else
    connection.add_termination_listener(lambda _: protocol.resume_writing())


def _check(url: str) -> None:
    try:
        check_url(url)
    except MissingFileError as error:
        raise WrongConfiguration(str(error)) from None
    except ValueError:
        raise WrongConfiguration(BAD_URL) from None


@contextmanager
def refused_writes_told(connection: Connection) -> Iterator[None]:
    """Tells a setting from a standby where a write was refused, in a task of a group too."""
    try:
        yield
    except asyncpg.ReadOnlySQLTransactionError as error:
        raise _read_only(connection, error) from error
    except BaseExceptionGroup as failed:
        refused, others = failed.split(asyncpg.ReadOnlySQLTransactionError)
        if refused is None:
            raise
        told = _read_only(connection, refused)
        if others is None:
            raise told from failed
        raise others.derive([*others.exceptions, told]) from failed


async def learn_arrays(connection: Connection) -> None:
    """Lets the driver ask for the types of arrays, which takes 15 ms, while there is time."""
    await connection.fetchrow(load_sql(PACKAGE, "learn_arrays"))


def _read_only(connection: Connection, error: BaseException) -> EtlError:
    """A standby may be promoted soon, as the server of a failover is; a setting stays."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    if getattr(connection.get_settings(), "in_hot_standby", "off") == "on":
        return PassingTrouble(STANDBY.format(error=error))
    return WrongConfiguration(READ_ONLY.format(error=error))
