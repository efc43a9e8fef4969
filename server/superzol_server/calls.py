"""What is known of the call being answered, for those below it who did not get it as argument."""

from contextvars import ContextVar
from dataclasses import dataclass, field
from time import perf_counter


@dataclass(slots=True)
class Call:
    """One call; the interceptor makes it, the database adds what it saw.

    deadline: on the clock of perf_counter; None when the client set none.
    generation: of the newest answer of the database; None before the first.
    """

    request_id: str
    deadline: float | None
    begun: float = field(default_factory=perf_counter)
    database_seconds: float = 0.0
    generation: int | None = None

    def remaining_seconds(self) -> float | None:
        """Returns the time left to answer, not below zero; None when there is no deadline."""
        return None if self.deadline is None else max(self.deadline - perf_counter(), 0.0)


current_call: ContextVar[Call | None] = ContextVar("current_call", default=None)
