"""Which versions the status lists as files, and what is told of those that went."""

from tests.operator.test_decide_history import at_two
from tests.operator.world import World, scheduled


def revision(version: int) -> str:
    return f"v{version}@blake3:{version:04x}"


def bring(world: World, version: int, *kept: object) -> None:
    """Runs a new version through; kept: numbers of versions that fetch finds, or what it says."""
    world.source_version = version
    told = [revision(each) if isinstance(each, int) else each for each in kept]
    world.settle()
    world.complete(kept=told)
    world.run_through()


def listed(world: World) -> list[str]:
    return [each.revision for each in world.seen.snapshots]


def pruned(world: World) -> list[str]:
    return [each.message.split()[0] for each in world.events if each.reason == "SnapshotPruned"]


def test_a_version_is_listed_until_fetch_finds_its_files_no_more() -> None:
    world = scheduled()
    bring(world, 812, 812)
    at_two(world)
    bring(world, 813, 813, 812)
    assert listed(world) == [revision(813), revision(812)]
    at_two(world)
    bring(world, 814, 814, 813)
    assert listed(world) == [revision(814), revision(813)]
    assert pruned(world) == [revision(812)]


def test_what_went_by_its_age_is_listed_no_more_though_nothing_new_came() -> None:
    world = scheduled()
    bring(world, 812, 812)
    at_two(world)
    bring(world, 813, 813, 812)
    at_two(world)
    world.complete(kept=[revision(813)])
    world.settle()
    assert world.last_id().startswith("s-")
    assert listed(world) == [revision(813)]
    assert pruned(world) == [revision(812)]


def test_of_more_than_twenty_versions_that_stay_none_is_called_pruned() -> None:
    world = scheduled()
    world.spec |= {"retention": {"keepLast": 30}}
    bring(world, 100, 100)
    for version in range(101, 125):
        at_two(world)
        newest = range(version, max(99, version - 20), -1)
        rest = version - 99 - len(newest)
        bring(world, version, *newest, *([f"and {rest} more"] if rest else []))
    assert listed(world) == [revision(each) for each in range(124, 104, -1)]
    assert pruned(world) == []


def test_a_version_of_the_past_is_none_of_those_that_stay() -> None:
    world = World()
    source = {"kaggle": {"dataset": "a/b", "versions": {"from": 811, "to": 811}}}
    world.spec = world.spec | {"source": source}
    for _ in range(3):
        world.settle()
        world.complete(kept=[revision(812)])
    world.settle()
    world.complete(version=811, revision=revision(811), kept=[revision(812), revision(811)])
    world.settle()
    assert world.job().stage == "backfill"
    assert listed(world) == [revision(812)]


def test_an_etl_that_does_not_say_what_is_there_prunes_nothing() -> None:
    world = scheduled()
    world.run_through()
    for version in range(813, 836):
        world.source_version = version
        at_two(world)
        world.run_through()
    assert listed(world) == [revision(each) for each in range(835, 815, -1)]
    assert pruned(world) == []
