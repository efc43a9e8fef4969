"""What the files of a folder hold, file by file; no database is needed."""

from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from superzol_etl.decode.blocks import read_header
from superzol_etl.errors import BadFile
from superzol_etl.load.read import ChainContent, read_chain
from superzol_etl.records import FileKind, FileState, Part
from superzol_etl.snapshot import ChainFiles, Snapshot, SnapshotFile

THREADS = 2


class FileFacts(NamedTuple):
    """What one CSV holds. first_at, last_at: of its source XMLs; family: of promotions."""

    chain_id: str
    file: str
    kind: str
    size_bytes: int
    state: FileState
    rows: int
    rejected: int
    columns: int
    era: str
    family: str | None
    stores: int
    first_at: datetime | None
    last_at: datetime | None
    drift: tuple[str, ...]
    remarks: tuple[str, ...]
    spelled: tuple[str, ...]
    problem: str | None


class ChainFacts(NamedTuple):
    """The files of a chain, and what would hold it back."""

    chain_id: str
    files: list[FileFacts]
    problems: list[str]


def inspect(snapshot: Snapshot) -> Iterator[ChainFacts]:
    """Reads chain by chain, so that one of them is in memory at a time."""
    for chain in sorted(snapshot.chains, key=lambda chain: chain.chain_id):
        content = read_chain(chain, THREADS, lambda new: None, lambda: None)
        files = [_look_at(chain, file, content) for file in chain.files]
        yield ChainFacts(chain.chain_id, files, content.problems)


def _look_at(chain: ChainFiles, file: SnapshotFile, content: ChainContent) -> FileFacts:
    report = content.reports[file.path.name]
    times, stores = _span(file, content)
    header = _read_header(file)
    return FileFacts(
        chain_id=chain.chain_id,
        file=file.path.name,
        kind=file.kind,
        size_bytes=file.size_bytes,
        state=report.state,
        rows=report.rows,
        rejected=report.rejected,
        columns=len(header),
        era=chain.era,
        family=_family(header) if file.kind in (FileKind.PROMO_FULL, FileKind.PROMO) else None,
        stores=stores,
        first_at=min(times, default=None),
        last_at=max(times, default=None),
        drift=report.drift,
        remarks=report.remarks,
        spelled=report.spelled,
        problem=report.problem,
    )


def _read_header(file: SnapshotFile) -> tuple[str, ...]:
    """Of a bad file too, where that is not what is bad about it."""
    try:
        return read_header(file.path)
    except BadFile:
        return ()


def _span(file: SnapshotFile, content: ChainContent) -> tuple[list[datetime], int]:
    """When the sources of a file were published, and how many stores they are of."""
    if file.kind is FileKind.STORE:
        return [store.published_at for store in content.stores.values()], len(content.stores)
    parts: list[Part] = [*content.rows.parts, *content.promotions.parts]
    # A refused run is no store's, and may have no time.
    own = [part for part in parts if part.csv_file == file.path.name and part.store_code]
    return [part.published_at for part in own], len({part.store_code for part in own})


def _family(header: tuple[str, ...]) -> str | None:
    """Which of the publisher's families the columns are of; several when the chain mixes them."""
    marks = {"GROUPS": "groups", "ITEMS": "promotionitems", "FLAT": "itemcode"}
    return "+".join(name for name, column in marks.items() if column in header) or None
