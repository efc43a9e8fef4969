"""When a version that was fetched before is loaded once more, and when it is not."""

import pytest

from tests.operator.test_decide_history import at_two
from tests.operator.world import World, loaded, scheduled

HELD_BACK = {"result": "Partial", "chainsLoaded": 9, "heldBack": ["rami_levy"]}


def published(**told: object) -> World:
    """A scheduled world that loaded its first version at noon; told: by publish."""
    world = scheduled()
    for _ in range(2):
        world.settle()
        world.complete()
    world.settle()
    world.complete(**told)
    world.settle()
    return world


def next_night(world: World) -> str:
    """The stages of the run of the next night; the Job after fetch goes on."""
    before = len(world.job_stages())
    at_two(world)
    world.complete()
    world.settle()
    return " ".join(world.job_stages()[before:])


def test_a_chain_held_back_is_not_tried_again_by_the_same_etl() -> None:
    assert next_night(published(**HELD_BACK)) == "fetch"


@pytest.mark.parametrize(("missing", "stages"), [(0, "fetch"), (1, "fetch load")])
def test_more_chains_held_back_than_a_message_names_are_not_tried_again(
    missing: int, stages: str
) -> None:
    named = [f"chain_{number}" for number in range(20)] + ["and 10 more"]
    some = {"result": "Partial", "chains": 40, "chainsLoaded": 10 - missing, "heldBack": named}
    assert next_night(published(**some, chainsMissing=missing)) == stages


def test_a_chain_held_back_is_tried_again_by_another_etl() -> None:
    world = published(**HELD_BACK)
    world.image = "etl:2"
    assert next_night(world) == "fetch load"


def test_a_chain_held_back_by_another_etl_too_is_tried_once() -> None:
    world = published(**HELD_BACK)
    world.image = "etl:2"
    assert next_night(world) == "fetch load"
    world.complete()
    world.settle()
    world.complete(**HELD_BACK)
    assert next_night(world) == "fetch"


def test_the_etl_that_loaded_is_the_one_that_judged() -> None:
    world = scheduled()
    for image in ("etl:1", "etl:2", "etl:3"):
        world.image = image
        world.settle()
        world.complete(**(HELD_BACK if image == "etl:3" else {}))
    world.settle()
    assert world.seen.artifact is not None
    assert world.seen.artifact.image == "etl:2"


def test_another_etl_loads_nothing_again_where_nothing_is_held_back() -> None:
    world = loaded()
    world.image = "etl:2"
    assert next_night(world) == "fetch"


@pytest.mark.parametrize("image", ["etl:1", "etl:2"])
def test_who_judged_is_known_after_the_status_was_lost(image: str) -> None:
    world = published(**HELD_BACK)
    world.status = {}
    world.settle()
    world.image = image
    assert next_night(world) == ("fetch" if image == "etl:1" else "fetch load")


def test_an_accept_without_a_fetch_leaves_the_version_known() -> None:
    world = scheduled()
    world.spec |= {"source": {"directory": {"path": "prices"}}}
    for told in ({}, {}, HELD_BACK):
        world.settle()
        world.complete(**told)
    world.settle()
    before = world.seen.artifact
    assert before is not None
    world.annotations = {"accept": "rami_levy@812"}
    world.run_through()
    after = world.seen.artifact
    assert after is not None
    assert after.chains.current == after.chains.total
    assert (
        (after.path, after.bytes) == (before.path, before.bytes) == ("/data/raw/20261120/v812", 99)
    )
    assert next_night(world) == "fetch"


def test_an_accept_of_another_version_than_readers_see_takes_nothing_over() -> None:
    world = scheduled()
    world.spec |= {"source": {"directory": {"path": "prices"}}}
    world.run_through()
    world.annotations = {"accept": "rami_levy@811"}
    world.settle()
    for _ in range(3):
        world.complete(version=811, revision="v811@blake3:032b")
        world.settle()
    artifact = world.seen.artifact
    assert artifact is not None
    assert (artifact.version, artifact.fetched_revision) == (811, None)
