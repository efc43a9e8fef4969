"""What a person wrote into a DatasetRefresh, with the defaults where they wrote nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

JsonObject = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionRange:
    """Versions to load below the first one, both ends included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Source:
    """Where files come from; address is what `superzol-etl fetch --source` takes.

    kind: kaggle, directory, http, api or s3; "" where none or several are given.
    claim_name: of a directory source, the claim that it lies on; None: that of the storage.
    """

    kind: str
    address: str
    secret_name: str | None = None
    version: int | None = None
    files: tuple[str, ...] = ()
    backfill: VersionRange | None = None
    claim_name: str | None = None
    endpoint_url: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """When runs are due; cron None: never by themselves."""

    cron: str | None = None
    time_zone: str = "Etc/UTC"
    starting_deadline_seconds: int = 3600
    jitter_seconds: int = 0
    run_on_create: bool = True


@dataclass(frozen=True, slots=True)
class Storage:
    """Where versions lie: a claim and a folder of it, or a bucket, or both."""

    claim_name: str | None = None
    path: str = ""
    bucket: str | None = None
    secret_name: str | None = None
    endpoint_url: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """What a version must pass; None: what the ETL thinks right."""

    max_shrink_percent: int | None = None
    max_rejected_percent: int | None = None
    max_jumped_percent: int | None = None
    max_held_back_percent: int = 10


@dataclass(frozen=True, slots=True)
class Load:
    """How many parts a load is cut into, and how many of them run at once."""

    shards: int = 4
    parallelism: int = 2


@dataclass(frozen=True, slots=True)
class RunLimits:
    """Deadlines of a run; pod_retries is what a Job does by itself."""

    deadline_seconds: int = 7200
    start_deadline_seconds: int = 600
    pod_retries: int = 2


@dataclass(frozen=True, slots=True)
class Retry:
    """Attempts after the first; pause_after 0: never."""

    limit: int = 3
    initial_backoff_seconds: int = 60
    max_backoff_seconds: int = 3600
    pause_after_consecutive_failures: int = 0


@dataclass(frozen=True, slots=True)
class Retention:
    """How many versions stay on the volume as files, and for how long, and how many archives."""

    keep_last: int = 3
    keep_archives: int = 30
    max_age_seconds: int | None = None


@dataclass(frozen=True, slots=True)
class PodTemplate:
    """What a person may choose of the pods; objects are as Kubernetes writes them.

    resources: by stage; that of "default" where a stage has none.
    """

    image: str | None = None
    resources: JsonObject | None = None
    service_account_name: str | None = None
    node_selector: JsonObject | None = None
    tolerations: tuple[JsonObject, ...] = ()
    labels: JsonObject | None = None
    annotations: JsonObject | None = None
    priority_class_name: str | None = None


@dataclass(frozen=True, slots=True)
class Spec:
    """The whole of it.

    data_hash names what decides which data is served: a run is due when it changes.
    text: the spec as JSON, which a run keeps so that an edit does not change it halfway.
    """

    dataset: str
    source: Source
    storage: Storage
    target_secret_name: str
    schedule: Schedule
    validation: Validation
    load: Load
    run: RunLimits
    retry: Retry
    retention: Retention
    pod_template: PodTemplate
    suspend: bool
    concurrency_policy: str
    on_spec_change: str
    skip_unchanged: bool
    deletion_policy: str
    successful_runs_history_limit: int
    failed_runs_history_limit: int
    data_hash: str
    text: str
