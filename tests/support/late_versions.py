"""Loads versions of a chain in this process, some of them only after later ones."""

from collections.abc import Sequence
from pathlib import Path

import asyncpg

from superzol_etl.clean.gates import Gates
from superzol_etl.database import Connections, connected
from superzol_etl.load.beside import beside
from superzol_etl.load.chain import load_chain
from superzol_etl.load.job import ChainJob
from superzol_etl.load.join import join_backfill
from superzol_etl.load.replay import replay_files
from superzol_etl.snapshot import read_snapshot


async def load_late(
    database: str,
    chain_id: str,
    folders: Sequence[tuple[int, Path]],
    older: int,
    *,
    one_by_one: bool = False,
) -> int:
    """Loads the versions from place `older` on, then those before; returns the chain's key.

    folders: of each version, the oldest first. With `older` 0 all are loaded in time. one_by_one:
    those before are joined one at a time, downwards, and otherwise all at once.
    """
    async with connected(database) as connection, Connections(database) as adding:
        dataset_key, chain_key = await _add_chain(connection, chain_id)
        jobs = []
        for version, folder in folders:
            run_id = f"{chain_id}-{version}"
            await connection.execute("INSERT INTO etl_run VALUES ($1, 1, 'x', 'running')", run_id)
            await connection.execute("SELECT ensure_price_span_partition($1)", version)
            files = read_snapshot(folder).chains[0]
            jobs.append(ChainJob(run_id, dataset_key, chain_key, version, files, 1, Gates()))
        for job in jobs[older:]:
            await load_chain(connection, adding, job)
        late = jobs[:older]
        for batch in [[job] for job in reversed(late)] if one_by_one else [late] * bool(late):
            async with beside(database, chain_key, chain_id, has_promotions=True) as of:
                rows = [await replay_files(of, job, None) for job in batch]
                await join_backfill(of, dataset_key, rows)
        return chain_key


async def _add_chain(connection: asyncpg.Connection, chain_id: str) -> tuple[int, int]:
    await connection.execute(
        "INSERT INTO dataset (dataset_id, name) VALUES ('d', 'D') ON CONFLICT DO NOTHING"
    )
    key = await connection.fetchval(
        "INSERT INTO chain (dataset_key, chain_id, name) VALUES (1, $1, $1) RETURNING chain_key",
        chain_id,
    )
    return 1, key
