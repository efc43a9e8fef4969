"""Fixtures for every test: a real PostgreSQL, and a fresh database with the schema for each test.

`server_url`   (session) URL of a server: an embedded one, or the one TEST_DATABASE_URL names.
`template_url` (session) URL of a database with the schema and no rows; do not connect to it.
`blank`        URL of a new database without the schema.
`database`     URL of a new copy of the template (60 ms); dropped after the test.
`connection`   asyncpg connection to `database`, as its owner and superuser.

Code that tests share lives in tests/support, imported as `from tests.support.postgres import ...`
(the root of the repository is on sys.path: `pythonpath = ["."]` in pyproject.toml). Under
pytest-xdist each worker starts a server of its own.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import asyncpg
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, settings

from superzol_schema import upgrade
from tests.support.postgres import CREATE_DATABASE, FASTER, execute, running_server, sibling

# How long an example takes, to run or to draw, says nothing on a busy machine.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given
        return
    with running_server() as url:
        settings = [f"ALTER SYSTEM SET {setting}" for setting in FASTER]
        asyncio.run(execute(url, *settings, "SELECT pg_reload_conf()"))
        yield url


@pytest.fixture(scope="session")
def template_url(server_url: str) -> Iterator[str]:
    name = new_name()
    url = sibling(server_url, name)
    asyncio.run(execute(server_url, CREATE_DATABASE.format(name=name)))
    asyncio.run(upgrade(url))
    yield url
    asyncio.run(execute(server_url, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest_asyncio.fixture
async def blank(server_url: str) -> AsyncIterator[str]:
    name = new_name()
    async with new_database(server_url, name, CREATE_DATABASE.format(name=name)) as url:
        yield url


@pytest_asyncio.fixture
async def database(server_url: str, template_url: str) -> AsyncIterator[str]:
    name, template = new_name(), template_url.split("?")[0].rsplit("/", 1)[1]
    creation = f"CREATE DATABASE {name} TEMPLATE {template}"
    async with new_database(server_url, name, creation) as url:
        yield url


@pytest_asyncio.fixture
async def connection(database: str) -> AsyncIterator[asyncpg.Connection]:
    opened = await asyncpg.connect(database)
    yield opened
    await opened.close()


@asynccontextmanager
async def new_database(server_url: str, name: str, creation: str) -> AsyncIterator[str]:
    """Creates a database and drops it afterwards, whoever is still connected."""
    await execute(server_url, creation)
    yield sibling(server_url, name)
    await execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


def new_name() -> str:
    """Returns a database name that no other run uses."""
    return f"superzol_test_{uuid.uuid4().hex}"
