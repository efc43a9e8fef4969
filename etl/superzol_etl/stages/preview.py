"""What a load would do, told per chain and store; nothing is written, not even the run."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from superzol_etl.database import Connection, connected
from superzol_etl.load.preview import ChainPreview, preview_chain
from superzol_etl.load.report import name_gates
from superzol_etl.load.unseen import CLOSING_DAYS
from superzol_etl.records import Progress
from superzol_etl.snapshot import ChainFiles
from superzol_etl.sql import load_sql
from superzol_etl.stages.bins import pack_bins
from superzol_etl.stages.load import Order
from superzol_etl.stages.versions import (
    Todo,
    choose_version,
    find_todo,
    read_chain_key,
    refuse_replaced,
)

PACKAGE = "superzol_etl.stages"
NO_CHAIN = -1  # the surrogate of none
COUNTS = ("opened", "repriced", "closed", "rescoped", "jumped")


async def preview(order: Order, progress: Progress) -> Mapping[str, Any]:
    """The report of a dry run: for each chain, and each of its stores that would change.

    Raises what the load would raise before it reads files.
    """
    async with connected(order.call.url) as connection:
        await connection.execute(load_sql(PACKAGE, "forbid_writing"))
        dataset_key = await connection.fetchval(
            load_sql(PACKAGE, "find_dataset"), order.call.dataset_id
        )
        version = order.version or 1
        if dataset_key is not None:
            version = await choose_version(
                connection, dataset_key, order.snapshot.digest, order.version
            )
        todo, keys = await _plan(connection, order, dataset_key, version)
        chains = [ChainPreview(name, [told]) for name, told in todo.problems.items()]
        for chain in todo.chains:
            key = keys[chain.chain_id]
            chains.append(await preview_chain(connection, chain, key, version, order.gates))
        unseen = []
        if dataset_key is not None and order.call.shards == 1:
            unseen = await _foresee_unseen(connection, dataset_key, version, chains)
    return _report(order, version, chains) | {"unseenStores": unseen}


async def _foresee_unseen(
    connection: Connection, dataset_key: int, version: int, chains: list[ChainPreview]
) -> list[dict[str, Any]]:
    """Each store that publish would close, as nobody has seen it for long, and how many offers."""
    done = [chain.foreseen for chain in chains if not chain.problems]
    cutoffs = [foreseen.cutoff_at for foreseen in done]
    seen = [store_key for foreseen in done for store_key in foreseen.seen]
    rows = await connection.fetch(
        load_sql(PACKAGE, "foresee_unseen_stores"),
        dataset_key,
        version,
        CLOSING_DAYS,
        cutoffs,
        seen,
    )
    return [{"store": row["store_id"], "closed": row["offers"]} for row in rows]


async def _plan(
    connection: Connection, order: Order, dataset_key: int | None, version: int
) -> tuple[Todo, dict[str, int | None]]:
    """What the load would find to do in its shard; the surrogates of the chains that are known."""
    snapshot, call = order.snapshot, order.call
    keys = {
        chain.chain_id: await _find_chain(connection, chain, dataset_key)
        for chain in snapshot.chains
    }
    known = {name: NO_CHAIN if key is None else key for name, key in keys.items()}
    gates = name_gates(order.gates)
    todo = await find_todo(connection, snapshot, version, known, gates)
    refuse_replaced(todo)
    sizes = {chain.chain_id: chain.size_bytes for chain in snapshot.chains}
    return todo.only(pack_bins(sizes, call.shards)[call.shard]), keys


async def _find_chain(
    connection: Connection, chain: ChainFiles, dataset_key: int | None
) -> int | None:
    row = await connection.fetchrow(load_sql(PACKAGE, "read_chain"), chain.chain_id)
    if row is None:
        return None
    return read_chain_key(chain.chain_id, row, dataset_key)


def _report(order: Order, version: int, chains: list[ChainPreview]) -> dict[str, Any]:
    # What a chain that is held back would do is told by its stores alone: nothing of it is done.
    stores = [store for chain in chains if not chain.problems for store in chain.foreseen.stores]
    return {
        "result": "DryRun",
        "runId": order.call.run_id,
        "dataset": order.call.dataset_id,
        "version": version,
        "heldBack": sorted(chain.chain_id for chain in chains if chain.problems),
        **{name: sum(getattr(store, name) for store in stores) for name in COUNTS},
        "problems": [problem for chain in chains for problem in chain.problems],
        "chains": [
            {"chain": chain.chain_id, "stores": [asdict(store) for store in chain.foreseen.stores]}
            for chain in chains
        ],
    }
