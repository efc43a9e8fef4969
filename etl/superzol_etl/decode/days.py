"""Which day the files of a snapshot are of, and which dates in them can be no file's."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import NamedTuple

from superzol_etl.clean.windows import ISRAEL
from superzol_etl.decode.names import published_at

HEAD_BYTES = 1 << 16
GRACE = timedelta(days=1)  # a scraper that runs over midnight, a clock that is a little off


class Dating(NamedTuple):
    """day_end: of the snapshot. latest: what is dated later has a wrong date."""

    day_end: datetime
    latest: datetime

    def bound(self, told: datetime) -> datetime:
        """When a file was published, at the latest at the end of its snapshot's day."""
        return told if told <= self.latest else self.day_end


def find_dating(paths: Iterable[Path], now: datetime) -> Dating | None:
    """By the day of most of the CSVs, the later of two that as many have; None where none tells.

    Later than now must a date be, too, to be wrong: samples are put together of several years.
    """
    days = Counter(day for path in paths if (day := _first_day(path)))
    if not days:
        return None
    day = max(days, key=lambda day: (days[day], day))
    day_end = datetime.combine(day, time(23, 59, 59), ISRAEL).astimezone(UTC)
    return Dating(day_end, max(day_end, now) + GRACE)


def _first_day(path: Path) -> date | None:
    """The Israeli day of the first source XML of a CSV."""
    with path.open("rb", buffering=0) as file:
        _, _, body = file.read(HEAD_BYTES).partition(b"\n")
    row = body.partition(b"\n")[0].decode("utf-8", "replace")
    at = next((found for cell in row.split(",")[:2] if (found := published_at(cell))), None)
    return at.astimezone(ISRAEL).date() if at else None
