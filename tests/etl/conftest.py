"""Fixtures of the ETL's tests: what a load leaves in the database, and a server of buckets."""

import multiprocessing
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import asyncpg
import pytest

from superzol_etl.load.classifying import classifier
from tests.support.minio import Minio, running_minio
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


@pytest.fixture(scope="module")
def minio() -> Iterator[Minio]:
    """A server of buckets."""
    with running_minio() as running:
        yield running


@pytest.fixture(scope="module")
def worker() -> Iterator[ProcessPoolExecutor]:
    """A process of its own, as the one that classifies is started before there are threads."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, mp_context=context, initializer=start_classifier) as pool:
        yield pool


def start_classifier() -> None:
    """In the worker: a bound method would start a copy."""
    classifier().start()
