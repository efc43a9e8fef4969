"""What was given where it does not belong is refused without being shown."""

import json
from pathlib import Path

import pytest

from superzol_etl.hiding import shown
from tests.support.loading import run

SECRET = "s3cr3t"


@pytest.mark.parametrize("command", ["load", "refresh"])
@pytest.mark.parametrize(
    "source",
    [
        f"https://user:{SECRET}@host/x/",
        f"https://user:a/{SECRET}@host/x/",
        f"https://host/x/?key={SECRET}",
        f"s3://user:{SECRET}@bucket/x",
        f"s3://bucket/x?key={SECRET}",
        f"gs://bucket/x#{SECRET}",
        f"ftp://user:{SECRET}@host/x",
        f"postgresql://user:{SECRET}@host/x",
        f"https://user:{SECRET}@[::1/x",
    ],
)
def test_a_source_with_a_password_is_wrong_usage_and_shows_none(
    tmp_path: Path, command: str, source: str
) -> None:
    message = tmp_path / "message"
    common = ["--database", "postgresql://nobody@localhost:1/x"]
    outcome = run(command, "--source", source, *common, "--termination-message-path", str(message))
    assert outcome.exit_code == 64
    told = outcome.stderr + json.dumps(outcome.summary) + message.read_text()
    assert SECRET not in told
    assert "--source" in told


@pytest.mark.parametrize("rest", ["?region=eu", "/?", "#part"])
def test_a_query_of_a_bucket_is_refused_and_not_left_out(tmp_path: Path, rest: str) -> None:
    source = f"s3://bucket/x{rest}"
    outcome = run("fetch", "--source", source, "--volume", str(tmp_path / "volume"))
    assert outcome.exit_code == 64
    assert f"--source {shown(source)} holds a query or a fragment" in outcome.stderr


@pytest.mark.parametrize("volume", [[], ["--volume", "volume"]])
def test_a_source_that_is_no_url_is_wrong_usage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, volume: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    common = ["--database", "postgresql://nobody@localhost:1/x", *volume]
    outcome = run("refresh", "--source", f"https://user:{SECRET}@[::1/x", *common)
    assert (outcome.exit_code, outcome.summary["reason"]) == (64, "InvalidUsage")


@pytest.mark.parametrize(
    "store",
    [
        f"s3://user:{SECRET}@bucket/x",
        f"s3://bucket/x?key={SECRET}",
        f"gs://bucket/x/#{SECRET}",
        f"https://user:{SECRET}@host/x",
        f"ftp://{SECRET}@h",
    ],
)
def test_a_store_with_a_password_is_wrong_usage_and_shows_none(tmp_path: Path, store: str) -> None:
    source = tmp_path / "source"
    source.mkdir()
    fetch = ["--source", f"dir:{source}", "--volume", str(tmp_path / "volume"), "--store", store]
    outcome = run("fetch", *fetch)
    assert outcome.exit_code == 64
    assert SECRET not in outcome.stderr + json.dumps(outcome.summary)
    assert f"--store {shown(store)}" in outcome.stderr


def test_what_is_no_secret_stays() -> None:
    assert shown("https://host/x") == "https://host/x"
    assert shown("https://me:pw@host/x?key=1#2") == "https://…@host/x?…"
