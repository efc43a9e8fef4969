"""A store beside the volume: the same tree in a bucket or another folder, for good."""

import asyncio
import re
from pathlib import Path
from typing import NamedTuple

import obstore

from superzol_etl.errors import BadData, PassingTrouble
from superzol_etl.volume.layout import VersionPlace, place_of
from superzol_etl.volume.manifest import NAME, Kept, Manifest, parse_manifest
from superzol_etl.volume.objects import Objects, list_objects, read_object, trouble_told

CONTROL = re.compile("[\0-\x1f\x7f]")


class Store(NamedTuple):
    """An open store; name: as the command line says it, without a secret."""

    objects: Objects
    name: str

    async def manifests(self) -> list[Manifest]:
        """The whole versions it holds, oldest number first."""
        found = await list_objects(self.objects, self.name, "raw")
        paths = [each["path"] for each in found if each["path"].endswith(f"/{NAME}")]
        read = await asyncio.gather(*(read_object(self.objects, path) for path in paths))
        manifests = [
            parse_manifest(text, f"{self.name}/{path}")
            for text, path in zip(read, paths, strict=True)
            if place_of(path)
        ]
        return sorted(manifests, key=lambda manifest: (manifest.version, manifest.day))

    async def send_version(self, kept: Kept, held: Manifest | None) -> None:
        """Copies a version of the volume; its manifest comes last and makes it whole there too.

        held: a part of the version that is there.
        """
        raw = kept.manifest.place.raw
        there = set(held.files) if held else set()
        for entry in (each for each in kept.manifest.files if each not in there):
            await self.send(kept.folder / entry.name, f"{raw}/{entry.name}")
        await self.send(kept.folder / NAME, f"{raw}/{NAME}")

    async def send(self, path: Path, name: str) -> None:
        """Copies one file to this name.

        Raises BadData for a name that no bucket takes, PassingTrouble when another size arrived,
        else as trouble_told does.
        """
        if CONTROL.search(name):
            raise BadData(
                f"{name!r} holds control characters, which no store takes: rename it at its source,"
                " or leave --store away"
            )
        with trouble_told(f"{self.name}/{name}"):
            await asyncio.to_thread(obstore.put, self.objects.bodies, name, path)
            arrived = (await asyncio.to_thread(obstore.head, self.objects.answers, name))["size"]
        if arrived != path.stat().st_size:
            raise PassingTrouble(f"{self.name}/{name} arrived with {arrived} bytes: try again")

    async def read(self, name: str) -> bytes:
        """The content of a small file. Raises as trouble_told does."""
        return await read_object(self.objects, name)

    async def drop_version(self, place: VersionPlace) -> None:
        """Removes the raw files of a version, its manifest first."""
        found = await list_objects(self.objects, self.name, place.raw)
        names = sorted((each["path"] for each in found), key=lambda path: not path.endswith(NAME))
        for name in names:
            await self.drop(name)

    async def drop(self, name: str) -> None:
        """Removes one file."""
        with trouble_told(f"{self.name}/{name}"):
            await asyncio.to_thread(obstore.delete, self.objects.answers, name)

    async def names(self, prefix: str) -> list[str]:
        """The files below a prefix, sorted."""
        found = await list_objects(self.objects, self.name, prefix)
        return sorted(each["path"] for each in found)
