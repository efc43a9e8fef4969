"""A change of the files behind a web server is seen, by whatever it tells of them."""

from functools import partial
from hashlib import sha256
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.web import Answer, Route, Seen, Web, tag

PLAIN = {"Content-Type": "application/octet-stream"}
WRITTEN = {"Last-Modified": "Tue, 02 Jun 2026 00:35:11 GMT"}
NAME = next(iter(snapshot_files()))


def send(answer: Answer, seen: Seen) -> Answer:
    return answer


def refuse_head(refusal: Answer, by_get: Route, seen: Seen) -> Answer:
    return refusal if seen.method == "HEAD" else by_get(seen)


def publish(web: Web, content: bytes, headers: dict[str, str]) -> None:
    web.routes[f"/day/{NAME}"] = partial(send, Answer(200, content, PLAIN | headers))
    links = Answer(200, f'<html><a href="{NAME}">1</a>'.encode(), {"Content-Type": "text/html"})
    web.routes["/day/"] = partial(send, links)


@pytest.fixture
def fetcher(web: Web, tmp_path: Path) -> Fetcher:
    return Fetcher(f"{web.url}/day/", tmp_path / "volume")


@pytest.mark.parametrize("is_weak", [False, True])
def test_a_file_of_the_same_size_that_only_has_another_tag_is_the_next_version(
    web: Web, fetcher: Fetcher, is_weak: bool
) -> None:
    """Tags of servers that continue no download: they name the content all the same."""
    content = snapshot_files()[NAME]
    for version, body in enumerate((content, content.replace(b"1", b"2")), start=1):
        told = (
            {"ETag": f"W/{tag(body)}"} if is_weak else {"ETag": tag(body), "Accept-Ranges": "none"}
        )
        publish(web, body, told)
        assert fetcher.run().summary["version"] == version
        assert fetcher.run().summary["result"] == "Unchanged"
        assert fetcher.files() == {NAME: body}


@pytest.mark.parametrize("status", [200, 405, 501])
def test_a_server_that_knows_no_head_is_asked_by_get(
    web: Web, fetcher: Fetcher, status: int
) -> None:
    """As frameworks are that route GET alone, or say of HEAD that it has 0 bytes."""
    content = snapshot_files()[NAME]
    for version, body in enumerate((content, content.replace(b"1", b"2")), start=1):
        publish(web, body, {"ETag": tag(body)})
        by_get = web.routes[f"/day/{NAME}"]
        web.routes[f"/day/{NAME}"] = partial(refuse_head, Answer(status), by_get)
        assert fetcher.run().summary["version"] == version
        assert fetcher.run().summary["result"] == "Unchanged"
        assert fetcher.files() == {NAME: body}


def test_files_of_which_a_server_tells_nothing_are_refused_with_what_to_do(
    web: Web, fetcher: Fetcher
) -> None:
    """A change of them would go unseen for ever."""
    publish(web, snapshot_files()[NAME], {"Content-Length": "", "Connection": "close"})
    outcome = fetcher.run()
    assert outcome.exit_code == 78
    assert "a change would go unseen" in outcome.stderr


def test_sums_of_names_that_begin_with_their_folder_are_compared(
    web: Web, fetcher: Fetcher
) -> None:
    """As `sha256sum ./*` writes them."""
    publish(web, snapshot_files()[NAME], WRITTEN)
    links = f'<html><a href="{NAME}">1</a><a href="SHA256SUMS">2</a>'.encode()
    web.routes["/day/"] = partial(send, Answer(200, links, {"Content-Type": "text/html"}))
    web.files["/day/SHA256SUMS"] = f"{'0' * 64}  ./{NAME}\n".encode()
    assert fetcher.run().exit_code == 65


@pytest.mark.parametrize("sums", [False, True])
def test_a_body_whose_cut_nothing_would_tell_is_refused_with_what_to_do(
    web: Web, fetcher: Fetcher, sums: bool
) -> None:
    content = snapshot_files()[NAME]
    publish(web, content, {"Content-Length": "", "Connection": "close", "ETag": tag(content)})
    if sums:
        web.files["/day/SHA256SUMS"] = f"{sha256(content).hexdigest()}  {NAME}".encode()
        links = f'<a href="{NAME}">1</a> <a href="SHA256SUMS">2</a>'.encode()
        web.routes["/day/"] = partial(send, Answer(200, links, {"Content-Type": "text/html"}))
    outcome = fetcher.run()
    assert outcome.exit_code == (0 if sums else 78), outcome.stderr
    assert sums or f"{NAME}: the server tells neither its size" in outcome.summary["message"]
    assert fetcher.versions() == ([1] if sums else [])
