"""Days, weeks and months of the Israeli calendar."""

from collections.abc import Callable
from datetime import date, timedelta

from superzol_server.errors import InvalidRequest

MOST_PERIODS = 400
MOST_PRICES = 6000  # items times periods
DEFAULT_PERIODS = 30
DAY = timedelta(days=1)


def start_of_day(day: date) -> date:
    """The day itself."""
    return day


def start_of_week(day: date) -> date:
    """The Sunday of its week."""
    return day - (day.weekday() + 1) % 7 * DAY


def start_of_month(day: date) -> date:
    """The first of its month."""
    return day.replace(day=1)


STARTS: dict[str, Callable[[date], date]] = {
    "TREND_PERIOD_UNSPECIFIED": start_of_day,
    "TREND_PERIOD_DAY": start_of_day,
    "TREND_PERIOD_WEEK": start_of_week,
    "TREND_PERIOD_MONTH": start_of_month,
}
LONGEST: dict[Callable[[date], date], timedelta] = {
    start_of_day: DAY,
    start_of_week: 7 * DAY,
    start_of_month: 31 * DAY,
}


def cut_periods(first: date | None, last: date, period: str, items: int) -> list[date]:
    """Returns the day on which each period begins, and the day after the last one.

    first, last: days within the first and the last period; without a first, 30 periods. items: of
    the question. Raises InvalidRequest for days in disorder, or for too many periods.
    """
    begin = STARTS[period]
    if first is None:
        first = last
        for _ in range(DEFAULT_PERIODS - 1):
            first = begin(first) - DAY
    if last < first:
        sentence = f"must not be before start_date: {last} is before {first}"
        raise InvalidRequest("end_date", sentence, "RANGE_EMPTY")
    most = min(MOST_PERIODS, MOST_PRICES // items)
    starts = [begin(first)]
    # One more than allowed is enough to refuse it, however far the days are apart.
    while starts[-1] <= last and len(starts) < most + 2:
        starts.append(begin(starts[-1] + LONGEST[begin]))
    if len(starts) > most + 1:
        raise InvalidRequest(
            "start_date",
            f"makes more than {most} periods: ask for longer ones or for less time",
            "TOO_MANY_PERIODS",
        )
    return starts
