"""Fault 25: clocks that are turned, February 29, a zone that is none, days of downtime."""

from datetime import UTC, datetime, timedelta

import pytest

from superzol_operator.schedule import count_slots, newest_slot, next_slot
from superzol_operator.spec import Schedule
from tests.cluster.scene import Scene

JERUSALEM = "Asia/Jerusalem"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "zone", "after", "slots"),
    [
        # Jerusalem, 27 March 2026: 2:00 becomes 3:00, so the slot of 2:30 is at 3:00
        ("30 2 * * *", JERUSALEM, "2026-03-26T01:00", ["2026-03-27T00:00", "2026-03-27T23:30"]),
        # 25 October 2026: 2:00 becomes 1:00, and 1:30 is a slot once
        ("30 1 * * *", JERUSALEM, "2026-10-24T12:00", ["2026-10-24T22:30", "2026-10-25T23:30"]),
        ("0 2 29 2 *", "Etc/UTC", "2026-03-01T00:00", ["2028-02-29T02:00", "2032-02-29T02:00"]),
        # half an hour is turned on Lord Howe
        ("15 2 * * *", "Australia/Lord_Howe", "2026-10-02T16:00",
         ["2026-10-03T15:30", "2026-10-04T15:15"]),
    ],
)  # fmt: skip
def test_fault_25_slots_are_those_of_the_wall_clock(
    cron: str, zone: str, after: str, slots: list[str]
) -> None:
    schedule, found = Schedule(cron=cron, time_zone=zone), [utc(after)]
    for _ in slots:
        found.append(next_slot(schedule, found[-1]))
    assert found[1:] == [utc(slot) for slot in slots]


def test_fault_25_days_of_downtime_are_one_run() -> None:
    every_minute = Schedule(cron="* * * * *")
    last, now = utc("2026-11-01T00:00"), utc("2026-11-04T00:00:30")
    newest = newest_slot(every_minute, now, last)
    assert newest == utc("2026-11-04T00:00")
    assert count_slots(every_minute, last, now, limit=10_000) == 3 * 24 * 60
    assert newest_slot(every_minute, now, newest) is None


async def test_fault_25_zone_that_is_none_stalls_until_it_is_mended(scene: Scene) -> None:
    await scene.apply(schedule={"cron": "0 2 * * *", "timeZone": "Asia/Jerusalm"})
    status = await scene.until_status(lambda now: scene.condition(now, "Stalled"))
    stalled = scene.condition(status, "Stalled")
    assert stalled["reason"] == "InvalidTimeZone"
    assert JERUSALEM in stalled["message"]
    assert status["observedGeneration"] == 1

    await scene.edit(schedule={"timeZone": JERUSALEM})
    status = await scene.until_ended("Succeeded")
    assert scene.condition(status, "Stalled") == {}
    due = utc(status["nextRunTime"].rstrip("Z"))
    assert timedelta() < due - datetime.now(UTC) <= timedelta(days=1, hours=1)
