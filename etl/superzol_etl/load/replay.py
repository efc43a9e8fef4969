"""Loads one version of a chain beside what is served, from its files or from the lake."""

import asyncio
from dataclasses import replace
from functools import partial

from superzol_etl.load.beside import Beside
from superzol_etl.load.job import ChainJob
from superzol_etl.load.lake_read import read_lake
from superzol_etl.load.lake_write import Applied, write_chain
from superzol_etl.load.ledger import ChainVersion, write_reports
from superzol_etl.load.observe_promotions import Told
from superzol_etl.load.promotions import Loaded
from superzol_etl.load.read import read_chain
from superzol_etl.load.report import count_rows, held_back_version, loaded_version, sum_up
from superzol_etl.load.trust import count_full_rows
from superzol_etl.records import ChainState
from superzol_etl.volume.lake import ChainNote, LakePlace


async def replay_files(of: Beside, job: ChainJob) -> ChainVersion:
    """Applies a chain's files; what cannot be trusted is held back, as in a load.

    Promotions are read but not told: those of today stay as they are. No gate is asked: gates
    compare with the last good version, which is a later one here.
    """
    content, products = await of.read(partial(read_chain, job.chain, job.threads))
    if content.problems:
        return held_back_version(job, content, [])
    priced = await of.apply(job.version, content, products)
    untold = Loaded(Told(), 0, 0, ())
    count_rows(content, priced.observed, untold)
    result = sum_up(job, content, priced.plans, priced.changed, untold)
    row = loaded_version(job, content, priced.plans, result)
    row = row._replace(content_digest=priced.content_digest)
    # A run of several versions meets the same file names in each.
    reports = [
        replace(report, file=f"v{job.version}/{report.file}") for report in content.reports.values()
    ]
    async with of.served.transaction():
        await write_reports(of.served, job.run_id, job.chain_key, reports)
    if job.lake:
        applied = Applied(content, priced, Told())
        await asyncio.to_thread(write_chain, job.lake, of.chain_id, applied, row)
    return row


async def replay_lake(of: Beside, place: LakePlace, note: ChainNote) -> ChainVersion:
    """Applies what the lake holds of a version; the row says what comes out now."""
    content, products = await of.read(lambda tell, _: read_lake(place, tell))
    priced = await of.apply(place.version, content, products)
    return ChainVersion(
        chain_key=of.chain_key,
        version=place.version,
        state=ChainState(note.state),
        cutoff_at=note.cutoff_at,
        digest=note.digest,
        stores=sum(bool(plan.applied) for plan in priced.plans.values()),
        rows=note.rows,
        rejected=note.rejected,
        changed=priced.changed,
        reason=note.reason,
        content_digest=priced.content_digest,
        full_rows=count_full_rows(content.rows.parts),
        gates=note.gates,
    )
