"""What the command line asked for, refused before anything starts when it cannot be meant."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from superzol_local.errors import NotFoundError, WrongStateError
from superzol_local.sample.snapshot import VERSIONS
from superzol_local.state import EMBEDDED, SAMPLE


@dataclass(frozen=True, slots=True)
class Options:
    """database: None means the embedded one."""

    data: Sequence[Path]
    state: Path
    port: int
    database: str | None

    @property
    def sources(self) -> list[str]:
        """What each version comes from, in order."""
        return [str(folder.resolve()) for folder in self.data] or [SAMPLE] * VERSIONS

    @property
    def target(self) -> str:
        """How the state names the database: without user and password."""
        if self.database is None:
            return EMBEDDED
        parts = urlsplit(self.database)
        folder = dict(parse_qsl(parts.query)).get("host", "")
        return f"{parts.hostname or folder}:{parts.port or 5432}{parts.path}"


def check_url(database: str | None) -> None:
    """Refuses what would be taken for host or port, and shown, though it is the password."""
    try:
        parts = urlsplit(database or "")
        is_read_whole = parts.port != 0 and (
            "@" in parts.netloc or "@" not in parts.path + parts.query
        )
    except ValueError:
        is_read_whole = False
    if not is_read_whole:
        raise WrongStateError(
            "--database is not a valid URL: write it as postgresql://user:password@host:5432/name, "
            "with %2F for / in the password and so on"
        )


def check_folders(folders: Sequence[Path]) -> None:
    """Raises NotFoundError for what is no folder to load."""
    for folder in folders:
        if not folder.is_dir():
            told = (
                "is a file: name the folder that holds the CSV files, unpacked"
                if folder.exists()
                else "there is no folder of that name"
            )
            raise NotFoundError(f"--data {folder}: {told}")
