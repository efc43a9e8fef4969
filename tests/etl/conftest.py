"""Fixtures of the ETL's tests: what a load leaves in the database."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.support.snapshots import Chain

State = dict[tuple[str, str], str]

FINAL_STATE = (Path(__file__).parents[1] / "support" / "final_state.sql").read_text()


@pytest.fixture
def final_state(connection: asyncpg.Connection) -> Callable[[], Awaitable[State]]:
    """Everything a load leaves, by natural keys."""

    async def read() -> State:
        rows = await connection.fetch(FINAL_STATE)
        return {(kind, key): value for kind, key, value in rows}

    return read


@pytest.fixture
def chain(database: str, tmp_path: Path) -> Chain:
    """Loads snapshots of one chain."""
    return Chain(database, tmp_path)
