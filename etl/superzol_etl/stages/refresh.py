"""Loads a snapshot folder and publishes it, in one process."""

from collections.abc import Mapping
from typing import Any

from superzol_etl.records import ChainState, Progress
from superzol_etl.stages.categories import are_rules_new
from superzol_etl.stages.load import Order, load_shard
from superzol_etl.stages.publish import forget_products, publish
from superzol_etl.stages.runs import Run, run_stage
from superzol_etl.stages.summary import judge


async def refresh(order: Order, progress: Progress) -> Mapping[str, Any]:
    """Loads every chain that is new, then publishes.

    Raises EtlError; what was loaded until then stays loaded.
    """

    async def work(run: Run) -> Mapping[str, Any]:
        summary, todo = await load_shard(run, order, progress)
        if any(result.state is not ChainState.LOADED for result in summary.results):
            await forget_products(run.connection)
        stale = not todo.closed or await are_rules_new(run.connection)
        if summary.loaded and (summary.results or stale):
            is_whole = not any(result.failure for result in summary.results)
            await publish(
                run.connection, order.call.url, run.dataset_key, summary.version, is_whole
            )
        if order.lake and summary.loaded:
            # Only here: without a lake a load need not wait for the reader of notes.
            from superzol_etl.stages.lake import close_in_lake

            # Of a version published before, too: that run may have been killed in between.
            closing = (order.lake, run.dataset_key, summary.version)
            await close_in_lake(run.connection, *closing, order.read_note)
        judge(summary)
        return summary.as_dict()

    return await run_stage(order.call, work)
