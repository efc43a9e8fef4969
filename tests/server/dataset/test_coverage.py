"""The rule of coverage: when a chain's newest version is to be looked at."""

from datetime import UTC, datetime, timedelta

import pytest

from superzol_server.dataset.coverage import Seen, age_seconds, find_flags

NOW = datetime(2026, 3, 3, 12, tzinfo=UTC)
LOADED, HELD_BACK = "COVERAGE_STATE_LOADED", "COVERAGE_STATE_HELD_BACK"


@pytest.mark.parametrize(
    ("seen", "flags"),
    [
        (Seen(LOADED, 100, 100, NOW), []),
        (Seen(LOADED, 100, None, NOW), []),
        (Seen(LOADED, 71, 100, NOW), []),
        (Seen(LOADED, 70, 100, NOW), ["FEWER_ROWS"]),
        (Seen(LOADED, 0, 100, NOW), ["NO_ROWS", "FEWER_ROWS"]),
        (Seen(LOADED, 0, 0, NOW), ["NO_ROWS"]),
        (Seen(LOADED, 100, 100, NOW - timedelta(hours=48)), []),
        (Seen(LOADED, 100, 100, NOW - timedelta(hours=48, seconds=1)), ["STALE"]),
        (Seen(HELD_BACK, 100, 100, NOW), ["HELD_BACK"]),
        (Seen(None, None, None, None), ["NO_ROWS", "STALE"]),
    ],
    ids=str,
)
def test_flag_holds_from_its_threshold_on(seen: Seen, flags: list[str]) -> None:
    assert find_flags(seen, NOW) == [f"COVERAGE_FLAG_{flag}" for flag in flags]


def test_age_is_that_of_the_newest_file_and_never_below_zero() -> None:
    seen = Seen(LOADED, 1, None, NOW)
    assert age_seconds(seen, NOW + timedelta(seconds=90)) == 90
    assert age_seconds(seen, NOW - timedelta(seconds=90)) == 0
    assert age_seconds(seen._replace(last_file_time=None), NOW) is None
