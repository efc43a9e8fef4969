"""Writes the ledger of a run beside a small data set, as the ETL would leave it."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

import asyncpg

STARTED_AT = datetime(2026, 3, 2, 4, tzinfo=UTC)


class File(NamedTuple):
    """What became of a file; rejects: the reason of each row refused, from line 2 on."""

    name: str
    chain_id: str | None
    rows: int = 10
    rejects: tuple[str, ...] = ()
    state: str = "loaded"


class Run(NamedTuple):
    """A run of one stage; it took a minute unless it is running."""

    run_id: str
    version: int | None = None
    files: tuple[File, ...] = ()
    state: str = "succeeded"
    started_at: datetime = STARTED_AT
    error: str | None = None


async def note_runs(connection: asyncpg.Connection, *runs: Run) -> None:
    """Writes the runs after the chains their files name."""
    for run in runs:
        ended_at = None if run.state == "running" else run.started_at + timedelta(minutes=1)
        times = run.started_at, ended_at
        await connection.execute(INSERT_RUN, run.run_id, run.state, run.version, *times, run.error)
        await connection.execute(INSERT_STAGE, run.run_id, run.state, *times, run.error)
        for file in run.files:
            counted = Counter(file.rejects)
            await connection.execute(
                INSERT_FILE, run.run_id, file.name, file.chain_id, file.state, file.rows,
                len(file.rejects), list(counted), list(counted.values()),
            )  # fmt: skip
            rows = [
                (run.run_id, file.name, line, reason, f"raw {line}")
                for line, reason in enumerate(file.rejects, 2)
            ]
            await connection.copy_records_to_table("reject", records=rows)


INSERT_RUN = """
INSERT INTO etl_run (run_id, dataset_key, stage, state, result, version, started_at, ended_at,
                     error, counts)
SELECT $1, min(dataset_key), 'refresh', $2, CASE WHEN $2 = 'succeeded' THEN 'Loaded' END,
       $3, $4, $5, $6, '{"changed": 7}'
FROM dataset
"""
INSERT_STAGE = """
INSERT INTO etl_stage (run_id, stage, shard, shards, state, started_at, ended_at, error)
VALUES ($1, 'refresh', 0, 1, $2, $3, $4, $5)
"""
INSERT_FILE = """
INSERT INTO file_report (run_id, file, chain_key, digest, state, rows, loaded, superseded, rejected,
                         reject_reasons, reject_counts)
SELECT $1, $2, (SELECT chain_key FROM chain WHERE chain_id = $3), 'digest', $4, $5::int8,
       $5 - 1 - $6::int8, 1, $6, $7, $8
"""
