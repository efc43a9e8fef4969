"""Brings everything up in order, and down in the opposite one."""

import asyncio
import errno
import shutil
import signal
import socket
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple
from urllib.parse import parse_qsl, urlsplit

import asyncpg

from superzol_local import programs
from superzol_local.errors import (
    BusyError,
    LocalError,
    NotFoundError,
    RefusedError,
    WrongStateError,
)
from superzol_local.examples import READER, has_grpcurl, write_examples
from superzol_local.postgres import Postgres
from superzol_local.programs import Command, Program, python_module
from superzol_local.progress import Steps
from superzol_local.sample.snapshot import VERSIONS, write_snapshot
from superzol_local.state import EMBEDDED, SAMPLE, State, fingerprint
from superzol_local.told import read_summary, shortcomings

SERVER_START_SECONDS = 60.0
SERVER_STOP_SECONDS = 25.0
NEWEST_VERSION = files("superzol_local").joinpath("newest_version.sql").read_text(encoding="utf-8")
ENDINGS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line. database: None means the embedded one."""

    data: Sequence[Path]
    state: Path
    port: int
    database: str | None

    @property
    def sources(self) -> list[str]:
        """What each version comes from, in order."""
        return [str(folder.resolve()) for folder in self.data] or [SAMPLE] * VERSIONS

    @property
    def target(self) -> str:
        """How the state names the database: without user and password."""
        if self.database is None:
            return EMBEDDED
        parts = urlsplit(self.database)
        folder = dict(parse_qsl(parts.query)).get("host", "")
        return f"{parts.hostname or folder}:{parts.port or 5432}{parts.path}"


def check_url(database: str | None) -> None:
    """Refuses what would be taken for host or port, and shown, though it is the password."""
    try:
        parts = urlsplit(database or "")
        is_read_whole = parts.port != 0 and (
            "@" in parts.netloc or "@" not in parts.path + parts.query
        )
    except ValueError:
        is_read_whole = False
    if not is_read_whole:
        raise WrongStateError(
            "--database is not a valid URL: write it as postgresql://user:password@host:5432/name, "
            "with %2F for / in the password and so on"
        )


class _Target(NamedTuple):
    """The database to serve. program: its server, when it is ours."""

    url: str
    program: Program | None


class _StoppedError(Exception):
    """A signal asked for the end."""


async def serve(options: Options) -> None:
    """Loads what is missing and serves until SIGINT, SIGTERM or SIGHUP; then stops everything."""
    steps = Steps()
    check_url(options.database)
    for folder in options.data:
        if not folder.is_dir():
            told = (
                "is a file: name the folder that holds the CSV files, unpacked"
                if folder.exists()
                else "there is no folder of that name"
            )
            raise NotFoundError(f"--data {folder}: {told}")
    state = State(options.state)
    with state.locked():
        check_port(options.port)
        state.must_start_anew(options.target, options.sources)
        try:
            async with _stopped_by_signals(), _database(options, state, steps) as target:
                await _prepare(options, state, target.url, steps)
                await _run_server(options, state, target, steps)
        except _StoppedError as stopped:
            if stopped.__cause__:
                steps.say(f"{type(stopped.__cause__).__name__}: {stopped.__cause__}")
            steps.say("stopped")


def check_port(port: int) -> None:
    """Raises at once what the server would only find out after the load."""
    addresses = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    for family, address in addresses[: 1 + socket.has_ipv6]:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                if refusal := why_not(port, error):
                    raise refusal from error


def why_not(port: int, error: OSError) -> LocalError | None:
    """Returns the failure that an error at a port means; None: this machine lacks the address."""
    match error.errno:
        case errno.EADDRINUSE:
            return BusyError(
                f"port {port} is in use by another program: stop it, or give --port another number"
            )
        case errno.EACCES:
            return RefusedError(
                f"this user may not listen on port {port}, as on most below 1024: "
                "give --port a number from 1024 on"
            )
    return None


@asynccontextmanager
async def _stopped_by_signals() -> AsyncIterator[None]:
    """Turns the first signal into _StoppedError; more of them do not disturb the stopping."""
    loop, task = asyncio.get_running_loop(), asyncio.current_task()
    asked = False

    def ask() -> None:
        nonlocal asked
        if not asked and task is not None:
            asked = True
            task.cancel()

    for ending in ENDINGS:
        # nohup has it ignored, and means it
        if ending is not signal.SIGHUP or signal.getsignal(ending) is not signal.SIG_IGN:
            loop.add_signal_handler(ending, ask)
    try:
        yield
    except asyncio.CancelledError:
        if asked and task is not None:
            task.uncancel()
            raise _StoppedError from None
        raise
    except Exception as error:
        if asked:  # what was under way may end in any way
            raise _StoppedError from error
        raise


@asynccontextmanager
async def _database(options: Options, state: State, steps: Steps) -> AsyncIterator[_Target]:
    if options.database:
        yield _Target(options.database, None)
        return
    postgres = Postgres(state.folder, state.logs)
    try:
        with steps.step("starting PostgreSQL"):
            anew = state.must_start_anew(options.target, options.sources)
            url = await postgres.start(anew)
        yield _Target(url, postgres.program)
    except Exception as error:
        # What failed for want of the database says less than the database itself.
        if postgres.has_ended and postgres.program:
            raise postgres.program.failure() from error
        raise
    finally:
        await postgres.stop()


async def _prepare(options: Options, state: State, url: str, steps: Steps) -> None:
    """Brings schema and data up to what was asked for; what is done already is left alone."""
    upgrade = python_module("superzol_schema", "upgrade")
    with steps.step("preparing the schema"):
        await programs.run(Command("schema", upgrade, {"DATABASE_URL": url}), state.logs)
    newest = await _newest_version(url)
    if options.database and not options.data and newest > 0 and not state.read().sources:
        raise WrongStateError(
            "the database given by --database holds data already, and the sample would mix with "
            "it: give an empty database, or --data with the folders to load"
        )
    record = state.claim(options.target, options.sources)
    for version, source in enumerate(options.sources, start=1):
        mark = source if source == SAMPLE else fingerprint(Path(source))
        if version <= newest and record.loaded[version - 1 : version] == (mark,):
            continue
        folder = Path(source) if source != SAMPLE else await _sample(state, version, steps)
        await _load(folder, version, (state, url), steps)
        loaded = (*record.loaded[: version - 1], mark, *record.loaded[version:])
        record = replace(record, loaded=loaded)
        state.write(record)


async def _newest_version(url: str) -> int:
    connection = await asyncpg.connect(url, server_settings=READER)
    try:
        [newest] = await connection.fetch(NEWEST_VERSION)
    finally:
        await connection.close()
    return int(newest["version"])


async def _sample(state: State, version: int, steps: Steps) -> Path:
    """Returns the folder of a version of the sample, made whole or not at all."""
    folder = state.folder / "sample" / str(version)
    if not folder.exists():
        folder.parent.mkdir(exist_ok=True)
        for half_made in folder.parent.glob("new.*"):
            shutil.rmtree(half_made)
        fresh = Path(tempfile.mkdtemp(prefix="new.", dir=folder.parent))
        with steps.step(f"making sample day {version}"):
            await asyncio.to_thread(write_snapshot, fresh, version)
        fresh.rename(folder)
    return folder


async def _load(folder: Path, version: int, into: tuple[State, str], steps: Steps) -> None:
    state, url = into
    refresh = python_module("superzol_etl", "refresh", "--source", str(folder))
    command = Command(
        f"etl-{version}", [*refresh, "--version", str(version)], {"DATABASE_URL": url}
    )
    with steps.step(f"loading version {version}"):
        await programs.run(command, state.logs)
    log = state.logs / f"etl-{version}.log"
    for line in shortcomings(read_summary(log), version, log):
        steps.say(line)


async def _run_server(options: Options, state: State, target: _Target, steps: Steps) -> None:
    command = Command(
        "server",
        python_module("superzol_server", "serve", "--port", str(options.port)),
        {"DATABASE_URL": target.url, "SUPERZOL_SERVER_HOST": "localhost"},
    )
    server = await programs.start(command, state.logs)
    try:
        with steps.step("starting the server"):
            await _answers(server, options.port)
        steps.say(f"serving on localhost:{options.port}")
        if not has_grpcurl():
            steps.say("to ask it, install grpcurl: make .tools/bin/grpcurl")
        for line in await write_examples(target.url, options.port):
            steps.say(line)
        await _first_to_end([server, target.program] if target.program else [server])
    finally:
        await programs.stop(server, signal.SIGTERM, SERVER_STOP_SECONDS)


async def _answers(server: Program, port: int) -> None:
    """Waits until the server takes connections."""
    async with asyncio.timeout(SERVER_START_SECONDS):
        while server.process.returncode is None:
            try:
                _, writer = await asyncio.open_connection("localhost", port)
            except OSError:
                await asyncio.sleep(0.05)
            else:
                writer.close()
                return
    raise server.failure()


async def _first_to_end(running: Sequence[Program]) -> None:
    """Waits until a program ends, which none should, and raises its failure."""
    waits = {asyncio.create_task(each.process.wait()): each for each in running}
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
    raise waits[done.pop()].failure()
