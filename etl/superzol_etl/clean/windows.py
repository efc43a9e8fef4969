"""When a promotion holds: instants from Israeli local dates in all the ways chains write them."""

import re
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

ISRAEL = ZoneInfo("Asia/Jerusalem")
DATE = r"(?P<year>\d{4})[-/](?P<month>\d\d?)[-/](?P<day>\d\d?)"
DAY_FIRST = r"(?P<day>\d\d?)[-/](?P<month>\d\d?)[-/](?P<year>\d{4})"
CLOCK = r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?"
DATES = [re.compile(rf"{date}(?:[T ]+{CLOCK})?") for date in (DATE, DAY_FIRST)]
HOUR = re.compile(CLOCK)
FIRST_YEAR = 1990  # 01/01/0001 and 1900-01-01 stand for no date

DAY_START, DAY_END = time(0, 0), time(23, 59, 59)
DAY = timedelta(days=1)


@lru_cache(maxsize=1 << 12)
def read_instant(date: str | None, hour: str | None, missing_hour: time) -> datetime | None:
    """The instant in UTC; None when there is no date, or none that can be read.

    hour: of a column of its own; it goes before a time beside the date. missing_hour: where neither
    is told. The hour that occurs twice in October is taken as the first.
    """
    found = next((match for form in DATES if (match := form.fullmatch((date or "").strip()))), None)
    if found is None or int(found["year"]) < FIRST_YEAR:
        return None
    clock = HOUR.fullmatch(hour.strip()) if hour else None
    if hour and clock is None:
        return None
    if clock is None and found["hour"] is not None:
        clock = found
    try:
        local = datetime(int(found["year"]), int(found["month"]), int(found["day"]))
        since_midnight = _since_midnight(clock, missing_hour)
        return (local + since_midnight).replace(tzinfo=ISRAEL).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _since_midnight(clock: re.Match[str] | None, missing: time) -> timedelta:
    """Raises ValueError for a time no day has; 24:00 is the end of the day."""
    if clock is None:
        return timedelta(hours=missing.hour, minutes=missing.minute, seconds=missing.second)
    hour, minute, second = (int(clock[part] or 0) for part in ("hour", "minute", "second"))
    if minute > 59 or second > 59 or timedelta(hours=hour, minutes=minute, seconds=second) > DAY:
        raise ValueError
    return timedelta(hours=hour, minutes=minute, seconds=second)
