"""Which day a snapshot is of, and which dates in it are wrong."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.decode.days import GRACE, Dating, find_dating

NOW = datetime(2026, 6, 2, 9, tzinfo=UTC)
LATE = datetime(2099, 1, 1, tzinfo=UTC)


def csvs(folder: Path, *days: str) -> list[Path]:
    paths = []
    for number, day in enumerate(days):
        path = folder / f"{number}.csv"
        path.write_text(f"found_folder,file_name\nf,PriceFull1-1-{day}0600.xml\n,,\n")
        paths.append(path)
    return paths


@pytest.mark.parametrize(
    ("days", "day"),
    [
        (["20260601", "20260601", "20990101"], 1),
        (["20260601", "20260602"], 2),
        (["20260601", "none"], 1),
    ],
)
def test_a_snapshot_is_of_the_day_of_most_files_and_of_two_the_later(
    tmp_path: Path, days: list[str], day: int
) -> None:
    dating = find_dating(csvs(tmp_path, *days), NOW)
    assert dating is not None
    assert dating.day_end == datetime(2026, 6, day, 20, 59, 59, tzinfo=UTC)
    assert dating.bound(LATE) == dating.day_end


def test_a_snapshot_that_tells_no_day_bounds_nothing(tmp_path: Path) -> None:
    (tmp_path / "empty.csv").write_bytes(b"")
    assert find_dating([tmp_path / "empty.csv", *csvs(tmp_path, "none")], NOW) is None


def test_files_of_later_years_than_most_are_believed_up_to_now(tmp_path: Path) -> None:
    dating = find_dating(csvs(tmp_path, "20221102", "20221102", "20240101"), NOW)
    assert dating is not None
    assert dating.bound(NOW) == NOW


@given(
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)),
    st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1)),
)
def test_a_date_is_kept_or_becomes_the_end_of_the_day(told: datetime, day_end: datetime) -> None:
    told, day_end = told.replace(tzinfo=UTC), day_end.replace(tzinfo=UTC)
    bound = Dating(day_end, max(day_end, NOW) + GRACE).bound(told)
    assert bound == (told if told <= max(day_end, NOW) + timedelta(days=1) else day_end)
