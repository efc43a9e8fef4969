"""A request to accept what cannot be accepted: it is told, and the resource stays as it was."""

import pytest

from superzol_operator.decide.contract import PodOutcome
from tests.operator.world import World, loaded, message


def accepting(world: World, subject: str) -> World:
    world.annotations = {"accept": subject}
    world.settle()
    return world


def fail_with(world: World, exit_code: int, text: str) -> None:
    told = message(result="Failed", reason="NotFound", message=text)
    world.fail(exit_code, outcomes=(PodOutcome("pod", exit_code=exit_code, message=told),))
    world.settle()


def assert_only_told(world: World, text: str) -> None:
    (event,) = [event for event in world.events if event.reason == "InvalidAccept"]
    assert (event.type, text in event.message) == ("Warning", True)
    assert "RunFailed" not in world.reasons()
    assert world.claim("Ready") == ("True", "Succeeded")
    assert world.claim("Stalled") is None
    assert world.seen.consecutive_failures == 0
    last = world.seen.last_run
    assert last is not None
    assert (last.result, last.reason) == ("Failed", "InvalidAccept")


def test_a_chain_that_nobody_knows_leaves_a_resource_ready() -> None:
    world = accepting(loaded(), "rami_levi@813")
    fail_with(world, 66, "chain rami_levi has no version 813")
    assert_only_told(world, "rami_levi@813 is not accepted (NotFound): chain rami_levi has no")
    assert world.seen.last_handled_accept == "rami_levi@813"
    assert not world.running()


@pytest.mark.parametrize("stage", ["accept", "fetch", "load"])
@pytest.mark.parametrize("exit_code", [65, 66])
def test_an_older_version_leaves_a_resource_ready(stage: str, exit_code: int) -> None:
    world = accepting(loaded(), "rami_levy@700")
    while world.job().stage != stage:
        world.complete(version=700)
        world.settle()
    fail_with(world, exit_code, "version 700 is older than version 812")
    assert_only_told(world, "version 700 is older than version 812")


def test_a_version_that_some_shards_find_bad_and_others_cannot_read_leaves_it_ready() -> None:
    world = accepting(loaded(), "rami_levy@700")
    while world.job().stage != "load":
        world.complete(version=700)
        world.settle()
    told = message(result="Failed", reason="BadData", message="700 is older than version 812")
    outcomes = (
        PodOutcome("pod-0", 0, 65, message=told, started=True),
        PodOutcome("pod-1", 1, 75, message="", started=True),
    )
    for _ in range(4):
        world.fail(75, failed_indexes=(0, 1), outcomes=outcomes)
        world.settle()
        world.wait(hours=0.5)
        world.settle()
    assert world.reasons().count("RetryScheduled") == 3
    assert "RetriesExhausted" not in world.reasons()
    assert_only_told(world, "700 is older than version 812")


def test_a_request_that_cannot_be_met_does_not_hide_why_a_resource_is_stalled() -> None:
    world = loaded()
    world.wait(hours=14, seconds=1)
    world.settle()
    world.fail(77)
    world.settle()
    accepting(world, "rami_levi@813")
    fail_with(world, 66, "chain rami_levi has no version 813")
    assert world.claim("Ready") == ("False", "RefreshFailed")
    assert world.claim("Stalled") == ("True", "AuthenticationFailed")
    assert world.seen.consecutive_failures == 1


def test_requests_that_cannot_be_met_do_not_pause_the_schedule() -> None:
    world = loaded()
    world.spec = world.spec | {"retry": {"pauseAfterConsecutiveFailures": 2}}
    for number in range(3):
        accepting(world, f"rami_levi@{number + 1}")
        fail_with(world, 66, "chain rami_levi has no such version")
    assert world.claim("Stalled") is None


@pytest.mark.parametrize(
    ("exit_code", "stalled"), [(77, "AuthenticationFailed"), (64, "InvalidUsage")]
)
def test_an_accept_that_fails_for_another_reason_stalls(exit_code: int, stalled: str) -> None:
    world = accepting(loaded(), "rami_levy@812")
    world.fail(exit_code)
    world.settle()
    assert world.claim("Stalled") == ("True", stalled)
    assert "InvalidAccept" not in world.reasons()


def refused(world: World, subject: str) -> None:
    world.wait(minutes=1)
    accepting(world, subject)
    fail_with(world, 66, "chain rami_levi has no such version")


def records_after_a_loss(world: World) -> dict[str, tuple[str, str]]:
    """The status is lost: how each run is recorded by its Jobs."""
    world.status = {}
    world.settle()
    return {each.id: (each.result, each.reason) for each in world.seen.history}


def test_accepts_that_were_refused_say_nothing_after_the_status_was_lost() -> None:
    world = loaded()
    for number in (1, 2):
        refused(world, f"rami_levi@{number}")
    first = world.seen.history[1].id
    assert records_after_a_loss(world)[first] == ("Failed", "InvalidAccept")
    assert world.claim("Ready") == ("True", "Succeeded")
    assert world.claim("Stalled") is None


def test_an_accept_without_keys_is_recorded_as_failed_after_the_status_was_lost() -> None:
    world = loaded()
    world.wait(minutes=1)
    accepting(world, "rami_levy@812")
    world.fail(77)
    world.settle()
    first = world.last_id()
    refused(world, "rami_levi@2")
    assert records_after_a_loss(world)[first] == ("Failed", "Adopted")


def test_an_accept_that_was_cut_short_is_not_failed_after_the_status_was_lost() -> None:
    world = loaded()
    world.wait(minutes=1)
    accepting(world, "rami_levy@812")
    world.complete()
    world.settle()
    world.annotations["cancel"] = cut = world.job().run_id
    world.settle()
    world.remove_deleted()
    world.settle()
    refused(world, "rami_levi@2")
    assert records_after_a_loss(world)[cut] == ("Cancelled", "Adopted")
    assert world.claim("Ready") == ("True", "Succeeded")


def test_an_accept_goes_on_after_the_status_and_its_annotation_were_lost() -> None:
    world = loaded()
    world.wait(minutes=1)
    accepting(world, "rami_levy@812")
    world.status, world.annotations = {}, {}
    world.fail(75)
    world.settle()
    run = world.seen.current_run
    assert run is not None
    assert (run.attempt, run.subject, run.version) == (2, "rami_levy@812", 812)


def test_what_somebody_else_wrote_on_the_job_of_an_accept_is_not_accepted() -> None:
    world = loaded()
    world.wait(minutes=1)
    accepting(world, "rami_levy@812")
    world.change(world.job(), subject="everything")
    world.status = {}
    world.settle()
    run = world.seen.current_run
    assert run is not None
    assert run.subject == "rami_levy@812"
