"""Days, weeks and months as trends are cut into."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_server.analytics.periods import cut_periods
from superzol_server.errors import InvalidRequest

DAYS = st.dates(date(2024, 1, 1), date(2026, 12, 31))
PERIODS = st.sampled_from(["TREND_PERIOD_DAY", "TREND_PERIOD_WEEK", "TREND_PERIOD_MONTH"])


def test_weeks_begin_on_sunday_and_months_on_the_first() -> None:
    first, last = date(2026, 3, 4), date(2026, 3, 9)
    assert cut_periods(first, last, "TREND_PERIOD_WEEK", 1) == [
        date(2026, 3, 1),
        date(2026, 3, 8),
        date(2026, 3, 15),
    ]
    assert cut_periods(first, last, "TREND_PERIOD_MONTH", 1) == [
        date(2026, 3, 1),
        date(2026, 4, 1),
    ]


@given(DAYS, PERIODS)
def test_without_a_first_day_there_are_thirty_periods(last: date, period: str) -> None:
    assert len(cut_periods(None, last, period, 1)) == 31


@given(st.tuples(DAYS, DAYS).map(sorted), PERIODS)
def test_periods_are_in_order_and_hold_both_days(days: list[date], period: str) -> None:
    first, last = days
    try:
        starts = cut_periods(first, last, period, 1)
    except InvalidRequest:
        assert period == "TREND_PERIOD_DAY" and (last - first).days >= 400
        return
    assert starts == sorted(set(starts))
    assert starts[0] <= first < starts[1]
    assert starts[-2] <= last < starts[-1]


@pytest.mark.parametrize("items", [1, 100])
def test_too_many_periods_are_refused(items: int) -> None:
    with pytest.raises(InvalidRequest, match="periods"):
        cut_periods(date(1970, 1, 1), date(2200, 1, 1), "TREND_PERIOD_DAY", items)


def test_days_in_disorder_are_refused() -> None:
    with pytest.raises(InvalidRequest, match="end_date"):
        cut_periods(date(2026, 3, 2), date(2026, 3, 1), "TREND_PERIOD_DAY", 1)
