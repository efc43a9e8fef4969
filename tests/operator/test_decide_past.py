"""What was before: the past of a dataset, of a lost status, of Jobs; and the end of a resource."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from superzol_operator.decide.contract import CreateJob, Peers
from superzol_operator.resource import FINALIZER
from tests.operator.world import World, scheduled


def wanting(first: int, last: int) -> World:
    """A world that loaded version 812 and wants versions of the past."""
    world = scheduled()
    world.run_through()
    source = {"dataset": "erlichsefi/prices", "versions": {"from": first, "to": last}}
    world.spec = world.spec | {"source": {"kaggle": source}, "onSpecChange": "NextSchedule"}
    return world


def carry_past(world: World) -> list[int]:
    """Carries runs of the past to their end; returns the versions in their order."""
    versions: list[int] = []
    for _ in range(40):
        world.settle()
        run = world.seen.current_run
        if run is None:
            return versions
        if run.version and run.version not in versions:
            versions.append(run.version)
        world.complete(version=run.version)
    raise AssertionError("the past never ends")


def test_the_past_is_loaded_downwards_a_run_for_each_version() -> None:
    world = wanting(809, 900)
    assert carry_past(world) == [811, 810, 809]
    assert world.seen.artifact is not None
    assert world.seen.artifact.version == 812
    assert world.claim("Ready") == ("True", "Succeeded")


def test_a_run_of_the_past_fetches_and_joins_one_version() -> None:
    world = wanting(811, 811)
    world.settle()
    world.complete(version=811, folder="/data/raw/20261119/v811")
    decision = world.look()
    (order,) = [each for each in decision.actions if isinstance(each, CreateJob)]
    assert (order.stage, order.version, order.folder) == (
        "backfill",
        811,
        "/data/raw/20261119/v811",
    )


def test_the_nightly_run_goes_before_the_past() -> None:
    world = wanting(800, 811)
    world.wait(hours=14, seconds=1)
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.trigger == "Schedule"


@pytest.mark.parametrize("exit_code", [65, 66])
def test_a_bad_version_of_the_past_is_left_out(exit_code: int) -> None:
    world = wanting(810, 811)
    world.settle()
    world.fail(exit_code)
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.version == 810
    assert world.claim("Ready") == ("True", "Succeeded")
    assert world.claim("Stalled") is None


def test_the_past_waits_after_another_failure_and_begins_under_a_new_name() -> None:
    world = wanting(811, 811)
    world.settle()
    world.fail(77)
    world.settle()
    assert world.seen.current_run is None
    assert world.seen.consecutive_failures == 0
    world.wait(hours=1)
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.id == "b-811-1"


def test_a_lost_status_is_found_again_by_labels_in_the_middle_of_a_run() -> None:
    world = scheduled()
    world.settle()
    world.complete()
    world.settle()
    world.status = {}
    world.settle()
    assert "RunAdopted" in world.reasons()
    run = world.seen.current_run
    assert run is not None
    assert (run.id, run.stage, run.version) == ("g-1", "load", 812)
    world.run_through()
    assert set(world.created.values()) == {1}
    assert world.claim("Ready") == ("True", "Succeeded")


def test_a_finished_run_is_recorded_and_not_repeated_when_the_status_is_lost() -> None:
    world = scheduled()
    world.run_through()
    world.wait(hours=14, seconds=1)
    world.settle()
    world.complete()
    world.settle()
    before = dict(world.created)
    world.status = {}
    world.settle()
    assert dict(world.created) == before
    assert world.seen.current_run is None
    assert {record.id for record in world.seen.history} == {"g-1", "s-202611210200"}
    assert world.seen.last_schedule_time is not None


def test_a_status_of_yesterday_learns_of_the_run_of_tonight() -> None:
    world = scheduled()
    world.run_through()
    backup = dict(world.status)
    world.wait(hours=14, seconds=1)
    world.settle()
    world.complete(revision="v813@blake3:813", version=813)
    world.run_through()
    before = dict(world.created)
    world.status = backup
    world.settle()
    assert dict(world.created) == before
    assert world.last_id() == "s-202611210200"


def test_jobs_beyond_the_limits_of_history_go_and_the_record_stays() -> None:
    world = scheduled()
    world.spec = world.spec | {"successfulRunsHistoryLimit": 2, "failedRunsHistoryLimit": 0}
    world.run_through()
    for night in range(12):
        world.wait(days=1)
        world.now = world.now.replace(hour=2, minute=0, second=1)
        world.settle()
        if night == 5:
            world.fail(65)
        else:
            world.complete()
        world.settle()
    assert len({job.run_id for job in world.jobs.values()}) == 2
    assert len(world.seen.history) == 10
    assert set(world.created.values()) == {1}


def test_a_job_that_outlived_its_run_is_deleted() -> None:
    world = scheduled()
    world.settle()
    job = world.job()
    world.annotations = {"cancel": "g-1"}
    world.settle()
    world.remove_deleted()
    world.settle()
    world.jobs[job.name] = replace(job, uid="late")  # a create whose answer was lost for long
    world.settle()
    assert world.job().deleting


def deleting(policy: str = "Delete") -> World:
    world = scheduled()
    world.spec = world.spec | {"deletionPolicy": policy}
    world.settle()
    world.deleted_at = world.now
    return world


def test_a_finalizer_stands_only_where_snapshots_are_to_be_deleted() -> None:
    world = deleting("Retain")
    assert world.finalizers == []
    world = deleting()
    assert world.finalizers == [FINALIZER]
    world.deleted_at = None
    world.edit(deletionPolicy="Retain")
    world.settle()
    assert world.finalizers == []


def test_a_deleted_resource_ends_its_jobs_and_creates_none() -> None:
    world = deleting("Retain")
    world.settle()
    assert world.job().deleting
    assert sum(world.created.values()) == 1


def clean_up(world: World) -> None:
    world.settle()
    world.remove_deleted()
    world.settle()


def test_snapshots_are_cleaned_up_before_the_resource_goes() -> None:
    world = deleting()
    clean_up(world)
    assert world.job().stage == "cleanup"
    assert world.finalizers == [FINALIZER]
    world.complete()
    world.settle()
    assert world.finalizers == []
    assert "CleanupFailed" not in world.reasons()


@pytest.mark.parametrize("refuse", [None, "invalid", "forbidden"])
def test_a_cleanup_that_fails_does_not_keep_the_resource(refuse: str | None) -> None:
    world = deleting()
    world.refuse = refuse
    clean_up(world)
    if refuse is None:
        world.fail(1)
    world.settle()
    world.wait(seconds=601)
    world.settle()
    assert world.finalizers == []
    assert "CleanupFailed" in world.reasons()


def test_a_run_that_began_waits_for_pods_that_outlived_another() -> None:
    world = scheduled()
    world.settle()
    left: dict[str, Any] = {"run_id": "g-0", "created_at": world.now - timedelta(days=1)}
    world.run_through()
    world.jobs["left"] = replace(
        next(iter(world.jobs.values())), name="left", uid="left", finished=None, **left
    )
    world.annotations = {"requestedAt": "now"}
    world.look()
    assert world.seen.current_run is None
    world.remove_deleted()
    world.settle()
    assert world.seen.current_run is not None


def test_a_run_may_replace_another_where_that_is_wanted() -> None:
    world = scheduled()
    world.spec = world.spec | {"concurrencyPolicy": "Replace"}
    world.settle()
    world.annotations = {"requestedAt": "now"}
    world.settle()
    assert world.job().deleting
    world.remove_deleted()
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.trigger == "Manual"
    assert world.seen.history[0].reason == "Replaced"


def test_a_queued_nightly_run_keeps_ready_as_it_is() -> None:
    world = scheduled()
    world.run_through()
    world.wait(hours=14, seconds=1)
    world.peers = Peers(active_runs=1, max_active_runs=1)
    world.settle()
    assert world.claim("Ready") == ("True", "Queued")
    assert world.claim("Reconciling") is None
