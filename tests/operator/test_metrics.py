"""Metrics of resources: told as they stand, gone when they go."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

from prometheus_client import generate_latest

from superzol_operator.keys import Key
from superzol_operator.metrics import Metrics
from superzol_operator.resource import read_resource
from superzol_operator.status import Artifact, Condition, CurrentRun, Status

NOW = datetime(2026, 11, 21, 2, tzinfo=UTC)
LABELS = 'name="prices",namespace="shop"'


def metrics_of(status: Status) -> Metrics:
    metadata = {
        "namespace": "shop",
        "name": "prices",
        "uid": "uid",
        "resourceVersion": "1",
        "creationTimestamp": "2026-11-20T02:00:00Z",
    }
    resource = read_resource({"metadata": metadata, "spec": {"suspend": True}})
    metrics = Metrics(now=lambda: NOW)
    metrics.resources.record(resource, status)
    return metrics


def test_gauges_of_a_resource_go_with_it() -> None:
    metrics = metrics_of(Status())
    assert b'name="prices"' in generate_latest(metrics.registry)

    metrics.resources.forget(Key("shop", "prices"))

    assert b'name="prices"' not in generate_latest(metrics.registry)


def test_condition_is_one_for_the_status_that_it_has() -> None:
    ready = Condition("Ready", "False", "RefreshFailed", "", 1, NOW)

    text = generate_latest(metrics_of(Status(conditions=(ready,))).registry).decode()

    told = 'datasetrefresh_condition{name="prices",namespace="shop",status="%s",type="Ready"} %s'
    assert told % ("False", "1.0") in text
    assert told % ("True", "0.0") in text


def test_age_of_what_readers_see_grows_without_a_look() -> None:
    loaded = NOW - timedelta(hours=5)
    artifact = Artifact(revision="v1", version=1, rows=7, last_update_time=loaded)

    text = generate_latest(metrics_of(Status(artifact=artifact)).registry).decode()

    assert f"datasetrefresh_artifact_age_seconds{{{LABELS}}} 18000.0" in text
    assert f"datasetrefresh_artifact_rows{{{LABELS}}} 7.0" in text
    assert f"datasetrefresh_suspended{{{LABELS}}} 1.0" in text


def test_attempts_and_lag_count_what_was_decided_and_not_what_was_refused() -> None:
    metrics = Metrics(now=lambda: NOW)
    claimed = CurrentRun(
        id="s-202611210200",
        trigger="Schedule",
        generation=1,
        spec_hash="0",
        spec_text="{}",
        stage="fetch",
        start_time=NOW,
        deadline_time=NOW + timedelta(hours=2),
        scheduled_time=NOW,
    )
    refused = replace(claimed, waiting_reason="Queued")
    created = replace(claimed, job_created_time=NOW + timedelta(seconds=90))
    loading = replace(claimed, stage="load", revision="v1", job_created_time=None)
    loaded = replace(loading, job_created_time=NOW + timedelta(seconds=120))
    again = replace(loading, attempt=2)

    steps = [None, claimed, refused, claimed, refused, created, loading, loaded, again]
    for before, after in pairwise(steps):
        assert after is not None
        metrics.count_attempt(before, after)

    text = generate_latest(metrics.registry).decode()
    assert "datasetrefresh_run_attempts_total 2.0" in text
    assert "datasetrefresh_schedule_lag_seconds_count 1.0" in text
    assert "datasetrefresh_schedule_lag_seconds_sum 90.0" in text
