"""Servers that send a byte now and then are not waited for until the end of time."""

import json
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from obstore.store import HTTPStore

from superzol_etl.environment import SourceSettings
from superzol_etl.errors import PassingTrouble
from superzol_etl.sources.bucket import BucketSource
from superzol_etl.sources.pace import Pace
from superzol_etl.sources.source import RemoteFile
from superzol_etl.volume.objects import Objects
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.price_api import KEY, PriceApi
from tests.support.web import DRIPPING_HEADERS, Answer, Seen, Web

NAME = next(iter(snapshot_files()))
HURRIED = {"SUPERZOL_SOURCE_PACE_SECONDS": "0.4", "SUPERZOL_SOURCE_PACE_BYTES": "400"}
DRIP = Answer(200, b" " * 10**6, after_bytes=10, drips=True)


def send(answer: Answer, seen: Seen) -> Answer:
    return answer


@pytest.mark.parametrize("path", ["/day/", f"/day/{NAME}"])
def test_a_web_server_that_drips_is_passing_trouble_and_the_next_run_completes(
    web: Web, tmp_path: Path, path: str
) -> None:
    fetcher = Fetcher(f"{web.url}/day/", tmp_path / "volume", HURRIED)
    files = {NAME: snapshot_files()[NAME]}
    web.files[f"/day/{NAME}"] = files[NAME]
    links = Answer(200, f'<html><a href="{NAME}">1</a>'.encode(), {"Content-Type": "text/html"})
    web.routes["/day/"] = partial(send, links)
    # The file is asked for its size first.
    waiting = [Answer()] if path != "/day/" else []
    web.trouble(path, *waiting, *[DRIP] * 3)
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert "too slowly, fewer than 400 bytes came in 0.4 s" in outcome.stderr
    web.troubles.clear()
    assert fetcher._replace(environment={}).run().exit_code == 0
    assert fetcher.files() == files


def test_an_api_that_drips_is_passing_trouble(web: Web, tmp_path: Path) -> None:
    api = PriceApi(web)
    api.publish("price_full_file", "alpha", {"PriceFull1-001-202606010600.xml": [{"x": "1"}]})
    fetcher = Fetcher(f"api:{web.url}", tmp_path / "volume", {"SUPERZOL_SOURCE_KEY": KEY} | HURRIED)
    web.trouble("/raw/file_content", *[DRIP] * 3)
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert "too slowly" in outcome.stderr
    assert KEY not in outcome.stderr + json.dumps(outcome.summary)


@pytest.mark.parametrize("drip", [DRIP, DRIPPING_HEADERS], ids=["body", "headers"])
@pytest.mark.parametrize(
    ("source", "settings", "path"),
    [
        ("{url}/day/", {}, "/day"),
        ("api:{url}", {"SUPERZOL_SOURCE_KEY": KEY}, "/list_chains"),
        ("s3://bucket/day", {"AWS_ENDPOINT_URL": "{url}", "AWS_SKIP_SIGNATURE": "true"}, "/bucket"),
        ("kaggle:a/b", {"SUPERZOL_SOURCE_KAGGLE_URL": "{url}"}, "/v1/"),
    ],
    ids=["https", "api", "s3", "kaggle"],
)
def test_a_list_that_drips_is_passing_trouble(
    web: Web, tmp_path: Path, source: str, settings: dict[str, str], path: str, drip: Answer
) -> None:
    web.trouble(path, *[drip] * 40)
    told = {name: value.format(url=web.url) for name, value in settings.items()}
    outcome = Fetcher(source.format(url=web.url), tmp_path / "volume", told | HURRIED).run()
    assert outcome.exit_code == 75
    assert 2 <= len(web.seen) < 40


async def test_an_object_that_drips_is_passing_trouble(web: Web, tmp_path: Path) -> None:
    web.routes["/"] = partial(send, DRIP)
    store = HTTPStore.from_url(web.url, client_options={"allow_http": True})
    settings = SourceSettings(attempts=1, pace_seconds=0.4, pace_bytes=400)
    source = BucketSource(web.url, Objects(store, store), settings)
    with pytest.raises(PassingTrouble, match="comes too slowly"):
        await source.download(
            RemoteFile("x.csv", "x.csv"), tmp_path / "x.csv", lambda name, more: None
        )


@given(st.lists(st.tuples(st.integers(0, 300), st.floats(0, 30)), max_size=40))
def test_what_brings_enough_in_each_stretch_is_never_too_slow(
    pieces: list[tuple[int, float]],
) -> None:
    pace, now = Pace(SourceSettings(pace_seconds=10, pace_bytes=100), 0.0), 0.0
    began, came = 0.0, 0
    for count, seconds in pieces:
        now, came = now + seconds, came + count
        is_over = now - began >= 10
        assert pace.is_slow(count, now) == (is_over and came < 100)
        if is_over:
            began, came = now, 0
