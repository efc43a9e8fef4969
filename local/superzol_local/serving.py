"""Brings everything up in order, and down in the opposite one."""

import asyncio
import signal
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import NamedTuple

from superzol_local import programs
from superzol_local.examples import has_grpcurl, write_examples
from superzol_local.loading import load_missing, upgrade_schema
from superzol_local.options import Options, check_folders, check_url
from superzol_local.port import check_port
from superzol_local.postgres import Postgres
from superzol_local.programs import Command, Program, python_module
from superzol_local.progress import Steps
from superzol_local.state import State
from superzol_local.stopping import StoppedError, stopped_by_signals

SERVER_START_SECONDS = 60.0
SERVER_STOP_SECONDS = 25.0


class _Target(NamedTuple):
    """The database to serve. program: its server, when it is ours."""

    url: str
    program: Program | None


async def serve(options: Options) -> None:
    """Loads what is missing and serves until SIGINT, SIGTERM or SIGHUP; then stops everything."""
    steps = Steps()
    check_url(options.database)
    check_folders(options.data)
    state = State(options.state)
    with state.locked():
        check_port(options.port)
        state.must_start_anew(options.target, options.sources)
        try:
            async with stopped_by_signals(), _database(options, state, steps) as target:
                await upgrade_schema(target.url, state, steps)
                await load_missing(options, state, target.url, steps)
                await _run_server(options, state, target, steps)
        except StoppedError as stopped:
            if stopped.__cause__:
                steps.say(f"{type(stopped.__cause__).__name__}: {stopped.__cause__}")
            steps.say("stopped")


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


async def _run_server(options: Options, state: State, target: _Target, steps: Steps) -> None:
    command = Command(
        "server",
        # Nobody asks it for probes here: a free port is in nobody's way.
        python_module("superzol_server", "serve", "--port", str(options.port), "--http-port", "0"),
        {"DATABASE_URL": target.url, "SUPERZOL_SERVER_HOST": "localhost"},
    )
    server = await programs.start(command, state.logs)
    try:
        with steps.step("starting the server"):
            await _wait_for_answers(server, options.port)
        steps.say(f"serving on localhost:{options.port}")
        if not has_grpcurl():
            steps.say("to ask it, install grpcurl: make .tools/bin/grpcurl")
        for line in await write_examples(target.url, options.port):
            steps.say(line)
        await _wait_for_an_end([server, target.program] if target.program else [server])
    finally:
        await programs.stop(server, signal.SIGTERM, SERVER_STOP_SECONDS)


async def _wait_for_answers(server: Program, port: int) -> None:
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


async def _wait_for_an_end(running: Sequence[Program]) -> None:
    """Waits until a program ends, which none should, and raises its failure."""
    waits = {asyncio.create_task(each.process.wait()): each for each in running}
    try:
        done, _ = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waits:
            task.cancel()
    raise waits[done.pop()].failure()
