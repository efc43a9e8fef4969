"""The source `s3:` (and `gs:`): the CSV files below a prefix of a bucket."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

import obstore

from superzol_etl.clean.windows import ISRAEL
from superzol_etl.environment import SourceSettings
from superzol_etl.errors import NotFound, PassingTrouble
from superzol_etl.sources.pace import Pace
from superzol_etl.sources.retries import repeat
from superzol_etl.sources.source import Digest, Listing, RemoteFile, Tell, is_wanted
from superzol_etl.sources.verify import DigestMismatch, check_digest, check_size
from superzol_etl.sources.web_index import parse_index
from superzol_etl.volume.manifest import NAME as MANIFEST
from superzol_etl.volume.objects import Objects, list_objects, read_object, trouble_told
from superzol_etl.volume.partial import Partial

PIECE_BYTES = 4 << 20
TURN_SECONDS = 1.0
# The ETag of an object sent in one piece is its MD5; of others it is not, and of one that is kept
# under a key of KMS it only looks like one.
MD5_CHARACTERS = 32


class BucketSource:
    """Objects below a prefix; a manifest among them tells version and digests."""

    def __init__(self, url: str, objects: Objects, settings: SourceSettings) -> None:
        self.url, self.objects, self.settings = url, objects, settings
        self.tags_are_digests = True  # until one of them is none

    async def list_files(self, version: int | None) -> Listing:
        """The CSV objects below the prefix."""
        return await repeat(self.settings, self._list)

    async def _list(self) -> Listing:
        found = await list_objects(self.objects, self.url)
        newest = max((each["last_modified"] for each in found), default=datetime.now(UTC))
        marks = {each["path"]: each["e_tag"] or "" for each in found}
        files = tuple(
            RemoteFile(
                each["path"],
                each["path"],
                each["size"],
                _digest(each["e_tag"]),
                marks[each["path"]],
            )
            for each in found
            if is_wanted(each["path"])
        )
        version = None
        if MANIFEST in marks:
            index = parse_index(await read_object(self.objects, MANIFEST), f"{self.url}/{MANIFEST}")
            version = index.version
            files = tuple(
                file._replace(place=file.name, mark=marks.get(file.name, ""))
                for file in index.files
            )
        if not files:
            raise NotFound(f"{self.url} holds no CSV file")
        return Listing(version, newest.astimezone(ISRAEL).date(), files)

    async def download(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        """Brings one object, from where an earlier call ended if it is still the same object.

        Where the same content comes twice it is not what the ETag says: then no ETag is a digest.
        """
        wrong: set[str] = set()
        is_by_tag = file.digest == _digest(file.mark)

        async def attempt() -> None:
            is_promised = self.tags_are_digests or not is_by_tag
            try:
                await self._receive(file, target, tell)
                await asyncio.to_thread(_check, target, file, file.digest if is_promised else None)
            except DigestMismatch as mismatch:
                if is_by_tag and mismatch.found in wrong:
                    self.tags_are_digests = False
                    return
                Partial(target).start_over("")
                if mismatch.found in wrong:
                    raise mismatch.twice from mismatch
                wrong.add(mismatch.found)
                raise

        await repeat(self.settings, attempt)

    async def _receive(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        partial = Partial(target)
        size, mark = partial.continued()
        is_too_long = file.size_bytes is not None and size > file.size_bytes
        if not size or mark != file.mark or is_too_long:
            size = 0
            partial.start_over(file.mark)
        if size and size == file.size_bytes:
            return
        with (
            trouble_told(f"{self.url}/{file.name}"),
            target.open("ab" if size else "wb", buffering=0) as out,
        ):
            body = await asyncio.to_thread(self._body, file, size)
            pace = Pace(self.settings, monotonic())
            while piece := await asyncio.to_thread(_take, body):
                out.write(piece)
                tell(file.name, len(piece))
                if pace.is_slow(len(piece), monotonic()):
                    raise PassingTrouble(f"{file.name} comes too slowly, {pace.told}: try again")

    def _body(self, file: RemoteFile, begin: int) -> "obstore.BytesStream":
        """The bytes of an object from there on.

        Raises PassingTrouble when it is another object than the one listed.
        """
        options: obstore.GetOptions = {"range": {"offset": begin}} if begin else {}
        result = obstore.get(self.objects.bodies, file.place, options=options)
        if file.mark and result.meta["e_tag"] != file.mark:
            raise PassingTrouble(f"{file.name} was replaced while it was read: try again")
        return result.stream(min_chunk_size=1)  # what drips shall show, not be gathered


def _take(body: "obstore.BytesStream") -> bytes:
    """What comes within a second, at most about a piece; nothing at the end."""
    ends_at, taken = monotonic() + TURN_SECONDS, bytearray()
    for some in body:
        taken += some
        if len(taken) >= PIECE_BYTES or monotonic() >= ends_at:
            break
    return bytes(taken)


def _check(target: Path, file: RemoteFile, digest: Digest | None) -> None:
    check_size(target, file.name, file.size_bytes)
    check_digest(target, file.name, digest)


def _digest(tag: str | None) -> Digest | None:
    value = (tag or "").strip('"')
    is_md5 = len(value) == MD5_CHARACTERS and all(each in "0123456789abcdef" for each in value)
    return Digest("md5", value) if is_md5 else None
