"""Opens buckets, and tells what they answer in our own words.

Calls are the blocking ones of obstore, in threads: with its asyncio ones a process was seen to
abort at its end (SIGABRT), when a thread of obstore came back to an interpreter that was gone.
"""

import asyncio
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple

import obstore
from obstore import exceptions
from obstore.store import LocalStore, ObjectStore, from_url

from superzol_etl.bucket_url import bucket_url
from superzol_etl.certificates import untrusted_source
from superzol_etl.environment import SourceSettings, read_secret
from superzol_etl.errors import (
    NotAllowed,
    NotFound,
    PassingTrouble,
    UsageError,
    WrongConfiguration,
)
from superzol_etl.hiding import shown

ENDPOINTS = ("AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL", "AWS_ENDPOINT")
SECRETS = {
    "aws_access_key_id": "AWS_ACCESS_KEY_ID",
    "aws_secret_access_key": "AWS_SECRET_ACCESS_KEY",
    "aws_session_token": "AWS_SESSION_TOKEN",
}
LONGEST_BODY = timedelta(hours=6)  # 30 s if not told; silence ends a body anyway, its reader a drip
STATUS = re.compile(r"status code: (\d{3})")
REFUSED_CERTIFICATE = re.compile(r"InvalidCertificate\(\s*(\w+)")
HINT = (
    "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (or each with _FILE) to keys that may do this"
)


class Objects(NamedTuple):
    """A bucket or a folder. bodies: for what may take hours; answers: for what is short, as lists.

    The clients of buckets know silence and a limit for each request, and no drip.
    """

    bodies: ObjectStore
    answers: ObjectStore


def open_bucket(url: str, settings: SourceSettings) -> Objects:
    """A bucket of S3, MinIO or GCS, with the keys of the environment or of files.

    AWS_ENDPOINT_URL names a MinIO. Raises WrongConfiguration.
    """
    short = timedelta(seconds=settings.pace_seconds)
    return Objects(_open(url, settings, LONGEST_BODY), _open(url, settings, short))


def _open(url: str, settings: SourceSettings, longest: timedelta) -> ObjectStore:
    options: dict[str, Any] = {
        "client_options": {
            "timeout": longest,
            "read_timeout": timedelta(seconds=settings.timeout_seconds),
            "connect_timeout": timedelta(seconds=settings.timeout_seconds),
            "allow_http": True,
        },
        "retry_config": {
            "max_retries": settings.attempts - 1,
            "retry_timeout": timedelta(seconds=settings.patience_seconds),
            "backoff": {"init_backoff": timedelta(seconds=settings.wait_seconds)},
        },
    }
    if url.startswith("s3:"):
        options["config"] = _config_of_s3()
    try:
        return from_url(url, **options)
    except (exceptions.BaseError, ValueError) as error:
        raise WrongConfiguration(f"{url} cannot be opened: {type(error).__name__}") from error


def _config_of_s3() -> dict[str, Any]:
    secrets = {name: read_secret(variable) for name, variable in SECRETS.items()}
    config: dict[str, Any] = {
        name: secret.get_secret_value() for name, secret in secrets.items() if secret
    }
    endpoint = next((os.environ[name] for name in ENDPOINTS if os.environ.get(name)), None)
    if endpoint:
        config["endpoint"] = endpoint
    return config


def open_store(place: str, settings: SourceSettings) -> Objects:
    """The --store: a bucket, or a folder (by path or file: URL), which is made.

    Raises UsageError when it is neither, WrongConfiguration when it cannot be opened.
    """
    is_bucket = place.startswith(("s3://", "gs://"))
    if is_bucket and "@" not in place:
        return open_bucket(bucket_url("--store", place), settings)
    if "://" in place and not place.startswith("file://"):
        raise UsageError(
            f"--store {shown(place)} is none of PATH, file://PATH, s3://BUCKET, gs://BUCKET"
            f"{'; keys come from the environment' if is_bucket else ''}"
        )
    try:
        folder = LocalStore(Path(place.removeprefix("file://")).absolute(), mkdir=True)
    except (exceptions.BaseError, OSError) as error:
        raise NotAllowed(f"--store {place} cannot be made: {error}") from error
    return Objects(folder, folder)


@contextmanager
def trouble_told(asked: str) -> Iterator[None]:
    """Turns what a bucket answers into what it means; its own words may hold keys."""
    try:
        yield
    except (exceptions.NotFoundError, FileNotFoundError):
        raise NotFound(f"{asked} is not there") from None
    except (exceptions.PermissionDeniedError, exceptions.UnauthenticatedError, PermissionError):
        raise NotAllowed(f"{asked} was refused: {HINT}") from None
    except exceptions.BaseError as error:
        # A listing that was refused has no class of its own.
        status = STATUS.search(str(error))
        if status and status[1] in ("401", "403"):
            raise NotAllowed(f"{asked} was refused: {HINT}") from None
        if status and status[1] == "404":
            raise NotFound(f"{asked} is not there") from None
        if refused := REFUSED_CERTIFICATE.search(str(error)):
            raise untrusted_source(asked, refused[1]) from None
        raise PassingTrouble(f"{asked} failed ({type(error).__name__}): try again later") from None


async def read_object(objects: Objects, path: str) -> bytes:
    """The content of a small object; raises as trouble_told does."""
    with trouble_told(path):
        return await asyncio.to_thread(lambda: bytes(obstore.get(objects.answers, path).bytes()))


async def list_objects(
    objects: Objects, asked: str, prefix: str | None = None
) -> "list[obstore.ObjectMeta]":
    """What there is below a prefix; asked: how to name it. Raises as trouble_told does."""
    with trouble_told(asked):
        return await asyncio.to_thread(
            lambda: [each for page in obstore.list(objects.answers, prefix) for each in page]
        )
