"""Which version a snapshot is, and what of it is still to do."""

from collections.abc import Collection
from typing import NamedTuple

import asyncpg

from superzol_etl.database import Connection
from superzol_etl.errors import BadData, UsageError, WrongConfiguration
from superzol_etl.records import ChainState
from superzol_etl.settings import MAX_VERSION
from superzol_etl.snapshot import ChainFiles, Snapshot
from superzol_etl.sql import load_sql
from superzol_etl.stages.retention import make_partitions

PACKAGE = "superzol_etl.stages"


class Todo(NamedTuple):
    """What is left to do of a version.

    keys: chain_key by chain_id. chains: those to load. done: chain_ids of those loaded before.
    problems: why others are not loaded, by chain_id. replaced: those loaded with other files.
    closed: publish is through.
    """

    version: int
    keys: dict[str, int]
    chains: list[ChainFiles]
    done: list[str]
    problems: dict[str, str]
    replaced: list[str]
    closed: bool

    def only(self, chain_ids: Collection[str]) -> "Todo":
        """What is left to do of these chains."""
        problems = {name: told for name, told in self.problems.items() if name in chain_ids}
        return self._replace(
            chains=[chain for chain in self.chains if chain.chain_id in chain_ids],
            done=[name for name in self.done if name in chain_ids],
            problems=problems,
        )


async def plan_version(
    connection: Connection,
    dataset_key: int,
    snapshot: Snapshot,
    wanted: int | None,
    judged_by: str,
) -> Todo:
    """Numbers the snapshot and finds the chains that are not loaded yet.

    judged_by: names the gates; a chain that others held back is tried again.
    Raises BadData where choose_version does, and when every chain is loaded with other files.
    """
    version = await choose_version(connection, dataset_key, snapshot.digest, wanted)
    keys = {
        chain.chain_id: await ensure_chain(connection, dataset_key, chain)
        for chain in sorted(snapshot.chains, key=lambda chain: chain.chain_id)
    }
    todo = await find_todo(connection, snapshot, version, keys, judged_by)
    refuse_replaced(todo)
    # Else publish would count them as done before a shard has read their files.
    others = ([keys[each.chain_id] for each in todo.chains], [each.digest for each in todo.chains])
    await connection.execute(load_sql(PACKAGE, "forget_other_files"), version, *others)
    ensure = load_sql(PACKAGE, "ensure_version")
    closed = await connection.fetchval(
        ensure,
        dataset_key,
        version,
        snapshot.digest,
        len(snapshot.chains) + await _count_others(connection, dataset_key, version, keys),
        # Files that bring nothing to load say nothing of those that the version has besides.
        bool(todo.replaced) or not todo.chains,
        bool(todo.chains),
    )
    await make_partitions(connection, version)
    return todo._replace(closed=bool(closed))


def refuse_replaced(todo: Todo) -> None:
    """Raises BadData when nothing is to do, as chains are loaded with other files."""
    if todo.problems and not todo.chains and todo.replaced:
        raise BadData("; ".join(todo.problems.values()))


async def _count_others(
    connection: Connection, dataset_key: int, version: int, keys: dict[str, int]
) -> int:
    """How many chains a version has from files that are not given now."""
    count: int = await connection.fetchval(
        load_sql(PACKAGE, "count_other_chains"), dataset_key, version, list(keys.values())
    )
    return count


async def enter_late_version(
    connection: Connection, dataset_key: int, version: int, snapshot: Snapshot
) -> None:
    """Enters a version older than one that is loaded; what is known of it with other files stays.

    It has a day from here on: what is loaded beside counts days up to it and from it.
    """
    arguments = (dataset_key, version, snapshot.digest, len(snapshot.chains), True, False)
    await connection.fetchval(load_sql(PACKAGE, "ensure_version"), *arguments)
    await connection.execute(load_sql(PACKAGE, "ensure_partition"), version)
    if dating := snapshot.chains[0].dating:
        dated = (dataset_key, version, dating.day_end)
        await connection.execute(load_sql(PACKAGE, "date_version_by_files"), *dated)


async def choose_version(
    connection: Connection, dataset_key: int, snapshot_digest: str, wanted: int | None
) -> int:
    """The number of a snapshot.

    Without a wanted number, the digest of the newest version means that one, else the next number
    is taken. Raises BadData when the version is older than a loaded one, which without a number the
    digest tells.
    """
    row = await connection.fetchrow(load_sql(PACKAGE, "read_newest_version"), dataset_key)
    newest, digest, loaded = (row["version"], row["digest"], row["loaded"]) if row else (0, "", 0)
    is_free = newest > loaded  # a number that no chain took is given again
    version: int = wanted or (newest if is_free or digest == snapshot_digest else newest + 1)
    if wanted is None and version > newest:
        earlier = await connection.fetchval(
            load_sql(PACKAGE, "find_version"), dataset_key, snapshot_digest
        )
        if earlier is not None and earlier > newest:
            return int(earlier)  # another shard of the run entered it meanwhile
        if earlier is not None:
            raise BadData(
                f"these are the files of version {earlier}, which is older than version {newest}:"
                f" give --version {version} to load them as the newest"
            )
    if version < loaded:
        raise BadData(f"version {version} is older than version {loaded}, which is loaded")
    if version > MAX_VERSION:
        raise UsageError(f"version numbers end at {MAX_VERSION}")
    return version


async def find_todo(
    connection: Connection,
    snapshot: Snapshot,
    version: int,
    keys: dict[str, int],
    judged_by: str,
) -> Todo:
    """Tells chains to load from those that are done, and from those that stay as they are."""
    rows = await connection.fetch(load_sql(PACKAGE, "read_states"), list(keys.values()), version)
    known = {row["chain_key"]: row for row in rows}
    todo = Todo(version, keys, [], [], {}, [], closed=False)
    for chain in snapshot.chains:
        row = known.get(keys[chain.chain_id])
        if row is None or _is_to_do(row, chain, judged_by):
            todo.chains.append(chain)
        elif row["state"] == ChainState.HELD_BACK:
            todo.problems[chain.chain_id] = row["reason"]
        elif row["digest"] != chain.digest and (
            more := await _find_more(
                connection, keys[chain.chain_id], version, chain, row["digest"]
            )
        ):
            todo.problems[chain.chain_id] = (
                f"version {version} of {chain.chain_id} is loaded without {', '.join(more)}:"
                " such files count with its next version"
            )
            todo.done.append(chain.chain_id)
        elif row["digest"] != chain.digest:
            todo.replaced.append(chain.chain_id)
            todo.problems[chain.chain_id] = (
                f"version {version} of {chain.chain_id} is loaded with other files, which stay:"
                " let the source's next version correct them, or, where no source numbers the"
                f" versions, load these with --version {version + 1}"
            )
            todo.done.append(chain.chain_id)
        elif row["state"] == ChainState.LOADED:
            todo.done.append(chain.chain_id)
    return todo


async def _find_more(
    connection: Connection, chain_key: int, version: int, chain: ChainFiles, loaded_digest: str
) -> list[str]:
    """The files that a chain has besides those it is loaded with; none when those are not here."""
    runs = await connection.fetch(load_sql(PACKAGE, "read_files"), chain_key, version)
    for run in runs:
        if chain.digest_of(run["files"]) == loaded_digest:
            return [file.path.name for file in chain.files if file.path.name not in run["files"]]
    return []


def _is_to_do(row: asyncpg.Record, chain: ChainFiles, judged_by: str) -> bool:
    """A chain that is not loaded comes again with other files or gates, or when it is accepted."""
    if row["state"] == ChainState.LOADED:
        return False
    judged_anew = row["state"] == ChainState.HELD_BACK and row["gates"] != judged_by
    return bool(row["digest"] != chain.digest or row["accepted"] or judged_anew)


async def ensure_chain(connection: Connection, dataset_key: int, chain: ChainFiles) -> int:
    """The surrogate of a chain, added when it is new, with the slugs of its files.

    Raises WrongConfiguration when it belongs to another dataset.
    """
    ensure = load_sql(PACKAGE, "ensure_chain")
    row = None
    while row is None:  # another shard added it meanwhile: this statement did not see it yet
        row = await connection.fetchrow(ensure, dataset_key, chain.chain_id)
    chain_key = read_chain_key(chain.chain_id, row, dataset_key)
    for slug in sorted({file.slug for file in chain.files} - {chain.chain_id}):
        await connection.execute(load_sql(PACKAGE, "ensure_alias"), slug, chain_key)
    return chain_key


def read_chain_key(chain_id: str, row: asyncpg.Record, dataset_key: int | None) -> int:
    """The surrogate of a chain. Raises WrongConfiguration when it belongs to another dataset.

    row: chain_key, dataset_key and dataset_id of the chain.
    """
    if row["dataset_key"] != dataset_key:
        raise WrongConfiguration(
            f"chain {chain_id} belongs to dataset {row['dataset_id']}: load it there, or give it to"
            " this one by superzol-etl takeover",
            reason="TargetConflict",
        )
    chain_key: int = row["chain_key"]
    return chain_key
