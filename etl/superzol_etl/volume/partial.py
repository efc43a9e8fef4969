"""What is known of a file that is not whole yet: a note beside it."""

import json
from pathlib import Path
from typing import NamedTuple

from superzol_etl.volume.layout import sync_file, sync_folder, write_whole

SUFFIX = ".partial"


class Partial(NamedTuple):
    """A download under way.

    mark: names the content that the bytes on the disk are part of; empty when they cannot be
    continued.
    """

    target: Path

    @property
    def note(self) -> Path:
        """The file beside the target."""
        return self.target.with_name(self.target.name + SUFFIX)

    @property
    def is_whole(self) -> bool:
        """The target is there and nothing says that it is not whole."""
        return self.target.is_file() and not self.note.exists()

    def begin(self) -> None:
        """Notes that the target is not whole, before its first byte."""
        if not self.note.exists():
            self.start_over("")

    def start_over(self, mark: str) -> None:
        """Forgets what is there of the target; what comes now is named by the mark."""
        write_whole(self.note, json.dumps({"mark": mark}).encode())
        self.target.unlink(missing_ok=True)

    def continued(self) -> tuple[int, str]:
        """How many bytes are there and what they are part of; (0, "") when nothing is of use."""
        mark = self.mark
        return (self.target.stat().st_size, mark) if mark and self.target.exists() else (0, "")

    @property
    def mark(self) -> str:
        """What the note says; empty when there is none that can be read."""
        try:
            mark = json.loads(self.note.read_bytes())["mark"]
        except (OSError, ValueError, KeyError, TypeError):
            return ""
        return mark if isinstance(mark, str) else ""

    def finish(self) -> None:
        """The target is whole and on the disk."""
        sync_file(self.target)
        self.note.unlink(missing_ok=True)
        sync_folder(self.target.parent)
