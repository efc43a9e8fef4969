"""A DatasetRefresh as the API server holds it, read into values."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from superzol_operator.fields import read_value, write_value
from superzol_operator.spec import (
    JsonObject,
    Load,
    PodTemplate,
    Retention,
    Retry,
    RunLimits,
    Schedule,
    Source,
    Spec,
    Storage,
    Validation,
    VersionRange,
)
from superzol_operator.status import Status, read_status
from superzol_operator.times import parse_time

GROUP = "superzol.com"
VERSION = "v1alpha1"
API_VERSION = f"{GROUP}/{VERSION}"
KIND = "DatasetRefresh"
PLURAL = "datasetrefreshes"
ANNOTATIONS = "refresh.superzol.com"
FINALIZER = f"{ANNOTATIONS}/cleanup"
HASH_LETTERS = 16
WORD_LETTERS = 1024


@dataclass(frozen=True, slots=True)
class Resource:
    """One DatasetRefresh."""

    namespace: str
    name: str
    uid: str
    generation: int
    resource_version: str
    created_at: datetime
    deleted_at: datetime | None
    finalizers: tuple[str, ...]
    annotations: Mapping[str, str]
    spec: Spec
    status: Status

    def annotation(self, name: str) -> str | None:
        """One of our annotations (requestedAt, forceAt, cancel, accept); None when it is empty.

        A long one is shortened: the status tells it once for each run of the history.
        """
        text = self.annotations.get(f"{ANNOTATIONS}/{name}") or None
        return _shortened(text) if text else None


def read_resource(body: JsonObject) -> Resource:
    """Reads what the API server answered; fields that old objects lack get their defaults."""
    metadata = body["metadata"]
    created_at = parse_time(metadata["creationTimestamp"])
    return Resource(
        namespace=metadata["namespace"],
        name=metadata["name"],
        uid=metadata["uid"],
        generation=metadata.get("generation", 1),
        resource_version=metadata["resourceVersion"],
        created_at=created_at,
        deleted_at=_optional_time(metadata.get("deletionTimestamp")),
        finalizers=tuple(metadata.get("finalizers") or ()),
        annotations=dict(metadata.get("annotations") or {}),
        spec=read_spec(body.get("spec") or {}, metadata["name"]),
        status=read_status(body.get("status") or {}),
    )


def read_spec(spec: JsonObject, name: str) -> Spec:
    """Reads a spec; name: of the resource, which is also the dataset's where none is given."""
    storage = _storage(_part(spec, "storage"), spec.get("dataset") or name)
    target = _part(_part(spec, "target"), "postgres")
    read = Spec(
        dataset=spec.get("dataset") or name,
        source=read_source(_part(spec, "source")),
        storage=storage,
        target_secret_name=_secret_name(target) or "",
        schedule=_schedule(_part(spec, "schedule")),
        validation=read_value(Validation, _part(spec, "validate")),
        load=read_value(Load, _part(spec, "load")),
        run=read_value(RunLimits, _part(spec, "run")),
        retry=read_value(Retry, _part(spec, "retry")),
        retention=read_value(Retention, _part(spec, "retention")),
        pod_template=_pod_template(_part(spec, "podTemplate")),
        suspend=bool(spec.get("suspend", False)),
        concurrency_policy=spec.get("concurrencyPolicy") or "Forbid",
        on_spec_change=spec.get("onSpecChange") or "AfterCurrent",
        skip_unchanged=bool(spec.get("skipUnchanged", True)),
        deletion_policy=spec.get("deletionPolicy") or "Retain",
        successful_runs_history_limit=spec.get("successfulRunsHistoryLimit", 3),
        failed_runs_history_limit=spec.get("failedRunsHistoryLimit", 3),
        data_hash="",
        text=json.dumps(spec, ensure_ascii=False, sort_keys=True, separators=(",", ":")),
    )
    return replace(read, data_hash=_hash_of_data(read))


def read_source(source: JsonObject) -> Source:
    """Reads where files come from; of several kinds none counts."""
    kinds = [kind for kind in ("kaggle", "directory", "http", "api", "s3") if kind in source]
    if len(kinds) != 1:
        return Source(kind="", address="")
    kind = kinds[0]
    given = _part(source, kind)
    versions = given.get("versions")
    return Source(
        kind=kind,
        address=_address(kind, given),
        secret_name=_secret_name(given),
        version=given.get("version"),
        files=tuple(given.get("files") or ()),
        backfill=VersionRange(versions["from"], versions["to"]) if versions else None,
        claim_name=given.get("claimName"),
        endpoint_url=given.get("endpoint"),
        region=given.get("region"),
    )


def _address(kind: str, given: JsonObject) -> str:
    match kind:
        case "kaggle":
            return f"kaggle:{given.get('dataset', '')}"
        case "directory":
            return f"dir:{given.get('path', '')}"
        case "http":
            return str(given.get("url", ""))
        case "api":
            return f"api:{given.get('url', '')}"
        case _:
            return _bucket_address(given)


def _bucket_address(given: JsonObject) -> str:
    prefix = str(given.get("prefix") or "").strip("/")
    return f"s3://{given.get('bucket', '')}" + (f"/{prefix}" if prefix else "")


def _storage(storage: JsonObject, dataset: str) -> Storage:
    bucket = storage.get("s3")
    return Storage(
        claim_name=storage.get("claimName"),
        path=storage.get("path") or dataset,
        bucket=_bucket_address(bucket) if bucket else None,
        secret_name=_secret_name(bucket) if bucket else None,
        endpoint_url=bucket.get("endpoint") if bucket else None,
        region=bucket.get("region") if bucket else None,
    )


def _schedule(schedule: JsonObject) -> Schedule:
    return Schedule(
        cron=schedule.get("cron"),
        time_zone=schedule.get("timeZone") or "Etc/UTC",
        starting_deadline_seconds=schedule.get("startingDeadlineSeconds", 3600),
        jitter_seconds=schedule.get("jitterSeconds", 0),
        run_on_create=bool(schedule.get("runOnCreate", True)),
    )


def _pod_template(template: JsonObject) -> PodTemplate:
    return PodTemplate(
        image=template.get("image"),
        resources=template.get("resources"),
        service_account_name=template.get("serviceAccountName"),
        node_selector=template.get("nodeSelector"),
        tolerations=tuple(template.get("tolerations") or ()),
        labels=template.get("labels"),
        annotations=template.get("annotations"),
        priority_class_name=template.get("priorityClassName"),
    )


def _shortened(text: str) -> str:
    if len(text) <= WORD_LETTERS:
        return text
    digest = hashlib.sha256(text.encode()).hexdigest()[:HASH_LETTERS]
    return f"{text[: WORD_LETTERS - HASH_LETTERS - 1]}…{digest}"


def _hash_of_data(spec: Spec) -> str:
    """What a new run is due for when it changes; not the schedule, limits or the past to load.

    Of what was read, not of what was written: a default that a newer description writes into old
    objects is no change.
    """
    parts = (
        spec.dataset,
        replace(spec.source, backfill=None),
        spec.storage,
        spec.target_secret_name,
        # how many chains may be held back judges a version that is loaded already
        replace(spec.validation, max_held_back_percent=0),
        spec.pod_template.image,
    )
    encoded = json.dumps(write_value(parts), sort_keys=True).encode()
    return hashlib.sha256(encoded).hexdigest()[:HASH_LETTERS]


def _part(parent: JsonObject, key: str) -> JsonObject:
    return parent.get(key) or {}


def _secret_name(given: JsonObject) -> str | None:
    return _part(given, "secretRef").get("name")


def _optional_time(text: str | None) -> datetime | None:
    return parse_time(text) if text else None
