"""Repeats what may pass, and waits as long as the server asks."""

import logging
from collections.abc import Awaitable, Callable
from time import monotonic
from typing import TypeVar

import stamina
from stamina.instrumentation import RetryDetails, set_on_retry_hooks

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import PassingTrouble

LONGEST_WAIT_SECONDS = 30.0

T = TypeVar("T")

log = logging.getLogger(__name__)


async def repeat(settings: SourceSettings, call: Callable[[], Awaitable[T]]) -> T:
    """The result of the call, repeated while it raises PassingTrouble.

    Raises the last PassingTrouble when attempts or patience end, and at once when the server asks
    for more patience than there is: whoever started the run can wait better.
    """
    ends_at = monotonic() + settings.patience_seconds

    def wait(error: Exception) -> bool | float:
        if not isinstance(error, PassingTrouble):
            return False
        if error.retry_after_seconds is None:
            return True
        asked = error.retry_after_seconds
        return float(asked) if monotonic() + asked < ends_at else False

    set_on_retry_hooks([_log_retry])
    attempts = stamina.retry_context(
        on=wait,
        attempts=settings.attempts,
        timeout=settings.patience_seconds,
        wait_initial=settings.wait_seconds,
        wait_max=max(settings.wait_seconds, LONGEST_WAIT_SECONDS),
        wait_jitter=settings.wait_seconds,
    )
    async for attempt in attempts:
        with attempt:
            return await call()
    raise AssertionError("the last attempt returns or raises")


def _log_retry(details: RetryDetails) -> None:
    """Says why it takes longer, in place of the library, which tells of itself."""
    fields = {"problem": str(details.caused_by), "wait_seconds": round(details.wait_for, 1)}
    log.warning("source is asked again", extra={"attempt": details.retry_num + 1, **fields})
