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
