"""Slots: the rules of cron in time zones, beside a second library."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from croniter import croniter
from hypothesis import given
from hypothesis import strategies as st

from superzol_operator.schedule import (
    InvalidSchedule,
    check_schedule,
    count_slots,
    jitter_of,
    newest_slot,
    next_slot,
)
from superzol_operator.spec import Schedule

JERUSALEM = "Asia/Jerusalem"
LONG_AGO = datetime(1990, 1, 1, tzinfo=UTC)
MOMENTS = st.datetimes(
    min_value=datetime(2020, 1, 1), max_value=datetime(2035, 1, 1), timezones=st.just(UTC)
)
CRONS = st.one_of(
    st.sampled_from(["* * * * *", "*/7 * * * *", "0 2 * * *", "30 4 29 2 *", "15 */5 1-7 * 1"]),
    st.builds("{} {} * * *".format, st.integers(0, 59), st.integers(0, 23)),
    st.builds("{} * * * {}".format, st.integers(0, 59), st.integers(0, 6)),
    st.builds("{} {} {} * *".format, st.integers(0, 59), st.integers(0, 23), st.integers(1, 31)),
)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@given(cron=CRONS, now=MOMENTS)
def test_slots_are_those_of_another_library(cron: str, now: datetime) -> None:
    schedule = Schedule(cron=cron)
    assert next_slot(schedule, now) == croniter(cron, now).get_next(datetime)
    before = now + timedelta(microseconds=1)  # a slot of this very moment has come
    assert newest_slot(schedule, now, LONG_AGO) == croniter(cron, before).get_prev(datetime)


@given(
    cron=CRONS,
    now=MOMENTS,
    zone=st.sampled_from([JERUSALEM, "America/New_York", "Australia/Lord_Howe", "Asia/Beirut"]),
)
def test_a_slot_found_backwards_is_found_forwards(cron: str, now: datetime, zone: str) -> None:
    schedule = Schedule(cron=cron, time_zone=zone)
    newest = newest_slot(schedule, now, LONG_AGO)
    assert newest is not None
    assert newest <= now < next_slot(schedule, now)
    assert next_slot(schedule, newest - timedelta(seconds=1)) == newest
    assert next_slot(schedule, newest) == next_slot(schedule, now)


@pytest.mark.parametrize(
    ("cron", "after", "slots"),
    [
        # 27 March 2026: 2:00 becomes 3:00
        ("30 2 * * *", "2026-03-26T12:00", ["2026-03-27T00:00", "2026-03-27T23:30"]),
        ("0 3 * * *", "2026-03-26T12:00", ["2026-03-27T00:00", "2026-03-28T00:00"]),
        ("0 * * * *", "2026-03-26T22:30", ["2026-03-26T23:00", "2026-03-27T00:00"]),
        # 25 October 2026: 2:00 becomes 1:00
        ("30 1 * * *", "2026-10-24T12:00", ["2026-10-24T22:30", "2026-10-25T23:30"]),
        ("0 * * * *", "2026-10-24T21:30", ["2026-10-24T22:00", "2026-10-24T23:00"]),
        ("0 0 29 2 *", "2026-01-01T00:00", ["2028-02-28T22:00", "2032-02-28T22:00"]),
    ],
)
def test_nights_when_the_clock_is_turned(cron: str, after: str, slots: list[str]) -> None:
    schedule = Schedule(cron=cron, time_zone=JERUSALEM)
    moment, found = utc(after), []
    for _ in slots:
        moment = next_slot(schedule, moment)
        found.append(moment)
    assert found == [utc(slot) for slot in slots]


def test_a_slot_of_the_repeated_hour_is_found_while_the_hour_repeats() -> None:
    schedule = Schedule(cron="45 1 * * *", time_zone=JERUSALEM)
    now = datetime(2026, 10, 25, 1, 30, fold=1, tzinfo=ZoneInfo(JERUSALEM)).astimezone(UTC)
    assert newest_slot(schedule, now, LONG_AGO) == utc("2026-10-24T22:45")


def test_a_clock_put_back_to_before_all_slots_finds_none() -> None:
    # Samoa had no 30 December 2011, and backwards cronsim looks for it for ever
    schedule = Schedule(cron="* * 30 12 *", time_zone="Pacific/Apia")
    assert newest_slot(schedule, utc("2012-01-01T00:00"), utc("2026-11-01T00:00")) is None


def test_three_days_of_minutes_are_one_newest_slot_and_the_rest_is_counted() -> None:
    schedule = Schedule(cron="* * * * *")
    last, now = utc("2026-11-01T00:00"), utc("2026-11-04T00:00:30")
    assert newest_slot(schedule, now, last) == utc("2026-11-04T00:00")
    assert count_slots(schedule, last, now, limit=10_000) == 3 * 24 * 60
    assert count_slots(schedule, last, now, limit=1000) == 1000


def test_a_slot_that_was_taken_is_not_found_again() -> None:
    schedule = Schedule(cron="0 2 * * *")
    slot = utc("2026-11-04T02:00")
    assert newest_slot(schedule, slot + timedelta(hours=1), slot) is None


@pytest.mark.parametrize("macro", ["@hourly", "@daily", "@weekly", "@monthly", "@yearly"])
def test_macros_name_slots(macro: str) -> None:
    assert next_slot(Schedule(cron=macro), utc("2026-12-31T23:59")) <= utc("2027-01-03T00:00")


@pytest.mark.parametrize(
    ("cron", "zone", "reason", "words"),
    [
        ("0 0 2 * * *", "Etc/UTC", "InvalidSchedule", "five fields"),
        ("61 2 * * *", "Etc/UTC", "InvalidSchedule", "minute"),
        ("0 0 30 2 *", "Etc/UTC", "InvalidSchedule", "day-of-month"),
        ("@often", "Etc/UTC", "InvalidSchedule", "five fields"),
        ("TZ=Asia/Jerusalem 0 2 * * *", "Etc/UTC", "InvalidSchedule", "five fields"),
        ("0 2 * * *", "Asia/Jerusalm", "InvalidTimeZone", "Asia/Jerusalem"),
        ("0 2 * * *", "../../etc/passwd", "InvalidTimeZone", "Asia/Jerusalem"),
        ("0 2 * * *", "Asia", "InvalidTimeZone", "Asia/Jerusalem"),
        ("0 2 * * *", "", "InvalidTimeZone", "Asia/Jerusalem"),
    ],
)
def test_a_schedule_without_slots_says_what_to_write(
    cron: str, zone: str, reason: str, words: str
) -> None:
    with pytest.raises(InvalidSchedule, match=words) as caught:
        check_schedule(Schedule(cron=cron, time_zone=zone))
    assert caught.value.reason == reason


def test_no_cron_is_a_fine_schedule() -> None:
    check_schedule(Schedule())


@given(uid=st.uuids().map(str), most=st.integers(1, 3600))
def test_jitter_is_the_same_each_time_and_below_its_bound(uid: str, most: int) -> None:
    schedule = Schedule(jitter_seconds=most)
    assert jitter_of(schedule, uid) == jitter_of(schedule, uid)
    assert timedelta() <= jitter_of(schedule, uid) < timedelta(seconds=most)
