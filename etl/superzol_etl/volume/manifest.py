"""The manifest of a fetched version: written last, it says that the version is whole."""

import json
from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from superzol_etl.errors import BadData
from superzol_etl.snapshot import combine, file_digest
from superzol_etl.volume.layout import VersionPlace, version_places, write_whole

NAME = "download_manifest.json"


class Entry(BaseModel):
    """One file; blake3 is that of its bytes, in hex."""

    model_config = ConfigDict(frozen=True)

    name: str
    bytes: int = Field(ge=0)
    blake3: str


class Manifest(BaseModel):
    """What was fetched, from where, and what each file must be.

    numbered_by: the source, the --version of the order, or the volume, which only counts on; then
    the loader numbers the version by its database. fingerprint: that of the source's listing of
    these files. only: the globs they were asked for by; none for all that the source has.
    """

    model_config = ConfigDict(frozen=True, alias_generator=to_camel, populate_by_name=True)

    v: Literal[1] = 1
    source: str
    dataset: str
    version: int = Field(ge=1)
    numbered_by: Literal["source", "order", "volume"]
    day: str
    fetched_at: str
    run_id: str
    fingerprint: str
    digest: str
    bytes: int
    files: tuple[Entry, ...]
    only: tuple[str, ...] = ()

    @property
    def place(self) -> VersionPlace:
        """Where in the tree it lies."""
        return VersionPlace(self.day, self.version)

    @property
    def revision(self) -> str:
        """Names the content for operators: v412@blake3:…"""
        return f"v{self.version}@blake3:{self.digest}"

    @property
    def version_to_load(self) -> int | None:
        """None where the number is only the volume's own count."""
        return None if self.numbered_by == "volume" else self.version


class Kept(NamedTuple):
    """A whole version of the volume."""

    manifest: Manifest
    folder: Path


def describe_files(folder: Path, names: list[str]) -> tuple[Entry, ...]:
    """Reads each file once more from the disk: what the manifest will promise."""
    return tuple(
        Entry(name=name, bytes=(folder / name).stat().st_size, blake3=file_digest(folder / name))
        for name in sorted(names)
    )


def digest_of(files: tuple[Entry, ...]) -> str:
    """One digest of all files, whatever their order."""
    return combine(f"{file.name} {file.blake3}" for file in files)


def commit(folder: Path, manifest: Manifest) -> None:
    """Makes the version whole: everything of it must be on the disk already.

    A manifest that is there counts until this one does. Where a disk renames in two steps, a kill
    in between leaves a version that the next fetch finds without a manifest, and completes.
    """
    text = json.dumps(manifest.model_dump(by_alias=True), ensure_ascii=False, indent=1)
    write_whole(folder / NAME, text.encode() + b"\n")


def parse_manifest(text: bytes | str, told: str) -> Manifest:
    """Raises BadData when the text is no manifest; told: where it is from."""
    try:
        return Manifest.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise BadData(f"{told} is no manifest: {field} {first['msg']}") from None


def read_manifest(folder: Path) -> Manifest | None:
    """The manifest of a version folder; None when the version is not whole.

    A manifest that a power cut left torn counts as none: the version is fetched again.
    """
    try:
        return parse_manifest((folder / NAME).read_bytes(), str(folder / NAME))
    except (FileNotFoundError, BadData):
        return None


def kept_versions(volume: Path) -> list[Kept]:
    """The whole versions of a volume, oldest number first."""
    folders = (volume / place.raw for place in version_places(volume))
    read = ((read_manifest(folder), folder) for folder in folders)
    return [Kept(manifest, folder) for manifest, folder in read if manifest]


def is_intact(kept: Kept) -> bool:
    """Says if each file is there with its size; loading compares the digests."""
    paths = {entry.name: kept.folder / entry.name for entry in kept.manifest.files}
    return all(
        paths[entry.name].is_file() and paths[entry.name].stat().st_size == entry.bytes
        for entry in kept.manifest.files
    )
