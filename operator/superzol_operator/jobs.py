"""The Job of a stage of a run: a pure function from a resource and what decide() asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from superzol_operator.command_lines import command_line
from superzol_operator.decide.contract import CreateJob
from superzol_operator.outcome import EXIT_CODES, Kind
from superzol_operator.pods import CONTAINER, pod_spec
from superzol_operator.resource import ANNOTATIONS, API_VERSION, KIND, Resource

MANAGED_BY = "app.kubernetes.io/managed-by"
MANAGER = "superzol-operator"
# What no second try heals: usage, bad data, not found, not allowed, configuration.
PERMANENT_EXIT_CODES = tuple(
    code for code, (kind, _) in EXIT_CODES.items() if kind is Kind.PERMANENT
)
WEEK_SECONDS = 604_800


@dataclass(frozen=True, slots=True)
class JobDefaults:
    """What the operator's settings say of every Job.

    image: for resources that name none. service_account_name None: that of the namespace.
    """

    image: str
    service_account_name: str | None = None


def build_job(resource: Resource, job: CreateJob, defaults: JobDefaults) -> dict[str, Any]:
    """The manifest of a Job, to be created as it is."""
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": job.name,
            "namespace": resource.namespace,
            "labels": labels_of(resource, job),
            "annotations": _annotations(job),
            "ownerReferences": [owner_reference(resource)],
        },
        "spec": {
            **_counts(job),
            "activeDeadlineSeconds": max(1, job.deadline_seconds),
            # A net only: the operator deletes a Job once its result is in the status.
            "ttlSecondsAfterFinished": WEEK_SECONDS,
            "podFailurePolicy": _failure_policy(job),
            # A pod that ends slowly is never beside the one that takes its place.
            "podReplacementPolicy": "Failed",
            "template": _pod_template(resource, job, defaults),
        },
    }


def labels_of(resource: Resource, job: CreateJob) -> dict[str, str]:
    """The labels by which a Job and its pods are found, and a lost status is made again."""
    return {
        MANAGED_BY: MANAGER,
        f"{ANNOTATIONS}/cr-uid": resource.uid,
        f"{ANNOTATIONS}/cr-name": resource.name,
        f"{ANNOTATIONS}/run-id": job.run_id,
        f"{ANNOTATIONS}/stage": job.stage,
        f"{ANNOTATIONS}/attempt": str(job.attempt),
        f"{ANNOTATIONS}/spec-hash": job.spec_hash,
    }


def owner_reference(resource: Resource) -> dict[str, Any]:
    """The reference by which Jobs go with their resource, whether the operator runs or not."""
    return {
        "apiVersion": API_VERSION,
        "kind": KIND,
        "name": resource.name,
        "uid": resource.uid,
        "controller": True,
        # True would need a right to update finalizers of resources.
        "blockOwnerDeletion": False,
    }


def _annotations(job: CreateJob) -> dict[str, str]:
    told = {
        "trigger": job.trigger,
        "version": job.version,
        "subject": job.subject,
        "folder": job.folder,
    }
    return {
        f"{ANNOTATIONS}/{name}": str(value) for name, value in told.items() if value is not None
    }


def _counts(job: CreateJob) -> dict[str, Any]:
    """How many pods, and how often each is tried again; the parts of a load fail by themselves."""
    retries = job.spec.run.pod_retries
    if job.stage != "load":
        return {"backoffLimit": retries}
    shards = job.spec.load.shards
    return {
        "completionMode": "Indexed",
        "completions": shards,
        "parallelism": min(job.spec.load.parallelism, shards),
        "backoffLimitPerIndex": retries,
    }


def _failure_policy(job: CreateJob) -> dict[str, Any]:
    """What the first rule says that fits: an eviction does not count, a permanent failure ends."""
    codes = {"containerName": CONTAINER, "operator": "In", "values": list(PERMANENT_EXIT_CODES)}
    action = "FailIndex" if job.stage == "load" else "FailJob"
    return {
        "rules": [
            {
                "action": "Ignore",
                "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}],
            },
            {"action": action, "onExitCodes": codes},
        ]
    }


def _pod_template(resource: Resource, job: CreateJob, defaults: JobDefaults) -> dict[str, Any]:
    given = job.spec.pod_template
    command = command_line(resource, job)
    image = given.image or defaults.image
    spec: Mapping[str, Any] = {
        **pod_spec(job, image, command),
        **_placement(job),
        **_account(given.service_account_name or defaults.service_account_name),
    }
    return {
        "metadata": {
            "labels": {**(given.labels or {}), **labels_of(resource, job)},
            "annotations": dict(given.annotations or {}),
        },
        "spec": spec,
    }


def _placement(job: CreateJob) -> dict[str, Any]:
    given = job.spec.pod_template
    placed = {
        "nodeSelector": dict(given.node_selector or {}),
        "tolerations": [dict(toleration) for toleration in given.tolerations],
        "priorityClassName": given.priority_class_name,
    }
    return {key: value for key, value in placed.items() if value}


def _account(name: str | None) -> dict[str, Any]:
    return {"serviceAccountName": name} if name else {}
