"""What data in the database hangs on stays as it was created; the rest may be edited."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.cluster.api import Namespace, Refused
from tests.operator.crd.dry import PLURAL, patch_dry
from tests.operator.crd.manifests import MINIMAL, Manifest, resource

MIRROR = {"bucket": "superzol-prices"}
FIXED = [
    ({"dataset": "other"}, "Create a new DatasetRefresh for another dataset"),
    (
        {"source": {"kaggle": {"dataset": "someone/else"}}},
        "Create a new DatasetRefresh for another one",
    ),
    ({"storage": {"claimName": "other"}}, "Create a new DatasetRefresh for another claim"),
    (
        {"storage": {"claimName": None, "s3": MIRROR}},
        "Create a new DatasetRefresh for another claim",
    ),
    (
        {"target": {"postgres": {"secretRef": {"name": "other"}}}},
        "Create a new DatasetRefresh for another database",
    ),
]
FREE = [
    {"source": {"kaggle": {"version": 800, "secretRef": {"name": "other"}}}},
    {"source": {"kaggle": {"secretRef": None}}},
    {"source": {"kaggle": None, "s3": MIRROR}},
    {"storage": {"path": "other", "s3": MIRROR}},
    {"schedule": None},
    {"schedule": {"cron": "@weekly"}, "suspend": True},
]


@pytest_asyncio.fixture
async def name(namespace: Namespace) -> AsyncIterator[str]:
    stored = await namespace.create(PLURAL, resource(MINIMAL))
    created = str(stored["metadata"]["name"])
    yield created
    await namespace.delete(PLURAL, created)


@pytest.mark.parametrize(("changes", "sentence"), FIXED)
async def test_what_names_the_data_cannot_be_edited(
    namespace: Namespace, name: str, changes: Manifest, sentence: str
) -> None:
    with pytest.raises(Refused) as refused:
        await patch_dry(namespace, name, {"spec": changes})

    assert sentence in refused.value.message


@pytest.mark.parametrize("changes", FREE)
async def test_the_rest_can_be_edited(namespace: Namespace, name: str, changes: Manifest) -> None:
    await patch_dry(namespace, name, {"spec": changes})


async def test_the_default_of_the_dataset_can_be_written_down(
    namespace: Namespace, name: str
) -> None:
    await patch_dry(namespace, name, {"spec": {"dataset": name}})
