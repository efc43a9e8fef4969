"""Makes a chain's history and prices again from the lake."""

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from superzol_etl.clean.gates import Gates
from superzol_etl.errors import BadData, NotFound
from superzol_etl.load.beside import Beside, beside
from superzol_etl.load.job import ChainJob
from superzol_etl.load.join import AppliedVersion, join_rebuild, read_applied
from superzol_etl.load.ledger import ChainVersion
from superzol_etl.load.replay import replay_files, replay_lake
from superzol_etl.records import ChainState, StageCall
from superzol_etl.snapshot import ChainFiles, Snapshot
from superzol_etl.sql import load_sql
from superzol_etl.stages.lake import close_in_lake
from superzol_etl.stages.publish import PRODUCT_LOCK, publish
from superzol_etl.stages.runs import Run, run_stage
from superzol_etl.stages.versions import ensure_chain, enter_late_version
from superzol_etl.volume.lake import LakePlace, VersionNote, closed_versions, renew_notes

PACKAGE = "superzol_etl.stages"


class Order(NamedTuple):
    """What to rebuild: a chain, from version `first` on.

    lake: where its versions are. holes: snapshots of versions that were never loaded.
    """

    call: StageCall
    chain_id: str
    first: int
    lake: Path
    holes: Mapping[int, Snapshot]


class _Plan(NamedTuple):
    """loaded: each version in the database. notes: closed versions of the lake that have the chain.

    holes: files of versions that are not loaded, or were by a run that was killed before it closed.
    """

    chain_key: int
    loaded: Mapping[int, AppliedVersion]
    notes: Mapping[int, VersionNote]
    holes: Mapping[int, ChainFiles]

    @property
    def versions(self) -> list[int]:
        return sorted(self.notes.keys() | self.holes.keys())


async def rebuild(order: Order) -> Mapping[str, Any]:
    """Loads all versions of the chain from the lake beside what is served, and replaces that.

    Raises NotFound when the lake lacks a version that is loaded, BadData when a version comes out
    otherwise than it was loaded; then nothing has changed.
    """

    async def work(run: Run) -> Mapping[str, Any]:
        await run.connection.execute(load_sql(PACKAGE, "share_products"), PRODUCT_LOCK)
        plan = await _plan(run, order)
        for version in plan.versions:
            await _enter_version(run, order, plan, version)
        of_chain = (order.call.url, plan.chain_key, order.chain_id)
        async with beside(*of_chain, has_promotions=False) as of:
            rows = await _replay(run, order, plan, of)
            changed = await join_rebuild(of, run.dataset_key, order.first, rows)
        await _close(run, order, plan, rows)
        return {
            "result": "Rebuilt",
            "version": rows[-1].version,
            "chain": order.chain_id,
            "versions": len(rows),
            "added": sorted(set(plan.versions) - plan.loaded.keys()),
            "rows": sum(row.rows for row in rows),
            "changed": changed,
        }

    return await run_stage(order.call, work)


async def _plan(run: Run, order: Order) -> _Plan:
    holes = {
        version: chain
        for version, snapshot in order.holes.items()
        for chain in snapshot.chains
        if chain.chain_id == order.chain_id
    }
    notes = {
        note.version: note
        for note in closed_versions(order.lake)
        if note.dataset_id == order.call.dataset_id
        and order.chain_id in [chain.chain_id for chain in note.chains]
    }
    if not notes:
        raise NotFound(
            f"{order.lake} holds no closed version of {order.chain_id}: a load writes its rows"
            " there, and publish closes the version, both with this --lake or its --volume"
        )
    files = ChainFiles(order.chain_id)
    chain_key = await ensure_chain(run.connection, run.dataset_key, files)
    applied = await read_applied(run.connection, chain_key)
    loaded = {row.version: row for row in applied}
    plan = _Plan(chain_key, loaded, notes, holes)
    _check(order, plan)
    return plan


def _check(order: Order, plan: _Plan) -> None:
    """Refuses to lose a version, and to add one before the first that may change."""
    lost = sorted(plan.loaded.keys() - set(plan.versions))
    if lost:
        raise NotFound(
            f"version {lost[0]} of {order.chain_id} is loaded but not in {order.lake}: the lake"
            " must hold every version from the first one on"
        )
    added = sorted(set(plan.versions) - plan.loaded.keys()) if plan.loaded else []
    if added and added[0] < order.first:
        raise BadData(
            f"version {added[0]} of {order.chain_id} is not loaded: rebuild"
            f" {order.chain_id}@{added[0]}.. to add it"
        )
    for version, files in plan.holes.items():
        known = plan.loaded.get(version)
        if known and known.digest != files.digest:
            raise BadData(f"version {version} of {order.chain_id} is loaded with other files")


async def _enter_version(run: Run, order: Order, plan: _Plan, version: int) -> None:
    connection, key = run.connection, run.dataset_key
    note, snapshot = plan.notes.get(version), order.holes.get(version)
    if note:
        await connection.execute(load_sql(PACKAGE, "ensure_partition"), version)
        arguments = (key, version, note.day, note.digest, len(note.chains) + len(note.missing))
        await connection.execute(load_sql(PACKAGE, "enter_lake_version"), *arguments)
    elif snapshot:
        await enter_late_version(connection, key, version, snapshot)


async def _replay(run: Run, order: Order, plan: _Plan, of: Beside) -> list[ChainVersion]:
    rows: list[ChainVersion] = []
    is_new = False  # from here on a version may come out otherwise than before
    closed = await run.connection.fetch(
        load_sql(PACKAGE, "read_closed_versions"), run.dataset_key, min(plan.versions)
    )
    told = await run.connection.fetch(load_sql(PACKAGE, "read_told_versions"), plan.chain_key)
    known = {row["version"] for row in told}.union(plan.versions)
    for version in sorted({row["version"] for row in closed}.union(plan.versions)):
        if version in plan.versions:
            row = await _replay_version(run, order, plan, of, version)
            is_new |= bool(plan.loaded) and version not in plan.loaded
            if not is_new:
                _check_digest(order, plan, row)
            rows.append(row)
        unseen = await of.close_unseen(run.dataset_key, version)
        # A hole of other chains that was filled since: nobody counted days by it in time.
        is_new |= bool(unseen) and version not in known
        if rows[-1].version == version and rows[-1].state is ChainState.LOADED:
            rows[-1] = rows[-1]._replace(changed=rows[-1].changed + unseen)
    return rows


async def _replay_version(
    run: Run, order: Order, plan: _Plan, of: Beside, version: int
) -> ChainVersion:
    if files := plan.holes.get(version):
        job = ChainJob(
            order.call.run_id, run.dataset_key, plan.chain_key, version, files,
            os.cpu_count() or 1, Gates(), order.lake,
        )  # fmt: skip
        row = await replay_files(of, job, None)
        if row.state is ChainState.HELD_BACK:
            raise BadData(f"version {version} of {order.chain_id}: {row.reason}")
        return row
    place = LakePlace(order.lake, order.chain_id, version)
    note = place.read_note()
    if note is None:
        raise NotFound(f"{place.note} is not there: the lake is not whole")
    return await replay_lake(of, place, note)


def _check_digest(order: Order, plan: _Plan, row: ChainVersion) -> None:
    """Compares with what was loaded here, or where the lake was written."""
    if known := plan.loaded.get(row.version):
        expected = known.content_digest
    else:
        told = {chain.chain_id: chain for chain in plan.notes[row.version].chains}
        expected = told[order.chain_id].content_digest
    if row.content_digest != expected:
        raise BadData(
            f"version {row.version} of {order.chain_id} comes out of the lake otherwise than it was"
            f" loaded: its content digest is {row.content_digest}, not {expected}"
        )


async def _close(run: Run, order: Order, plan: _Plan, rows: Sequence[ChainVersion]) -> None:
    """Closes what was added, here and in the lake, where later versions may come out otherwise."""
    connection, key = run.connection, run.dataset_key
    for version in order.holes:
        await connection.execute(load_sql(PACKAGE, "date_version"), key, version)
        await connection.execute(load_sql(PACKAGE, "close_version"), key, version)
        await close_in_lake(connection, order.lake, key, version)
    await connection.execute(load_sql(PACKAGE, "count_days_unseen"), key)
    for row in rows:
        if row.version in plan.notes:
            note = plan.notes[row.version]
            place = LakePlace(order.lake, order.chain_id, row.version)
            await asyncio.to_thread(renew_notes, place, note, row.content_digest, row.reason)
    newest = await connection.fetchval(load_sql(PACKAGE, "read_closed_version"), key)
    await publish(connection, order.call.url, key, newest, is_whole=False, is_history_new=True)
