"""The client of Kaggle limits each of its requests, not the connections that it keeps."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import pytest
import requests

from superzol_etl.environment import SourceSettings
from superzol_etl.sources.kaggle_client import open_client
from tests.support.kaggle import DATASET, SERVICE, Kaggle
from tests.support.web import Answer, Seen

LIST = f"{SERVICE}/ListDatasetFiles"
OWNER, SLUG = DATASET.split("/")
CSV = "a.csv"


@contextmanager
def session_of(kaggle: Kaggle, pace_seconds: float) -> Iterator[requests.Session]:
    """The session of a client whose requests may take so long."""
    kaggle.publish(1, {CSV: b"1"})
    api = open_client(kaggle.web.url, SourceSettings(pace_seconds=pace_seconds))
    with api.build_kaggle_client() as client:
        yield client.http_client()._session


def ask(session: requests.Session, url: str) -> list[str]:
    answer = session.post(f"{url}{LIST}", json={"ownerSlug": OWNER, "datasetSlug": SLUG})
    return [file["name"] for file in answer.json()["datasetFiles"]]


def watch(kaggle: Kaggle, before_answer: Any) -> None:
    def answer(seen: Seen) -> Answer:
        before_answer()
        return kaggle.answer(seen)

    kaggle.web.routes["/v1/"] = answer


def count_connections(session: requests.Session, url: str) -> int:
    pools: Any = session.get_adapter(url).poolmanager.pools  # type: ignore[attr-defined]
    return sum(pools[key].num_connections for key in pools.keys())  # noqa: SIM118  # no iterator


def kinds_of_pools(session: requests.Session) -> list[type[Any]]:
    managers: Any = session.get_adapter("http://").proxy_manager  # type: ignore[attr-defined]
    return [kind for one in managers.values() for kind in one.pool_classes_by_scheme.values()]


def test_quick_requests_over_one_connection_may_take_longer_together(kaggle: Kaggle) -> None:
    watch(kaggle, partial(time.sleep, 1))
    with session_of(kaggle, pace_seconds=3) as session:
        started = time.monotonic()
        assert [ask(session, kaggle.web.url) for _ in range(4)] == [[CSV]] * 4
        assert time.monotonic() - started > 3
        assert count_connections(session, kaggle.web.url) == 1


def test_a_drip_over_a_connection_that_was_kept_is_cut(kaggle: Kaggle) -> None:
    with session_of(kaggle, pace_seconds=2) as session:
        ask(session, kaggle.web.url)
        kaggle.web.trouble(LIST, Answer(200, b" " * 10**6, after_bytes=10, drips=True))
        with pytest.raises(requests.exceptions.RequestException):
            ask(session, kaggle.web.url)
        assert ask(session, kaggle.web.url) == [CSV]


def test_each_request_through_a_proxy_is_limited_once(
    kaggle: Kaggle, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = set(threading.enumerate())
    limits: list[int] = []

    def begun() -> int:
        timers = [one for one in threading.enumerate() if isinstance(one, threading.Timer)]
        return sum(not one.finished.is_set() for one in timers if one not in others)

    def count_limits() -> None:
        while not begun():  # a limit begins when the request is sent
            time.sleep(0.01)
        time.sleep(0.2)  # and a second one would
        limits.append(begun())

    watch(kaggle, count_limits)
    monkeypatch.setenv("no_proxy", "localhost,127.0.0.1")
    monkeypatch.setenv("http_proxy", kaggle.web.url)
    with session_of(kaggle, pace_seconds=60) as session:
        kinds = []
        for _ in range(3):
            assert ask(session, "http://kaggle.test") == [CSV]
            kinds.append(kinds_of_pools(session))
    assert limits == [1, 1, 1]
    assert kinds[0] == kinds[1] == kinds[2]
