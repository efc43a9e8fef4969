"""What people decide against the rules of the ETL; each decision is kept with who and when."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from superzol_etl.database import Connection, connected
from superzol_etl.errors import BadData, NotFound
from superzol_etl.records import ChainState
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.stages"

log = logging.getLogger(__name__)


class Decider(NamedTuple):
    """Who decides, and in which database."""

    url: str
    name: str


class Decision(NamedTuple):
    """A row of etl_decision; what does not belong to its action is None."""

    action: str
    dataset_key: int
    chain_key: int | None
    version: int | None
    digest: str | None
    detail: str
    decided_by: str


async def accept(
    decider: Decider, dataset_id: str, chain_id: str, version: int
) -> Mapping[str, Any]:
    """Lets the files through by which a gate held a chain back; the next load of them passes.

    Raises NotFound for a chain or version that the dataset has not met, BadData when it was held
    back by no gate: what is wrong in its files no decision can mend; and when no load can take it
    any more.
    """
    told = dict(dataset=dataset_id, chain=chain_id, version=version, decidedBy=decider.name)
    async with connected(decider.url) as connection, connection.transaction():
        row = await connection.fetchrow(load_sql(PACKAGE, "read_held_back"), chain_id, version)
        if row is None:
            raise NotFound(
                f"chain {chain_id} has no version {version}: write both as heldBack and version of"
                " a load's summary do"
            )
        if row["dataset_id"] != dataset_id:
            raise NotFound(
                f"chain {chain_id} is one of dataset {row['dataset_id']}, not of {dataset_id}: give"
                f" --dataset {row['dataset_id']} if it is meant"
            )
        if row["state"] != ChainState.HELD_BACK or row["accepted"]:
            return {"result": "Unchanged", **told}
        if not row["held_by"]:
            raise BadData(
                f"{chain_id}@{version} was held back by its files, not by a gate: {row['reason']}"
            )
        if row["overtaken_by"] and row["has_earlier"]:  # else a backfill may take it
            raise BadData(
                f"{chain_id}@{version} cannot be loaded any more, as version {row['overtaken_by']}"
                f" is: superzol-etl rebuild {chain_id}@{version}.. --hole {version}=FOLDER adds it"
            )
        subject = (row["dataset_key"], row["chain_key"], version, row["digest"])
        await _note(connection, Decision("accept", *subject, row["reason"], decider.name))
    log.warning("chain accepted", extra={"chain": chain_id, "version": version, "by": decider.name})
    return {"result": "Accepted", **told, "gates": row["held_by"], "reason": row["reason"]}


async def take_over(
    decider: Decider, dataset_id: str, owner: str | None, chain_ids: Sequence[str]
) -> Mapping[str, Any]:
    """Gives a dataset to another owner, and chains of other datasets to it.

    owner None: it stays with whom it is. Raises NotFound for a dataset or chain that is not there.
    """
    changed = []
    async with connected(decider.url) as connection, connection.transaction():
        dataset_key = await connection.fetchval(load_sql(PACKAGE, "find_dataset"), dataset_id)
        if dataset_key is None:
            raise NotFound(f"there is no dataset {dataset_id}: load it once first")
        if owner is not None:
            changed += await _give_dataset(connection, decider, dataset_key, owner)
        for chain_id in chain_ids:
            changed += await _take_chain(connection, decider, dataset_key, chain_id)
    log.warning("taken over", extra={"dataset": dataset_id, "what": changed, "by": decider.name})
    result = "TakenOver" if changed else "Unchanged"
    return {"result": result, "dataset": dataset_id, "changed": changed, "decidedBy": decider.name}


async def _give_dataset(
    connection: Connection, decider: Decider, dataset_key: int, owner: str
) -> list[str]:
    before = await connection.fetchval(load_sql(PACKAGE, "give_dataset"), dataset_key, owner)
    if before is None:
        return []
    detail = f"dataset from {before or 'nobody'} to {owner or 'nobody'}"
    await _note(
        connection, Decision("takeover", dataset_key, None, None, None, detail, decider.name)
    )
    return [detail]


async def _take_chain(
    connection: Connection, decider: Decider, dataset_key: int, chain_id: str
) -> list[str]:
    row = await connection.fetchrow(load_sql(PACKAGE, "read_chain"), chain_id)
    if row is None:
        raise NotFound(f"there is no chain {chain_id}: name it as its files do, such as rami_levy")
    if row["dataset_key"] == dataset_key:
        return []
    await connection.execute(load_sql(PACKAGE, "give_chain"), row["chain_key"], dataset_key)
    detail = f"chain {chain_id} from dataset {row['dataset_id']}"
    subject = (dataset_key, row["chain_key"], None, None)
    await _note(connection, Decision("takeover", *subject, detail, decider.name))
    return [detail]


async def _note(connection: Connection, decision: Decision) -> None:
    await connection.execute(load_sql(PACKAGE, "note_decision"), *decision)
