"""Whose turn it is: slots that wait for a place, places that are not needed, words asked again."""

from dataclasses import replace

from superzol_operator.decide.contract import Peers
from tests.operator.world import World, loaded


def test_a_slot_that_waits_for_a_place_is_not_too_late_for_it() -> None:
    world = loaded(startingDeadlineSeconds=600)
    world.peers = Peers(active_runs=10, max_active_runs=10)
    world.wait(hours=14, seconds=5)
    for _ in range(20):
        decision = world.look()
        world.wait(minutes=30)
    assert decision.queued_since is not None
    assert "ScheduleMissed" not in world.reasons()
    world.peers = replace(world.peers, active_runs=0)
    world.look()
    assert world.current_id() == "s-202611210200"


def test_a_slot_that_comes_while_another_waits_takes_its_place_in_the_line() -> None:
    world = loaded(startingDeadlineSeconds=600)
    world.peers = Peers(active_runs=10, max_active_runs=10)
    world.wait(hours=14, seconds=5)
    first = world.look()
    world.wait(days=1, hours=2)
    assert world.look().queued_since == first.queued_since
    world.peers = replace(world.peers, active_runs=0)
    assert world.look().missed_slots == 1
    assert world.current_id() == "s-202611220200"


def test_a_word_that_was_asked_before_another_one_is_a_run_of_its_own(world: World) -> None:
    world.run_through()
    for word in ("monday", "tuesday", "monday", "monday"):
        world.wait(hours=1)
        world.annotations = {"requestedAt": word}
        world.run_through()
        assert world.seen.last_handled_request == word
    assert len({run_id for run_id, _, _ in world.created if run_id.startswith("m-")}) == 3


def test_a_request_whose_run_is_known_by_its_jobs_alone_is_not_run_again() -> None:
    world = loaded()
    world.wait(hours=1)
    world.annotations = {"requestedAt": "monday"}
    world.run_through()
    world.wait(hours=14)
    world.run_through()
    created = dict(world.created)
    world.status = {}
    world.settle()
    assert world.seen.last_handled_request == "monday"
    assert dict(world.created) == created


def test_a_run_that_waited_for_a_quota_takes_no_place_of_another_one(world: World) -> None:
    world.refuse = "quota"
    world.look()
    world.look()
    assert not world.seen.holds_place
    world.refuse, world.peers = None, Peers(active_runs=10, max_active_runs=10)
    world.look()
    assert not world.jobs
    world.peers = Peers(active_runs=9, max_active_runs=10, waiting_before=1)
    world.look()
    assert world.running()
    assert world.seen.holds_place
