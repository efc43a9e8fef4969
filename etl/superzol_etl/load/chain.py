"""Loads one version of one chain: whole, in one transaction, or not at all."""

import asyncio
from collections import defaultdict
from functools import partial

import numpy as np

from superzol_etl.clean.parts import StorePlan, plan_store
from superzol_etl.database import Connection
from superzol_etl.load.diff import compare, observe
from superzol_etl.load.digest import content_digest, missing_ids
from superzol_etl.load.job import ChainJob
from superzol_etl.load.ledger import publish_generation, write_chain_version, write_reports
from superzol_etl.load.packs import read_offers, write_change
from superzol_etl.load.products import ProductFinder, Products
from superzol_etl.load.promotions import Chain, load_promotions
from superzol_etl.load.read import ChainContent, read_chain
from superzol_etl.load.report import count_rows, held_back_version, loaded_version, sum_up
from superzol_etl.load.stores import add_stores, describe_stores, note_sightings, read_stores
from superzol_etl.load.words import clean_words, take_over_words
from superzol_etl.records import ChainResult, ChainState, FileState, StoreState
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"
CHAIN_LOCK = 7  # first key of the advisory lock a chain's commits take; the second is its chain_key


async def load_chain(connection: Connection, job: ChainJob) -> ChainResult:
    """Reads a chain's files and makes them its open offers.

    What cannot be trusted holds the chain back.
    """
    chain_id = job.chain.chain_id
    finder = ProductFinder(connection, job.chain_key, chain_id)
    content = await finder.while_reading(partial(read_chain, job.chain, job.threads))
    if content.problems:
        return await _hold_back(connection, job, content)
    products = finder.products(len(content.rows.codes))
    parts = [*content.rows.parts, *content.promotions.parts]
    codes = {part.store_code for part in parts if part.store_code}
    # Committed at once: a load that fails again and again must not use up the numbers of stores.
    await add_stores(connection, job.chain_key, chain_id, codes | set(content.stores))
    async with connection.transaction():
        await connection.execute(load_sql(PACKAGE, "lock_chain"), CHAIN_LOCK, job.chain_key)
        newest = await connection.fetchval(load_sql(PACKAGE, "read_newest_loaded"), job.chain_key)
        if newest >= job.version:
            return ChainResult(chain_id, ChainState.LOADED)  # another run was faster
        states = await read_stores(connection, job.chain_key)
        return await _apply(connection, job, content, products, states)


async def _apply(
    connection: Connection,
    job: ChainJob,
    content: ChainContent,
    products: Products,
    states: dict[str, StoreState],
) -> ChainResult:
    rows, version = content.rows, job.version
    plans = plan_stores(content, states)
    store_keys = {code: state.store_key for code, state in states.items()}
    # Sorting the rows takes as long as these statements: the one in a thread, the others here.
    observing = asyncio.create_task(
        asyncio.to_thread(observe, rows, products.keys, store_keys, plans)
    )
    words = clean_words(rows.words)
    await take_over_words(connection, job.chain_key, version, words, products.keys)
    await describe_stores(connection, job.chain_key, content.stores)
    open_offers = await read_offers(connection, job.chain_key)
    observed = await observing
    closing = [store_keys[code] for code, plan in plans.items() if plan.base is not None]
    change = compare(open_offers, observed, closing, version)
    ids = products.ids | await missing_ids(connection, change.after, products.ids)
    codes = {key: code for code, key in store_keys.items()}
    digesting = asyncio.create_task(asyncio.to_thread(content_digest, change.after, ids, codes))
    await write_change(connection, job.chain_key, version, change, products.ids)
    offers = np.bincount(observed.part, minlength=len(rows.parts)).tolist()
    await note_sightings(connection, version, states, plans, rows.parts, offers)
    chain = Chain(job.chain_key, job.chain.chain_id, version)
    promoted = await load_promotions(connection, chain, content.promotions)
    count_rows(content, observed, promoted)
    await write_reports(connection, job.run_id, job.chain_key, content.reports.values())
    told = bool(plans or content.stores or promoted.stores)
    result = sum_up(job, content, plans, change.total, told)
    row = loaded_version(job, content, plans, result)
    await write_chain_version(connection, row._replace(content_digest=await digesting))
    await publish_generation(connection, job.dataset_key, job.chain_key, version, change.total)
    return result


async def _hold_back(connection: Connection, job: ChainJob, content: ChainContent) -> ChainResult:
    """Keeps the last good version and says why."""
    for report in content.reports.values():
        if report.state is FileState.LOADED:
            report.state = FileState.HELD_BACK
            report.loaded = report.superseded = 0
    async with connection.transaction():
        await write_reports(connection, job.run_id, job.chain_key, content.reports.values())
        await write_chain_version(connection, held_back_version(job, content))
    return ChainResult(job.chain.chain_id, ChainState.HELD_BACK, tuple(content.problems))


def plan_stores(content: ChainContent, states: dict[str, StoreState]) -> dict[str, StorePlan]:
    """The plan of each store that has a part with rows."""
    parts = content.rows.parts
    numbers: dict[str, list[int]] = defaultdict(list)
    for number, part in enumerate(parts):
        if part.store_code and part.rows:
            numbers[part.store_code].append(number)
    return {code: plan_store(parts, found, states[code]) for code, found in numbers.items()}
