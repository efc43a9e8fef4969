"""Which run is due and when: slots, requests, edits, the past, and what keeps a run waiting."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from superzol_operator.decide.contract import Peers
from tests.operator.world import World, loaded, scheduled

SPEC_CHANGE = {"source": {"kaggle": {"dataset": "erlichsefi/israeli-supermarkets-2025"}}}


def test_a_slot_runs_once_though_the_clock_is_put_back() -> None:
    world = loaded()
    world.wait(hours=14, minutes=1)
    world.run_through()
    world.now -= timedelta(hours=1)
    world.settle()
    world.now += timedelta(hours=1)
    world.settle()
    assert [run for run, stage, _ in world.created if stage == "fetch"] == ["g-1", world.last_id()]
    assert world.last_id() == "s-202611210200"


def test_a_clock_that_is_an_hour_ahead_names_the_same_slot() -> None:
    runs = set()
    for ahead in (0, 1):
        world = loaded()
        world.wait(hours=14, seconds=1)
        world.now += timedelta(minutes=59 * ahead)
        world.settle()
        runs.add(world.current_id())
    assert runs == {"s-202611210200"}


def test_a_slot_that_is_too_late_is_recorded_as_missed_and_not_run() -> None:
    world = loaded(startingDeadlineSeconds=600)
    world.wait(hours=14, minutes=11)
    decision = world.look()
    assert decision.missed_slots == 1
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Missed"
    assert world.seen.last_schedule_time is not None
    assert world.claim("Ready") == ("True", "Succeeded")
    assert "ScheduleMissed" in world.reasons()
    assert world.look().missed_slots == 0


def test_after_three_days_down_the_newest_slot_runs_and_the_older_ones_are_counted() -> None:
    world = loaded(cron="* * * * *")
    world.wait(days=3, seconds=10)
    decision = world.look()
    assert world.current_id() == "s-202611231200"
    assert decision.missed_slots == 999
    world.run_through()
    assert world.look().missed_slots == 0


def test_no_slot_is_caught_up_with_a_deadline_of_zero_but_a_look_may_be_a_little_late() -> None:
    world = loaded(startingDeadlineSeconds=0)
    world.wait(hours=14, seconds=20)
    world.look()
    assert world.current_id() == "s-202611210200"
    late = loaded(startingDeadlineSeconds=0)
    late.wait(hours=14, seconds=40)
    late.look()
    assert late.current_id() is None


def test_jitter_moves_the_start_and_not_the_slot() -> None:
    world = loaded(jitterSeconds=3600)
    next_run = world.seen.next_run_time
    assert next_run is not None
    offset = next_run - datetime.fromisoformat("2026-11-21T02:00:00Z")
    assert timedelta() <= offset < timedelta(hours=1)
    world.now = world.server_time = next_run - timedelta(seconds=1)
    world.settle()
    assert world.current_id() is None
    world.wait(seconds=1)
    world.settle()
    assert world.current_id() == "s-202611210200"


def test_a_new_schedule_does_not_run_a_slot_that_passed_before_it() -> None:
    world = loaded()
    world.wait(hours=1)
    world.edit(schedule={"cron": "30 12 * * *"})
    world.settle()
    assert world.current_id() is None
    assert world.seen.next_run_time is not None
    assert world.seen.next_run_time.isoformat() == "2026-11-21T12:30:00+00:00"


def test_an_edit_of_the_schedule_alone_runs_nothing_and_stays_ready() -> None:
    world = loaded()
    world.edit(schedule={"cron": "0 3 * * *"}, retry={"limit": 1})
    world.settle()
    assert world.current_id() is None
    assert world.claim("Ready") == ("True", "Succeeded")
    assert world.seen.observed_generation == 2


@pytest.mark.parametrize(
    ("policy", "runs"),
    [
        ("AfterCurrent", ["g-1", "g-2"]),
        ("NextSchedule", ["g-1"]),
    ],
)
def test_an_edit_during_a_run_leaves_the_run_as_it_was(policy: str, runs: list[str]) -> None:
    world = scheduled()
    world.spec = world.spec | {"onSpecChange": policy}
    world.settle()
    before = world.seen.current_run
    assert before is not None
    world.edit(**SPEC_CHANGE)
    world.complete()
    world.settle()
    after = world.seen.current_run
    assert after is not None
    assert (after.id, after.spec_hash, after.spec_text) == (
        "g-1",
        before.spec_hash,
        after.spec_text,
    )
    assert "2025" not in after.spec_text
    world.run_through()
    assert [run for run, stage, _ in world.created if stage == "fetch"] == runs


def test_an_edit_may_restart_the_run(world: World) -> None:
    world.spec = world.spec | {"onSpecChange": "Restart"}
    world.settle()
    world.edit(**SPEC_CHANGE)
    world.settle()
    assert world.job().deleting
    world.remove_deleted()
    world.settle()
    assert world.current_id() == "g-2"
    assert world.seen.history[0].reason == "SpecChanged"


def test_an_edit_back_and_forth_runs_nothing(world: World) -> None:
    world.settle()
    spec = dict(world.spec)
    world.edit(**SPEC_CHANGE)
    world.look()
    world.edit(**spec)
    world.run_through()
    assert [run for run, stage, _ in world.created if stage == "fetch"] == ["g-1"]


def test_nothing_runs_on_creation_when_that_is_not_wanted() -> None:
    world = scheduled(runOnCreate=False)
    world.settle()
    assert world.current_id() is None
    assert world.claim("Reconciling") is None
    world.wait(hours=14, seconds=1)
    world.settle()
    assert world.current_id() == "s-202611210200"


def test_a_suspended_resource_claims_nothing_but_ends_its_run() -> None:
    world = scheduled()
    world.settle()
    world.edit(suspend=True)
    world.run_through()
    assert world.claim("Ready") == ("True", "Suspended")
    world.annotations = {"requestedAt": "now"}
    world.wait(hours=20)
    world.settle()
    assert world.current_id() is None
    assert world.seen.last_handled_request is None
    assert world.seen.next_run_time is None
    world.edit(suspend=False)
    world.settle()
    assert (world.current_id() or "").startswith("m-")
    assert [reason for reason in world.reasons() if reason in ("Suspended", "Resumed")] == [
        "Suspended",
        "Resumed",
    ]


def test_slots_that_passed_while_suspended_are_not_missed() -> None:
    world = loaded()
    world.edit(suspend=True)
    world.settle()
    world.wait(days=3)
    world.edit(suspend=False)
    assert world.settle().missed_slots == 0
    assert world.seen.last_run is not None
    assert world.seen.last_run.result == "Succeeded"


def test_a_full_cap_makes_a_run_wait_without_touching_its_record(world: World) -> None:
    world.peers = Peers(active_runs=10, max_active_runs=10)
    decision = world.look()
    assert world.current_id() is None
    assert decision.queued_since is not None
    assert world.claim("Ready") == ("Unknown", "Queued")
    world.peers = replace(world.peers, active_runs=9)
    assert world.look().queued_since is None
    assert world.current_id() == "g-1"


def test_who_waited_longer_gets_the_free_place(world: World) -> None:
    world.peers = Peers(active_runs=9, max_active_runs=10, waiting_before=1)
    world.look()
    assert world.current_id() is None
    world.peers = Peers(active_runs=9, max_active_runs=10, waiting_before=0)
    world.look()
    assert world.current_id() == "g-1"


@pytest.mark.parametrize("trigger", ["Manual", "Accept", "Spec", "Backfill"])
def test_a_run_that_waits_keeps_its_place_in_the_line_at_each_look(trigger: str) -> None:
    world = loaded()
    if trigger == "Spec":
        world.edit(**SPEC_CHANGE)
    elif trigger == "Backfill":
        versions = {"from": 809, "to": 812}
        world.edit(source={"kaggle": world.spec["source"]["kaggle"] | {"versions": versions}})
    else:
        asked = {"Manual": "requestedAt", "Accept": "accept"}[trigger]
        world.annotations = {asked: "rami_levy@812"}
    world.peers = Peers(active_runs=10, max_active_runs=10)
    began = world.now
    for _ in range(3):
        decision = world.look()
        assert decision.queued_since == began
        world.wait(seconds=30)
    world.peers = replace(world.peers, active_runs=0)
    world.look()
    assert world.seen.current_run is not None
    assert world.seen.current_run.trigger == trigger


def test_who_waits_for_its_own_old_job_stands_in_no_line(world: World) -> None:
    world.settle()
    old = world.job()
    world.run_through()
    world.jobs[old.name] = replace(old, deleting=True)
    world.annotations = {"requestedAt": "now"}
    decision = world.look()
    assert world.current_id() is None
    assert decision.queued_since is None
    assert world.claim("Ready") == ("True", "Queued")
    world.vanish(old)
    world.look()
    assert world.job().run_id.startswith("m-")


def test_a_namespace_has_a_cap_of_its_own(world: World) -> None:
    world.peers = Peers(active_runs_in_namespace=2, max_active_runs_in_namespace=2)
    world.look()
    assert world.current_id() is None


def test_the_younger_of_two_with_one_target_stalls_and_recovers(world: World) -> None:
    world.peers = Peers(conflicts=("super-zol/first",))
    decision = world.look()
    assert world.claim("Stalled") == ("True", "TargetConflict")
    assert decision.requeue_after_seconds == 60
    world.peers = Peers()
    world.look()
    assert world.claim("Stalled") is None
    assert world.current_id() == "g-1"


@pytest.mark.parametrize(
    ("schedule", "reason"),
    [
        ({"cron": "61 * * * *"}, "InvalidSchedule"),
        ({"cron": "0 2 * * *", "timeZone": "Asia/Jerusalm"}, "InvalidTimeZone"),
    ],
)
def test_a_bad_schedule_stalls_and_an_edit_heals_it(
    world: World, schedule: dict[str, str], reason: str
) -> None:
    world.spec = world.spec | {"schedule": schedule}
    assert world.settle().requeue_after_seconds is None
    assert world.claim("Stalled") == ("True", reason)
    assert world.claim("Ready") == ("False", reason)
    assert not world.jobs
    world.edit(schedule={"cron": "0 2 * * *"})
    world.settle()
    assert world.claim("Stalled") is None
    assert world.current_id() == "g-2"
