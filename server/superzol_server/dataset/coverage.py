"""What is wrong with a chain's newest version."""

from datetime import datetime, timedelta
from typing import NamedTuple

LARGEST_LOSS_PERCENT = 30
OLDEST = timedelta(hours=48)


class Seen(NamedTuple):
    """A chain's newest version; None where there is none."""

    state: str | None
    rows: int | None
    previous_rows: int | None
    last_file_time: datetime | None


def age_seconds(seen: Seen, now: datetime) -> int | None:
    """Age of the newest price file, not below zero: a chain's clock may be ahead."""
    if seen.last_file_time is None:
        return None
    return max(int((now - seen.last_file_time).total_seconds()), 0)


def find_flags(seen: Seen, now: datetime) -> list[str]:
    """Names of the flags that hold, in their order."""
    rows, previous = seen.rows or 0, seen.previous_rows or 0
    holds = {
        "COVERAGE_FLAG_NO_ROWS": not rows,
        "COVERAGE_FLAG_FEWER_ROWS": previous > 0
        and rows * 100 <= previous * (100 - LARGEST_LOSS_PERCENT),
        "COVERAGE_FLAG_STALE": seen.last_file_time is None or now - seen.last_file_time > OLDEST,
        "COVERAGE_FLAG_HELD_BACK": seen.state == "COVERAGE_STATE_HELD_BACK",
    }
    return [name for name, is_true in holds.items() if is_true]
