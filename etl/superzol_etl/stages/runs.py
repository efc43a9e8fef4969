"""The ledger of runs: one row each, also of those that fail."""

import json
from typing import Any

import asyncpg

from superzol_etl.database import Connection
from superzol_etl.errors import EtlError, UsageError
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"


async def begin_run(connection: Connection, run_id: str, dataset_key: int, stage: str) -> None:
    """Raises UsageError when the id was used before."""
    try:
        await connection.execute(load_sql(PACKAGE, "begin_run"), run_id, dataset_key, stage)
    except asyncpg.UniqueViolationError:
        raise UsageError(
            f"run id {run_id} was used before: leave --run-id out or give a new one"
        ) from None


async def end_run(
    connection: Connection, run_id: str, version: int | None, summary: dict[str, Any]
) -> None:
    """Notes how a run succeeded."""
    await connection.execute(
        load_sql(PACKAGE, "end_run"),
        run_id,
        "succeeded",
        summary["result"],
        version,
        json.dumps(summary),
        None,
    )


async def fail_run(
    connection: Connection, run_id: str, version: int | None, error: EtlError
) -> None:
    """Notes why a run failed."""
    await connection.execute(
        load_sql(PACKAGE, "end_run"), run_id, "failed", None, version, "{}", str(error)
    )
