"""Brings schema and data up to what was asked for; what is done already is left alone."""

import asyncio
import shutil
import tempfile
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import asyncpg

from superzol_local import programs
from superzol_local.errors import WrongStateError
from superzol_local.examples import READER
from superzol_local.options import Options
from superzol_local.programs import Command, python_module
from superzol_local.progress import Steps
from superzol_local.sample.snapshot import write_snapshot
from superzol_local.state import SAMPLE, State, fingerprint
from superzol_local.told import read_summary, shortcomings

NEWEST_VERSION = files("superzol_local").joinpath("newest_version.sql").read_text(encoding="utf-8")


async def upgrade_schema(url: str, state: State, steps: Steps) -> None:
    """Brings the database to the newest revision."""
    upgrade = python_module("superzol_schema", "upgrade")
    with steps.step("preparing the schema"):
        await programs.run(Command("schema", upgrade, {"DATABASE_URL": url}), state.logs)


async def load_missing(options: Options, state: State, url: str, steps: Steps) -> None:
    """Loads each version that was asked for, in order, unless the same was loaded before.

    Raises WrongStateError when the database holds data that the sample would mix with.
    """
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
        await _load(folder, version, state, url, steps)
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


async def _load(folder: Path, version: int, state: State, url: str, steps: Steps) -> None:
    refresh = python_module("superzol_etl", "refresh", "--source", str(folder))
    command = Command(
        f"etl-{version}", [*refresh, "--version", str(version)], {"DATABASE_URL": url}
    )
    with steps.step(f"loading version {version}"):
        await programs.run(command, state.logs)
    log = state.logs / f"etl-{version}.log"
    for line in shortcomings(read_summary(log), version, log):
        steps.say(line)
