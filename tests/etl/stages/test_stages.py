"""Load in shards and publish leave what refresh leaves."""

import json
from collections.abc import Awaitable, Callable
from pathlib import Path

import asyncpg
import pytest

from tests.etl.conftest import State
from tests.support.loading import EMPTY_ALL, finish, run, snapshot, start
from tests.support.snapshots import refresh

ReadState = Callable[[], Awaitable[State]]


async def test_shards_side_by_side_and_publish_leave_what_refresh_leaves(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    for day in (1, 2):
        assert refresh(database, snapshot(tmp_path, day)).exit_code == 0
    expected = await final_state()
    await connection.execute(EMPTY_ALL)
    for day in (1, 2):
        common = ["--database", database, "--version", str(day), "--run-id", f"run-{day}"]
        load = [*common, "--source", str(tmp_path / f"day{day}"), "--workers", "1"]
        shards = [start("load", *load, "--shard", f"{shard}/3") for shard in range(3)]
        outcomes = [finish(process) for process in shards]
        assert [(each.exit_code, each.summary["result"]) for each in outcomes] == [
            (0, "Loaded"),
            (0, "Loaded"),
            (0, "Loaded"),
        ]
        assert [each.summary["chainsLoaded"] for each in outcomes] == [1, 1, 1]
        published = run("publish", *common)
        assert (published.exit_code, published.summary["result"]) == (0, "Published")
        assert published.summary["chainsLoaded"] == published.summary["chains"] == 3
    assert await final_state() == expected
    states = await connection.fetch(
        "SELECT run_id, stage, state, result, counts ->> 'rows' AS rows FROM etl_run ORDER BY 1"
    )
    rows = str(3 * (399 + 299 + 199))
    assert [tuple(state) for state in states] == [
        (f"run-{day}", "publish", "succeeded", "Published", rows) for day in (1, 2)
    ]


async def test_a_version_with_a_shard_missing_is_published_but_stays_open(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    common = ["--database", database, "--version", "1", "--run-id", "one"]
    load = [*common, "--source", str(snapshot(tmp_path, 1)), "--workers", "1"]
    run("load", *load, "--shard", "0/3")
    partial = run("publish", *common)
    assert (partial.exit_code, partial.summary["result"]) == (0, "Partial")
    assert partial.summary["chainsMissing"] == 2
    closed = "SELECT closed_at IS NOT NULL FROM dataset_version"
    assert not await connection.fetchval(closed)
    for shard in ("1/3", "2/3"):
        run("load", *load, "--shard", shard)
    whole = run("publish", *common)
    assert (whole.summary["result"], whole.summary["chainsMissing"]) == ("Published", 0)
    assert await connection.fetchval(closed)
    assert run("publish", *common).summary == whole.summary
    again = run("publish", *common[:-1], "two")
    assert (again.exit_code, again.summary["result"]) == (0, "Unchanged")


async def test_a_chain_held_back_with_earlier_files_is_missing_until_its_new_ones_are_read(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_gamma.csv"
    whole = path.read_bytes()
    path.write_bytes(whole[:-9])
    common = ["--database", database, "--version", "1"]
    assert refresh(database, folder, "--version", "1").summary["heldBack"] == ["gamma"]
    path.write_bytes(whole)
    load = [*common, "--source", str(folder), "--workers", "1", "--run-id", "two"]
    assert run("load", *load, "--shard", "0/3").exit_code == 0
    told = run("publish", *common, "--run-id", "two").summary
    assert (told["result"], told["chainsMissing"], told["heldBack"]) == ("Partial", 1, [])
    assert not await connection.fetchval("SELECT closed_at IS NOT NULL FROM dataset_version")
    assert run("load", *load, "--shard", "2/3").summary["chainsLoaded"] == 1
    assert run("publish", *common, "--run-id", "3").summary["result"] == "Published"


async def test_a_shard_that_is_done_reports_its_first_result_while_another_run_is_alive(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    load = ["--database", database, "--source", str(snapshot(tmp_path, 1)), "--workers", "1"]
    first = run("load", *load, "--shard", "1/3", "--run-id", "one")
    run("load", *load, "--shard", "0/3", "--run-id", "two")
    assert run("load", *load, "--shard", "1/3", "--run-id", "one").summary == first.summary
    split = run("load", *load, "--shard", "1/2", "--run-id", "one")
    assert split.exit_code == 64
    assert "in 3 shards" in split.stderr


def test_an_indexed_job_names_the_shard_and_an_option_overrides_it(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = ["--database", database, "--source", str(snapshot(tmp_path, 1)), "--workers", "1"]
    monkeypatch.setenv("JOB_COMPLETION_INDEX", "2")
    alone = run("load", *load)
    assert alone.exit_code == 64
    assert "JOB_COMPLETION_COUNT" in alone.stderr
    monkeypatch.setenv("JOB_COMPLETION_COUNT", "3")
    shard = run("load", *load).summary
    assert (shard["shard"], shard["shards"], shard["chainsLoaded"]) == (2, 3, 1)
    other = run("load", *load, "--shard", "0/3").summary
    assert (other["shard"], other["shards"]) == (0, 3)


@pytest.mark.parametrize("shard", ["3/3", "1", "a/b", "0/0", "0/257", "-1/3"])
def test_a_shard_that_is_none_is_wrong_usage(database: str, tmp_path: Path, shard: str) -> None:
    load = ["--database", database, "--source", str(tmp_path), f"--shard={shard}"]
    assert run("load", *load).exit_code == 64


def test_wrong_usage_ends_with_a_message_too(tmp_path: Path) -> None:
    place = tmp_path / "message"
    outcome = run(
        *("publish", "--termination-message-path", str(place), "--run-id", "nightly", "--version=x")
    )

    assert outcome.exit_code == 64
    assert json.loads(place.read_text()) == outcome.summary
    told = {key: outcome.summary[key] for key in ("stage", "result", "reason", "runId")}
    assert told == {
        "stage": "publish", "result": "Failed", "reason": "InvalidUsage", "runId": "nightly",
    }  # fmt: skip
    assert "'--version'" in outcome.summary["message"]


def test_a_version_that_no_load_met_cannot_be_published(database: str) -> None:
    outcome = run("publish", "--database", database, "--version", "7")
    assert outcome.exit_code == 66
    assert "version 7 of israeli-supermarkets is not known" in outcome.stderr


def test_a_run_publishes_the_version_that_it_loaded_and_no_other(
    database: str, tmp_path: Path
) -> None:
    assert refresh(database, snapshot(tmp_path, 1), "--version", "1").exit_code == 0
    volume, of_run = str(tmp_path / "volume"), ["--database", database, "--run-id", "nightly"]
    fetched = run("fetch", "--source", f"dir:{snapshot(tmp_path, 2)}", "--volume", volume)
    loaded = run("load", *of_run, "--volume", volume, "--workers", "1")
    assert (fetched.summary["version"], loaded.summary["version"]) == (1, 2)
    refused = run("publish", *of_run, "--version", "1")
    assert refused.exit_code == 64
    assert "run nightly loaded version 2, not 1: give --version 2" in refused.stderr
    assert run("publish", *of_run, "--version", "2").summary["result"] == "Published"
    repeated = run("publish", *of_run, "--version", "1")
    assert repeated.exit_code == 64
    assert "run nightly published version 2, not 1" in repeated.stderr


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with three chains fetched as version 5."""
    fetched = run(
        "fetch", "--source", f"dir:{snapshot(tmp_path, 1)}", "--volume", str(tmp_path / "volume"),
        "--version", "5",
    )  # fmt: skip
    assert fetched.exit_code == 0
    return tmp_path / "volume"


def test_a_volume_gives_the_version_that_was_fetched_whole(database: str, volume: Path) -> None:
    load = ["--database", database, "--volume", str(volume), "--workers", "1"]
    loaded = run("load", *load).summary
    assert (loaded["version"], loaded["chainsLoaded"]) == (5, 3)
    missing = run("load", *load, "--version", "6")
    assert missing.exit_code == 66
    assert "holds no whole version 6" in missing.stderr


def test_a_file_that_is_not_what_its_manifest_says_holds_its_chain_back(
    database: str, volume: Path
) -> None:
    (path,) = volume.rglob("price_full_file_beta.csv")
    content = path.read_bytes()
    path.write_bytes(content.replace(b".90", b".80", 1))
    load = ["--database", database, "--volume", str(volume), "--workers", "1"]
    outcome = run("load", *load)
    assert (outcome.exit_code, outcome.summary["heldBack"]) == (0, ["beta"])
    assert "is not what its manifest says" in str(outcome.summary["problems"])


def test_a_file_that_does_not_show_up_on_the_volume_is_passing_trouble(
    database: str, volume: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_VOLUME_PATIENCE_SECONDS", "0.1")
    (path,) = volume.rglob("price_full_file_beta.csv")
    path.unlink()
    outcome = run("load", "--database", database, "--volume", str(volume))
    assert outcome.exit_code == 75
    assert "lacks files of its manifest" in outcome.stderr


async def test_a_changed_era_is_told_as_drift(database: str, tmp_path: Path) -> None:
    assert "" not in refresh(database, snapshot(tmp_path, 1)).summary["drift"]
    folder = snapshot(tmp_path, 2)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes().replace(b"''", b""))
    told = refresh(database, folder).summary
    assert (told["era"], told["drift"][""]) == ("A", ["files of era A, and of era B before"])
    assert "" not in refresh(database, folder, "--version", "2").summary["drift"]
