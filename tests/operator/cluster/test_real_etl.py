"""The operator and the real ETL together: Kaggle, volume and database from one end to the other."""

import base64
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest

from superzol_operator.command_lines import DATABASE_KEY
from tests.cluster.api import Manifest
from tests.cluster.real_etl import RealEtl
from tests.cluster.scene import SPEC, Scene
from tests.support.fetching import IMPATIENT, snapshot_files
from tests.support.kaggle import OBJECTS, TOKEN, Kaggle
from tests.support.web import running_web

RUN_SECONDS = 120.0
RUNS = "SELECT run_id, version, result FROM etl_run ORDER BY started_at"
OFFERS = "SELECT count(*) FROM offer"
OWNER = "SELECT owner FROM dataset"


@pytest.fixture
def kaggle() -> Iterator[Kaggle]:
    """A private dataset, so that nothing comes without the token of the Secret."""
    with running_web() as web:
        yield Kaggle(web, is_private=True)


async def begin(scene: Scene, kaggle: Kaggle, database: str, folder: Path) -> RealEtl:
    """Gives pods the real ETL, and the namespace its Secrets."""
    etl = RealEtl(scene.namespace, folder)
    scene.kubelet.script = etl
    secrets = {
        "kaggle-credentials": {
            "KAGGLE_API_TOKEN": TOKEN,
            "SUPERZOL_SOURCE_KAGGLE_URL": kaggle.web.url,
            **IMPATIENT,
        },
        "postgres-loader": {DATABASE_KEY: database},
    }
    for name, values in secrets.items():
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        await scene.namespace.create("secrets", {"metadata": {"name": name}, "data": data})
    return etl


async def ended_after(scene: Scene, run_id: str, result: str) -> Manifest:
    """Waits until another run than this one ended so."""

    def has_ended(status: Manifest) -> bool:
        last: Manifest = status.get("lastRun", {})
        is_other = last.get("id") not in (None, run_id)
        return "currentRun" not in status and is_other and last.get("result") == result

    return await scene.until_status(has_ended, timeout_seconds=RUN_SECONDS)


async def test_a_dataset_is_served_from_apply_to_ready_a_day_later_and_then_left_alone(
    scene: Scene, kaggle: Kaggle, database: str, connection: asyncpg.Connection, tmp_path: Path
) -> None:
    etl = await begin(scene, kaggle, database, tmp_path)
    kaggle.publish(411, snapshot_files(1))

    await scene.apply(load={"shards": 3, "parallelism": 2})
    first = await ended_after(scene, "", "Succeeded")
    assert first["artifact"]["version"] == 411
    assert first["artifact"]["chains"]["current"] == 3
    assert scene.condition(first, "Ready")["status"] == "True"
    assert [pod.stage for pod in etl.played] == ["fetch", "load", "load", "load", "publish"]
    assert sorted(pod.shard for pod in etl.played if pod.stage == "load") == [0, 1, 2]
    offers = await connection.fetchval(OFFERS)
    assert offers > 0
    assert await connection.fetchval(OWNER) == f"{scene.namespace.name}/prices"

    kaggle.publish(412, snapshot_files(2))
    await scene.annotate(requestedAt="the-next-day")
    second = await ended_after(scene, first["lastRun"]["id"], "Succeeded")
    assert second["artifact"]["version"] == 412
    assert await connection.fetchval(OFFERS) == offers

    kaggle.web.seen.clear()
    etl.played.clear()
    await scene.annotate(requestedAt="once-more")
    third = await ended_after(scene, second["lastRun"]["id"], "Unchanged")
    assert third["artifact"] == second["artifact"]
    assert scene.condition(third, "Ready")["status"] == "True"
    assert [pod.stage for pod in etl.played] == ["fetch"]
    assert kaggle.web.asked(OBJECTS) == []

    runs = [tuple(row) for row in await connection.fetch(RUNS)]
    assert [(version, result) for _, version, result in runs] == [
        (411, "Published"), (412, "Published"),
    ]  # fmt: skip
    versions = etl.claim(SPEC["storage"]["claimName"]).glob("prices/raw/*/v*")
    assert sorted(path.name for path in versions) == ["v411", "v412"]
