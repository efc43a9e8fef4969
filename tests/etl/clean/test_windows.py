"""When a promotion holds: Israeli local dates in every way they are written."""

from datetime import UTC, datetime, timedelta

import pytest

from superzol_etl.clean.windows import DAY_END, DAY_START, read_instant

SUMMER = datetime(2026, 6, 1, 5, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "hour"),
    [
        ("2026-06-01", "08:30:00"),
        ("2026-06-01", "08:30"),
        ("2026-06-01 08:30:00", None),
        ("2026-06-01 08:30", None),
        ("2026-06-01T08:30:00.000", None),
        ("2026/06/01 08:30", None),
        ("2026/06/01", "8:30"),
        ("01/06/2026 08:30:00", None),
        ("01/06/2026", "08:30"),
        ("2026-06-01 00:00", "08:30:00"),
    ],
)
def test_one_instant_is_read_from_every_writing(date: str, hour: str | None) -> None:
    assert read_instant(date, hour, DAY_START) == SUMMER


def test_winter_is_an_hour_nearer_to_utc() -> None:
    assert read_instant("2026-01-01", "02:00", DAY_START) == datetime(2026, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"), [("2026-03-27", 23), ("2026-10-25", 25), ("2026-06-01", 24)]
)
def test_a_whole_day_is_as_long_as_the_clocks_make_it(day: str, hours: int) -> None:
    start, end = read_instant(day, None, DAY_START), read_instant(day, "24:00", DAY_END)
    assert start is not None and end is not None
    assert end - start == timedelta(hours=hours)


def test_an_hour_that_occurs_twice_is_the_first_and_one_left_out_is_the_next() -> None:
    twice = read_instant("2026-10-25", "01:30", DAY_START)
    left_out = read_instant("2026-03-27", "02:30", DAY_START)
    assert twice == datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    assert left_out == datetime(2026, 3, 27, 0, 30, tzinfo=UTC)


def test_missing_hour_is_the_edge_of_the_day() -> None:
    start = read_instant("2026-06-01", None, DAY_START)
    end = read_instant("2026-06-01", None, DAY_END)
    assert start == datetime(2026, 5, 31, 21, tzinfo=UTC)
    assert end == datetime(2026, 6, 1, 20, 59, 59, tzinfo=UTC)


def test_hour_24_is_the_end_of_the_day() -> None:
    end = read_instant("2026-06-01", "24:00", DAY_END)
    assert end == datetime(2026, 6, 1, 21, tzinfo=UTC)


@pytest.mark.parametrize(
    ("date", "hour"),
    [
        (None, None),
        ("", None),
        ("01/01/0001 00:00:00", None),
        ("1900-01-01", None),
        ("2026-02-30", None),
        ("2026-06-01", "25:00"),
        ("2026-06-01", "soon"),
        ("tomorrow", "08:00"),
    ],
)
def test_no_date_is_no_instant(date: str | None, hour: str | None) -> None:
    assert read_instant(date, hour, DAY_START) is None
