"""What a stage counted can be scraped: kept beside the version, and pushed where one is told to."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from superzol_etl.metrics import metrics_text, push_metrics
from tests.support.loading import run, snapshot
from tests.support.web import DRIPPING_HEADERS, running_web

REPORT = {
    "dataset": "d", "stage": "load", "shard": 1, "version": 7, "rows": 10, "heldBack": ["beta"],
    "seconds": 1.5, "chainDetails": [
        {"chain": "alpha", "state": "loaded", "rows": 10, "rejected": 1, "changed": 4, "seconds": 1}
    ],
}  # fmt: skip


def samples(text: str) -> dict[tuple[str, str], float]:
    return {
        (sample.name, sample.labels.get("chain", "")): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_the_text_holds_each_count_of_the_stage_and_of_its_chains() -> None:
    told = samples(metrics_text(REPORT))
    assert told["superzol_etl_rows", ""] == 10
    assert told["superzol_etl_chains_held_back", ""] == 1
    assert told["superzol_etl_exit_code", ""] == 0
    assert told["superzol_etl_chain_rejected_rows", "alpha"] == 1
    assert told["superzol_etl_ended_timestamp_seconds", ""] > 1.7e9


class Gateway(HTTPServer):
    """Keeps what is pushed to it, by path."""

    def __init__(self) -> None:
        super().__init__(("localhost", 0), Pushed)
        self.pushed: dict[str, str] = {}


class Pushed(BaseHTTPRequestHandler):
    server: Gateway

    def do_PUT(self) -> None:  # named by the library
        length = int(self.headers["Content-Length"])
        self.server.pushed[self.path] = self.rfile.read(length).decode()
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Keeps the output of the tests quiet."""


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with Gateway() as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def test_a_refresh_of_a_volume_keeps_its_metrics_and_pushes_them(
    database: str, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_PUSHGATEWAY_URL", f"http://localhost:{gateway.server_port}")
    source, volume = f"dir:{snapshot(tmp_path, 1)}", tmp_path / "volume"
    options = ["--source", source, "--volume", str(volume), "--version", "5", "--workers", "1"]
    outcome = run("refresh", *options, "--database", database)
    assert outcome.exit_code == 0
    (path,) = volume.glob("processed/*/v5/load_summary.json")
    kept = json.loads(path.read_text())
    assert (kept["result"], len(kept["chainDetails"])) == ("Loaded", 3)
    assert samples(kept["metrics"])["superzol_etl_chain_rows", "alpha"] == 3 * 399
    (text,) = (body for where, body in gateway.pushed.items() if "stage/refresh" in where)
    assert samples(text)["superzol_etl_rows", ""] == outcome.summary["rows"]


def test_publish_keeps_what_the_shards_of_its_version_counted_by_chain(
    database: str, tmp_path: Path
) -> None:
    volume = tmp_path / "volume"
    of_run = ["--volume", str(volume), "--run-id", "one"]
    source = f"dir:{snapshot(tmp_path, 1)}"
    assert run("fetch", "--source", source, "--version", "5", *of_run).exit_code == 0
    stage = ["--version", "5", "--database", database, *of_run]
    shards = [run("load", "--shard", f"{shard}/2", *stage) for shard in range(2)]
    published = run("publish", *stage)
    assert [ended.exit_code for ended in (*shards, published)] == [0, 0, 0]
    assert "chainDetails" not in published.summary
    (path,) = volume.glob("processed/*/v5/load_summary.json")
    kept = json.loads(path.read_text())
    assert [detail["chain"] for detail in kept["chainDetails"]] == ["alpha", "beta", "gamma"]
    told = samples(kept["metrics"])
    rows = [told["superzol_etl_chain_rows", chain] for chain in ("alpha", "beta", "gamma")]
    assert (
        sum(rows) == sum(ended.summary["rows"] for ended in shards) == told["superzol_etl_rows", ""]
    )
    assert told["superzol_etl_chain_seconds", "beta"] > 0


def test_a_stage_that_failed_stands_in_the_group_of_its_success_and_a_dry_run_in_none(
    database: str, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_PUSHGATEWAY_URL", f"http://localhost:{gateway.server_port}")
    source = ["--source", str(snapshot(tmp_path, 1))]
    load = ["--database", database, "--version", "1", "--shard", "1/3", "--workers", "1"]
    publish = ["--database", database, "--version", "1"]
    assert run("load", *load, *source).exit_code == 0
    assert run("publish", *publish).exit_code == 0
    groups = dict(gateway.pushed)
    assert run("load", *load, *source, "--dry-run").exit_code == 0
    assert run("load", *load, "--source", str(tmp_path / "none"), "--dry-run").exit_code == 66
    assert gateway.pushed == groups
    assert run("load", *load, "--source", str(tmp_path / "none")).exit_code == 66
    assert run("publish", *publish[:2], "--version", "2").exit_code == 66
    assert gateway.pushed.keys() == groups.keys()
    codes = [samples(text)["superzol_etl_exit_code", ""] for text in gateway.pushed.values()]
    assert codes == [66, 66]


def test_a_decision_that_failed_stands_in_the_group_of_its_success(
    database: str, tmp_path: Path, gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    load = ["--source", str(snapshot(tmp_path, 1, ("alpha",))), "--version", "1"]
    assert run("refresh", *load, "--database", database).exit_code == 0
    monkeypatch.setenv("SUPERZOL_PUSHGATEWAY_URL", f"http://localhost:{gateway.server_port}")
    decide = ["--database", database, "--by", "dana"]
    assert run("accept", "alpha@1", *decide).exit_code == 0
    assert run("takeover", "--chain", "alpha", *decide).exit_code == 0
    groups = dict(gateway.pushed)
    assert len(groups) == 2
    assert run("accept", "alpha@9", *decide).exit_code == 66
    assert run("takeover", "--chain", "nobody", *decide).exit_code == 66
    assert gateway.pushed.keys() == groups.keys()
    codes = [samples(text)["superzol_etl_exit_code", ""] for text in gateway.pushed.values()]
    assert codes == [66, 66]


def test_a_gateway_that_is_away_fails_nothing(
    database: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUPERZOL_PUSHGATEWAY_URL", "http://localhost:1")
    folder = snapshot(tmp_path, 1, ("alpha",))
    outcome = run("refresh", "--source", str(folder), "--database", database, "--run-id", "one")
    assert outcome.exit_code == 0
    line = json.loads(outcome.stderr.splitlines()[-1])
    assert line["event"] == "metrics not pushed"
    assert (line["run_id"], line["stage"]) == ("one", "refresh")


def test_a_gateway_that_drips_is_not_waited_for(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("superzol_etl.metrics.TIMEOUT_SECONDS", 0.5)
    with running_web() as web:
        web.trouble("/metrics", DRIPPING_HEADERS)
        monkeypatch.setenv("SUPERZOL_PUSHGATEWAY_URL", web.url)
        pushing = threading.Thread(target=push_metrics, args=(REPORT,), daemon=True)
        pushing.start()
        pushing.join(60)
        assert not pushing.is_alive()
        assert web.asked("/metrics")
    assert [vars(record)["error"] for record in caplog.records] == ["no end in 0.5 s"]


@pytest.mark.parametrize("url", ["http://user:secret@localhost", "ftps://user:secret@h", "h:x"])
def test_a_wrong_url_of_a_gateway_fails_nothing_and_is_not_shown(
    url: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("SUPERZOL_PUSHGATEWAY_URL", url)
    push_metrics(REPORT)
    assert "metrics not pushed" in caplog.text
    assert "secret" not in str([record.__dict__ for record in caplog.records])


def test_each_file_and_chain_is_a_line_of_the_log(database: str, tmp_path: Path) -> None:
    folder = snapshot(tmp_path, 1)
    options = ["--database", database, "--workers", "2", "--run-id", "one"]
    outcome = run("refresh", "--source", str(folder), *options)
    lines = [json.loads(line) for line in outcome.stderr.splitlines()]
    files = [line for line in lines if line["event"] == "file finished"]
    assert sorted(line["file"] for line in files) == [
        f"price_full_file_{chain}.csv" for chain in ("alpha", "beta", "gamma")
    ]
    for line in files:
        assert (line["run_id"], line["stage"]) == ("one", "refresh")
        assert line["rows"] == line["loaded"] > 0
        assert line["seconds"] > 0
    assert sum(line["event"] == "chain finished" for line in lines) == 3
