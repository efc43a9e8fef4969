"""The pods of a run: restricted, without a token, with the Secrets and folders of their stage."""

from collections.abc import Iterator, Mapping
from typing import Any

from superzol_operator.command_lines import (
    DATA_FOLDER,
    DATABASE_KEY,
    SOURCE_FOLDER,
    SOURCE_SECRET_FOLDER,
    TARGET_SECRET_FOLDER,
    settings_of,
)
from superzol_operator.decide.contract import CreateJob

CONTAINER = "etl"
USER = 10001
SECRET_MODE = 0o440
TEMPORARY_LIMIT = "1Gi"
# A process that loads a nation's day was seen with 976 MB, and a pod runs up to three.
RESOURCES: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "load": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "4Gi"}},
    "backfill": {"requests": {"cpu": "1", "memory": "2Gi"}, "limits": {"memory": "4Gi"}},
    "default": {"requests": {"cpu": "250m", "memory": "512Mi"}, "limits": {"memory": "2Gi"}},
}
RESTRICTED_POD = {
    "runAsNonRoot": True,
    "runAsUser": USER,
    "runAsGroup": USER,
    "fsGroup": USER,
    # Always would walk a whole volume before each pod.
    "fsGroupChangePolicy": "OnRootMismatch",
    "seccompProfile": {"type": "RuntimeDefault"},
}
RESTRICTED_CONTAINER = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}
NEEDS_DATABASE = ("load", "publish", "accept", "backfill")


def pod_spec(job: CreateJob, image: str, command: list[str]) -> dict[str, Any]:
    """The spec of the pods of a Job, without what a resource says of their place."""
    volumes = list(_volumes(job))
    container = {
        "name": CONTAINER,
        "image": image,
        "command": [_unexpanded(word) for word in command],
        "env": list(_environment(job)),
        "envFrom": [{"secretRef": {"name": name}} for name in _environment_secrets(job)],
        "resources": resources_of(job),
        "securityContext": RESTRICTED_CONTAINER,
        "terminationMessagePolicy": "FallbackToLogsOnError",
        "volumeMounts": [mount for mount, _ in volumes],
    }
    return {
        "restartPolicy": "Never",
        "automountServiceAccountToken": False,
        # A Service named superzol-store would come as SUPERZOL_STORE_PORT and the like.
        "enableServiceLinks": False,
        "securityContext": RESTRICTED_POD,
        "containers": [container],
        "volumes": [volume for _, volume in volumes],
    }


def resources_of(job: CreateJob) -> Mapping[str, Any]:
    """What a stage may use: of the resource by stage, by its default, or of the operator."""
    given = job.spec.pod_template.resources or {}
    found: Mapping[str, Any] = (
        given.get(job.stage)
        or given.get("default")
        or RESOURCES.get(job.stage)
        or RESOURCES["default"]
    )
    return found


def _unexpanded(text: str) -> str:
    """The text, so that Kubernetes puts no variable, and so no Secret, where it says $(NAME)."""
    return text.replace("$", "$$")


def _environment(job: CreateJob) -> Iterator[dict[str, Any]]:
    yield {"name": "HOME", "value": "/tmp"}
    for name, value in settings_of(job).items():
        yield {"name": name, "value": _unexpanded(value)}
    if job.stage in NEEDS_DATABASE:
        key = {"name": job.spec.target_secret_name, "key": DATABASE_KEY}
        yield {"name": DATABASE_KEY, "valueFrom": {"secretKeyRef": key}}


def _environment_secrets(job: CreateJob) -> Iterator[str]:
    """The Secrets whose keys are settings, named as the documents of the ETL name them."""
    if job.spec.storage.secret_name and job.stage != "accept":
        yield job.spec.storage.secret_name
    if job.spec.source.secret_name and job.stage == "fetch":
        yield job.spec.source.secret_name


def _volumes(job: CreateJob) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Each volume after its mount."""
    source, storage = job.spec.source, job.spec.storage
    yield (
        {"name": "tmp", "mountPath": "/tmp"},
        {"name": "tmp", "emptyDir": {"sizeLimit": TEMPORARY_LIMIT}},
    )
    if job.stage != "accept":
        kept = (
            {"persistentVolumeClaim": {"claimName": storage.claim_name}}
            if storage.claim_name
            else {"emptyDir": {}}
        )
        yield {"name": "data", "mountPath": DATA_FOLDER}, {"name": "data", **kept}
    if job.stage == "fetch" and source.claim_name:
        claim = {"claimName": source.claim_name, "readOnly": True}
        yield (
            {"name": "source", "mountPath": SOURCE_FOLDER, "readOnly": True},
            {"name": "source", "persistentVolumeClaim": claim},
        )
    if job.stage == "fetch" and source.secret_name:
        yield _secret("source-secret", source.secret_name, SOURCE_SECRET_FOLDER)
    if job.stage in NEEDS_DATABASE:
        yield _secret("target-secret", job.spec.target_secret_name, TARGET_SECRET_FOLDER)


def _secret(volume: str, name: str, folder: str) -> tuple[dict[str, Any], dict[str, Any]]:
    # Optional: its volume would hold a pod back in silence, its variables say what is missing.
    secret = {"secretName": name, "defaultMode": SECRET_MODE, "optional": True}
    return (
        {"name": volume, "mountPath": folder, "readOnly": True},
        {"name": volume, "secret": secret},
    )
