"""The load stage: loads the chains of a version that are new, or one shard of them."""

import os
from collections.abc import Mapping, Sequence
from functools import partial
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from superzol_etl.clean.gates import Gates
from superzol_etl.load.job import ChainJob
from superzol_etl.load.ledger import write_reports
from superzol_etl.load.report import name_gates
from superzol_etl.records import Era, FileReport, FileState, Progress, StageCall
from superzol_etl.snapshot import Snapshot
from superzol_etl.sql import load_sql
from superzol_etl.stages.bins import pack_bins
from superzol_etl.stages.publish import PRODUCT_LOCK
from superzol_etl.stages.renamed import warn_of_renamed
from superzol_etl.stages.runs import Run, run_stage
from superzol_etl.stages.summary import Summary, judge
from superzol_etl.stages.versions import Todo, plan_version
from superzol_etl.stages.workers import load_chains

if TYPE_CHECKING:
    from superzol_etl.stages.lake import NoteReader

PACKAGE = "superzol_etl.stages"


class Order(NamedTuple):
    """What to load. version None: found by the digest, or the next number.

    lake: the folder of the lake to write to; None for none. source_url: where the snapshot was
    fetched from; empty when that is not known. read_note: finds what was left in the lake, also of
    another volume; None: looks into this one.
    """

    call: StageCall
    snapshot: Snapshot
    version: int | None
    workers: int
    gates: Gates
    lake: Path | None = None
    source_url: str = ""
    read_note: "NoteReader | None" = None


async def load(order: Order, progress: Progress) -> Mapping[str, Any]:
    """Loads the chains of this shard, each whole; publish must follow when all shards are done.

    Raises EtlError; what was loaded until then stays loaded.
    """

    async def work(run: Run) -> Mapping[str, Any]:
        summary, _ = await load_shard(run, order, progress)
        judge(summary, is_part=order.call.shards > 1)
        return summary.as_dict() | {"shard": order.call.shard, "shards": order.call.shards}

    return await run_stage(order.call, work)


async def load_shard(run: Run, order: Order, progress: Progress) -> tuple[Summary, Todo]:
    """What became of each chain of this shard, and what was to be done."""
    connection, call, snapshot = run.connection, order.call, order.snapshot
    await connection.execute(load_sql(PACKAGE, "share_products"), PRODUCT_LOCK)
    ignored = await _note_ignored(run, order)
    whole = await plan_version(
        connection, run.dataset_key, snapshot, order.version, name_gates(order.gates)
    )
    await _note_version(run, whole.version, order.source_url)
    sizes = {chain.chain_id: chain.size_bytes for chain in snapshot.chains}
    todo = whole.only(pack_bins(sizes, call.shards)[call.shard])
    summary = Summary(todo.version, snapshot.digest, done_before=len(todo.done))
    summary.ignored = ignored
    summary.era = snapshot.chains[0].era
    last_era = await connection.fetchval(load_sql(PACKAGE, "read_last_era"), run.dataset_key)
    summary.last_era = Era(last_era) if last_era else None
    summary.problems += todo.problems.values()
    summary.held_back += todo.problems
    at_once = max(1, min(order.workers, len(todo.chains)))
    threads = ceil((os.cpu_count() or 1) / at_once)  # while one waits, another of them reads
    of_run = partial(
        ChainJob,
        call.run_id,
        run.dataset_key,
        version=todo.version,
        threads=threads,
        gates=order.gates,
        lake=order.lake,
    )
    jobs = [of_run(chain_key=todo.keys[each.chain_id], chain=each) for each in todo.chains]
    done, total = 0, sum(sizes[chain.chain_id] for chain in todo.chains)
    progress(done, total, None)
    async for result in load_chains(call.url, jobs, order.workers):
        summary.add(result)
        done += sizes[result.chain_id]
        progress(done, total, result)
    summary.warnings = await warn_of_renamed(run, snapshot)
    return summary, todo


async def _note_ignored(run: Run, order: Order) -> Sequence[str]:
    """Reports the CSVs that are not read, once for all shards, and returns their names."""
    if order.call.shard:
        return ()
    names = order.snapshot.ignored
    reports = [FileReport(name, None, "", FileState.IGNORED) for name in names]
    async with run.connection.transaction():
        await write_reports(run.connection, order.call.run_id, None, reports)
    return names


async def _note_version(run: Run, version: int, source_url: str) -> None:
    """Says which version the run is of, and where the dataset comes from.

    A folder does not say that, and leaves what is known.
    """
    await run.connection.execute(load_sql(PACKAGE, "note_version"), run.call.run_id, version)
    if source_url:
        await run.connection.execute(load_sql(PACKAGE, "note_source"), run.dataset_key, source_url)
