"""What a resource is judged by, however many records of other runs come after it."""

from tests.operator.test_decide_past import carry_past, wanting
from tests.operator.world import World, loaded

TWELVE = (800, 811)


def at_two(world: World) -> None:
    """The next night comes, and with it a slot."""
    world.wait(days=1)
    world.now = world.now.replace(hour=2, minute=0, second=1)
    world.settle()


def test_twelve_versions_of_the_past_leave_a_resource_ready() -> None:
    world = wanting(*TWELVE)
    assert len(carry_past(world)) == 12
    assert world.claim("Ready") == ("True", "Succeeded")
    assert len(world.seen.history) == 10
    assert world.seen.history[-1].id == "g-1"


def test_twelve_failures_of_the_past_leave_a_resource_stalled() -> None:
    world = wanting(*TWELVE)
    world.wait(hours=14, seconds=1)
    world.settle()
    world.fail(77)
    world.settle()
    for _ in range(12):
        world.fail(66)
        world.settle()
    assert world.seen.current_run is None
    assert world.claim("Ready") == ("False", "RefreshFailed")
    assert world.claim("Stalled") == ("True", "AuthenticationFailed")


def test_twelve_missed_slots_leave_a_resource_ready() -> None:
    world = loaded(startingDeadlineSeconds=0)
    for _ in range(12):
        world.wait(days=1)
        world.settle()
    assert {record.result for record in world.seen.history} == {"Missed", "Succeeded"}
    assert "RunAdopted" not in world.reasons()
    assert world.claim("Ready") == ("True", "Succeeded")


def test_twelve_runs_that_only_their_jobs_know_leave_a_resource_ready() -> None:
    world = wanting(*TWELVE)
    world.wait(minutes=1)
    backup, jobs = dict(world.status), dict(world.jobs)
    world.settle()
    while world.running():
        world.complete()
        jobs |= world.jobs
        world.settle()
    world.status, world.jobs = backup, jobs
    world.settle()
    assert "RunAdopted" in world.reasons()
    assert world.claim("Ready") == ("True", "Succeeded")


def test_twelve_cancelled_runs_leave_a_resource_ready() -> None:
    world = loaded()
    for number in range(12):
        world.wait(minutes=1)
        world.annotations = {"requestedAt": f"now-{number}"}
        world.settle()
        run = world.seen.current_run
        assert run is not None
        world.annotations["cancel"] = run.id
        world.settle()
        world.remove_deleted()
        world.settle()
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Cancelled"
    assert world.claim("Ready") == ("True", "Succeeded")


def test_an_unchanged_version_is_told_once_though_the_past_is_loaded_between() -> None:
    world = wanting(811, 811)
    past = world.spec["source"]
    world.spec = world.spec | {"source": {"kaggle": {"dataset": "erlichsefi/prices"}}}
    at_two(world)
    world.run_through()
    at_two(world)
    world.run_through()
    world.spec = world.spec | {"source": past}
    assert carry_past(world) == [811]
    at_two(world)
    world.run_through()
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Unchanged"
    assert world.reasons().count("UpToDate") == 1


def test_as_many_runs_keep_their_jobs_as_the_limit_says() -> None:
    world = loaded()
    world.spec = world.spec | {"successfulRunsHistoryLimit": 15}
    for _ in range(20):
        at_two(world)
        world.run_through()
    assert len(world.seen.history) == 10
    assert len({job.run_id for job in world.jobs.values()}) == 15
    assert "RunAdopted" not in world.reasons()


def test_jobs_of_a_failed_run_outlast_any_number_of_good_ones() -> None:
    world = loaded()
    at_two(world)
    world.fail(65)
    world.settle()
    failed = world.last_id()
    for _ in range(20):
        at_two(world)
        world.run_through()
    assert failed not in {record.id for record in world.seen.history}
    kept = {job.run_id for job in world.jobs.values()}
    assert failed in kept and len(kept) == 4
    world.edit(failedRunsHistoryLimit=0)
    world.settle()
    assert failed not in {job.run_id for job in world.jobs.values()}


def test_a_run_of_the_past_is_not_adopted_anew_after_twelve_missed_slots() -> None:
    world = wanting(800, 800)
    world.spec |= {"startingDeadlineSeconds": 0}
    assert len(carry_past(world)) == 1
    for _ in range(12):
        world.wait(days=1)
        world.settle()
    assert world.seen.backfill is not None
    assert "RunAdopted" not in world.reasons()
    assert world.claim("Ready") == ("True", "Succeeded")
