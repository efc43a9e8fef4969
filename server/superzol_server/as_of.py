"""Times of requests, and the version of each chain that answers as of one."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from google.protobuf.message import Message

from superzol_server.database import Row, Snapshot
from superzol_server.errors import InvalidRequest, OutOfRange
from superzol_server.sql import load_statement

FIND_VERSIONS = load_statement(__package__, "find_versions")
ISRAEL = ZoneInfo("Asia/Jerusalem")
FIRST_YEAR, LAST_YEAR = 1970, 2200


def read_time(request: Message, field: str) -> datetime | None:
    """Returns the time in a field, None when absent; raises InvalidRequest for what is no time."""
    if not request.HasField(field):
        return None
    given: Any = getattr(request, field)
    try:
        moment: datetime = given.ToDatetime(UTC)
    except (ValueError, OverflowError) as error:
        sentence = f"is not a time: {given.seconds} seconds and {given.nanos} nanoseconds"
        raise InvalidRequest(field, sentence, "TIME_INVALID") from error
    return moment


def read_date(request: Message, field: str) -> date | None:
    """Returns the day in a field, None when absent; raises InvalidRequest for what is no day."""
    if not request.HasField(field):
        return None
    given: Any = getattr(request, field)
    try:
        day = date(given.year, given.month, given.day)
    except ValueError as error:
        sentence = f"is not a day: {given.year}-{given.month}-{given.day}"
        raise InvalidRequest(field, sentence, "DATE_INVALID") from error
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        sentence = f"must be from {FIRST_YEAR} to {LAST_YEAR}, not {day}"
        raise InvalidRequest(field, sentence, "DATE_INVALID")
    return day


def begin_day(day: date | None, days_later: int = 0) -> datetime | None:
    """Returns the instant at which the day begins in Israel, or one so much later."""
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days_later), time(), ISRAEL)


async def find_versions(
    snapshot: Snapshot, as_of_time: datetime | None, chain_id: str | None
) -> list[Row]:
    """Returns the rows of VersionUsed of one chain or all; none for now, or when none is so old."""
    if as_of_time is None:
        return []
    return (await snapshot.fetch(FIND_VERSIONS, as_of_time, chain_id)).rows


def check_versions(versions: list[Row], as_of_time: datetime | None) -> None:
    """Raises OutOfRange when a time was given and no chain had a version yet."""
    if as_of_time is not None and not versions:
        raise OutOfRange(
            "BEFORE_FIRST_VERSION",
            f"as_of_time: nothing was loaded yet as of {as_of_time.isoformat()}",
            field="as_of_time",
        )
