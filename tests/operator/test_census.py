"""The census: who shares a target, and whose turn it is."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from superzol_operator.census import Census, Limits
from superzol_operator.decide.claim import is_full
from superzol_operator.keys import Key
from superzol_operator.resource import Resource, read_resource

BEGAN = datetime(2026, 11, 21, 2, tzinfo=UTC)


def resource(name: str, age_minutes: int = 0, namespace: str = "shop", **spec: Any) -> Resource:
    given = {
        "source": {"kaggle": {"dataset": "owner/data", "secretRef": {"name": "kaggle"}}},
        "storage": {"claimName": "data"},
        "target": {"postgres": {"secretRef": {"name": "loader"}}},
        **spec,
    }
    created = BEGAN - timedelta(minutes=age_minutes)
    metadata = {
        "namespace": namespace,
        "name": name,
        "uid": f"uid-{namespace}-{name}",
        "resourceVersion": "1",
        "creationTimestamp": created.isoformat(),
    }
    return read_resource({"metadata": metadata, "spec": given})


def test_younger_of_two_with_one_target_is_in_conflict() -> None:
    census = Census(Limits())
    old, young = resource("old", 10, dataset="same"), resource("young", dataset="same")
    census.record(old, is_active=False)
    census.record(young, is_active=False)

    assert census.peers(young).conflicts == ("shop/old",)
    assert census.peers(old).conflicts == ()


def test_resource_made_anew_under_its_name_is_not_in_conflict_with_what_it_was() -> None:
    census = Census(Limits())
    gone, between = resource("a", 10, dataset="same"), resource("b", 5, dataset="same")
    census.record(gone, is_active=False)
    census.record(between, is_active=False)
    again = replace(resource("a", dataset="same"), uid="another")

    assert census.peers(again).conflicts == ("shop/b",)
    assert census.record(again, is_active=False) == {Key("shop", "b")}
    assert census.peers(between).conflicts == ()


def test_name_decides_between_resources_of_one_second() -> None:
    census = Census(Limits())
    first, second = resource("a", dataset="same"), resource("b", dataset="same")
    census.record(first, is_active=False)
    census.record(second, is_active=False)

    assert census.peers(first).conflicts == ()
    assert census.peers(second).conflicts == ("shop/a",)


def test_same_folder_of_a_volume_is_a_conflict() -> None:
    census = Census(Limits())
    storage = {"claimName": "data", "path": "here"}
    census.record(resource("old", 10, dataset="x", storage=storage), is_active=False)

    young = resource("young", dataset="y", storage=storage)

    assert census.peers(young).conflicts == ("shop/old",)


def test_same_words_in_another_namespace_are_no_conflict() -> None:
    census = Census(Limits())
    census.record(resource("old", 10, dataset="same"), is_active=False)

    other = resource("old", namespace="elsewhere", dataset="same")

    assert census.peers(other).conflicts == ()


def test_resource_in_conflict_is_woken_when_the_older_one_goes() -> None:
    census = Census(Limits())
    census.record(resource("old", 10, dataset="same"), is_active=False)
    census.record(resource("young", dataset="same"), is_active=False)

    assert census.forget(Key("shop", "old")) == {Key("shop", "young")}


def test_own_run_takes_no_place_from_oneself() -> None:
    census = Census(Limits(max_active_runs=2))
    running = resource("running")
    census.record(running, is_active=True)
    census.record(resource("other"), is_active=True)
    census.record(resource("far", namespace="elsewhere"), is_active=True)

    peers = census.peers(running)

    assert (peers.active_runs, peers.active_runs_in_namespace) == (2, 1)
    assert peers.max_active_runs == 2


def test_who_waited_for_longest_is_woken_when_a_run_ends() -> None:
    census = Census(Limits(max_active_runs=1))
    running = resource("running")
    census.record(running, is_active=True)
    census.record(resource("late"), is_active=False, queued_since=BEGAN + timedelta(minutes=2))
    census.record(resource("early"), is_active=False, queued_since=BEGAN)

    woken = census.record(running, is_active=False)

    assert woken == {Key("shop", "early")}
    assert census.peers(resource("early")).waiting_before == 0
    assert census.peers(resource("late")).waiting_before == 1
    assert census.peers(resource("new")).waiting_before == 2


def test_limit_of_a_namespace_keeps_back_no_other() -> None:
    census = Census(Limits(max_active_runs=10, max_active_runs_in_namespace=1))
    running = resource("running", namespace="full")
    census.record(running, is_active=True)
    for minute in range(19):
        since = BEGAN + timedelta(minutes=minute)
        census.record(resource(f"r{minute:02}", namespace="full"), False, since)
    other = resource("other", namespace="free")

    assert not is_full(census.peers(other))

    census.record(other, is_active=False, queued_since=BEGAN + timedelta(hours=1))
    assert not is_full(census.peers(other))
    assert census.record(running, is_active=False) == {Key("full", "r00"), Key("free", "other")}
    assert census.peers(other).waiting_before == 1
    assert census.peers(other).active_runs == 0


def test_end_of_a_run_wakes_nobody_whose_namespace_is_full() -> None:
    census = Census(Limits(max_active_runs=2, max_active_runs_in_namespace=1))
    ending = resource("ending", namespace="free")
    census.record(resource("running", namespace="full"), is_active=True)
    census.record(ending, is_active=True)
    for minute in range(5):
        since = BEGAN + timedelta(minutes=minute)
        census.record(resource(f"r{minute}", namespace="full"), False, since)
    census.record(resource("other", namespace="free"), False, BEGAN + timedelta(hours=1))

    assert census.record(ending, is_active=False) == {Key("free", "other")}


def test_place_in_the_line_is_of_the_resource_and_not_of_its_name() -> None:
    census = Census(Limits(max_active_runs=1))
    census.record(resource("a"), is_active=False, queued_since=BEGAN)
    census.record(resource("b"), is_active=False, queued_since=BEGAN + timedelta(minutes=1))

    assert census.peers(resource("a")).waiting_before == 0
    assert census.peers(replace(resource("a"), uid="another")).waiting_before == 2


def test_place_in_the_line_is_known_to_a_leader_that_has_just_begun() -> None:
    census = Census(Limits(max_active_runs=1))
    census.record(resource("late"), is_active=False, queued_since=BEGAN + timedelta(minutes=1))
    early = resource("early")
    waiting = replace(early, status=replace(early.status, queued_time=BEGAN))

    assert census.peers(waiting).waiting_before == 0
    assert census.peers(early).waiting_before == 1


def test_who_cannot_be_looked_at_keeps_no_place_from_the_next() -> None:
    census = Census(Limits(max_active_runs=1))
    census.record(resource("stuck"), is_active=False, queued_since=BEGAN)
    later = BEGAN + timedelta(minutes=1)
    census.record(resource("next"), is_active=False, queued_since=later)

    assert census.step_aside(Key("shop", "stuck")) == {Key("shop", "next")}
    assert census.step_aside(Key("shop", "stuck")) == frozenset()
    assert not is_full(census.peers(resource("next")))
    assert census.waiting_runs == 1

    census.record(resource("stuck"), is_active=False, queued_since=BEGAN)
    assert is_full(census.peers(resource("next")))


def test_resource_that_goes_leaves_its_place_to_the_next() -> None:
    census = Census(Limits(max_active_runs=1))
    census.record(resource("running"), is_active=True)
    census.record(resource("waiting"), is_active=False, queued_since=BEGAN)

    assert census.forget(Key("shop", "running")) == {Key("shop", "waiting")}
    assert census.active_runs == 0
    assert census.waiting_runs == 1


def test_nobody_is_woken_when_nothing_changed() -> None:
    census = Census(Limits())
    census.record(resource("old", 10, dataset="same"), is_active=True)
    census.record(resource("young", dataset="same"), is_active=False)

    assert census.record(resource("old", 10, dataset="same"), is_active=True) == frozenset()


def test_buckets_of_two_object_stores_are_no_conflict() -> None:
    census = Census(Limits())
    here, there = ({"bucket": "prices", "endpoint": f"http://{host}:9000"} for host in ("a", "b"))
    census.record(resource("old", 10, dataset="x", storage={"s3": here}), is_active=False)

    assert census.peers(resource("new", dataset="y", storage={"s3": there})).conflicts == ()
    assert census.peers(resource("new", dataset="y", storage={"s3": here})).conflicts != ()


SPACES = ["shop", "elsewhere"]
NAMES = st.sampled_from(["a", "b", "c", "d"])
STANDS = st.tuples(
    NAMES,
    st.sampled_from(SPACES),
    st.sampled_from(["active", "idle", "gone"]) | st.integers(0, 3),
)


@given(st.lists(STANDS, max_size=30), st.none() | st.integers(1, 3))
def test_places_and_turns_are_those_of_how_each_resource_stood_last(
    told: list[tuple[str, str, str | int]], most_here: int | None
) -> None:
    census = Census(Limits(max_active_runs_in_namespace=most_here))
    last: dict[Key, str | int] = {}
    for name, namespace, stands in told:
        key = Key(namespace, name)
        if stands == "gone":
            census.forget(key)
            last.pop(key, None)
            continue
        since = BEGAN + timedelta(minutes=stands) if isinstance(stands, int) else None
        census.record(resource(name, namespace=namespace), stands == "active", since)
        last[key] = stands

    waiting = sorted((each, key) for key, each in last.items() if isinstance(each, int))
    active = [key for key, each in last.items() if each == "active"]
    assert (census.active_runs, census.waiting_runs) == (len(active), len(waiting))
    free = {
        name: (most_here or 99) - sum(key.namespace == name for key in active) for name in SPACES
    }
    before = 0
    for _, key in waiting:
        peers = census.peers(resource(key.name, namespace=key.namespace))
        assert peers.waiting_before == before
        before += free[key.namespace] > 0
        free[key.namespace] -= 1
        assert peers.active_runs == len(active)
        assert peers.active_runs_in_namespace == sum(
            each.namespace == key.namespace for each in active
        )
