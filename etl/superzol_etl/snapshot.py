"""Which files a snapshot folder holds, by chain, and their digests."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from blake3 import blake3

from superzol_etl.decode.days import Dating, find_dating
from superzol_etl.decode.eras import find_era
from superzol_etl.decode.names import parse_csv_name
from superzol_etl.errors import NotFound, UsageError
from superzol_etl.records import Era, FileKind
from superzol_etl.stopping import threads_while_wanted, wait_for

READ_BYTES = 16 << 20
MOST_NAMED = 5
NOT_READ = "is no CSV of a kind that is known, and is not read"  # said of each one ignored
LIKE_A_CSV = re.compile(rf"({'|'.join(FileKind)})_.*\.csv(\.(gz|zip|bz2|xz|zst|br|7z|z))?")


@dataclass(frozen=True, slots=True)
class SnapshotFile:
    """One CSV of a snapshot; digest is BLAKE3 in hex.

    is_promised: the digest is what the manifest says, and nobody has compared it yet.
    """

    path: Path
    kind: FileKind
    slug: str
    digest: str
    size_bytes: int
    is_promised: bool
    written_at_ns: int

    @property
    def has_changed(self) -> bool:
        """It is another file than the one of which the digest is.

        A promised digest is compared itself; some network disks tell the time only in the end.
        """
        now = self.path.stat()
        is_rewritten = not self.is_promised and now.st_mtime_ns != self.written_at_ns
        return is_rewritten or now.st_size != self.size_bytes


@dataclass(slots=True)
class ChainFiles:
    """The files of one chain; doubled = further files of the same base name."""

    chain_id: str
    era: Era = Era.MARKED
    dating: Dating | None = None
    files: list[SnapshotFile] = field(default_factory=list)
    doubled: list[SnapshotFile] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Of the names and contents of all its files."""
        return self.digest_of([file.path.name for file in self.files])

    def digest_of(self, names: Collection[str]) -> str:
        """As if it had only the files of these names."""
        files = [file for file in self.files + self.doubled if file.path.name in names]
        return combine(f"{file.path.name} {file.digest}" for file in files)

    @property
    def size_bytes(self) -> int:
        """Of the files that are read."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A folder's chains, largest first.

    ignored: the names of CSVs that say no kind or are no files, each once.
    """

    chains: list[ChainFiles]
    ignored: list[str]

    @property
    def digest(self) -> str:
        return combine(f"{chain.chain_id} {chain.digest}" for chain in self.chains)


def read_snapshot(
    folder: Path,
    promised: Mapping[str, str] | None = None,
    check_wanted: Callable[[], None] = lambda: None,
) -> Snapshot:
    """Finds the CSVs of a folder, in sub-folders too.

    promised: digests by path within the folder; then no other file counts, and none is read here.
    check_wanted: called now and then; what it raises ends the reading.
    Raises NotFound when there is none to read.
    """
    paths, no_files = _find_csvs(folder)
    known = promised or {}
    if promised is not None:
        paths = [path for path in paths if path.relative_to(folder).as_posix() in known]
    named = [(path, parse_csv_name(path.name)) for path in paths]
    read = [(path, name) for path, name in named if name]
    if not read:
        raise _nothing_to_read(folder, {path.name for path in paths} | no_files)
    with threads_while_wanted(check_wanted=check_wanted) as (pool, check):
        looks = [
            pool.submit(_look, path, known.get(path.relative_to(folder).as_posix()), check)
            for path, _ in read
        ]
        era = find_era(path for path, _ in read)
        dating = find_dating((path for path, _ in read), datetime.now(UTC))
        wait_for(*looks)
    chains: dict[str, ChainFiles] = {}
    for (path, name), look in zip(read, looks, strict=True):
        digest, size_bytes, written_at_ns = look.result()
        chain = chains.setdefault(name.chain_id, ChainFiles(name.chain_id, era, dating))
        is_doubled = any(path.name == file.path.name for file in chain.files)
        told = (digest, size_bytes, promised is not None, written_at_ns)
        file = SnapshotFile(path, name.kind, name.slug, *told)
        (chain.doubled if is_doubled else chain.files).append(file)
    if all(chain.doubled for chain in chains.values()):
        _refuse_several(folder, paths)
    largest_first = sorted(chains.values(), key=lambda chain: (-chain.size_bytes, chain.chain_id))
    ignored = {path.name for path, name in named if not name} | no_files
    return Snapshot(largest_first, sorted(map(_printable, ignored)))


def _refuse_several(folder: Path, paths: list[Path]) -> None:
    folders = sorted({str(path.parent.relative_to(folder)) for path in paths})
    if len(folders) > 1:
        raise UsageError(
            f"{folder} holds several snapshots, in {', '.join(folders)}: give one of them"
        )


def _printable(name: str) -> str:
    """A name whose bytes are no UTF-8, as zips of Windows leave them, as text that can be kept."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def _nothing_to_read(folder: Path, others: set[str]) -> NotFound:
    named = ", ".join(sorted(map(_printable, others))[:MOST_NAMED])
    return NotFound(
        f"{folder} holds no price_*, promo_* or store_file_* CSV that is named in small letters"
        f" and not packed{f'; it holds {named}' if named else ''}"
    )


def _find_csvs(folder: Path) -> tuple[list[Path], set[str]]:
    """The CSVs, and the names of what is called as one but is none.

    A folder, a pipe, a dead link; and what is packed, or written in capitals.
    Raises NotFound when the folder is none itself.
    """
    if not folder.is_dir():
        raise NotFound(
            f"{folder} is no folder: name the one that holds the CSV files of a snapshot"
        )
    found = sorted(path for path in folder.rglob("*") if _is_visible(path, folder))
    csvs = [path for path in found if path.name.endswith(".csv")]
    files = [path for path in csvs if path.is_file()]
    alike = {path.name for path in found if LIKE_A_CSV.fullmatch(path.name.lower())}
    return files, (alike | {path.name for path in csvs}) - {path.name for path in files}


def _look(
    path: Path, promised: str | None, check_wanted: Callable[[], None]
) -> tuple[str, int, int]:
    """Digest, size and time of a file; the digest last, as what comes later is noticed."""
    stat = path.stat()
    return promised or file_digest(path, check_wanted), stat.st_size, stat.st_mtime_ns


def _is_visible(path: Path, folder: Path) -> bool:
    """Neither it nor a folder on the way to it is hidden."""
    return not any(part.startswith(".") for part in path.relative_to(folder).parts)


def file_digest(path: Path, check_wanted: Callable[[], None] = lambda: None) -> str:
    """BLAKE3 of a file in hex: with threads four times as fast as SHA-256.

    check_wanted: called before each piece; what it raises ends the reading.
    """
    hasher = blake3(max_threads=blake3.AUTO)
    with path.open("rb", buffering=0) as file:
        while piece := file.read(READ_BYTES):
            check_wanted()
            hasher.update(piece)
    return hasher.hexdigest()


def combine(lines: Iterable[str]) -> str:
    """One digest of many, whatever their order."""
    return blake3("\n".join(sorted(lines)).encode()).hexdigest()
