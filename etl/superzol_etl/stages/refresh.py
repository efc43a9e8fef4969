"""Loads a snapshot folder and publishes it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from superzol_etl.errors import BadData, PassingTrouble, with_code
from superzol_etl.load.job import ChainJob
from superzol_etl.load.ledger import write_reports
from superzol_etl.records import ChainResult, ChainState, FileReport, FileState, Progress, StageCall
from superzol_etl.snapshot import Snapshot
from superzol_etl.sql import load_sql
from superzol_etl.stages.publish import PRODUCT_LOCK, forget_products, publish
from superzol_etl.stages.runs import Run, run_stage
from superzol_etl.stages.versions import plan_version
from superzol_etl.stages.workers import load_chains

PACKAGE = "superzol_etl.stages"


@dataclass(slots=True)
class Summary:
    """What a run did; as_dict is the last line of its output."""

    version: int
    results: list[ChainResult] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    held_back: list[str] = field(default_factory=list)
    done_before: int = 0

    @property
    def result(self) -> str:
        """Loaded, Partial or Unchanged."""
        if not self.results:
            return "Unchanged"
        return "Partial" if self.problems or self.held_back else "Loaded"

    @property
    def loaded(self) -> int:
        """Chains of this version that are loaded, by this run or before."""
        return self.done_before + sum(result.state is ChainState.LOADED for result in self.results)

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "result": self.result,
            "version": self.version,
            "chainsLoaded": self.loaded,
            "heldBack": sorted(self.held_back),
            "partialStores": sorted(
                f"{result.chain_id}:{code}"
                for result in self.results
                for code in result.partial_stores
            ),
            "rows": sum(result.rows for result in self.results),
            "rejected": sum(result.rejected for result in self.results),
            "changed": sum(result.changed for result in self.results),
            "problems": self.problems,
        }


class Order(NamedTuple):
    """What to refresh. version None: found by the digest, or the next number."""

    call: StageCall
    snapshot: Snapshot
    version: int | None
    workers: int


async def refresh(order: Order, progress: Progress) -> Mapping[str, Any]:
    """Loads every chain that is new, then publishes.

    Raises EtlError; what was loaded until then stays loaded.
    """

    async def work(run: Run) -> Mapping[str, Any]:
        await run.connection.execute(load_sql(PACKAGE, "share_products"), PRODUCT_LOCK)
        return (await _refresh(run, order, progress)).as_dict()

    return await run_stage(order.call, work)


async def _refresh(run: Run, order: Order, progress: Progress) -> Summary:
    connection, dataset_key, snapshot = run.connection, run.dataset_key, order.snapshot
    run_id, url = order.call.run_id, order.call.url
    ignored = [FileReport(name, None, "", FileState.IGNORED) for name in snapshot.ignored]
    async with connection.transaction():
        await write_reports(connection, run_id, None, ignored)
    todo = await plan_version(connection, dataset_key, snapshot, order.version)
    await connection.execute(load_sql(PACKAGE, "note_version"), run_id, todo.version)
    summary = Summary(todo.version, done_before=todo.done)
    for chain_id, problem in todo.problems.items():
        summary.problems.append(problem)
        summary.held_back.append(chain_id)
    at_once = max(1, min(order.workers, len(todo.chains)))
    threads = max(1, (os.cpu_count() or 1) // at_once)
    jobs = [
        ChainJob(run_id, dataset_key, todo.keys[chain.chain_id], todo.version, chain, threads)
        for chain in todo.chains
    ]
    async for result in load_chains(url, jobs, order.workers):
        summary.results.append(result)
        summary.problems += result.problems
        if result.state in (ChainState.HELD_BACK, ChainState.FAILED):
            summary.held_back.append(result.chain_id)
        progress(len(summary.results), len(jobs), result)
    if any(result.state is not ChainState.LOADED for result in summary.results):
        await forget_products(connection)
    if summary.loaded and (summary.results or not todo.closed):
        is_whole = not any(result.exit_code for result in summary.results)
        await publish(connection, url, dataset_key, todo.version, is_whole)
    _judge(summary)
    return summary


def _judge(summary: Summary) -> None:
    """Raises when no chain of the version is loaded, or when one failed unforeseen."""
    failed = [result for result in summary.results if result.exit_code]
    if failed:
        codes = {result.exit_code for result in failed}
        code = PassingTrouble.exit_code if PassingTrouble.exit_code in codes else max(codes)
        raise with_code(code, "; ".join(problem for each in failed for problem in each.problems))
    if not summary.loaded:
        reasons = "; ".join(summary.problems) or "every file is empty"
        raise BadData(f"no chain of version {summary.version} could be loaded: {reasons}")
