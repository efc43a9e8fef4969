"""DatasetRefreshes to send to an API server: the smallest, and one that says everything."""

from copy import deepcopy
from typing import Any
from uuid import uuid4

Manifest = dict[str, Any]
SOURCES: dict[str, Manifest] = {
    "kaggle": {
        "dataset": "erlichsefi/israeli-supermarkets-2024",
        "version": 812,
        "versions": {"from": 700, "to": 811},
        "files": ["price_*", "store_*"],
        "secretRef": {"name": "kaggle-credentials"},
    },
    "directory": {"claimName": "incoming", "path": "supermarkets/2026", "files": ["*.csv"]},
    "http": {
        "url": "https://data.example.org/raw/",
        "files": ["*.csv"],
        "secretRef": {"name": "mirror.key"},
    },
    "api": {
        "url": "https://data.example.org:8443",
        "files": ["price_*"],
        "secretRef": {"name": "api-key"},
    },
    "s3": {
        "files": ["2026/*.csv"],
        "bucket": "superzol-prices",
        "prefix": "raw/2026",
        "endpoint": "http://minio.storage:9000",
        "region": "eu-central-1",
        "secretRef": {"name": "minio"},
    },
}
STORE: Manifest = {key: value for key, value in SOURCES["s3"].items() if key != "files"}
# as design and docs/operator.md begin
MINIMAL: Manifest = {
    "source": {
        "kaggle": {
            "dataset": "erlichsefi/israeli-supermarkets-2024",
            "secretRef": {"name": "kaggle-credentials"},
        }
    },
    "schedule": {"cron": "0 2 * * *", "timeZone": "Asia/Jerusalem"},
    "storage": {"claimName": "kaggle-data"},
    "target": {"postgres": {"secretRef": {"name": "postgres-loader"}}},
}
STAGES = ("default", "fetch", "load", "publish", "backfill")
RESOURCES: Manifest = {
    "requests": {"cpu": 2, "memory": "2Gi"},
    "limits": {"memory": "4Gi", "ephemeral-storage": "1.5Gi"},
}
EVERYTHING: Manifest = {
    "dataset": "israeli-supermarkets",
    "source": {"kaggle": SOURCES["kaggle"]},
    "schedule": {
        "cron": "30 2-4/2 1,15 JAN-JUN sun",
        "timeZone": "America/Argentina/Buenos_Aires",
        "startingDeadlineSeconds": 0,
        "jitterSeconds": 900,
        "runOnCreate": False,
    },
    "suspend": True,
    "concurrencyPolicy": "Replace",
    "onSpecChange": "Restart",
    "skipUnchanged": False,
    "storage": {"claimName": "kaggle-data", "path": "raw/supermarkets", "s3": STORE},
    "validate": {
        "maxShrinkPercent": 30,
        "maxRejectedPercent": 5,
        "maxJumpedPercent": 5,
        "maxHeldBackPercent": 0,
    },
    "target": {"postgres": {"secretRef": {"name": "postgres-loader"}}},
    "load": {"shards": 6, "parallelism": 6},
    "run": {"deadlineSeconds": 3600, "startDeadlineSeconds": 3600, "podRetries": 0},
    "retry": {
        "limit": 0,
        "initialBackoffSeconds": 30,
        "maxBackoffSeconds": 30,
        "pauseAfterConsecutiveFailures": 5,
    },
    "successfulRunsHistoryLimit": 0,
    "failedRunsHistoryLimit": 50,
    "retention": {"keepLast": 1, "keepArchives": 0, "maxAgeSeconds": 604800},
    "deletionPolicy": "Delete",
    "podTemplate": {
        "image": "registry.example.org/superzol-etl:0.1.0",
        "serviceAccountName": "superzol-etl",
        "priorityClassName": "nightly",
        "resources": dict.fromkeys(STAGES, RESOURCES),
        "nodeSelector": {"kubernetes.io/arch": "amd64"},
        "labels": {"team": "prices"},
        "annotations": {"example.org/owner": "prices"},
        "tolerations": [
            {
                "key": "batch",
                "operator": "Equal",
                "value": "yes",
                "effect": "NoExecute",
                "tolerationSeconds": 60,
            }
        ],
    },
}


def resource(spec: Manifest, name: str = "") -> Manifest:
    """Returns a DatasetRefresh. name: made up when not given, so that tests do not meet."""
    return {
        "apiVersion": "superzol.com/v1alpha1",
        "kind": "DatasetRefresh",
        "metadata": {"name": name or f"prices-{uuid4().hex[:12]}", "namespace": "default"},
        "spec": spec,
    }


def changed(spec: Manifest, path: str, value: object) -> Manifest:
    """Returns a copy in which the field at a dotted path is another; None takes it away."""
    copy = deepcopy(spec)
    *parents, last = path.split(".")
    part = copy
    for parent in parents:
        part = part.setdefault(parent, {})
    if value is None:
        del part[last]
    else:
        part[last] = value
    return copy
