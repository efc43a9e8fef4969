"""Annotations that ask for nothing: one event, and nothing else."""

import pytest

from tests.operator.world import World, loaded


def told(world: World, reason: str) -> list[str]:
    return [event.message for event in world.events if event.reason == reason]


def look_on(world: World) -> None:
    """Looks come and go, as with each resync."""
    for _ in range(3):
        world.wait(minutes=10)
        world.settle()


@pytest.mark.parametrize("run_id", ["m-0123456789", "g-1", "s" * 200])
def test_a_cancel_of_no_run_under_way_is_told_once(run_id: str) -> None:
    world = loaded()
    ready, run = world.claim("Ready"), world.seen.last_run
    world.annotations = {"cancel": run_id}
    look_on(world)
    (message,) = told(world, "InvalidCancel")
    assert message == f"cancel {run_id[:100]!r} names no run under way: no run is"
    assert (world.claim("Ready"), world.seen.last_run) == (ready, run)
    world.annotations = {"cancel": "m-another"}
    look_on(world)
    assert len(told(world, "InvalidCancel")) == 2


def test_a_cancel_of_another_run_names_the_one_under_way_and_lets_it_go_on() -> None:
    world = World()
    world.settle()
    world.annotations = {"cancel": "g-2"}
    world.run_through()
    assert told(world, "InvalidCancel") == ["cancel 'g-2' names no run under way: run g-1 is"]
    assert world.claim("Ready") == ("True", "Succeeded")


def test_a_cancel_that_is_heard_is_not_told() -> None:
    world = World()
    world.settle()
    world.annotations = {"cancel": "g-1"}
    world.settle()
    world.remove_deleted()
    look_on(world)
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Cancelled"
    assert told(world, "InvalidCancel") == []


def test_a_force_without_its_request_is_told_once_and_runs_nothing() -> None:
    world = loaded()
    world.annotations = {"forceAt": "monday"}
    look_on(world)
    (message,) = told(world, "InvalidForce")
    assert message.startswith("forceAt 'monday' asks for nothing, as no request has this word:")
    assert world.seen.current_run is None


def test_a_force_that_was_written_before_its_request_is_heard_with_it() -> None:
    world = loaded()
    world.annotations = {"forceAt": "monday"}
    world.settle()
    world.annotations["requestedAt"] = "monday"
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.forced


def test_a_force_that_comes_after_its_request_began_is_told() -> None:
    world = loaded()
    world.annotations = {"requestedAt": "monday"}
    world.run_through()
    world.annotations["forceAt"] = "monday"
    look_on(world)
    (message,) = told(world, "InvalidForce")
    assert "its request was handled before" in message


def test_a_force_with_its_request_is_never_told_though_it_waits_or_the_status_is_lost() -> None:
    world = loaded()
    world.annotations = {"requestedAt": "monday", "forceAt": "monday"}
    world.spec = world.spec | {"suspend": True}
    look_on(world)
    world.spec = world.spec | {"suspend": False}
    world.run_through()
    world.annotations["requestedAt"] = "tuesday"
    world.run_through()
    world.annotations["requestedAt"] = "monday"
    world.status = {}
    look_on(world)
    assert told(world, "InvalidForce") == []
