"""What the documents show is taken as it stands, and what is not said has its default."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.cluster.api import Namespace
from tests.operator.crd.dry import create_dry
from tests.operator.crd.manifests import EVERYTHING, MINIMAL, SOURCES, changed, resource
from tests.operator.crd.schema import SPEC

CRONS = [
    *("@hourly", "@daily", "@weekly", "@monthly", "@yearly"),
    *("* * * * *", "*/5 0-23/2 * * *", "00 02 01 01 0", "0 2 29 2 *", "0 2 * * 7"),
    *("0 2 * * MON-FRI", "0,15,30-45/5 2 31 jan,DEC Sun"),
]  # fmt: skip


async def test_the_minimal_resource_is_taken_and_gets_its_defaults(namespace: Namespace) -> None:
    stored = await create_dry(namespace, resource(MINIMAL, "israeli-supermarkets"))

    assert stored["spec"] == MINIMAL | {
        "schedule": MINIMAL["schedule"]
        | {"startingDeadlineSeconds": 3600, "jitterSeconds": 0, "runOnCreate": True},
        "suspend": False,
        "concurrencyPolicy": "Forbid",
        "onSpecChange": "AfterCurrent",
        "skipUnchanged": True,
        "validate": {"maxHeldBackPercent": 10},
        "load": {"shards": 4, "parallelism": 2},
        "run": {"deadlineSeconds": 7200, "startDeadlineSeconds": 600, "podRetries": 2},
        "retry": {
            "limit": 3,
            "initialBackoffSeconds": 60,
            "maxBackoffSeconds": 3600,
            "pauseAfterConsecutiveFailures": 0,
        },
        "successfulRunsHistoryLimit": 3,
        "failedRunsHistoryLimit": 3,
        "retention": {"keepLast": 3, "keepArchives": 30},
        "deletionPolicy": "Retain",
    }
    assert stored["status"] == {"observedGeneration": -1}


async def test_a_resource_that_says_everything_is_taken_unchanged(namespace: Namespace) -> None:
    assert (await create_dry(namespace, resource(EVERYTHING)))["spec"] == EVERYTHING


def test_that_resource_says_everything() -> None:
    said = set(leaves(SPEC, EVERYTHING | {"source": SOURCES}))

    assert set(fields(SPEC)) - said == set()


@pytest.mark.parametrize("kind", SOURCES)
async def test_each_kind_of_source_is_taken(namespace: Namespace, kind: str) -> None:
    source = {kind: SOURCES[kind]}

    stored = await create_dry(namespace, resource(changed(MINIMAL, "source", source)))

    assert stored["spec"]["source"] == source


@pytest.mark.parametrize("cron", CRONS)
async def test_schedules_are_taken(namespace: Namespace, cron: str) -> None:
    await create_dry(namespace, resource(changed(MINIMAL, "schedule.cron", cron)))


@pytest.mark.parametrize("zone", ["UTC", "Etc/GMT+5", "America/Port-au-Prince", "GB-Eire"])
async def test_time_zones_are_taken(namespace: Namespace, zone: str) -> None:
    await create_dry(namespace, resource(changed(MINIMAL, "schedule.timeZone", zone)))


async def test_a_name_of_40_letters_is_taken(namespace: Namespace) -> None:
    await create_dry(namespace, resource(MINIMAL, "p" * 40))


async def test_a_bucket_alone_is_storage(namespace: Namespace) -> None:
    storage = {"s3": {"bucket": "superzol-prices"}}

    await create_dry(namespace, resource(changed(MINIMAL, "storage", storage)))


async def test_a_source_and_a_storage_in_one_object_store_are_taken(namespace: Namespace) -> None:
    spec = changed(EVERYTHING, "source", {"s3": SOURCES["s3"] | {"prefix": "incoming"}})

    await create_dry(namespace, resource(spec))


def fields(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    """The paths of the fields that hold a value; a map of a person's own keys is a value."""
    for name, inner in schema.get("properties", {}).items():
        yield from fields(inner, f"{path}.{name}")
    if "items" in schema:
        yield from fields(schema["items"], f"{path}[]")
    elif "properties" not in schema:
        yield path


def leaves(schema: dict[str, Any], value: Any, path: str = "") -> Iterator[str]:
    """The same paths, as far as a value has them."""
    for name, inner in schema.get("properties", {}).items():
        if name in value:
            yield from leaves(inner, value[name], f"{path}.{name}")
    if "items" in schema:
        for each in value:
            yield from leaves(schema["items"], each, f"{path}[]")
    elif "properties" not in schema:
        yield path
