"""Where the lake's tables lie, and what says that a chain's version in it is whole."""

import shutil
from datetime import date, datetime
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from superzol_etl.errors import BadData, NotFound
from superzol_etl.snapshot import file_digest
from superzol_etl.volume.layout import make_folders, sync_file, sync_folder, write_whole

PRICES, PRODUCTS, FILES, STORES, PROMOTIONS = (
    "prices",
    "products",
    "files",
    "stores",
    "promotions",
)
TABLES = (PRICES, PRODUCTS, FILES, STORES, PROMOTIONS)


class LakeFile(BaseModel):
    """A Parquet file by its path in the lake; blake3 is that of its bytes, in hex."""

    model_config = ConfigDict(frozen=True)

    path: str
    bytes: int = Field(ge=0)
    blake3: str


class ChainNote(BaseModel):
    """What a chain's version in the lake is; the columns of chain_version, and the Parquet files.

    era, store ids and prices are in the tables.
    """

    model_config = ConfigDict(frozen=True)

    v: Literal[1] = 1
    chain_id: str
    version: int = Field(ge=1)
    state: Literal["loaded", "absent"]
    cutoff_at: datetime | None
    digest: str
    content_digest: str
    rows: int
    rejected: int
    reason: str | None
    gates: str
    files: tuple[LakeFile, ...]


class ClosedChain(BaseModel):
    """A chain of a closed version."""

    model_config = ConfigDict(frozen=True)

    chain_id: str
    content_digest: str


class VersionNote(BaseModel):
    """A version that publish closed; missing: chains that are loaded but not in the lake."""

    model_config = ConfigDict(frozen=True)

    v: Literal[1] = 1
    dataset_id: str
    version: int = Field(ge=1)
    day: date | None
    digest: str
    chains: tuple[ClosedChain, ...]
    missing: tuple[str, ...]


class LakePlace(NamedTuple):
    """A chain's version in the lake."""

    lake: Path
    chain_id: str
    version: int

    def inner(self, table: str) -> str:
        """The folder of its rows of a table, within the lake; engines read both columns from it."""
        return f"{table}/chain_id={self.chain_id}/version={self.version}"

    @property
    def note(self) -> Path:
        """Written last: it says that the rest is whole."""
        return self.lake / self.inner_note

    @property
    def inner_note(self) -> str:
        """Its path within the lake."""
        return f"{self.inner('chains')}/chain.json"

    def clear(self) -> None:
        """Removes what an earlier load left, its note first."""
        self.note.unlink(missing_ok=True)
        for table in TABLES:
            shutil.rmtree(self.lake / self.inner(table), ignore_errors=True)

    def make_folder(self, table: str) -> Path:
        """The folder of its rows of a table."""
        self.lake.mkdir(parents=True, exist_ok=True)
        return make_folders(self.lake, self.inner(table))

    def describe(self) -> tuple[LakeFile, ...]:
        """Brings its Parquet files to the disk and says what they are."""
        found = []
        for table in TABLES:
            folder = self.lake / self.inner(table)
            for path in sorted(folder.glob("*.parquet")):
                sync_file(path)
                name = path.relative_to(self.lake).as_posix()
                size = path.stat().st_size
                found.append(LakeFile(path=name, bytes=size, blake3=file_digest(path)))
            if folder.is_dir():
                sync_folder(folder)
        return tuple(found)

    def commit(self, note: ChainNote) -> None:
        """Says that all is there."""
        self.make_folder("chains")
        write_whole(self.note, note.model_dump_json(indent=1).encode() + b"\n")

    def read_note(self) -> ChainNote | None:
        """None when the version is not whole. Raises BadData when the note cannot be read."""
        try:
            return parse_chain_note(self.note.read_bytes(), str(self.note))
        except FileNotFoundError:
            return None

    def check(self, note: ChainNote) -> None:
        """Raises NotFound or BadData when a Parquet file is not what the note says."""
        for file in note.files:
            path = self.lake / file.path
            if not path.is_file():
                raise NotFound(f"{path} is not there: the lake is not whole")
            if file_digest(path) != file.blake3:
                raise BadData(f"{path} is not what was written: its digest differs")


def parse_chain_note(text: bytes, told: str) -> ChainNote:
    """Raises BadData when the text is no note; told: where it is from."""
    try:
        return ChainNote.model_validate_json(text)
    except ValidationError:
        raise BadData(f"{told} is no note of a chain in the lake") from None


def version_note(lake: Path, version: int) -> Path:
    """The file that says that a version is closed."""
    return lake / "versions" / f"{version}.json"


def write_version_note(lake: Path, note: VersionNote) -> None:
    """Says that a version is closed."""
    lake.mkdir(parents=True, exist_ok=True)
    make_folders(lake, "versions")
    write_whole(version_note(lake, note.version), note.model_dump_json(indent=1).encode() + b"\n")


def closed_versions(lake: Path) -> list[VersionNote]:
    """The closed versions, oldest first. Raises BadData when a note cannot be read."""
    notes = []
    for path in (lake / "versions").glob("*.json"):
        if not path.stem.isdecimal():
            continue  # put there by others
        try:
            notes.append(VersionNote.model_validate_json(path.read_bytes()))
        except ValidationError:
            raise BadData(f"{path} is no note of a closed version") from None
    return sorted(notes, key=lambda note: note.version)


def lake_versions(lake: Path) -> list[int]:
    """The versions that some chain has in the lake, oldest first."""
    named = {path.parent.name for path in lake.glob("chains/chain_id=*/version=*/chain.json")}
    numbers = (name.removeprefix("version=") for name in named)
    return sorted(int(number) for number in numbers if number.isdecimal())


def renew_notes(
    place: LakePlace, note: VersionNote, content_digest: str, reason: str | None
) -> None:
    """Says that the files of a chain's version come to another content than they did."""
    known = place.read_note()
    if known is None:
        return
    told = known.model_copy(update={"content_digest": content_digest, "reason": reason})
    if told != known:
        place.commit(told)
    renewed = ClosedChain(chain_id=place.chain_id, content_digest=content_digest)
    chains = tuple(renewed if chain.chain_id == place.chain_id else chain for chain in note.chains)
    if chains != note.chains:  # also of a run that was killed between the two notes
        write_version_note(place.lake, note.model_copy(update={"chains": chains}))
