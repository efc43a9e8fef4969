"""Asks the gates about a chain, and whether a person has accepted what they hold back."""

from collections.abc import Sequence

from superzol_etl.clean.gates import Gates, Good, Held, Seen, check_files, check_jumps
from superzol_etl.database import Connection
from superzol_etl.load.diff import Change, Observed
from superzol_etl.load.job import ChainJob
from superzol_etl.load.jumps import find_jumps
from superzol_etl.load.read import ChainContent
from superzol_etl.records import Part
from superzol_etl.sql import load_sql

PACKAGE = "superzol_etl.load"


class Untrusted(Exception):  # ends the transaction of a chain that a gate holds back
    """A gate holds the chain back; nothing of it may be written."""

    def __init__(self, held: list[Held]) -> None:
        super().__init__("; ".join(each.problem for each in held))
        self.held = held


async def is_accepted(connection: Connection, job: ChainJob) -> bool:
    """A person accepted these very files of the chain for this version."""
    accepted: bool = await connection.fetchval(
        load_sql(PACKAGE, "find_acceptance"), job.chain_key, job.version, job.chain.digest
    )
    return accepted


async def ask_file_gates(
    connection: Connection, job: ChainJob, content: ChainContent
) -> list[Held]:
    """The gates that hold the chain back by its files, none when they are accepted."""
    held = await judge_files(connection, job.gates, job.chain_key, content)
    return held if held and not await is_accepted(connection, job) else []


async def judge_files(
    connection: Connection, gates: Gates, chain_key: int | None, content: ChainContent
) -> list[Held]:
    """The gates that the files do not pass; chain_key: None for a chain that is new."""
    row = await connection.fetchrow(load_sql(PACKAGE, "read_good_version"), chain_key)
    legal_ids = await connection.fetch(load_sql(PACKAGE, "read_legal_ids"), chain_key)
    good = Good(
        row["version"] if row else 0,
        row["full_rows"] if row else None,
        {code: legal_id for code, legal_id in legal_ids},
    )
    return check_files(gates, look_at(content), good)


async def ask_price_gates(
    connection: Connection, job: ChainJob, change: Change, observed: Observed
) -> None:
    """Raises Untrusted when the chain's prices hold it back and nobody accepted its files."""
    jumps = find_jumps(change, observed, job.gates.jump_factor)
    held = check_jumps(job.gates, len(jumps.key), jumps.compared)
    if held and not await is_accepted(connection, job):
        raise Untrusted(held)


def look_at(content: ChainContent) -> Seen:
    """What the gates look at in a chain's files."""
    reports = content.price_reports
    return Seen(
        rows=sum(report.rows for report in reports),
        rejected=sum(report.rejected for report in reports),
        full_rows=count_full_rows(content.rows.parts),
        legal_ids={
            part.store_code: part.legal_id
            for part in (*content.promotions.parts, *content.rows.parts)
            if part.store_code and part.legal_id
        },
    )


def count_full_rows(parts: Sequence[Part]) -> int:
    """Rows of the newest full file of each store."""
    newest: dict[str, Part] = {}
    for part in parts:
        known = newest.get(part.store_code)
        if part.is_full and (known is None or part.published_at >= known.published_at):
            newest[part.store_code] = part
    return sum(part.rows for part in newest.values())
