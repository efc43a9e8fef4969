"""The name of a Job, the same whenever it is asked for, so that no Job is created twice."""

import hashlib

NAME_LETTERS = 40
HASH_LETTERS = 10


def job_name(resource_name: str, uid: str, run_id: str, stage: str, attempt: int) -> str:
    """Names the Job of a stage of a run; uid tells a resource from an earlier one of its name."""
    digest = hashlib.sha256(f"{uid}/{run_id}/{stage}/{attempt}".encode()).hexdigest()
    return f"{resource_name[:NAME_LETTERS].rstrip('-.')}-{digest[:HASH_LETTERS]}"
