"""What makes a resource unusable until a person changes it."""

from dataclasses import dataclass

from superzol_operator.decide.contract import Observed
from superzol_operator.resource import Resource
from superzol_operator.schedule import InvalidSchedule, check_schedule


@dataclass(frozen=True, slots=True)
class Problem:
    """Reason and message of the condition Stalled."""

    reason: str
    message: str


def find_problem(observed: Observed) -> Problem | None:
    """What only a person can mend; None: the resource can be looked after."""
    if problem := _problem_of_spec(observed.resource):
        return problem
    if not observed.peers.conflicts:
        return None
    others = ", ".join(observed.peers.conflicts[:3])
    message = f"{others} was there first with the same claim or target: change or delete one"
    return Problem("TargetConflict", message)


def _problem_of_spec(resource: Resource) -> Problem | None:
    spec = resource.spec
    if not spec.source.kind:
        message = "source names none or several of kaggle, directory, http, api, s3: write one"
        return Problem("InvalidSource", message)
    if spec.storage.claim_name is None and spec.storage.bucket is None:
        return Problem("InvalidStorage", "storage names neither claimName nor s3: write one")
    if not spec.target_secret_name:
        return Problem("InvalidTarget", "target.postgres.secretRef.name is empty: name the Secret")
    try:
        check_schedule(spec.schedule)
    except InvalidSchedule as invalid:
        return Problem(invalid.reason, str(invalid))
    return None
