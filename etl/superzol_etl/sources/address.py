"""Reads the --source of the command line."""

import re
from enum import StrEnum
from typing import NamedTuple
from urllib.parse import urlsplit

from superzol_etl.bucket_url import bucket_url
from superzol_etl.errors import UsageError
from superzol_etl.hiding import shown

KAGGLE = re.compile(r"[A-Za-z0-9_-]{1,64}/[A-Za-z0-9_-]{1,128}")
FORMS = "kaggle:OWNER/DATASET, dir:PATH, https://…, api:https://… or s3://BUCKET/PREFIX (gs:// too)"


class SourceKind(StrEnum):
    """Which kind of place a source is."""

    KAGGLE = "kaggle"
    FOLDER = "dir"
    WEB = "http"
    API = "api"
    BUCKET = "s3"


class Address(NamedTuple):
    """Where a source is; place is what its kind needs: a dataset, a path or a URL."""

    kind: SourceKind
    place: str

    def __str__(self) -> str:
        is_prefixed = self.kind in (SourceKind.KAGGLE, SourceKind.FOLDER, SourceKind.API)
        return f"{self.kind}:{self.place}" if is_prefixed else self.place


def is_address(text: str) -> bool:
    """Says if this names a source to fetch from, not a bare folder."""
    return re.match(r"(kaggle|dir|api|https?|s3|gs):", text) is not None


def parse_address(text: str) -> Address:
    """Reads a source such as kaggle:erlichsefi/israeli-supermarkets-2024.

    Raises UsageError. A key in the URL is refused, as it would stand in logs and manifests.
    """
    try:
        urlsplit(text)
    except ValueError:
        raise UsageError(f"--source {shown(text)} is no URL such as https://host/path") from None
    scheme, _, rest = text.partition(":")
    if scheme == "kaggle" and KAGGLE.fullmatch(rest):
        return Address(SourceKind.KAGGLE, rest)
    if scheme == "dir" and rest:
        return Address(SourceKind.FOLDER, rest)
    if scheme == "api":
        return Address(SourceKind.API, _web_address(rest).rstrip("/"))
    if scheme in ("http", "https"):
        return Address(SourceKind.WEB, _web_address(text))
    if scheme in ("s3", "gs") and urlsplit(text).netloc and "@" not in text:
        return Address(SourceKind.BUCKET, bucket_url("--source", text))
    raise UsageError(f"--source {shown(text)} is none of {FORMS}")


def _web_address(text: str) -> str:
    parts = urlsplit(text)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"--source {shown(text)} is no URL such as https://host/path")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UsageError(
            f"--source {parts.scheme}://{parts.hostname}… holds a user, a query or a fragment:"
            " give the plain URL, and the key by SUPERZOL_SOURCE_KEY"
        )
    return text
