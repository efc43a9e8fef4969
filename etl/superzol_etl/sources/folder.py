"""The source `dir:`: a folder of CSV files on this machine."""

import asyncio
from datetime import datetime
from pathlib import Path

from superzol_etl.clean.windows import ISRAEL
from superzol_etl.errors import NotFound, PassingTrouble
from superzol_etl.snapshot import file_digest
from superzol_etl.sources.source import Digest, Listing, RemoteFile, Tell, is_wanted
from superzol_etl.sources.verify import check_digest, check_size
from superzol_etl.volume.partial import Partial

PIECE_BYTES = 8 << 20


class FolderSource:
    """Copies from a folder; the version is told by --version or counted."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    async def list_files(self, version: int | None) -> Listing:
        """The CSVs of the folder, in sub-folders too, with the digest of each."""
        return await asyncio.to_thread(self._list)

    def _list(self) -> Listing:
        if not self.folder.is_dir():
            raise NotFound(f"{self.folder} is not a folder; dir: names the one with the CSV files")
        found = (path for path in self.folder.rglob("*.csv") if path.is_file())
        paths = sorted(path for path in found if is_wanted(self._name(path)))
        if not paths:
            raise NotFound(f"{self.folder} holds no CSV file")
        newest = max(path.stat().st_mtime for path in paths)
        return Listing(
            None, datetime.fromtimestamp(newest, ISRAEL).date(), tuple(map(self._describe, paths))
        )

    def _describe(self, path: Path) -> RemoteFile:
        digest = Digest("blake3", file_digest(path))
        return RemoteFile(self._name(path), str(path), path.stat().st_size, digest)

    def _name(self, path: Path) -> str:
        return path.relative_to(self.folder).as_posix()

    async def download(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        """Copies one file; a copy that was broken off begins anew, as disks are fast."""
        await asyncio.to_thread(self._copy, file, target, tell)

    def _copy(self, file: RemoteFile, target: Path, tell: Tell) -> None:
        Partial(target).start_over("")
        try:
            with (
                Path(file.place).open("rb", buffering=0) as source,
                target.open("wb", buffering=0) as out,
            ):
                while piece := source.read(PIECE_BYTES):
                    out.write(piece)
                    tell(file.name, len(piece))
        except FileNotFoundError as error:
            raise PassingTrouble(f"{file.place} went away while it was read: try again") from error
        check_size(target, file.name, file.size_bytes)
        check_digest(target, file.name, file.digest)
