"""The source https:, by every index that servers write."""

import hashlib
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.errors import BadData
from superzol_etl.sources.web_index import parse_index
from tests.support.fetching import Fetcher, snapshot_files
from tests.support.web import Answer, Web

NGINX = """<html><head><title>Index of /day/</title></head><body><h1>Index of /day/</h1><hr><pre>
<a href="../">../</a>
<a href="?C=N;O=D">Name</a> <a href="https://elsewhere.example/x.csv">ad</a>
{links}</pre><hr></body></html>"""


@pytest.fixture
def fetcher(web: Web, tmp_path: Path) -> Fetcher:
    return Fetcher(f"{web.url}/day/", tmp_path / "volume")


def serve(web: Web, files: dict[str, bytes], index: bytes, index_path: str = "/day/") -> None:
    web.files |= {f"/day/{name}": content for name, content in files.items()}
    kind = "application/json" if index[:1] in b"[{" else "text/html"
    web.routes[index_path] = lambda seen: Answer(200, index, {"Content-Type": kind})


def page(names: list[str]) -> bytes:
    return NGINX.format(links="\n".join(f'<a href="{name}">{name}</a>' for name in names)).encode()


def listing(files: dict[str, bytes]) -> bytes:
    """As nginx writes it with autoindex_format json."""
    entries = [
        {"name": name, "type": "file", "mtime": "Tue, 02 Jun 2026 00:35:11 GMT", "size": len(body)}
        for name, body in files.items()
    ]
    return json.dumps([{"name": "old", "type": "directory"}, *entries]).encode()


def manifest(files: dict[str, bytes], version: int) -> bytes:
    entries = [
        {"name": name, "bytes": len(body), "sha256": hashlib.sha256(body).hexdigest()}
        for name, body in files.items()
    ]
    return json.dumps({"version": version, "files": entries}).encode()


@pytest.mark.parametrize("form", ["page", "listing"])
def test_an_index_of_links_and_one_of_json_name_the_same_files(
    web: Web, fetcher: Fetcher, form: str
) -> None:
    files = snapshot_files()
    serve(web, files, page(list(files)) if form == "page" else listing(files))
    outcome = fetcher.run()
    assert (outcome.exit_code, outcome.summary["version"]) == (0, 1), outcome.stderr
    assert fetcher.files() == files
    assert fetcher.run().summary["result"] == "Unchanged"


def test_changed_files_are_the_next_version(web: Web, fetcher: Fetcher) -> None:
    for day in (1, 2):
        serve(web, snapshot_files(day), page(list(snapshot_files(day))))
        assert fetcher.run().summary["version"] == day
    assert fetcher.files() == snapshot_files(2)
    assert fetcher.versions() == [1, 2]


def test_a_manifest_tells_the_version_and_the_digests(web: Web, fetcher: Fetcher) -> None:
    files = snapshot_files()
    web.files["/day/download_manifest.json"] = manifest(files, 812)
    serve(web, files, page([*files, "download_manifest.json"]))
    assert fetcher.run().summary["version"] == 812
    assert fetcher.files() == files


def test_a_volume_behind_a_web_server_is_a_source(
    web: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    serve(web, snapshot_files(), page(list(snapshot_files())))
    first = fetcher.run("--version", "7")
    folder = Path(first.summary["folder"])
    web.files = {f"/day/{path.name}": path.read_bytes() for path in folder.iterdir()}
    serve(web, {}, page([path.name for path in folder.iterdir()]))
    copy = fetcher._replace(volume=tmp_path / "copy")
    second = copy.run()
    assert second.summary["version"] == 7
    assert second.summary["revision"] == first.summary["revision"]


@pytest.mark.parametrize("told_by", ["manifest", "SHA256SUMS", "Repr-Digest"])
def test_content_with_another_digest_is_refused_after_a_second_look(
    web: Web, fetcher: Fetcher, told_by: str
) -> None:
    files = snapshot_files()
    name = next(iter(files))
    damaged = files | {name: files[name].replace(b"1", b"2")}
    if told_by == "manifest":
        web.files["/day/download_manifest.json"] = manifest(files, 3)
        serve(web, damaged, page([*files, "download_manifest.json"]))
    elif told_by == "SHA256SUMS":
        sums = [f"{hashlib.sha256(body).hexdigest()}  {file}\n" for file, body in files.items()]
        web.files["/day/SHA256SUMS"] = "".join(sums).encode()
        serve(web, damaged, page([*files, "SHA256SUMS"]))
    else:
        serve(web, files, page(list(files)))
        sent = Answer(200, damaged[name], {"Repr-Digest": "sha-256=:" + "A" * 43 + "=:"})
        web.trouble(f"/day/{name}", Answer(), sent, sent, sent)
    outcome = fetcher.run()
    assert outcome.exit_code == 65
    assert name in outcome.stderr
    assert "twice: the source is damaged, tell its owner" in outcome.stderr
    assert fetcher.versions() == []
    web.troubles.clear()
    web.files |= {f"/day/{file}": body for file, body in files.items()}
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == files


def test_a_damage_on_the_way_is_mended_by_a_second_look(web: Web, fetcher: Fetcher) -> None:
    files = snapshot_files()
    name = next(iter(files))
    web.files["/day/download_manifest.json"] = manifest(files, 3)
    serve(web, files, page([*files, "download_manifest.json"]))
    web.trouble(f"/day/{name}", Answer(200, files[name].replace(b"1", b"2")))
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == files


def test_damages_that_differ_each_time_say_what_to_do(web: Web, fetcher: Fetcher) -> None:
    files = snapshot_files()
    name = next(iter(files))
    web.files["/day/download_manifest.json"] = manifest(files, 3)
    serve(web, files, page([*files, "download_manifest.json"]))
    web.trouble(f"/day/{name}", *[Answer(200, files[name][:-1] + bytes([b])) for b in range(9)])
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert "digest" in outcome.summary["message"]
    assert "run the same command again" in outcome.summary["message"]


def test_files_replaced_while_they_are_read_make_no_version(web: Web, fetcher: Fetcher) -> None:
    files = snapshot_files()
    first, *_, last = files
    serve(web, files, page(list(files)))
    web.trouble(f"/day/{last}", Answer(), Answer(hangs=True, after_bytes=10))
    process = fetcher.start(SUPERZOL_SOURCE_TIMEOUT_SECONDS="5")
    while not (fetcher.came(first) and len(web.asked(f"/day/{last}")) == 2):
        assert process.poll() is None
    replaced = files | {first: snapshot_files(2)[first]}
    serve(web, replaced, page(list(files)))
    _, stderr = process.communicate(timeout=240)
    assert process.returncode == 75
    assert "was replaced while it was read" in stderr
    assert fetcher.versions() == []
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == replaced


def test_a_number_that_is_taken_by_other_files_is_refused(web: Web, fetcher: Fetcher) -> None:
    serve(web, snapshot_files(1), page(list(snapshot_files())))
    fetcher.run("--version", "5")
    serve(web, snapshot_files(2), page(list(snapshot_files())))
    outcome = fetcher.run("--version", "5")
    assert outcome.exit_code == 65
    assert "version 5 is there already with other files" in outcome.stderr


def test_the_key_goes_to_the_host_of_the_source_only(
    web: Web, fetcher: Fetcher, tmp_path: Path
) -> None:
    (tmp_path / "key").write_text("k3y-s3cr3t\n")
    files = snapshot_files()
    other = web.url.replace("127.0.0.1", "localhost")
    entries = [{"name": name, "url": f"{other}/day/{name}"} for name in files]
    serve(web, files, json.dumps({"files": entries}).encode())
    outcome = fetcher.run(SUPERZOL_SOURCE_KEY_FILE=str(tmp_path / "key"))
    assert outcome.exit_code == 0, outcome.stderr
    sent = {seen.path == "/day/": seen.headers.get("authorization") for seen in web.seen}
    assert sent == {True: "Bearer k3y-s3cr3t", False: None}
    assert "s3cr3t" not in outcome.stderr + json.dumps(outcome.summary)


@pytest.mark.parametrize(
    ("source", "exit_code", "told"),
    [
        ("https://user:s3cr3t@host/x/", 64, "SUPERZOL_SOURCE_KEY"),
        ("https://host/x/?key=s3cr3t", 64, "SUPERZOL_SOURCE_KEY"),
        ("https:///x", 64, "no URL"),
        ("ftp://host/x", 64, "is none of kaggle:"),
        ("http://127.0.0.1:1/", 75, "connection attempts failed"),
        ("dir:/nowhere", 66, "is not a folder"),
    ],
)
def test_wrong_sources_are_told_apart(
    fetcher: Fetcher, source: str, exit_code: int, told: str
) -> None:
    outcome = fetcher._replace(source=source).run()
    assert outcome.exit_code == exit_code
    assert told in outcome.stderr
    assert "s3cr3t" not in outcome.stderr + json.dumps(outcome.summary)


@pytest.mark.parametrize(
    ("index", "exit_code"),
    [(b"no index", 65), (b'{"files": 3}', 65), (b"<html>nothing here</html>", 66)],
)
def test_an_index_that_is_none_is_told(
    web: Web, fetcher: Fetcher, index: bytes, exit_code: int
) -> None:
    serve(web, {}, index)
    assert fetcher.run().exit_code == exit_code


@given(st.lists(st.text("abc/.%<>\"' &", min_size=1, max_size=12).map(lambda x: f"{x}.csv")))
def test_no_index_leads_out_of_its_folder(names: list[str]) -> None:
    links = "".join(f'<a href="{name}">x</a>' for name in names)
    for file in parse_index(f"<html>{links}".encode(), "http://host/day/").files:
        assert file.place.startswith("http://host/day/")
        assert ".." not in file.name.split("/")
        assert not file.name.startswith("/")


@given(st.binary())
def test_any_bytes_are_an_index_or_refused(content: bytes) -> None:
    try:
        parse_index(content, "http://host/day/")
    except BadData as refused:
        assert "http://host/day/" in str(refused)
