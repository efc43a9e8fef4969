"""What a load tells of itself: the counts of its files, the result and the ledger's row."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from importlib.metadata import version

import numpy as np

from superzol_etl.clean.gates import Gates, Held
from superzol_etl.clean.parts import StorePlan
from superzol_etl.load.diff import Observed
from superzol_etl.load.job import ChainJob
from superzol_etl.load.ledger import ChainVersion
from superzol_etl.load.promotions import Loaded
from superzol_etl.load.read import ChainContent
from superzol_etl.load.trust import count_full_rows
from superzol_etl.records import ChainResult, ChainState, FileState, store_ids

CUT = "cut or shrunken full file applied as delta, stores: "
STALE = "files older than those loaded left out, stores: "


def count_rows(content: ChainContent, observed: Observed, promoted: Loaded) -> None:
    """Completes the reports of a chain that is loaded: rows = loaded + superseded + rejected.

    Raises AssertionError when they do not add up.
    """
    parts = content.rows.parts
    good, loaded = Counter[str](), Counter[str]()
    used = np.bincount(observed.part, minlength=len(parts)).tolist()
    read = np.bincount(content.rows.part, minlength=len(parts)).tolist()
    for part, count, rows in zip(parts, used, read, strict=True):
        good[part.csv_file] += rows
        loaded[part.csv_file] += count
    for part in content.promotions.parts:
        good[part.csv_file] += part.rows
    loaded.update(promoted.told.loaded)
    for file, count in good.items():
        report = content.reports[file]
        report.loaded, report.superseded = loaded[file], count - loaded[file]
    for report in content.reports.values():
        if (
            report.state is not FileState.BAD
            and report.rows != report.loaded + report.superseded + report.rejected
        ):
            raise AssertionError(f"{report.file}: {report.rows} rows do not add up: {report}")


def sum_up(
    job: ChainJob,
    content: ChainContent,
    plans: dict[str, StorePlan],
    changed: int,
    promoted: Loaded,
) -> ChainResult:
    """What became of a chain that was not held back; absent when its files said nothing."""
    told = plans or content.stores or promoted.stores
    reports = content.price_reports
    bad_files = tuple(report.problem for report in content.reports.values() if report.problem)
    return ChainResult(
        chain_id=job.chain.chain_id,
        state=ChainState.LOADED if told else ChainState.ABSENT,
        problems=bad_files,
        rows=sum(report.rows for report in reports),
        rejected=sum(report.rejected for report in reports),
        changed=changed,
        partial_stores=tuple(sorted(code for code, plan in plans.items() if plan.partial)),
        partial_promotion_stores=promoted.partial_stores,
        files=tuple(report.count() for report in content.reports.values()),
    )


def loaded_version(
    job: ChainJob, content: ChainContent, plans: dict[str, StorePlan], result: ChainResult
) -> ChainVersion:
    """The ledger's row of a chain that was not held back, with what was flagged."""
    flagged = [*result.problems]
    if result.partial_promotion_stores:
        flagged.append(
            "cut or shrunken full promotion file applied as delta, stores: "
            + _name_stores(job.chain.chain_id, result.partial_promotion_stores)
        )
    flagged += _flag_prices(job.chain.chain_id, plans)
    return ChainVersion(
        chain_key=job.chain_key,
        version=job.version,
        state=result.state,
        cutoff_at=find_cutoff(content, plans),
        digest=job.chain.digest,
        stores=sum(bool(plan.applied) for plan in plans.values()),
        rows=result.rows,
        rejected=result.rejected,
        changed=result.changed,
        reason="; ".join(flagged) or None,
        full_rows=count_full_rows(content.rows.parts),
        gates=name_gates(job.gates),
    )


def flag_anew(chain_id: str, reason: str | None, plans: dict[str, StorePlan]) -> str | None:
    """The reason of a version whose price files are applied anew, where others may count now.

    What it tells of else, such as bad files, stays.
    """
    told = [each for each in (reason or "").split("; ") if not each.startswith((CUT, STALE))]
    return "; ".join([*filter(None, told), *_flag_prices(chain_id, plans)]) or None


def _flag_prices(chain_id: str, plans: dict[str, StorePlan]) -> list[str]:
    partial = sorted(code for code, plan in plans.items() if plan.partial)
    stale = sorted(code for code, plan in plans.items() if not plan.applied)
    return [
        told + _name_stores(chain_id, codes)
        for told, codes in ((CUT, partial), (STALE, stale))
        if codes
    ]


def _name_stores(chain_id: str, codes: Iterable[str]) -> str:
    """Their identifiers: publish tells reasons of all chains in one list."""
    return ", ".join(store_ids(chain_id, codes))


def held_back_version(job: ChainJob, content: ChainContent, held: list[Held]) -> ChainVersion:
    """The ledger's row of a chain that is held back, with the reason.

    held: the gates that hold it back, none when its files are bad.
    """
    return ChainVersion(
        chain_key=job.chain_key,
        version=job.version,
        state=ChainState.HELD_BACK,
        cutoff_at=None,
        digest=job.chain.digest,
        stores=0,
        rows=0,
        rejected=0,
        changed=0,
        reason="; ".join(content.problems),
        gates=name_gates(job.gates),
        held_by=[each.gate for each in held],
    )


def name_gates(gates: Gates) -> str:
    """The program and the thresholds a chain is judged by."""
    return f"{version('superzol')} {gates.fingerprint}"


def find_cutoff(content: ChainContent, plans: dict[str, StorePlan]) -> datetime | None:
    """The newest price file applied; without one the newest Stores file."""
    parts = content.rows.parts
    applied = [parts[plan.applied[-1]].published_at for plan in plans.values() if plan.applied]
    described = [store.published_at for store in content.stores.values()]
    return max(applied or described, default=None)
