"""The ledger of runs: each stage of a run, and each of its shards, is done once."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from time import perf_counter
from typing import Any, NamedTuple

import asyncpg

from superzol_etl.database import Connection, connected, refused_writes_told
from superzol_etl.errors import PassingTrouble, UsageError, WrongConfiguration
from superzol_etl.failures import explain
from superzol_etl.records import StageCall
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"
DATASET_LOCK = 8  # first key of the advisory lock a run shares; the second is its dataset_key
CLAIM_LOCK = 10  # first key of the lock under which runs claim a dataset, one after the other
DRIVER_ERRORS = asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError

log = logging.getLogger(__name__)


class Run(NamedTuple):
    """A stage under way: its connection holds the dataset until it ends."""

    connection: Connection
    dataset_key: int
    call: StageCall


async def run_stage(
    call: StageCall, work: Callable[[Run], Awaitable[Mapping[str, Any]]]
) -> Mapping[str, Any]:
    """Does the work and keeps its report; a stage that is done reports what it did then.

    Raises PassingTrouble while another run of the dataset is alive, and what the work raises as
    EtlError. A stage that failed or was killed does its work again.
    """
    async with connected(call.url, of_run=True) as connection:
        done = await _read_done(connection, call)
        if done is None:
            dataset_key = await claim_dataset(connection, call)
            # Again: a twin of this process may have ended while the claim was waited for.
            done = await _read_done(connection, call)
        if done is not None:
            log.info("stage was done before", extra=_fields(call))
            return done
        run = Run(connection, dataset_key, call)
        await _begin(run)
        log.info("stage began", extra=_fields(call))
        started = perf_counter()
        try:
            with refused_writes_told(connection):
                told = await work(run)
        except (Exception, asyncio.CancelledError) as error:
            failure = explain(error)
            # A connection that is gone leaves the stage as a kill would: running, to be done again.
            with contextlib.suppress(OSError, *DRIVER_ERRORS):
                await _end(run, "failed", None, str(failure))
            raise failure from error
        seconds = round(perf_counter() - started, 3)
        names = {"runId": call.run_id, "dataset": call.dataset_id, "stage": call.stage}
        report = {**names, **told, "seconds": seconds}
        await _end(run, "succeeded", report, None)
        return report


async def claim_dataset(connection: Connection, call: StageCall) -> int:
    """The surrogate of the dataset, added when it is new.

    Shared by the stages and shards of one run until their connections end.
    Raises PassingTrouble when another run of the dataset is alive, WrongConfiguration when it has
    another owner.
    """
    dataset_key = await _find_dataset(connection, call.dataset_id)
    await check_owner(connection, dataset_key, call)
    lock = (DATASET_LOCK, dataset_key)
    async with connection.transaction():
        await connection.execute(load_sql(PACKAGE, "lock_claims"), CLAIM_LOCK, dataset_key)
        alone = await connection.fetchval(load_sql(PACKAGE, "try_dataset"), *lock)
        shared = await connection.fetchval(load_sql(PACKAGE, "share_dataset"), *lock)
        if alone:
            await connection.execute(load_sql(PACKAGE, "name_run"), dataset_key, call.run_id)
            await connection.execute(load_sql(PACKAGE, "release_dataset"), *lock)
            return dataset_key
        alive = await connection.fetchval(load_sql(PACKAGE, "read_run"), dataset_key)
        if shared and alive == call.run_id:
            return dataset_key
        if shared:
            await connection.execute(load_sql(PACKAGE, "unshare_dataset"), *lock)
    raise PassingTrouble(
        f"another run of {call.dataset_id} is alive ({alive}): try again when it has ended",
        reason="RunAlive",
    )


async def _find_dataset(connection: Connection, dataset_id: str) -> int:
    name = dataset_id.replace("-", " ").capitalize()
    key: int | None = None
    while key is None:  # another run added it meanwhile: this statement did not see it yet
        key = await connection.fetchval(load_sql(PACKAGE, "ensure_dataset"), dataset_id, name)
    return key


async def check_owner(connection: Connection, dataset_key: int, call: StageCall) -> None:
    """Makes the caller the owner of a dataset that has none.

    Raises WrongConfiguration when another owns it.
    """
    owner = await connection.fetchval(load_sql(PACKAGE, "claim_owner"), dataset_key, call.owner)
    if owner != call.owner:
        raise WrongConfiguration(
            f"dataset {call.dataset_id} belongs to {owner}, not to {call.owner or 'nobody'}: give"
            f" --owner {owner}, or take it over by superzol-etl takeover",
            reason="TargetConflict",
        )


async def _read_done(connection: Connection, call: StageCall) -> Mapping[str, Any] | None:
    rows = await connection.fetch(load_sql(PACKAGE, "read_stage"), call.run_id, call.stage)
    for row in rows:
        if row["dataset_id"] != call.dataset_id or row["shards"] != call.shards:
            raise UsageError(
                f"run {call.run_id} began {call.stage} of {row['dataset_id']} in {row['shards']}"
                " shards: repeat it as it was, or give another --run-id"
            )
    reports = [row["report"] for row in rows if row["shard"] == call.shard]
    if not reports or reports[0] is None:
        return None
    report: Mapping[str, Any] = json.loads(reports[0])
    # A publish that came before the last shard is no last word: its version is still open.
    return None if report.get("chainsMissing") else report


async def _begin(run: Run) -> None:
    call = run.call
    async with run.connection.transaction():
        known = await run.connection.fetchval(
            load_sql(PACKAGE, "begin_run"), call.run_id, run.dataset_key, call.stage
        )
        if known is None:
            raise UsageError(f"run {call.run_id} is one of another dataset: give another --run-id")
        await run.connection.execute(
            load_sql(PACKAGE, "begin_stage"), call.run_id, call.stage, call.shard, call.shards
        )


async def _end(run: Run, state: str, report: Mapping[str, Any] | None, error: str | None) -> None:
    call, told = run.call, report or {}
    async with run.connection.transaction():
        # All that the run committed is on disk before anybody is told of it.
        await run.connection.execute(load_sql(PACKAGE, "wait_for_disk"))
        # Two shards that end at once would each see the other one still running.
        await run.connection.execute(load_sql(PACKAGE, "lock_run"), call.run_id)
        await run.connection.execute(
            load_sql(PACKAGE, "end_stage"),
            call.run_id, call.stage, call.shard, state,
            json.dumps(report, ensure_ascii=False) if report else None, error,
        )  # fmt: skip
        await run.connection.execute(
            load_sql(PACKAGE, "end_run"),
            call.run_id,
            told.get("result"),
            told.get("version"),
            json.dumps(told, ensure_ascii=False),
            error,
        )


def _fields(call: StageCall) -> dict[str, object]:
    return {
        "run_id": call.run_id,
        "stage": call.stage,
        "shard": call.shard,
        "shards": call.shards,
        "dataset": call.dataset_id,
    }
