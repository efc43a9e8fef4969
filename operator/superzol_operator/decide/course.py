"""A decision in the making: the status so far, and what to do once it is written."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from superzol_operator.decide.contract import Action, Emit
from superzol_operator.status import CurrentRun, Status


@dataclass(frozen=True, slots=True)
class Course:
    """wake_times: when to look again, whatever happens until then.

    is_due: a run waits to begin. queued_since: what it waits for is a place, since then.
    """

    status: Status
    actions: tuple[Action, ...] = ()
    wake_times: tuple[datetime, ...] = ()
    is_due: bool = False
    queued_since: datetime | None = None
    missed_slots: int = 0

    @property
    def run(self) -> CurrentRun:
        """The run that goes on.

        Raises ValueError when there is none.
        """
        if self.status.current_run is None:
            raise ValueError("no run goes on")
        return self.status.current_run

    def noting(self, **changes: Any) -> "Course":
        """With fields of the status changed."""
        return replace(self, status=replace(self.status, **changes))

    def noting_run(self, **changes: Any) -> "Course":
        """With fields of the current run changed."""
        return self.noting(current_run=replace(self.run, **changes))

    def doing(self, *actions: Action) -> "Course":
        """With more to do afterwards."""
        return replace(self, actions=(*self.actions, *actions))

    def telling(self, reason: str, message: str) -> "Course":
        """With a normal event."""
        return self.doing(Emit("Normal", reason, message))

    def warning(self, reason: str, message: str) -> "Course":
        """With an event that somebody should read."""
        return self.doing(Emit("Warning", reason, message))

    def waking(self, at: datetime) -> "Course":
        """With a time to look again."""
        return replace(self, wake_times=(*self.wake_times, at))
