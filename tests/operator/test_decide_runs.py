"""Runs that go well, or as well as their chains allow, through decide() in a small world."""

import pytest

from superzol_operator.decide.contract import CreateJob
from tests.operator.world import World, scheduled


def test_a_claim_is_written_before_its_job_is_created(world: World) -> None:
    decision = world.look(crash_after=0)
    assert decision.status.current_run is not None
    (order,) = [action for action in decision.actions if isinstance(action, CreateJob)]
    assert (order.run_id, order.stage, order.attempt) == ("g-1", "fetch", 1)
    assert order.name == decision.status.current_run.job_name


def test_a_run_goes_through_fetch_load_and_publish_to_ready(world: World) -> None:
    world.run_through()
    assert list(world.created) == [
        ("g-1", "fetch", 1),
        ("g-1", "load", 1),
        ("g-1", "publish", 1),
    ]
    assert world.claim("Ready") == ("True", "Succeeded")
    assert world.claim("DataAvailable") == ("True", "Loaded")
    assert world.claim("Reconciling") is None
    status = world.seen
    assert status.current_run is None
    assert status.last_run is not None
    assert status.last_run.result == "Succeeded"
    assert status.artifact is not None
    assert status.artifact.chains.total == 10


def test_ready_is_unknown_and_reconciling_from_the_first_look(world: World) -> None:
    world.look()
    assert world.claim("Ready") == ("Unknown", "Progressing")
    assert world.claim("Reconciling") == ("True", "Progressing")


def test_an_unchanged_version_ends_after_fetch() -> None:
    world = scheduled()
    world.run_through()
    world.wait(hours=14, seconds=1)
    world.settle()
    world.complete()
    world.settle()
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Unchanged"
    assert world.job_stages() == ["fetch", "load", "publish", "fetch"]
    assert world.claim("Ready") == ("True", "UpToDate")


def test_a_chain_whose_load_died_is_loaded_again_though_the_version_is_the_same() -> None:
    world = scheduled()
    world.settle()
    world.complete()
    world.settle()
    world.complete()
    world.settle()
    world.complete(result="Partial", chains=20, chainsLoaded=19, chainsMissing=1)
    world.settle()
    assert world.claim("Ready") == ("True", "PartiallyLoaded")
    world.wait(hours=14, seconds=1)
    world.settle()
    world.complete()
    world.settle()
    assert world.job().stage == "load"


def test_a_forced_request_loads_an_unchanged_version(world: World) -> None:
    world.run_through()
    world.annotations = {"requestedAt": "now", "forceAt": "now"}
    world.settle()
    world.complete()
    world.settle()
    assert world.job().stage == "load"
    assert world.seen.last_handled_force == "now"


def test_a_request_is_handled_once_and_waitable(world: World) -> None:
    world.run_through()
    world.annotations = {"requestedAt": "token-1"}
    world.settle()
    assert world.seen.last_handled_request == "token-1"
    assert world.claim("Ready") == ("True", "Succeeded")
    assert world.claim("Reconciling") == ("True", "Progressing")
    world.complete()
    world.settle()
    assert world.seen.last_run is not None
    assert world.seen.last_run.request_token == "token-1"
    assert world.seen.current_run is None


def test_manual_goes_before_the_spec_and_takes_it_along(world: World) -> None:
    world.annotations = {"requestedAt": "token-1"}
    world.run_through()
    assert [run for run, stage, _ in world.created if stage == "fetch"] == [world.last_id()]
    assert world.last_id().startswith("m-")


def test_a_nightly_run_changes_neither_ready_nor_reconciling() -> None:
    world = scheduled()
    world.run_through()
    ready = world.seen.condition("Ready")
    world.wait(hours=14, seconds=1)
    world.settle()
    assert world.seen.current_run is not None
    assert world.seen.current_run.id == "s-202611210200"
    assert world.seen.condition("Ready") == ready
    assert world.claim("Reconciling") is None


def test_a_shard_that_fails_leaves_the_others_published(world: World) -> None:
    world.settle()
    world.complete()
    world.settle()
    world.fail(65, completed_indexes=(0, 1, 2), failed_indexes=(3,))
    world.settle()
    assert world.job().stage == "publish"
    world.complete(result="Partial", chains=20, chainsLoaded=19, chainsMissing=1)
    world.settle()
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Partial"


@pytest.mark.parametrize(
    ("loaded", "result", "ready"),
    [
        (10, "Succeeded", ("True", "Succeeded")),
        (9, "Partial", ("True", "PartiallyLoaded")),
        (8, "Failed", ("False", "ValidationFailed")),
    ],
)
def test_how_many_chains_may_be_held_back(
    world: World, loaded: int, result: str, ready: tuple[str, str]
) -> None:
    for _ in range(2):
        world.settle()
        world.complete()
    world.settle()
    held = [f"chain_{number}" for number in range(10 - loaded)]
    world.complete(result="Partial", chainsLoaded=loaded, heldBack=held)
    world.settle()
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == result
    assert world.claim("Ready") == ready
    assert world.seen.artifact is not None
    assert world.seen.artifact.chains.held_back == tuple(held)


def test_a_higher_threshold_makes_a_partial_version_ready_without_a_run(world: World) -> None:
    for _ in range(2):
        world.settle()
        world.complete()
    world.settle()
    world.complete(result="Partial", chainsLoaded=5, heldBack=["a", "b", "c", "d", "e"])
    world.settle()
    world.edit(validate={"maxHeldBackPercent": 50})
    world.settle()
    assert world.claim("Ready") == ("True", "PartiallyLoaded")
    assert world.seen.current_run is None


def test_an_accepted_chain_is_loaded_and_published(world: World) -> None:
    world.run_through()
    world.annotations = {"accept": "rami_levy@812"}
    world.settle()
    run = world.seen.current_run
    assert run is not None
    assert (run.stage, run.subject, run.version) == ("accept", "rami_levy@812", 812)
    world.run_through()
    stages = [stage for run_id, stage, _ in world.created if run_id.startswith("a-")]
    assert stages == ["accept", "fetch", "load", "publish"]
    assert world.seen.last_handled_accept == "rami_levy@812"


def test_what_is_no_chain_and_version_is_told_and_runs_nothing(world: World) -> None:
    world.run_through()
    world.annotations = {"accept": "everything"}
    world.settle()
    assert world.reasons().count("InvalidAccept") == 1
    assert world.seen.current_run is None


def test_a_stalled_resource_runs_again_at_its_slot_and_not_before() -> None:
    world = scheduled()
    world.settle()
    world.fail(77)
    world.settle()
    world.wait(hours=13)
    world.settle()
    assert world.claim("Stalled") == ("True", "AuthenticationFailed") and not world.running()
    world.wait(hours=1)
    world.settle()
    assert world.running()
