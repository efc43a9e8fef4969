"""What an answer other than the wanted one means: wait, give up, or ask for rights."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import ceil

from superzol_etl.errors import (
    EtlError,
    NotAllowed,
    NotFound,
    PassingTrouble,
    WrongConfiguration,
)

PASSING = (408, 425, 429)
LONGEST_SECONDS = 10**12  # what a Retry-After may hold beyond can be added to no time


def failure_of_status(status: int, asked: str, *, hint: str, retry_after: str | None) -> EtlError:
    """The failure that an HTTP status means.

    asked: what was asked of whom, without a secret. hint: what to do about missing rights.
    """
    if status in PASSING or status >= 500:
        wait = wait_of(retry_after, datetime.now(UTC))
        return PassingTrouble(
            f"{asked} was answered {status}: try again {f'in {wait} s' if wait else 'later'}",
            reason="RateLimited" if status == 429 else "SourceUnavailable",
            retry_after_seconds=wait,
        )
    if status in (401, 403):
        return NotAllowed(f"{asked} was refused with {status}: {hint}")
    if status in (404, 410):
        return NotFound(f"{asked} was answered {status}: there is no such thing")
    return WrongConfiguration(f"{asked} was answered {status}: check --source")


def wait_of(retry_after: str | None, now: datetime) -> int | None:
    """Seconds that a Retry-After header asks for; None when it is missing or unreadable."""
    if not retry_after:
        return None
    digits = retry_after.strip()
    if digits.isdecimal():
        return int(digits) if len(digits) < len(str(LONGEST_SECONDS)) else LONGEST_SECONDS
    try:
        until = parsedate_to_datetime(retry_after)
    except (ValueError, OverflowError):
        return None
    aware = until if until.tzinfo else until.replace(tzinfo=UTC)
    return max(0, ceil((aware - now).total_seconds()))
