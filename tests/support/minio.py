"""A MinIO server for the tests: the bucket that a cluster would have."""

import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import obstore
from obstore.store import S3Store

from tests.support.ports import free_port

if TYPE_CHECKING:
    from obstore.store import S3Config

ROOT = Path(__file__).parents[2]
USER, SECRET = "superzol", "k3y-s3cr3t"
BUCKET = "prices"
KMS_KEY = "kept-elsewhere"


class Minio(NamedTuple):
    """Where a server is, and what a client needs to know in its environment."""

    url: str

    @property
    def environment(self) -> dict[str, str]:
        """As a pod has it from its Secret."""
        return {
            "AWS_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": USER,
            "AWS_SECRET_ACCESS_KEY": SECRET,
        }

    def prefix(self, prefix: str, *, sealed: bool = False) -> S3Store:
        """The bucket below a prefix, read and written past the code under test.

        sealed: what is written is encrypted by a key of KMS.
        """
        kms: S3Config = {"server_side_encryption": "aws:kms"}
        return S3Store(
            BUCKET,
            prefix=prefix,
            endpoint=self.url,
            access_key_id=USER,
            secret_access_key=SECRET,
            client_options={"allow_http": True},
            config=kms if sealed else {},
        )

    def put(self, prefix: str, files: dict[str, bytes], *, sealed: bool = False) -> None:
        """Writes objects."""
        for name, content in files.items():
            obstore.put(self.prefix(prefix, sealed=sealed), name, content)

    def names(self, prefix: str) -> list[str]:
        """The objects there are, without the prefix."""
        pages = obstore.list(self.prefix(prefix))
        return sorted(each["path"] for page in pages for each in page)


def minio_path() -> str:
    """The minio of `make tools`, or of PATH."""
    beside = ROOT / ".tools/bin/minio"
    path = str(beside) if beside.exists() else shutil.which("minio")
    assert path, "there is no minio: run make tools"
    return path


@contextmanager
def running_minio() -> Iterator[Minio]:
    """Starts a server with one bucket; it ends with the block."""
    folder = Path(tempfile.mkdtemp(prefix="superzol-minio-"))
    (folder / BUCKET).mkdir()
    address = f"127.0.0.1:{free_port()}"
    process = subprocess.Popen(
        [minio_path(), "server", str(folder), "--address", address, "--quiet"],
        env=os.environ | {"MINIO_ROOT_USER": USER, "MINIO_ROOT_PASSWORD": SECRET}
        | {"MINIO_BROWSER": "off", "MINIO_UPDATE": "off", "HOME": str(folder)}
        | {"MINIO_KMS_SECRET_KEY": f"{KMS_KEY}:{b64encode(bytes(32)).decode()}"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        _wait(f"http://{address}/minio/health/ready", process)
        yield Minio(f"http://{address}")
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _wait(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 240
    while True:
        try:
            urllib.request.urlopen(url, timeout=5).close()
            return
        except (urllib.error.URLError, OSError):
            assert process.poll() is None and time.monotonic() < deadline, "minio did not start"
            time.sleep(0.05)
