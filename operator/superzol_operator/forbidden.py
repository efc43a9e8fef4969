"""What a resource tells when the operator may not even see its Jobs."""

from dataclasses import replace
from datetime import datetime

from superzol_operator.status import Condition, Status

REASON = "JobForbidden"


def note_forbidden(status: Status, generation: int, message: str, now: datetime) -> Status:
    """The status with Ready=False; the next look that sees the Jobs works out all conditions anew.

    Nothing else is decided: a Job that cannot be seen may run.
    """
    before = status.condition("Ready")
    stays = before is not None and before.status == "False"
    since = before.last_transition_time if before and stays else now.replace(microsecond=0)
    ready = Condition("Ready", "False", REASON, message, generation, since)
    others = tuple(each for each in status.conditions if each.type != "Ready")
    return replace(status, conditions=(ready, *others))
