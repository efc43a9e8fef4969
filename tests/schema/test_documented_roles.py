"""The database that docs/operator.md tells people to make serves loader and server."""

import re
import uuid
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest_asyncio

from superzol_schema import upgrade
from tests.contract.repository import ROOT
from tests.support.loading import run, snapshot
from tests.support.postgres import execute, sibling, signed_in

DOCUMENT = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")


@pytest_asyncio.fixture
async def suffix(server_url: str) -> AsyncIterator[str]:
    """Names of the server are shared by all tests; what bears this suffix is dropped."""
    made = f"_{uuid.uuid4().hex}"
    yield made
    await execute(server_url, f"DROP DATABASE superzol{made} WITH (FORCE)")
    await execute(server_url, f"DROP ROLE loader{made}, server{made}")


async def test_the_documented_database_is_loaded_and_read_by_the_documented_users(
    server_url: str, suffix: str, tmp_path: Path
) -> None:
    block = re.findall(r"```sql\n(.*?)```", DOCUMENT, re.DOTALL)[0]
    named = re.sub(r"(CREATE (?:DATABASE|ROLE) \w+)", rf"\g<1>{suffix}", block)
    statements = [line for line in named.splitlines() if line.strip().startswith("CREATE")]
    database = sibling(server_url, f"superzol{suffix}")
    await execute(server_url, statements[0].replace("'password'", "'test'"))
    await upgrade(database)
    await execute(server_url, *(line.replace("'password'", "'test'") for line in statements[1:]))

    outcome = run(
        *("refresh", "--database", signed_in(database, f"loader{suffix}")),
        *("--source", str(snapshot(tmp_path, 1)), "--workers", "1"),
    )
    reader = await asyncpg.connect(signed_in(database, f"server{suffix}"))
    await reader.execute("SET ROLE superzol_reader")
    chains = await reader.fetchval("SELECT count(*) FROM chain")
    await reader.close()

    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded")
    assert chains == 3
