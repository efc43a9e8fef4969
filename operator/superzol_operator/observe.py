"""What a look at a resource sees: itself, its Jobs, and the pods whose end or silence matters."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from superzol_operator.cluster import Cluster
from superzol_operator.decide.adopt import unknown_jobs
from superzol_operator.decide.contract import JobView, Observed, PodOutcome
from superzol_operator.decide.runs import frozen_spec
from superzol_operator.jobs import MANAGED_BY, MANAGER
from superzol_operator.keys import Key
from superzol_operator.pods import CONTAINER
from superzol_operator.resource import ANNOTATIONS, Resource, read_resource
from superzol_operator.status import CurrentRun
from superzol_operator.times import parse_time

INDEX = "batch.kubernetes.io/job-completion-index"
JOB_UID = "batch.kubernetes.io/controller-uid"
FINISHED = ("Complete", "Failed")
OVER = ("Succeeded", "Failed")


async def observe_resource(cluster: Cluster, key: Key) -> Resource | None:
    """Reads the resource; None when it is gone."""
    body = await cluster.get_refresh(key)
    return None if body is None else read_resource(body)


async def observe_jobs(cluster: Cluster, resource: Resource, now: datetime) -> tuple[JobView, ...]:
    """Reads the Jobs of a resource, the oldest first, and the pods of those that need it."""
    selector = f"{MANAGED_BY}={MANAGER},{ANNOTATIONS}/cr-uid={resource.uid}"
    views = [
        (read_job(job, resource), job)
        async for job in cluster.list_jobs(resource.namespace, selector)
    ]
    plain = tuple(view for view, _ in views)
    told = {job.name for job in unknown_jobs(Observed(resource, plain), resource.status)}
    observed = []
    for view, job in sorted(views, key=lambda pair: (pair[0].created_at, pair[0].name)):
        outcomes: tuple[PodOutcome, ...] = ()
        if _needs_pods(view, job, resource, now) or view.name in told:
            pods = cluster.list_pods(resource.namespace, f"{JOB_UID}={view.uid}")
            outcomes = tuple([read_pod(pod) async for pod in pods])
        observed.append(replace(view, outcomes=outcomes))
    return tuple(observed)


def read_job(job: Mapping[str, Any], resource: Resource) -> JobView:
    """Reads a Job without its pods; labels that are lacking or wrong make it no Job of ours."""
    metadata, status = job["metadata"], job.get("status") or {}
    labels = metadata.get("labels") or {}
    attempt = labels.get(f"{ANNOTATIONS}/attempt", "")
    finished, reason, message = _end(status)
    return JobView(
        name=metadata["name"],
        uid=metadata["uid"],
        is_ours=is_controlled_by(job, resource) and attempt.isdecimal(),
        run_id=labels.get(f"{ANNOTATIONS}/run-id", ""),
        stage=labels.get(f"{ANNOTATIONS}/stage", ""),
        attempt=int(attempt) if attempt.isdecimal() else 0,
        spec_hash=labels.get(f"{ANNOTATIONS}/spec-hash", ""),
        created_at=parse_time(metadata["creationTimestamp"]),
        active=status.get("active", 0),
        succeeded=status.get("succeeded", 0),
        failed=status.get("failed", 0),
        completed_indexes=read_indexes(status.get("completedIndexes", "")),
        failed_indexes=read_indexes(status.get("failedIndexes", "")),
        finished=finished,
        finished_reason=reason,
        finished_message=message,
        deleting="deletionTimestamp" in metadata,
        image=_image(job),
        subject=(metadata.get("annotations") or {}).get(f"{ANNOTATIONS}/subject"),
    )


def _image(job: Mapping[str, Any]) -> str | None:
    containers = job["spec"]["template"]["spec"]["containers"]
    return next((each.get("image") for each in containers if each["name"] == CONTAINER), None)


def is_controlled_by(job: Mapping[str, Any], resource: Resource) -> bool:
    """The Job belongs to this resource, not to another one of its name."""
    owners = job["metadata"].get("ownerReferences") or ()
    return any(owner.get("controller") and owner["uid"] == resource.uid for owner in owners)


def read_pod(pod: Mapping[str, Any]) -> PodOutcome:
    """Reads how a pod ended, or why it waits."""
    metadata, status = pod["metadata"], pod.get("status") or {}
    index = (metadata.get("annotations") or {}).get(INDEX)
    told = {each["name"]: each for each in status.get("containerStatuses") or ()}
    # an admission may have put others beside it
    container: Mapping[str, Any] = told.get(CONTAINER, {})
    state = container.get("state") or {}
    ended, waiting = state.get("terminated"), state.get("waiting") or {}
    conditions = {each["type"]: each for each in status.get("conditions") or ()}
    return PodOutcome(
        name=metadata["name"],
        index=None if index is None else int(index),
        exit_code=ended["exitCode"] if ended else None,
        reason=_reason(status, ended or {}, waiting, conditions),
        message=_message(status, ended or {}, waiting, conditions),
        # a pod that its node rejected has no container that could start any more
        started=status.get("phase") in OVER
        or bool(ended or state.get("running") or container.get("lastState")),
        created_at=parse_time(metadata["creationTimestamp"]),
        disrupted=conditions.get("DisruptionTarget", {}).get("status") == "True",
        image_id=container.get("imageID", ""),
    )


def read_indexes(text: str) -> tuple[int, ...]:
    """Reads indexes as a Job tells them: "1,3-5"."""
    indexes: list[int] = []
    for part in filter(None, text.split(",")):
        first, _, last = part.partition("-")
        indexes.extend(range(int(first), int(last or first) + 1))
    return tuple(indexes)


def _needs_pods(view: JobView, job: Mapping[str, Any], resource: Resource, now: datetime) -> bool:
    """Pods are asked for where they decide: to list all of them at each look does not scale."""
    run = resource.status.current_run
    if not view.is_ours or run is None or run.job_name != view.name:
        return False
    if view.finished is not None:
        return True
    waits = view.active == 0 or view.active > (job.get("status") or {}).get("ready", 0)
    return waits and now - view.created_at >= _start_deadline(resource, run)


def _start_deadline(resource: Resource, run: CurrentRun) -> timedelta:
    spec = frozen_spec(run, resource)
    return timedelta(seconds=spec.run.start_deadline_seconds)


def _end(status: Mapping[str, Any]) -> tuple[str | None, str, str]:
    for condition in status.get("conditions") or ():
        if condition["type"] in FINISHED and condition["status"] == "True":
            return condition["type"], condition.get("reason", ""), condition.get("message", "")
    return None, "", ""


def _reason(
    status: Mapping[str, Any],
    ended: Mapping[str, Any],
    waiting: Mapping[str, Any],
    conditions: Mapping[str, Any],
) -> str:
    told = status.get("reason") or ended.get("reason") or waiting.get("reason")
    return str(told or _unscheduled(conditions).get("reason", ""))


def _message(
    status: Mapping[str, Any],
    ended: Mapping[str, Any],
    waiting: Mapping[str, Any],
    conditions: Mapping[str, Any],
) -> str:
    if ended:
        return str(ended.get("message", ""))
    told = waiting.get("message") or status.get("message")
    return str(told or _unscheduled(conditions).get("message", ""))


def _unscheduled(conditions: Mapping[str, Any]) -> Mapping[str, Any]:
    scheduled: Mapping[str, Any] = conditions.get("PodScheduled", {})
    return scheduled if scheduled.get("status") == "False" else {}
