"""Servers whose answers are well-formed and wrong."""

import os
from functools import partial
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.kaggle import OBJECTS, Kaggle
from tests.support.web import Answer, Seen, Web

LARGE = "price_full_file_large.csv"
MEGABYTE = 1 << 20
BODY = os.urandom(3 * MEGABYTE)
PLAIN = {"Content-Type": "application/octet-stream"}


@pytest.mark.parametrize(
    "range_told", [f"bytes 0-{2 * MEGABYTE - 1}/{3 * MEGABYTE}", f"bytes */{3 * MEGABYTE}", None]
)
def test_a_body_continued_elsewhere_than_asked_for_is_not_taken_for_the_rest(
    kaggle: Kaggle, fetcher: Fetcher, range_told: str | None
) -> None:
    kaggle.publish(1, {LARGE: BODY})
    headers = PLAIN | ({"Content-Range": range_told} if range_told else {})
    wrong = Answer(206, BODY[: 2 * MEGABYTE], headers)
    path = f"{OBJECTS}/1/{LARGE}"
    kaggle.web.trouble(path, Answer(), Answer(after_bytes=MEGABYTE), Answer(), wrong)
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == {LARGE: BODY}


@pytest.fixture
def served(web: Web, tmp_path: Path) -> Fetcher:
    """Fetches from a web server with an index of links."""
    files = snapshot_files()
    web.files |= {f"/day/{name}": content for name, content in files.items()}
    links = "".join(f'<a href="{name}">{name}</a>' for name in files)
    index = Answer(200, f"<html>{links}</html>".encode(), {"Content-Type": "text/html"})
    web.routes["/day/"] = lambda seen: index
    return Fetcher(f"{web.url}/day/", tmp_path / "volume")


def send(answer: Answer, seen: Seen) -> Answer:
    return answer


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "aws-chunked, gzip"])
def test_a_file_that_comes_packed_is_refused_with_what_to_do(
    web: Web, served: Fetcher, encoding: str
) -> None:
    packed = Answer(200, b"\x1f\x8b", PLAIN | {"Content-Encoding": encoding})
    for name in snapshot_files():
        web.files.pop(f"/day/{name}")
        web.routes[f"/day/{name}"] = lambda seen: packed
    web.routes["/day/"] = web.routes.pop("/day/")  # the index comes last: paths are looked for so
    outcome = served.run()
    assert outcome.exit_code == 78
    assert "came packed as gzip" in outcome.summary["message"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Repr-Digest": "sha-256=:abc:"},
        {"Repr-Digest": "sha-256=:YWJj:"},
        {"x-goog-hash": "md5=a"},
        {"x-goog-hash": "md5=YWJj"},
        {"Last-Modified": "Fri, 31 Dec 9999 23:59:59 GMT"},
        {"Last-Modified": "yesterday"},
        {"Content-Encoding": "Identity"},
        {"Content-Encoding": ""},
        {"Content-Encoding": "aws-chunked"},
        {"Content-Encoding": "AWS-Chunked,"},
    ],
)
def test_headers_that_tell_nothing_of_the_bytes_change_nothing(
    web: Web, served: Fetcher, headers: dict[str, str]
) -> None:
    files = snapshot_files()
    for name in files:
        answer = Answer(200, web.files.pop(f"/day/{name}"), PLAIN | headers)
        web.routes[f"/day/{name}"] = partial(send, answer)
    index = web.routes.pop("/day/")
    web.routes["/day/"] = lambda seen: index(seen)._replace(
        headers={"Content-Type": "text/html"} | headers
    )
    outcome = served.run()
    assert (outcome.exit_code, served.files()) == (0, files)


@pytest.mark.parametrize("path", ["/day/", "/day/price_full_file_alpha.csv"])
@pytest.mark.parametrize(
    ("location", "told"),
    [
        ("", "led from URL to URL without an end"),
        ("ftp://localhost/day", "led to a URL that is none of the web"),
        ("http://[::1", "led to a URL that is none of the web"),
    ],
)
def test_a_redirect_that_leads_nowhere_is_no_passing_trouble(
    web: Web, served: Fetcher, path: str, location: str, told: str
) -> None:
    web.files.pop(path, None)
    away = Answer(302, b"", {"Location": location or path})
    web.routes.pop(path, None)
    web.routes = {path: lambda seen: away} | web.routes  # paths are looked for in this order
    outcome = served.run()
    assert outcome.exit_code == 65
    assert told in outcome.summary["message"]


def test_a_wait_until_a_date_is_told_in_seconds(web: Web, served: Fetcher) -> None:
    busy = Answer(429, b"", {"Retry-After": "Fri, 31 Dec 2199 23:59:59 GMT"})
    web.trouble("/day/", *[busy] * 9)
    outcome = served.run()
    assert outcome.exit_code == 75
    assert outcome.summary["retryAfterSeconds"] > 10**9


@pytest.mark.parametrize(
    "asked", ["9" * 400, "9" * 5000, "Fri, 31 Dec 99999999999 23:59:59 GMT"], ids=len
)
def test_a_wait_beyond_all_times_is_passing_trouble(web: Web, served: Fetcher, asked: str) -> None:
    web.trouble("/day/", *[Answer(429, b"", {"Retry-After": asked})] * 9)
    outcome = served.run()
    assert outcome.exit_code == 75, outcome.stderr
    assert outcome.summary["reason"] == "RateLimited"
    web.troubles.clear()
    assert served.run().exit_code == 0
