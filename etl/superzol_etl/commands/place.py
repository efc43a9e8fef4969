"""Where the files of a snapshot are: a folder, or a version on the volume that fetch fills."""

from pathlib import Path

from superzol_etl.errors import NotFound, UsageError
from superzol_etl.snapshot import Snapshot, read_snapshot

MANIFEST = "download_manifest.json"


def find_snapshot(source: Path | None, volume: Path | None, version: int | None) -> Snapshot:
    """The snapshot of --source, or of --volume and --version."""
    if (source is None) == (volume is None):
        raise UsageError("give either --source or --volume")
    return read_snapshot(source or version_folder(volume or Path(), version))


def version_folder(volume: Path, version: int | None) -> Path:
    """The folder of a version that was fetched whole: its manifest is written last."""
    if version is None:
        raise UsageError("--volume needs --version")
    found = sorted(manifest.parent for manifest in volume.glob(f"raw/*/v{version}/{MANIFEST}"))
    if not found:
        raise NotFound(f"{volume} holds no version {version}: run superzol-etl fetch first")
    return found[-1]
