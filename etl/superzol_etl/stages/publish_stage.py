"""The publish stage: makes what the shards of a load brought one version."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from superzol_etl.errors import BadData, NotFound, UsageError
from superzol_etl.records import StageCall
from superzol_etl.sql import load_sql
from superzol_etl.stages.categories import are_rules_new
from superzol_etl.stages.lake import NoteReader, close_in_lake
from superzol_etl.stages.publish import PRODUCT_LOCK, forget_products, publish
from superzol_etl.stages.runs import Run, run_stage
from superzol_etl.stages.summary import revision

PACKAGE = "superzol_etl.stages"


class Coverage(NamedTuple):
    """Where the chains of a version stand.

    chains: with files in it. missing: of them, those that no load finished.
    """

    digest: str
    closed: bool
    chains: int
    loaded: int
    missing: int
    held_back: list[str]
    reasons: list[str]
    rows: int
    rejected: int
    changed: int


async def publish_version(
    call: StageCall,
    version: int,
    lake: Path | None = None,
    read_note: NoteReader | None = None,
) -> Mapping[str, Any]:
    """Merges names, rebuilds summaries and closes the version; twice, it changes nothing.

    A version with chains still missing is published but not closed. lake, read_note: as in Order.
    Raises NotFound when no load met the version, BadData when none of its chains is loaded,
    UsageError when the run loaded, or published, another version.
    """

    async def work(run: Run) -> Mapping[str, Any]:
        connection = run.connection
        await _check_loaded(run, version)
        await connection.execute(load_sql(PACKAGE, "note_version"), call.run_id, version)
        found = await _read_coverage(run, version)
        if not found.loaded:
            reasons = "; ".join(found.reasons) or "no load of it has finished"
            raise BadData(f"no chain of version {version} is loaded: {reasons}")
        await connection.execute(load_sql(PACKAGE, "share_products"), PRODUCT_LOCK)
        await forget_products(connection)
        if not found.closed or await are_rules_new(connection):
            await publish(connection, call.url, run.dataset_key, version, not found.missing)
        if lake:
            await close_in_lake(connection, lake, run.dataset_key, version, read_note)
        return {**_report(found, version), "chainDetails": await _read_details(run, version)}

    report = await run_stage(call, work)
    if report["version"] != version:  # it was done before
        raise UsageError(
            f"run {call.run_id} published version {report['version']}, not {version}:"
            " give another --run-id"
        )
    return report


async def _check_loaded(run: Run, version: int) -> None:
    """Keeps a volume's number from closing an older version, where the database gave another."""
    run_id = run.call.run_id
    loaded = await run.connection.fetchval(load_sql(PACKAGE, "read_loaded_version"), run_id)
    if loaded not in (None, version):
        raise UsageError(
            f"run {run_id} loaded version {loaded}, not {version}: give --version {loaded},"
            " or another --run-id"
        )


async def _read_coverage(run: Run, version: int) -> Coverage:
    row = await run.connection.fetchrow(
        load_sql(PACKAGE, "read_coverage"), run.dataset_key, version
    )
    if row is None:
        raise NotFound(
            f"version {version} of {run.call.dataset_id} is not known: run superzol-etl load first"
        )
    return Coverage(**row)


async def _read_details(run: Run, version: int) -> list[dict[str, Any]]:
    rows = await run.connection.fetch(
        load_sql(PACKAGE, "read_chain_details"), run.dataset_key, version
    )
    return [dict(row) for row in rows]


def _report(found: Coverage, version: int) -> dict[str, Any]:
    result = "Published"
    if found.missing or found.held_back:
        result = "Partial"
    elif found.closed:
        result = "Unchanged"
    return {
        "result": result,
        "version": version,
        "revision": revision(version, found.digest),
        "chains": found.chains,
        "chainsLoaded": found.loaded,
        "chainsMissing": found.missing,
        "heldBack": found.held_back,
        "rows": found.rows,
        "rejected": found.rejected,
        "changed": found.changed,
        "problems": found.reasons,
    }
