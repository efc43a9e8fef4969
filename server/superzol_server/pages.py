"""Walks lists in pages (AIP-158): opaque tokens that say where to go on, and in which list.

A token is a version byte, a fingerprint of the request's other fields, the generation of the page
before, the key of its last row and a checksum of all that, as base64url. It grants nothing: it
needs no signature.
"""

import hashlib
import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from math import isfinite
from typing import Any, NamedTuple
from zlib import crc32

from google.protobuf.message import Message

from superzol_server.database import Answer, Row
from superzol_server.errors import InvalidRequest

DEFAULT_SIZE, LARGEST_SIZE = 20, 1000
VERSION = 1
FINGERPRINT_BYTES = 8
GENERATION_BYTES = 8
CHECKSUM_BYTES = 4
LARGEST_INTEGER = 2**31 - 1
PLACE_FIELDS = ("page_token", "page_size", "include_total")

Key = tuple[str | float, ...]


class Slice(NamedTuple):
    """One page: its rows, the token of the next (empty on the last), and what happened since."""

    rows: list[Row]
    next_page_token: str
    generation_changed: bool

    @property
    def walk(self) -> dict[str, Any]:
        """The fields that the answers of all lists have."""
        return {
            "next_page_token": self.next_page_token,
            "generation_changed": self.generation_changed,
        }


class Page(NamedTuple):
    """The page that a request asks for.

    after: key of the last row seen. place: after and the limit, one row more than the page has: the
    last arguments of a list's statement.
    """

    size: int
    after: Key
    fingerprint: bytes
    generation: int | None

    @property
    def place(self) -> Key:
        return (*self.after, self.size + 1)

    def cut(self, answer: Answer, *key: str, reached: Row | None = None) -> Slice:
        """Makes the page of an answer whose rows are ordered by these columns.

        Columns named key_… are taken off: they order the list and are no field of its message.
        reached: the row after which the list goes on although the page has room; None for its end.
        """
        rows, token = answer.rows[: self.size], ""
        last = rows[-1] if len(answer.rows) > self.size else reached
        if last is not None:
            place = tuple(last[column] for column in key)
            token = write_token(self.fingerprint, answer.generation, place)
        changed = self.generation is not None and self.generation != answer.generation
        return Slice([to_fields(row) for row in rows], token, changed)


def open_page(request: Message, first: Key) -> Page:
    """Reads page_size and page_token of a request.

    first: a key below that of any row, of the key's types. Raises InvalidRequest.
    """
    size = getattr(request, "page_size")  # noqa: B009  (Message names no fields to mypy)
    if size < 0:
        raise InvalidRequest("page_size", f"must not be negative: {size}", "PAGE_SIZE_NEGATIVE")
    fingerprint = fingerprint_of(request)
    generation, after = None, first
    token = getattr(request, "page_token")  # noqa: B009  (as above)
    if token:
        generation, after = read_token(token, fingerprint, first)
    return Page(min(size or DEFAULT_SIZE, LARGEST_SIZE), after, fingerprint, generation)


def fingerprint_of(request: Message) -> bytes:
    """Returns a digest of the fields that choose and order the list."""
    other = type(request)()
    other.CopyFrom(request)
    for name in PLACE_FIELDS:
        if name in other.DESCRIPTOR.fields_by_name:
            other.ClearField(name)
    data = other.SerializeToString(deterministic=True)
    data += request.DESCRIPTOR.full_name.encode()
    return hashlib.blake2b(data, digest_size=FINGERPRINT_BYTES).digest()


def write_token(fingerprint: bytes, generation: int, key: Key) -> str:
    """Returns the token of the page after this key."""
    position = json.dumps(key, ensure_ascii=False, separators=(",", ":")).encode()
    head = bytes([VERSION]) + fingerprint + generation.to_bytes(GENERATION_BYTES, "big")
    data = head + position
    return urlsafe_b64encode(data + checksum_of(data)).rstrip(b"=").decode()


def read_token(token: str, fingerprint: bytes, first: Key) -> tuple[int, Key]:
    """Returns generation and key of a token; raises InvalidRequest unless it is of this list."""
    try:
        data = urlsafe_b64decode(token.encode("ascii") + b"=" * (-len(token) % 4))
        data, checksum = data[:-CHECKSUM_BYTES], data[-CHECKSUM_BYTES:]
        split = 1 + FINGERPRINT_BYTES
        generation = int.from_bytes(data[split : split + GENERATION_BYTES], "big")
        key = json.loads(data[split + GENERATION_BYTES :])
    except (ValueError, RecursionError) as error:
        raise malformed() from error
    if checksum != checksum_of(data) or data[0] != VERSION or not is_key_like(key, first):
        raise malformed()
    if data[1:split] != fingerprint:
        raise InvalidRequest(
            "page_token",
            "belongs to another request: repeat the fields of the first page, or start anew",
            "PAGE_TOKEN_OF_OTHER_REQUEST",
        )
    return generation, tuple(key)


def checksum_of(data: bytes) -> bytes:
    """Returns what tells a token that was cut or changed on its way from one that was given out."""
    return crc32(data).to_bytes(CHECKSUM_BYTES, "big")


def is_key_like(key: object, first: Key) -> bool:
    """Tells whether a value read from a token can be compared with keys of this list."""
    if not isinstance(key, list) or [type(part) for part in key] != [type(part) for part in first]:
        return False
    return all(is_text(part) if isinstance(part, str) else is_number(part) for part in key)


def is_number(part: float) -> bool:
    """Tells whether PostgreSQL can hold the number: an int4, or a float8 that is one."""
    return isfinite(part) if isinstance(part, float) else abs(part) <= LARGEST_INTEGER


def is_text(part: str) -> bool:
    """Tells whether PostgreSQL can hold the text: JSON also writes NUL and half characters."""
    return "\0" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)


def malformed() -> InvalidRequest:
    """Returns the error of a token that nobody gave out."""
    return InvalidRequest(
        "page_token", "is not a next_page_token of this service", "PAGE_TOKEN_MALFORMED"
    )


def to_fields(row: Row) -> Row:
    """Returns the columns that are fields of the message."""
    return {name: value for name, value in row.items() if not name.startswith("key_")}
