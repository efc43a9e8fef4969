"""Stages that fail, Jobs that vanish or may not be created, and what decide() makes of it."""

from dataclasses import replace

import pytest

from superzol_operator.decide.contract import CreateJob, PodOutcome
from superzol_operator.decide.decision import decide
from tests.operator.world import World, loaded, message


@pytest.mark.parametrize(
    ("exit_code", "stalled"),
    [
        (64, "InvalidUsage"),
        (65, "SchemaDrift"),
        (66, "DatasetNotFound"),
        (77, "AuthenticationFailed"),
        (78, "InvalidConfiguration"),
    ],
)
def test_a_permanent_failure_stalls_without_a_retry(
    world: World, exit_code: int, stalled: str
) -> None:
    world.settle()
    world.fail(exit_code)
    world.settle()
    assert world.claim("Stalled") == ("True", stalled)
    assert world.claim("Ready") == ("False", "RefreshFailed")
    assert world.seen.current_run is None
    assert sum(world.created.values()) == 1


@pytest.mark.parametrize("exit_code", [75, 70, 137, 1])
def test_other_failures_are_tried_again_and_then_exhausted(world: World, exit_code: int) -> None:
    world.spec = world.spec | {"retry": {"limit": 2}}
    for attempt in (1, 2, 3):
        decision = world.settle()
        assert world.job().attempt == attempt
        world.fail(exit_code)
        decision = world.settle()
        if attempt < 3:
            assert decision.requeue_after_seconds is not None
            assert 54 <= decision.requeue_after_seconds / 2 ** (attempt - 1) <= 66
            assert world.claim("Reconciling") == ("True", "ProgressingWithRetry")
            told = f"begins attempt {attempt + 1} of its stage fetch at 20"
            assert told in world.text("Reconciling")
            world.wait(seconds=decision.requeue_after_seconds)
    assert world.claim("Stalled") == ("True", "RetriesExhausted")
    assert world.reasons().count("RetryScheduled") == 2
    assert world.reasons().count("RetriesExhausted") == 1


def test_a_longer_wait_that_the_source_asked_for_is_kept(world: World) -> None:
    world.settle()
    text = message(result="Failed", reason="RateLimited", retryAfterSeconds=900)
    world.fail(outcomes=(PodOutcome("pod", exit_code=75, message=text),))
    assert world.settle().requeue_after_seconds == 600
    assert world.seen.current_run is not None
    assert world.seen.current_run.next_attempt_time is not None
    assert (world.seen.current_run.next_attempt_time - world.now).total_seconds() == 900


def test_a_stage_that_ended_well_but_told_nothing_is_tried_again(world: World) -> None:
    world.settle()
    world.change(world.job(), finished="Complete", active=0, outcomes=())
    world.settle()
    assert world.seen.current_run is not None
    assert (world.seen.current_run.stage, world.seen.current_run.attempt) == ("fetch", 2)


def test_a_deleted_job_is_a_failed_attempt_and_gets_a_new_name(world: World) -> None:
    world.settle()
    first = world.job()
    world.vanish()
    decision = world.settle()
    assert "JobDeleted" in world.reasons()
    world.wait(seconds=decision.requeue_after_seconds or 0)
    world.settle()
    assert world.job().name != first.name
    assert world.job().attempt == 2


def test_a_job_that_nobody_saw_is_a_lost_attempt_and_gets_a_new_name(world: World) -> None:
    world.spec = world.spec | {"retry": {"limit": 0}}
    world.look()
    unseen = world.job()
    world.vanish()
    decision = world.settle()
    assert "JobLost" in world.reasons()
    world.wait(seconds=decision.requeue_after_seconds or 0)
    world.settle()
    assert (world.job().attempt, world.job().name == unseen.name) == (2, False)
    world.run_through()
    assert world.claim("Ready") == ("True", "Succeeded")


def test_an_operator_knows_of_a_job_that_it_could_not_create(world: World) -> None:
    world.look(crash_after=1)
    run = world.seen.current_run
    assert run is not None
    decision = decide(replace(world.observe(), asked_job=run.job_name), world.now)
    (order,) = [each for each in decision.actions if isinstance(each, CreateJob)]
    assert (order.name, order.attempt) == (run.job_name, 1)


def test_a_job_of_an_attempt_that_is_over_is_deleted_before_the_next_is_created(
    world: World,
) -> None:
    world.look()
    late = world.job()
    world.vanish()
    decision = world.settle()
    world.jobs[late.name] = late
    world.settle()
    assert world.jobs[late.name].deleting
    world.wait(seconds=decision.requeue_after_seconds or 0)
    world.settle()
    assert list(world.jobs) == [late.name]
    world.remove_deleted()
    world.settle()
    assert world.job().attempt == 2


def test_a_job_being_deleted_is_waited_for(world: World) -> None:
    world.settle()
    world.change(world.job(), deleting=True)
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.attempt == 1


def test_a_cancelled_run_ends_when_its_pods_are_gone(world: World) -> None:
    world.settle()
    world.annotations = {"cancel": "g-1"}
    world.settle()
    assert world.job().deleting
    assert world.seen.current_run is not None
    world.remove_deleted()
    world.settle()
    assert world.seen.current_run is None
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Cancelled"
    assert world.seen.last_handled_cancel == "g-1"
    assert not world.jobs


def test_a_run_that_is_too_late_fails(world: World) -> None:
    world.settle()
    world.wait(seconds=7201)
    world.settle()
    world.remove_deleted()
    world.settle()
    assert world.seen.last_run is not None
    assert world.seen.last_run.reason == "DeadlineExceeded"


def test_a_pod_that_does_not_start_fails_the_attempt_with_why(world: World) -> None:
    world.settle()
    pod = PodOutcome("pod", reason="ImagePullBackOff", message="no such image")
    world.change(world.job(), outcomes=(pod,))
    world.wait(seconds=601)
    world.settle()
    assert "PodNotStarting" in world.reasons()
    world.remove_deleted()
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.attempt == 2


def test_a_missing_secret_stalls_at_once(world: World) -> None:
    world.settle()
    told = 'secret "kaggle" not found'
    pod = PodOutcome("pod", reason="CreateContainerConfigError", message=told)
    world.change(world.job(), outcomes=(pod,))
    world.wait(seconds=601)
    world.settle()
    world.remove_deleted()
    world.settle()
    assert world.claim("Stalled") == ("True", "SecretMissing")
    assert world.seen.last_run is not None
    assert told in world.seen.last_run.message


def test_a_foreign_job_of_the_name_stalls(world: World) -> None:
    world.refuse = "collision"
    world.settle()
    assert world.claim("Stalled") == ("True", "NameCollision")


@pytest.mark.parametrize(("kind", "reason"), [("quota", "Queued"), ("forbidden", "JobForbidden")])
def test_a_quota_makes_a_run_wait_and_not_fail(world: World, kind: str, reason: str) -> None:
    world.refuse = kind
    world.look()
    world.look()
    assert world.claim("Ready") == ("Unknown", reason)
    world.wait(hours=9)
    for _ in range(3):
        world.look()
    assert world.claim("Ready") == ("Unknown", reason)
    assert world.text("Ready") == "refused by the test"
    assert world.reasons().count(reason) == 1
    world.refuse = None
    world.look()
    (order,) = [each for each in world.look().actions if isinstance(each, CreateJob)]
    assert order.deadline_seconds == 7200
    world.run_through()
    assert world.claim("Ready") == ("True", "Succeeded")


def test_a_job_that_is_refused_for_good_stalls(world: World) -> None:
    world.refuse = "invalid"
    world.settle()
    assert world.claim("Stalled") == ("True", "JobRefused")
    assert "JobRefused" not in world.text("Stalled")


def test_too_many_failures_pause_the_schedule_until_somebody_asks() -> None:
    world = loaded()
    world.spec = world.spec | {"retry": {"limit": 0, "pauseAfterConsecutiveFailures": 2}}
    for _ in range(2):
        world.wait(days=1)
        world.now = world.now.replace(hour=2, minute=0, second=1)
        world.settle()
        world.fail(75)
        world.settle()
    assert world.claim("Stalled") == ("True", "TooManyFailures")
    world.wait(days=1)
    world.settle()
    assert world.seen.current_run is None
    world.annotations = {"requestedAt": "again"}
    world.settle()
    world.complete(revision="v813@blake3:1")
    world.run_through()
    assert world.claim("Stalled") is None
    assert world.seen.consecutive_failures == 0


@pytest.mark.parametrize("policy", ["AfterCurrent", "Restart"])
def test_an_edit_after_a_failure_for_good_is_tried_at_once(world: World, policy: str) -> None:
    world.edit(onSpecChange=policy)
    world.settle()
    world.fail(77)
    world.settle()
    assert world.claim("Stalled") == ("True", "AuthenticationFailed")
    world.edit(podTemplate={"labels": {"team": "prices"}})
    world.settle()
    assert world.claim("Reconciling") == ("True", "Progressing")
    assert world.job().run_id == f"g-{world.generation}"
    world.run_through()
    assert world.claim("Ready") == ("True", "Succeeded")
    created = dict(world.created)
    world.edit(podTemplate={"labels": {"team": "others"}})
    world.settle()
    assert dict(world.created) == created


def test_an_edit_during_the_second_chance_does_not_end_it(world: World) -> None:
    world.edit(onSpecChange="Restart")
    world.settle()
    world.fail(77)
    world.settle()
    world.edit(podTemplate={"labels": {"team": "prices"}})
    world.settle()
    tried = world.job()
    world.edit(retry={"limit": 1})
    world.settle()
    assert world.job() == tried


def test_an_edit_waits_for_the_schedule_where_it_is_told_to(world: World) -> None:
    world.edit(onSpecChange="NextSchedule")
    world.settle()
    world.fail(77)
    world.settle()
    world.edit(podTemplate={"labels": {"team": "prices"}})
    world.settle()
    assert not world.running()
    assert world.claim("Stalled") is None


def test_an_edit_ends_the_pause() -> None:
    world = loaded()
    world.spec = world.spec | {"retry": {"limit": 0, "pauseAfterConsecutiveFailures": 1}}
    world.annotations = {"requestedAt": "now"}
    world.settle()
    world.fail(75)
    world.settle()
    assert world.claim("Stalled") == ("True", "TooManyFailures")
    world.edit(suspend=False)
    world.settle()
    assert world.claim("Stalled") is None
