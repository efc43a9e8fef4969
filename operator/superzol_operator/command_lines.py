"""What the pods of a run are told to do: the command lines of superzol-etl, and their settings."""

import hashlib
from collections.abc import Iterator

from superzol_operator.decide.contract import CreateJob
from superzol_operator.resource import Resource

PROGRAM = "superzol-etl"
DATA_FOLDER = "/data"
SOURCE_FOLDER = "/source"  # where a claim of a directory source is mounted, read-only
SOURCE_SECRET_FOLDER = "/secrets/source"
TARGET_SECRET_FOLDER = "/secrets/target"
DATABASE_KEY = "DATABASE_URL"
UID_LETTERS = 8


def ledger_run_id(resource: Resource, run_id: str) -> str:
    """The name of a run in the ETL's ledger, which resources and clusters may share.

    The uid keeps a resource that was made again from being answered with what the old one did.
    """
    digest = hashlib.sha256(resource.uid.encode()).hexdigest()[:UID_LETTERS]
    return f"{resource.name}.{run_id}.{digest}"


def owner_of(resource: Resource) -> str:
    """Who loads the dataset, as the ETL and its audit name it."""
    return f"{resource.namespace}/{resource.name}"


def command_line(resource: Resource, job: CreateJob) -> list[str]:
    """The command line of a stage; the shard of a load is left to the index of its pod.

    Raises ValueError for an unknown stage.
    """
    match job.stage:
        case "fetch":
            options = _fetch(resource, job)
        case "load" | "publish":
            options = _on_a_version(resource, job)
        case "accept":
            options = _accept(resource, job)
        case "backfill":
            options = _backfill(resource, job)
        case "cleanup":
            options = _volume(job)
        case _:
            raise ValueError(f"there is no stage {job.stage!r}")
    return [PROGRAM, job.stage, *options]


def volume_folder(job: CreateJob) -> str:
    """The folder of the resource's versions in its pods."""
    return f"{DATA_FOLDER}/{job.spec.storage.path}".rstrip("/")


def settings_of(job: CreateJob) -> dict[str, str]:
    """The settings that a stage reads from its environment; none of them is secret."""
    return dict(_settings(job))


def _settings(job: CreateJob) -> Iterator[tuple[str, str]]:
    source, storage, checks = job.spec.source, job.spec.storage, job.spec.validation
    is_fetch = job.stage == "fetch"
    # A pod knows one object store: the API server refuses a resource with two.
    if endpoint_url := storage.endpoint_url or (is_fetch and source.endpoint_url):
        yield "AWS_ENDPOINT_URL", endpoint_url
    if region := storage.region or (is_fetch and source.region):
        yield "AWS_REGION", region
    if is_fetch and source.kind == "kaggle" and source.secret_name:
        yield "KAGGLE_CONFIG_DIR", SOURCE_SECRET_FOLDER
    if job.stage == "load":
        yield "JOB_COMPLETION_COUNT", str(job.spec.load.shards)
    if job.stage in ("load", "backfill"):
        for gate, percent in (
            ("SHRINK", checks.max_shrink_percent),
            ("REJECTED", checks.max_rejected_percent),
            ("JUMPED", checks.max_jumped_percent),
        ):
            if percent is not None:
                yield f"SUPERZOL_GATE_MAX_{gate}_PERCENT", str(percent)


def _fetch(resource: Resource, job: CreateJob) -> list[str]:
    retention = job.spec.retention
    return [
        *_option("--source", _address(job)),
        *_volume(job),
        *_option("--version", job.version),
        *(part for glob in job.spec.source.files for part in _option("--only", glob)),
        *_option("--keep-versions", retention.keep_last),
        *_option("--keep-archives", retention.keep_archives),
        *_option("--keep-seconds", retention.max_age_seconds),
        *_run(resource, job),
    ]


def _on_a_version(resource: Resource, job: CreateJob) -> list[str]:
    return [
        *_option("--version", job.version),
        *_volume(job),
        *_option("--owner", owner_of(resource)),
        *_run(resource, job),
    ]


def _accept(resource: Resource, job: CreateJob) -> list[str]:
    return [
        str(job.subject),
        *_option("--dataset", job.spec.dataset),
        *_option("--by", owner_of(resource)),
    ]


def _backfill(resource: Resource, job: CreateJob) -> list[str]:
    return [
        f"{job.version}={job.folder}",
        *_option("--lake", f"{volume_folder(job)}/lake"),
        *_option("--store", job.spec.storage.bucket),
        *_option("--owner", owner_of(resource)),
        *_run(resource, job),
    ]


def _run(resource: Resource, job: CreateJob) -> list[str]:
    run_id = ledger_run_id(resource, job.run_id)
    return [*_option("--dataset", job.spec.dataset), *_option("--run-id", run_id)]


def _volume(job: CreateJob) -> list[str]:
    return [*_option("--volume", volume_folder(job)), *_option("--store", job.spec.storage.bucket)]


def _address(job: CreateJob) -> str:
    """The --source; a folder is named as the pod sees it."""
    source = job.spec.source
    if source.kind != "directory":
        return source.address
    root = SOURCE_FOLDER if source.claim_name else DATA_FOLDER
    return f"dir:{root}/{source.address.removeprefix('dir:').strip('/')}".rstrip("/")


def _option(name: str, value: object) -> list[str]:
    """An option in one word, so that a value that begins with a dash stays a value."""
    return [] if value is None else [f"{name}={value}"]
