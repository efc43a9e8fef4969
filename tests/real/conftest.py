"""Fixtures of the fidelity tests: the real sample, loaded once by the real ETL and served.

`sample`   (session) folder of the sample below $SUPERZOL_DATA; missing, it is a failure.
`loaded`   (module) the sample loaded into a new database, as version 1.
`channel`  to a server process over that database.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import pytest
import pytest_asyncio
from grpc import aio

from tests.real.programs import Finished, refresh, serving
from tests.support.postgres import execute, sibling


class Loaded(NamedTuple):
    """A database with the sample in it."""

    database: str
    run: Finished


@pytest.fixture(scope="session")
def sample() -> Path:
    folder = Path(os.environ.get("SUPERZOL_DATA", "")) / "kaggle_sample"
    if not (folder / "dataset").is_dir() or not (folder / "raw_xml").is_dir():
        pytest.fail(f"no sample in {folder}: run make test-real DATA=<folder of kaggle_sample>")
    return folder


@contextmanager
def load_folder(folder: Path, server_url: str, template_url: str) -> Iterator[Loaded]:
    """Loads a folder into a new database, as version 1."""
    name = f"superzol_test_{uuid.uuid4().hex}"
    template = template_url.split("?")[0].rsplit("/", 1)[1]
    asyncio.run(execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}"))
    database = sibling(server_url, name)
    yield Loaded(database, refresh(database, folder, "--version", "1"))
    asyncio.run(execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(scope="module")
def loaded(sample: Path, server_url: str, template_url: str) -> Iterator[Loaded]:
    with load_folder(sample / "dataset", server_url, template_url) as found:
        yield found


@pytest.fixture(scope="module")
def address(loaded: Loaded) -> Iterator[str]:
    with serving(loaded.database) as served_at:
        yield served_at


@pytest_asyncio.fixture
async def channel(address: str) -> AsyncIterator[aio.Channel]:
    async with aio.insecure_channel(address) as opened:
        yield opened
