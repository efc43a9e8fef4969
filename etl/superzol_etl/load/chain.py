"""Loads one version of one chain: whole, in one transaction, or not at all."""

import asyncio
from functools import partial

import asyncpg

from superzol_etl.clean.gates import Held
from superzol_etl.database import Connection, Connections
from superzol_etl.errors import BadData
from superzol_etl.load.job import ChainJob
from superzol_etl.load.ledger import publish_generation, write_chain_version, write_reports
from superzol_etl.load.preview import ChainOf, judge_prices
from superzol_etl.load.prices import ChainKey, apply_prices
from superzol_etl.load.products import ProductFinder, Products
from superzol_etl.load.promotions import Chain, load_promotions
from superzol_etl.load.read import ChainContent, read_chain
from superzol_etl.load.report import count_rows, held_back_version, loaded_version, sum_up
from superzol_etl.load.stores import add_stores, describe_stores, read_stores
from superzol_etl.load.trust import Untrusted, ask_file_gates, ask_price_gates
from superzol_etl.records import ChainResult, ChainState, FileState, StoreState
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
CHAIN_LOCK = 7  # first key of the advisory lock a chain's commits take; the second is its chain_key


async def load_chain(connection: Connection, others: Connections, job: ChainJob) -> ChainResult:
    """Reads a chain's files and makes them its open offers; others: to the same database.

    What cannot be trusted holds the chain back. Raises BadData when another run has loaded other
    files meanwhile.
    """
    chain_id = job.chain.chain_id
    finder = ProductFinder(connection, others, job.chain_key, chain_id)
    content = await finder.while_reading(partial(read_chain, job.chain, job.threads))
    if content.problems:
        return await _hold_back(connection, job, content, [])
    held = await ask_file_gates(connection, job, content)
    if held:
        # Who accepts the files decides on their prices too, and shall know what is wrong with them.
        chain = ChainOf(chain_id, job.chain_key, job.version)
        by_prices, _ = await judge_prices(connection, chain, content, job.gates)
        return await _hold_back(connection, job, content, held + by_prices)
    products = finder.products(len(content.rows.codes))
    # Committed at once: a load that fails again and again must not use up the numbers of stores.
    await add_stores(connection, job.chain_key, chain_id, content.store_codes)
    try:
        async with connection.transaction():
            await connection.execute(load_sql(PACKAGE, "lock_chain"), CHAIN_LOCK, job.chain_key)
            newest = await connection.fetchrow(
                load_sql(PACKAGE, "read_newest_loaded"), job.chain_key
            )
            if newest and newest["version"] >= job.version:
                return _overtaken(job, newest)
            states = await read_stores(connection, job.chain_key)
            return await _apply(connection, job, content, products, states)
    except Untrusted as error:
        return await _hold_back(connection, job, content, error.held)


def _overtaken(job: ChainJob, newest: asyncpg.Record) -> ChainResult:
    """What another run made of these files meanwhile; a claim of the dataset ends with its
    connection, but what was begun under it may still be under way.

    Raises BadData when it loaded other files or a newer version.
    """
    chain_id, version = job.chain.chain_id, job.version
    if newest["version"] > version:
        raise BadData(
            f"version {version} is older than version {newest['version']} of {chain_id}, which was"
            " loaded meanwhile"
        )
    if newest["digest"] != job.chain.digest:
        raise BadData(
            f"version {version} of {chain_id} was loaded meanwhile with other files, which stay:"
            " let the source's next version correct them, or, where no source numbers the"
            f" versions, load these with --version {version + 1}"
        )
    counts = {name: newest[name] for name in ("rows", "rejected", "changed")}
    return ChainResult(chain_id, ChainState.LOADED, **counts)


async def _apply(
    connection: Connection,
    job: ChainJob,
    content: ChainContent,
    products: Products,
    states: dict[str, StoreState],
) -> ChainResult:
    chain_id, version = job.chain.chain_id, job.version
    await describe_stores(connection, job.chain_key, content.stores)
    ask_gates = partial(ask_price_gates, connection, job)
    chain_key = ChainKey(job.chain_key, version)
    priced = await apply_prices(connection, chain_key, content, products, states, ask_gates)
    chain = Chain(job.chain_key, chain_id, version)
    promoted = await load_promotions(connection, chain, content.promotions)
    count_rows(content, priced.observed, promoted)
    await write_reports(connection, job.run_id, job.chain_key, content.reports.values())
    result = sum_up(job, content, priced.plans, priced.changed, promoted)
    row = loaded_version(job, content, priced.plans, result)
    row = row._replace(content_digest=priced.content_digest)
    await write_chain_version(connection, row)
    if job.lake:
        # Only here: without a lake a load need not wait for the reader of notes.
        from superzol_etl.load.lake_write import Applied, write_chain

        applied = Applied(content, priced, promoted.told)
        await asyncio.to_thread(write_chain, job.lake, chain_id, applied, row)
    await publish_generation(connection, job.dataset_key, job.chain_key, version, priced.changed)
    return result


async def _hold_back(
    connection: Connection, job: ChainJob, content: ChainContent, held: list[Held]
) -> ChainResult:
    """Keeps the last good version and says why; held: the gates, none when its files are bad."""
    content.problems += [f"{job.chain.chain_id}: {each.problem}" for each in held]
    for report in content.reports.values():
        if report.state is FileState.LOADED:
            report.state = FileState.HELD_BACK
            report.loaded = report.superseded = 0
    async with connection.transaction():
        await write_reports(connection, job.run_id, job.chain_key, content.reports.values())
        await write_chain_version(connection, held_back_version(job, content, held))
    files = tuple(report.count() for report in content.reports.values())
    problems = tuple(content.problems)
    return ChainResult(job.chain.chain_id, ChainState.HELD_BACK, problems, files=files)
