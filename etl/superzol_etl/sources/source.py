"""What every source of snapshots can do, and the values it speaks in."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import NamedTuple, Protocol

from blake3 import blake3

UNWRITABLE = re.compile("[\0\ud800-\udfff]")  # no path, or no text that a manifest can hold


class Digest(NamedTuple):
    """What a source says of a file's content; kind is blake3, sha256 or md5, value is hex."""

    kind: str
    value: str


class RemoteFile(NamedTuple):
    """One file of a snapshot.

    name: path in the version's folder. place: where its source finds it. mark: changes whenever
    the content does, such as an ETag; empty when the source has none.
    """

    name: str
    place: str
    size_bytes: int | None = None
    digest: Digest | None = None
    mark: str = ""


class Listing(NamedTuple):
    """What a source offers now; version is the source's own number, None when it has none."""

    version: int | None
    day: date
    files: tuple[RemoteFile, ...]

    @property
    def fingerprint(self) -> str:
        """Changes when a file comes, goes or changes, as far as the source tells."""
        lines = sorted(repr((*file[2:], file.name, file.place)) for file in self.files)
        return blake3("\n".join([str(self.version), *lines]).encode()).hexdigest()


def is_wanted(name: str) -> bool:
    """A CSV that may lie on the volume by this name: no part is hidden or leads elsewhere."""
    if UNWRITABLE.search(name) or not name.endswith(".csv"):
        return False
    return all(part and not part.startswith(".") for part in name.split("/"))


Tell = Callable[[str, int], None]  # the name of a file and how many bytes of it came just now


class Source(Protocol):
    """A place that snapshots come from."""

    async def list_files(self, version: int | None) -> Listing:
        """What there is to fetch: of this version, or the newest.

        Raises EtlError: NotFound, NotAllowed, PassingTrouble, BadData.
        """
        ...

    async def download(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        """Brings a whole file to target; continues what an earlier call left there.

        Raises EtlError as list_files does; OSError when the disk refuses.
        """
        ...
