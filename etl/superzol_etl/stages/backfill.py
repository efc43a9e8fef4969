"""Loads versions older than a chain's first, beside what is served, and joins them to it."""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from superzol_etl.clean.gates import Gates
from superzol_etl.errors import BadData
from superzol_etl.load.beside import beside
from superzol_etl.load.job import ChainJob
from superzol_etl.load.join import find_first, join_backfill, read_applied
from superzol_etl.load.ledger import ChainVersion
from superzol_etl.load.replay import find_good, replay_files
from superzol_etl.records import ChainState, StageCall
from superzol_etl.snapshot import ChainFiles, Snapshot
from superzol_etl.sql import load_sql
from superzol_etl.stages.lake import renew_lake
from superzol_etl.stages.publish import PRODUCT_LOCK, close_unseen, publish
from superzol_etl.stages.runs import Run, run_stage
from superzol_etl.stages.versions import ensure_chain, enter_late_version

PACKAGE = "superzol_etl.stages"


class Dated(NamedTuple):
    """A snapshot and its number."""

    version: int
    snapshot: Snapshot


class Order(NamedTuple):
    """What to put below the versions served; versions: the oldest first."""

    call: StageCall
    versions: Sequence[Dated]
    gates: Gates
    lake: Path | None = None


class _Chain(NamedTuple):
    chain_key: int
    chain_id: str
    files: list[tuple[int, ChainFiles]]


async def backfill(order: Order) -> Mapping[str, Any]:
    """Loads each chain's versions from the oldest on and joins them in one commit a chain.

    A chain that was joined before is left as it is. Raises BadData when no chain takes one.
    """

    async def work(run: Run) -> Mapping[str, Any]:
        await run.connection.execute(load_sql(PACKAGE, "share_products"), PRODUCT_LOCK)
        for version, snapshot in order.versions:
            await enter_late_version(run.connection, run.dataset_key, version, snapshot)
        rows: list[ChainVersion] = []
        problems: list[str] = []
        changed = done = 0
        for chain in await _chains(run, order.versions):
            if await _is_done(run, chain):
                done += 1
                continue
            try:
                joined, count = await _backfill_chain(run, order, chain)
            except BadData as error:
                problems.append(str(error))
                continue
            rows += joined
            changed += count
        if problems and not rows and not done:
            raise BadData("; ".join(problems))
        if rows or done:  # a run that joined them may have been killed before it closed them
            await _close(run, order)
        return _report(order, rows, problems, changed)

    return await run_stage(order.call, work)


async def _chains(run: Run, versions: Sequence[Dated]) -> list[_Chain]:
    """Each chain with its files by version, in the order of its name."""
    found: dict[str, list[tuple[int, ChainFiles]]] = {}
    for version, snapshot in versions:
        for chain in snapshot.chains:
            found.setdefault(chain.chain_id, []).append((version, chain))
    return [
        _Chain(await ensure_chain(run.connection, run.dataset_key, files[-1][1]), chain_id, files)
        for chain_id, files in sorted(found.items())
    ]


async def _is_done(run: Run, chain: _Chain) -> bool:
    for version, files in chain.files:
        keys = [chain.chain_key]
        row = await run.connection.fetchrow(load_sql(PACKAGE, "read_states"), keys, version)
        if row is None or row["digest"] != files.digest:
            return False
        if row["state"] == ChainState.HELD_BACK and row["accepted"]:
            return False
    return True


async def _backfill_chain(
    run: Run, order: Order, chain: _Chain
) -> tuple[Sequence[ChainVersion], int]:
    call = order.call
    rows: list[ChainVersion] = []
    loaded = await read_applied(run.connection, chain.chain_key)
    find_first(chain.chain_id, loaded, chain.files[-1][0])  # before all is read for nothing
    async with beside(call.url, chain.chain_key, chain.chain_id, has_promotions=True) as of:
        told = dict(chain.files)
        for version in await _versions_to_pass(run, order, chain):
            if version in told:
                job = ChainJob(
                    call.run_id, run.dataset_key, chain.chain_key, version, told[version],
                    os.cpu_count() or 1, order.gates, order.lake,
                )  # fmt: skip
                rows.append(await replay_files(of, job, await find_good(of, rows)))
            await of.close_unseen(run.dataset_key, version)
        return rows, await join_backfill(of, run.dataset_key, rows)


async def _versions_to_pass(run: Run, order: Order, chain: _Chain) -> list[int]:
    """Those of the chain and, between them, those of other chains: days pass in them, too.

    After its last one, versions served may have seen its stores: what those close is found there.
    """
    first, last = chain.files[0][0], chain.files[-1][0]
    closed = await run.connection.fetch(
        load_sql(PACKAGE, "read_closed_versions"), run.dataset_key, first
    )
    known = {row["version"] for row in closed}.union(version for version, _ in order.versions)
    return sorted(version for version in known if first <= version <= last)


async def _close(run: Run, order: Order) -> None:
    connection, key = run.connection, run.dataset_key
    for version, _ in order.versions:
        await connection.execute(load_sql(PACKAGE, "date_version"), key, version)
        await connection.execute(load_sql(PACKAGE, "note_absent_chains"), key, version)
        await connection.execute(load_sql(PACKAGE, "close_version"), key, version)
    await connection.execute(load_sql(PACKAGE, "count_days_unseen"), key)
    await close_unseen(connection, key)
    if order.lake:
        versions = [version for version, _ in order.versions]
        await renew_lake(connection, order.lake, (key, order.call.dataset_id), versions)
    newest = await connection.fetchval(load_sql(PACKAGE, "read_closed_version"), key)
    url = order.call.url
    await publish(connection, url, key, newest, is_whole=False, is_history_new=True)


def _report(
    order: Order, rows: Sequence[ChainVersion], problems: Sequence[str], changed: int
) -> dict[str, Any]:
    held_back = [
        f"{row.version}: {row.reason}" for row in rows if row.state is ChainState.HELD_BACK
    ]
    problems = [*problems, *held_back]
    return {
        "result": "Partial" if problems else "Backfilled" if rows else "Unchanged",
        "version": order.versions[-1].version,
        "versions": [version for version, _ in order.versions],
        "chainVersions": sum(row.state is ChainState.LOADED for row in rows),
        "rows": sum(row.rows for row in rows),
        "rejected": sum(row.rejected for row in rows),
        "changed": changed,
        "problems": problems,
    }
