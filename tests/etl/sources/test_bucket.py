"""The source s3:, against a real MinIO."""

import json
import os
import uuid
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.minio import BUCKET, SECRET, Minio
from tests.support.web import SILENCE, Web

LARGE = "price_full_file_large.csv"


@pytest.fixture
def prefix() -> str:
    return uuid.uuid4().hex


@pytest.fixture
def fetcher(minio: Minio, prefix: str, tmp_path: Path) -> Fetcher:
    return Fetcher(f"s3://{BUCKET}/{prefix}", tmp_path / "volume", minio.environment)


def test_the_objects_below_a_prefix_are_a_version(
    minio: Minio, fetcher: Fetcher, prefix: str
) -> None:
    files = snapshot_files() | {LARGE: os.urandom(12 << 20)}  # sent in parts: no MD5
    minio.put(prefix, files | {"index.json": b"{}"})
    outcome = fetcher.run()
    assert (outcome.exit_code, outcome.summary["version"]) == (0, 1), outcome.stderr
    assert fetcher.files() == files
    assert fetcher.run().summary["result"] == "Unchanged"
    minio.put(prefix, snapshot_files(2))
    assert fetcher.run().summary["version"] == 2
    assert fetcher.files() == snapshot_files(2) | {LARGE: files[LARGE]}


def test_a_download_that_was_cut_short_goes_on(minio: Minio, fetcher: Fetcher, prefix: str) -> None:
    """The limit on files stands for the cut: what came before is not read again."""
    files = {LARGE: os.urandom(12 << 20)}
    minio.put(prefix, files)
    assert fetcher.run_limited(file_bytes=4 << 20).exit_code == 75
    (partial,) = fetcher.volume.rglob(LARGE)
    came = partial.stat().st_size
    assert came >= 1 << 20
    again = fetcher.run()
    assert again.exit_code == 0
    assert again.summary["cameBytes"] == len(files[LARGE]) - came
    assert fetcher.files() == files


def test_an_object_replaced_since_the_listing_is_fetched_whole(
    minio: Minio, fetcher: Fetcher, prefix: str
) -> None:
    minio.put(prefix, {LARGE: os.urandom(12 << 20)})
    assert fetcher.run_limited(file_bytes=4 << 20).exit_code == 75
    other = {LARGE: os.urandom(12 << 20)}
    minio.put(prefix, other)
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == other


def test_what_is_longer_than_the_object_is_fetched_anew(
    minio: Minio, fetcher: Fetcher, prefix: str
) -> None:
    """As a server leaves it that sends too much."""
    files = {LARGE: os.urandom(12 << 20)}
    minio.put(prefix, files)
    assert fetcher.run_limited(file_bytes=4 << 20).exit_code == 75
    (partial,) = fetcher.volume.rglob(LARGE)
    partial.write_bytes(files[LARGE] + b"too much")
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == files


def test_content_with_another_digest_than_its_manifest_says_is_refused(
    minio: Minio, fetcher: Fetcher, prefix: str
) -> None:
    name, content = next(iter(snapshot_files().items()))
    entry = {"name": name, "bytes": len(content), "blake3": "0" * 64}
    manifest = {"version": 3, "files": [entry]}
    minio.put(prefix, {name: content, "download_manifest.json": json.dumps(manifest).encode()})
    outcome = fetcher.run()
    assert outcome.exit_code == 65
    assert "the source is damaged" in outcome.stderr


def test_tags_of_objects_under_a_key_of_kms_are_no_digests(
    minio: Minio, fetcher: Fetcher, prefix: str
) -> None:
    """The first one shows it, by the same content twice; the others come once."""
    files = snapshot_files()
    minio.put(prefix, files, sealed=True)
    outcome = fetcher.run(SUPERZOL_SOURCE_CONNECTIONS="1")
    assert outcome.exit_code == 0, outcome.stderr
    assert fetcher.files() == files
    twice = outcome.summary["cameBytes"] - sum(map(len, files.values()))
    assert twice in map(len, files.values())
    assert fetcher.run().summary["result"] == "Unchanged"


@pytest.mark.parametrize(
    ("source", "more", "exit_code"),
    [
        (f"s3://{BUCKET}/nothing-here", {}, 66),
        ("s3://no-such-bucket/x", {}, 66),
        (f"s3://{BUCKET}/x", {"AWS_SECRET_ACCESS_KEY": "wrong-s3cr3t"}, 77),
        (f"s3://{BUCKET}/x", {"AWS_ACCESS_KEY_ID": "nobody"}, 77),
        (f"s3://{BUCKET}/x", {"AWS_ENDPOINT_URL": "http://127.0.0.1:1"}, 75),
        (f"s3://user:s3cr3t@{BUCKET}/x", {}, 64),
    ],
    ids=["empty", "no bucket", "wrong secret", "wrong key", "nobody answers", "key in the URL"],
)
def test_each_trouble_has_its_exit_code_and_no_key_is_shown(
    fetcher: Fetcher, source: str, more: dict[str, str], exit_code: int
) -> None:
    outcome = fetcher._replace(source=source).run(**more)
    assert outcome.exit_code == exit_code, outcome.stderr
    assert "s3cr3t" not in outcome.stderr + json.dumps(outcome.summary)


def test_a_silent_bucket_is_given_up_on(fetcher: Fetcher, web: Web) -> None:
    web.trouble("/", *[SILENCE] * 40)
    impatient = {"SUPERZOL_SOURCE_TIMEOUT_SECONDS": "0.3", "SUPERZOL_SOURCE_ATTEMPTS": "2"}
    outcome = fetcher.run(AWS_ENDPOINT_URL=web.url, **impatient)
    assert outcome.exit_code == 75
    assert 2 <= len(web.seen) <= 4


def test_keys_are_read_from_files(
    minio: Minio, fetcher: Fetcher, prefix: str, tmp_path: Path
) -> None:
    minio.put(prefix, snapshot_files())
    (tmp_path / "secret").write_text(f"{SECRET}\n")
    environment = dict(minio.environment)
    del environment["AWS_SECRET_ACCESS_KEY"]
    other = fetcher._replace(environment=environment)
    assert other.run(AWS_SECRET_ACCESS_KEY_FILE=str(tmp_path / "secret")).exit_code == 0
    assert other.run(AWS_SECRET_ACCESS_KEY_FILE=str(tmp_path / "none")).exit_code == 78
