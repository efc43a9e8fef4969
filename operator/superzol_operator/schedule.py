"""Slots of a schedule: cron in a time zone, from any moment backwards and forwards."""

import hashlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from cronsim import CronSim, CronSimError

from superzol_operator.spec import Schedule

MACROS = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
}
FIELDS = 5
SECOND = timedelta(seconds=1)
Reason = Literal["InvalidSchedule", "InvalidTimeZone"]


class InvalidSchedule(ValueError):
    """A schedule that names no slots; reason is that of the condition Stalled."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def check_schedule(schedule: Schedule) -> None:
    """Raises InvalidSchedule with what to write instead; no cron is fine."""
    _zone(schedule)
    if schedule.cron is not None:
        next_slot(schedule, datetime(2000, 1, 1, tzinfo=UTC))


def next_slot(schedule: Schedule, after: datetime) -> datetime:
    """The first slot later than a moment.

    In the night when the clock goes forward a slot that does not exist comes right after the gap;
    when it goes back, a slot of a given hour comes once (the rule of Debian's cron).
    Raises InvalidSchedule.
    """
    for slot in _slots(schedule, after.astimezone(_zone(schedule)), reverse=False):
        if slot > after:
            return slot
    message = f"cron {schedule.cron!r} never comes: write a day that its month has"
    raise InvalidSchedule("InvalidSchedule", message)


def newest_slot(schedule: Schedule, now: datetime, after: datetime) -> datetime | None:
    """The last slot not later than now, when it is later than `after`.

    It is searched backwards, so a year without a look costs no more than a minute.
    """
    zone = _zone(schedule)
    # From a clock that was put back to when a zone left out a day, cronsim may not find its way.
    if now <= after:
        return None
    local = now.astimezone(zone)
    # Where the clock went back since yesterday, slots that passed may read later than now.
    turned_back = _offset(now - timedelta(days=1), zone) - _offset(now, zone)
    start = local + max(turned_back, timedelta()) + SECOND
    for slot in _slots(schedule, start, reverse=True):
        if slot <= now:
            return slot if slot > after else None
    return None


def count_slots(schedule: Schedule, after: datetime, until: datetime, limit: int) -> int:
    """How many slots lie between two moments, the later one included; at most limit."""
    slots = _slots(schedule, after.astimezone(_zone(schedule)), reverse=False)
    passed: set[datetime] = set()
    for slot in islice(slots, limit):
        if slot > until:
            break
        if slot > after:
            passed.add(slot)
    return len(passed)


def jitter_of(schedule: Schedule, uid: str) -> timedelta:
    """By how much the slots of a resource come later: always the same, below jitterSeconds."""
    if schedule.jitter_seconds < 1:
        return timedelta()
    number = int.from_bytes(hashlib.sha256(uid.encode()).digest()[:8])
    return timedelta(seconds=number % schedule.jitter_seconds)


def schedule_hash(schedule: Schedule) -> str:
    """Changes when the slots do."""
    return hashlib.sha256(f"{schedule.time_zone} {schedule.cron}".encode()).hexdigest()[:16]


def _slots(schedule: Schedule, start: datetime, *, reverse: bool) -> Iterator[datetime]:
    cron = schedule.cron or ""
    fields = MACROS.get(cron, cron)
    if len(fields.split()) != FIELDS:
        raise InvalidSchedule(
            "InvalidSchedule",
            f"cron {cron!r} has no five fields: write minute hour day month weekday, as 0 2 * * *",
        )
    try:
        for slot in CronSim(fields, start, reverse=reverse):
            yield slot.astimezone(UTC)
    except CronSimError as error:
        advice = "write ranges upwards, such as 1-5 or 0,6, and days that their month has"
        message = f"cron {cron!r} ({str(error).lower()}): {advice}"
        raise InvalidSchedule("InvalidSchedule", message) from error


def _zone(schedule: Schedule) -> ZoneInfo:
    name = schedule.time_zone
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        message = f"timeZone {name!r} is not known: write a name such as Asia/Jerusalem"
        raise InvalidSchedule("InvalidTimeZone", message) from error


def _offset(moment: datetime, zone: ZoneInfo) -> timedelta:
    return moment.astimezone(zone).utcoffset() or timedelta()
