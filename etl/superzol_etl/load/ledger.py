"""What was loaded: versions of chains, reports of files, generations."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import NamedTuple

from superzol_etl.database import Connection
from superzol_etl.records import ChainState, FileReport
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


class ChainVersion(NamedTuple):
    """A row of chain_version; digest is of its files, content_digest of its offers.

    full_rows: rows of the newest full price file of each store. gates: what it was judged by.
    """

    chain_key: int
    version: int
    state: ChainState
    cutoff_at: datetime | None
    digest: str
    stores: int
    rows: int
    rejected: int
    changed: int
    reason: str | None
    content_digest: str = ""
    full_rows: int = 0
    gates: str = ""
    held_by: Sequence[str] = ()


async def write_chain_version(connection: Connection, row: ChainVersion) -> None:
    """Says what became of a chain in a version; what is loaded stays loaded."""
    await connection.execute(load_sql(PACKAGE, "write_chain_version"), *row)


async def write_reports(
    connection: Connection, run_id: str, chain_key: int | None, reports: Iterable[FileReport]
) -> None:
    """Says what became of each file, and keeps the first rows it refused.

    What the same run said of a file before is replaced. The caller holds a transaction.
    """
    for report in reports:
        await connection.execute(load_sql(PACKAGE, "delete_rejects"), run_id, report.file)
        await connection.execute(
            load_sql(PACKAGE, "insert_file_report"),
            run_id, report.file, chain_key, report.digest, report.state, report.rows, report.loaded,
            report.superseded, report.rejected, list(report.drift), report.problem,
            list(report.refused), list(report.refused.values()),
        )  # fmt: skip
        if report.rejects:
            await connection.copy_records_to_table(
                "reject",
                records=[(run_id, report.file, *reject) for reject in report.rejects],
                columns=["run_id", "file", "line", "reason", "raw"],
            )


async def publish_generation(
    connection: Connection, dataset_key: int, chain_key: int | None, version: int, changed: int
) -> None:
    """Gives the commit its generation: run last, as its row lock puts the commits in order."""
    await connection.execute(
        load_sql(PACKAGE, "publish_generation"), dataset_key, chain_key, version, changed
    )
