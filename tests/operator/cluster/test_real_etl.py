"""The operator and the real ETL together: Kaggle, volume and database from one end to the other."""

import base64
from collections.abc import Iterator
from functools import partial
from operator import ne
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

STEP_SECONDS = 120.0
# The source is never at fault here: it is waited for as in production.
SOURCE = {key: IMPATIENT[key] for key in ("SUPERZOL_SOURCE_RESERVE_BYTES", "SUPERZOL_SOURCE_RATE")}
ROWS = 600  # of the smallest chain; the gates judge from 1,000 rows on
CUT = "price_full_file_gamma.csv"
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
    scene.witness.ledger = partial(read_ledger, database)
    secrets = {
        "kaggle-credentials": {
            "KAGGLE_API_TOKEN": TOKEN,
            "SUPERZOL_SOURCE_KAGGLE_URL": kaggle.web.url,
            **SOURCE,
        },
        "postgres-loader": {DATABASE_KEY: database},
    }
    for name, values in secrets.items():
        data = {key: base64.b64encode(value.encode()).decode() for key, value in values.items()}
        await scene.namespace.create("secrets", {"metadata": {"name": name}, "data": data})
    return etl


async def read_ledger(database: str) -> list[str]:
    """The run id of each row. The database of a test must outlive its scene."""
    connection = await asyncpg.connect(database)
    try:
        return [row["run_id"] for row in await connection.fetch(RUNS)]
    finally:
        await connection.close()


async def ended_after(scene: Scene, run_id: str, result: str) -> Manifest:
    """Waits until another run than this one ended so, however long its steps take together."""

    def has_ended(status: Manifest) -> bool:
        last: Manifest = status.get("lastRun", {})
        is_other = last.get("id") not in (None, run_id)
        assert not is_other or last["result"] == result, last
        return "currentRun" not in status and is_other and last.get("result") == result

    seen: Manifest = {}
    while not has_ended(seen):
        seen = await scene.until_status(partial(ne, seen), timeout_seconds=STEP_SECONDS)
    return seen


def work_of(etl: RealEtl) -> list[tuple[str, int]]:
    """Stages and shards that pods had; a pod that was started once more did no other work."""
    return sorted({(pod.stage, pod.shard) for pod in etl.played})


async def test_a_dataset_is_served_from_apply_to_ready_a_day_later_and_then_left_alone(
    database: str, connection: asyncpg.Connection, scene: Scene, kaggle: Kaggle, tmp_path: Path
) -> None:
    etl = await begin(scene, kaggle, database, tmp_path)
    kaggle.publish(411, snapshot_files(1))

    await scene.apply(load={"shards": 3, "parallelism": 2})
    first = await ended_after(scene, "", "Succeeded")
    assert first["artifact"]["version"] == 411
    assert first["artifact"]["chains"]["current"] == 3
    assert scene.condition(first, "Ready")["status"] == "True"
    assert work_of(etl) == [("fetch", 0), ("load", 0), ("load", 1), ("load", 2), ("publish", 0)]
    offers = await connection.fetchval(OFFERS)
    assert offers > 0
    assert await connection.fetchval(OWNER) == f"{scene.namespace.name}/prices"

    kaggle.publish(412, snapshot_files(2))
    await scene.annotate(requestedAt="the-next-day")
    second = await ended_after(scene, first["lastRun"]["id"], "Succeeded")
    assert second["artifact"]["version"] == 412
    listed = [each["revision"].partition("@")[0] for each in second["snapshots"]]
    assert listed == ["v412", "v411"]
    assert await connection.fetchval(OFFERS) == offers

    kaggle.web.seen.clear()
    etl.played.clear()
    await scene.annotate(requestedAt="once-more")
    third = await ended_after(scene, second["lastRun"]["id"], "Unchanged")
    assert third["artifact"] == second["artifact"]
    assert scene.condition(third, "Ready")["status"] == "True"
    assert work_of(etl) == [("fetch", 0)]
    assert kaggle.web.asked(OBJECTS) == []

    runs = [tuple(row) for row in await connection.fetch(RUNS)]
    assert [(version, result) for _, version, result in runs] == [
        (411, "Published"), (412, "Published"),
    ]  # fmt: skip
    versions = etl.claim(SPEC["storage"]["claimName"]).glob("prices/raw/*/v*")
    assert sorted(path.name for path in versions) == ["v411", "v412"]


async def test_a_chain_that_lost_its_rows_waits_for_a_person_and_a_deletion_cleans_up(
    database: str, connection: asyncpg.Connection, scene: Scene, kaggle: Kaggle, tmp_path: Path
) -> None:
    etl = await begin(scene, kaggle, database, tmp_path)
    kaggle.publish(411, snapshot_files(1, ROWS))
    made = await scene.apply(
        load={"shards": 1, "parallelism": 1},
        validate={"maxHeldBackPercent": 50},
        deletionPolicy="Delete",
    )
    first = await ended_after(scene, "", "Succeeded")

    kaggle.publish(412, snapshot_files(2, ROWS) | {CUT: snapshot_files(2, ROWS // 10)[CUT]})
    await scene.annotate(requestedAt="the-next-day")
    second = await ended_after(scene, first["lastRun"]["id"], "Partial")
    chains = {"total": 3, "current": 2, "heldBack": ["gamma"], "missing": 0}
    assert second["artifact"]["chains"] == chains
    assert scene.condition(second, "Ready")["reason"] == "PartiallyLoaded"

    await scene.annotate(accept="gamma@412")
    third = await ended_after(scene, second["lastRun"]["id"], "Succeeded")
    assert third["artifact"]["chains"]["current"] == 3
    decided = await connection.fetch("SELECT action, version, decided_by FROM etl_decision")
    assert [tuple(row) for row in decided] == [("accept", 412, f"{scene.namespace.name}/prices")]

    await scene.namespace.delete("datasetrefreshes", "prices")
    await scene.until_gone(made)
    assert etl.played[-1].stage == "cleanup"
    assert list(etl.claim("kaggle-data").rglob("*.csv")) == []
    assert await connection.fetchval(OFFERS) > 0


async def test_a_version_of_the_past_is_loaded_below_the_first_one(
    database: str, connection: asyncpg.Connection, scene: Scene, kaggle: Kaggle, tmp_path: Path
) -> None:
    etl = await begin(scene, kaggle, database, tmp_path)
    for day, version in enumerate((410, 411), start=1):
        kaggle.publish(version, snapshot_files(day))
    source = SPEC["source"]["kaggle"] | {"versions": {"from": 410, "to": 410}}
    await scene.apply(source={"kaggle": source}, load={"shards": 1, "parallelism": 1})

    # The run of the resource itself may be followed by the other before anybody looks.
    status = await ended_after(scene, "g-1", "Succeeded")

    assert status["lastRun"]["trigger"] == "Backfill"
    assert status["artifact"]["version"] == 411
    assert work_of(etl) == [("backfill", 0), ("fetch", 0), ("load", 0), ("publish", 0)]
    loaded = await connection.fetch("SELECT DISTINCT version FROM chain_version ORDER BY 1")
    assert [row[0] for row in loaded] == [410, 411]
