"""Compares a file that came with what its source said of it."""

import hashlib
from pathlib import Path

from superzol_etl.errors import BadData, PassingTrouble
from superzol_etl.snapshot import READ_BYTES, file_digest
from superzol_etl.sources.source import Digest

AGAIN = "run the same command again; if it stays so, tell the source's owner"


class DigestMismatch(PassingTrouble):
    """The bytes that came are not those that the source promised; found is what they are."""

    def __init__(self, sentence: str, found: str) -> None:
        super().__init__(f"{sentence}: {AGAIN}")
        self.sentence, self.found = sentence, found

    @property
    def twice(self) -> BadData:
        """What it means when the same bytes come again."""
        return BadData(f"{self.sentence}, twice: the source is damaged, tell its owner")


def check_size(path: Path, name: str, expected: int | None) -> None:
    """Raises PassingTrouble when the file has another size than expected; None expects nothing."""
    size = path.stat().st_size
    if expected is not None and size != expected:
        raise PassingTrouble(f"{name} came with {size} bytes instead of {expected}: {AGAIN}")


def check_digest(path: Path, name: str, expected: Digest | None) -> None:
    """Raises DigestMismatch when the content is not what was promised; None promises nothing."""
    if expected is None:
        return
    found = digest_of(path, expected.kind)
    if found != expected.value.lower():
        raise DigestMismatch(
            f"{name} has the {expected.kind} digest {found} instead of {expected.value}", found
        )


def digest_of(path: Path, kind: str) -> str:
    """The digest of a file in hex; kind as in Digest."""
    if kind == "blake3":
        return file_digest(path)
    hasher = hashlib.new(kind, usedforsecurity=False)
    with path.open("rb", buffering=0) as file:
        while piece := file.read(READ_BYTES):
            hasher.update(piece)
    return hasher.hexdigest()
