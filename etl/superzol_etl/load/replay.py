"""Loads one version of a chain beside what is served, from its files or from the lake."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from superzol_etl.clean.gates import Good, check_files
from superzol_etl.load.beside import Beside
from superzol_etl.load.job import ChainJob
from superzol_etl.load.lake_read import read_lake
from superzol_etl.load.lake_write import Applied, write_chain
from superzol_etl.load.ledger import ChainVersion, write_reports
from superzol_etl.load.read import read_chain
from superzol_etl.load.report import (
    count_rows,
    find_cutoff,
    flag_anew,
    held_back_version,
    loaded_version,
    sum_up,
)
from superzol_etl.load.trust import (
    Untrusted,
    ask_price_gates,
    count_full_rows,
    is_accepted,
    look_at,
)
from superzol_etl.records import ChainState
from superzol_etl.sql import load_sql
from superzol_etl.volume.lake import ChainNote, LakePlace

PACKAGE = "superzol_etl.load"
NOTHING_GOOD = Good(0, None, {})


async def find_good(of: Beside, rows: Sequence[ChainVersion]) -> Good:
    """The last good version beside, for the next one to be compared with; rows: those so far."""
    good = [row for row in rows if row.state is ChainState.LOADED and row.full_rows]
    told = await of.session.fetch(load_sql(PACKAGE, "read_legal_ids"), of.chain_key)
    legal_ids = {code: legal_id for code, legal_id in told}
    return Good(good[-1].version, good[-1].full_rows, legal_ids) if good else NOTHING_GOOD


async def replay_files(of: Beside, job: ChainJob, good: Good | None) -> ChainVersion:
    """Applies a chain's files; what cannot be trusted is held back, as in a load.

    good: what the gates compare with; None asks none, as a person named the version that is to be
    added.
    """
    content, products = await of.read(partial(read_chain, job.chain, job.threads))
    if content.problems:
        return held_back_version(job, content, [])
    try:
        held = check_files(job.gates, look_at(content), good) if good else []
        if held and not await is_accepted(of.served, job):
            raise Untrusted(held)
        ask = partial(ask_price_gates, of.served, job) if good else None
        priced, promoted = await of.apply(job.version, content, products, ask)
    except Untrusted as error:
        content.problems += [each.problem for each in error.held]
        return held_back_version(job, content, error.held)
    count_rows(content, priced.observed, promoted)
    result = sum_up(job, content, priced.plans, priced.changed, promoted)
    row = loaded_version(job, content, priced.plans, result)
    row = row._replace(content_digest=priced.content_digest)
    # A run of several versions meets the same file names in each.
    reports = [
        replace(report, file=f"v{job.version}/{report.file}") for report in content.reports.values()
    ]
    async with of.served.transaction():
        await write_reports(of.served, job.run_id, job.chain_key, reports)
    if job.lake:
        applied = Applied(content, priced, promoted.told)
        await asyncio.to_thread(write_chain, job.lake, of.chain_id, applied, row)
    return row


async def replay_lake(of: Beside, place: LakePlace, note: ChainNote) -> ChainVersion:
    """Applies what the lake holds of a version; the row says what comes out now."""
    content, products = await of.read(lambda tell, _: read_lake(place, note, tell))
    priced, _ = await of.apply(place.version, content, products)
    return ChainVersion(
        chain_key=of.chain_key,
        version=place.version,
        state=ChainState(note.state),
        cutoff_at=find_cutoff(content, priced.plans),
        digest=note.digest,
        stores=sum(bool(plan.applied) for plan in priced.plans.values()),
        rows=note.rows,
        rejected=note.rejected,
        changed=priced.changed,
        reason=flag_anew(of.chain_id, note.reason, priced.plans),
        content_digest=priced.content_digest,
        full_rows=count_full_rows(content.rows.parts),
        gates=note.gates,
    )
