"""When a resource is overdue, and which of its runs is the reason."""

from tests.operator.test_decide_past import wanting
from tests.operator.world import World, scheduled


def test_overdue_stands_from_the_second_slot_without_success_until_one() -> None:
    world = scheduled(startingDeadlineSeconds=0)
    world.run_through()
    world.wait(days=1)
    world.settle()
    assert world.claim("Overdue") is None
    world.wait(days=1)
    world.settle()
    assert world.claim("Overdue") == ("True", "MissedSchedule")
    world.annotations = {"requestedAt": "now"}
    world.settle()
    assert world.running()
    assert world.claim("Overdue") == ("True", "MissedSchedule")
    world.run_through()
    assert world.claim("Overdue") is None


def two_nights_in_one_run(world: World, trigger: str) -> tuple[str, str] | None:
    """What Overdue says when a run that begins now goes on for two nights."""
    world.spec = world.spec | {"run": {"deadlineSeconds": 604_800}}
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.trigger == trigger
    world.wait(days=2)
    world.settle()
    assert world.running()
    return world.claim("Overdue")


def test_a_run_that_began_before_the_newest_slot_took_too_long() -> None:
    world = scheduled()
    world.run_through()
    world.wait(hours=14)
    assert two_nights_in_one_run(world, "Schedule") == ("True", "RunTooLong")


def test_a_run_of_the_past_is_not_why_a_slot_passed() -> None:
    assert two_nights_in_one_run(wanting(811, 811), "Backfill") == ("True", "MissedSchedule")
