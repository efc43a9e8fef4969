"""Runs superzol-etl fetch as an operator would, with little patience."""

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from superzol_etl.snapshot import file_digest
from superzol_etl.volume.manifest import kept_versions
from superzol_etl.volume.partial import Partial
from tests.support.loading import finish
from tests.support.snapshots import Item, Outcome, Xml, prices_csv

IMPATIENT = {
    "SUPERZOL_SOURCE_TIMEOUT_SECONDS": "10",
    "SUPERZOL_SOURCE_ATTEMPTS": "3",
    "SUPERZOL_SOURCE_WAIT_SECONDS": "0.01",
    "SUPERZOL_SOURCE_PATIENCE_SECONDS": "20",
    "SUPERZOL_SOURCE_RESERVE_BYTES": "0",
    "SUPERZOL_SOURCE_RATE": "1000/second",
}
KEYS = ("KAGGLE", "AWS", "GOOGLE", "SUPERZOL", "HOME", "HTTP_PROXY", "http_proxy", "DATABASE_URL")
LIMIT_FILES = """
import os, resource, sys
limit = int(sys.argv[1])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
os.execv(sys.argv[2], sys.argv[2:])
"""
LIMITED = (sys.executable, "-c", LIMIT_FILES)


class Fetcher(NamedTuple):
    """Fetches one source to one volume."""

    source: str
    volume: Path
    environment: Mapping[str, str] = {}
    command: str = "fetch"

    def start(self, *options: str, **more: str) -> subprocess.Popen[str]:
        """Starts a fetch; more: variables of the environment."""
        return self._start([], options, more)

    def _start(
        self,
        wrapper: list[str],
        options: tuple[str, ...],
        more: Mapping[str, str],
        messages: int = subprocess.PIPE,
    ) -> subprocess.Popen[str]:
        own = {name: value for name, value in os.environ.items() if not name.startswith(KEYS)}
        home = self.volume.parent / "home"
        home.mkdir(exist_ok=True)
        return subprocess.Popen(
            [
                *wrapper,
                *(sys.executable, "-m", "superzol_etl", self.command),
                *("--source", self.source, "--volume", str(self.volume), *options),
            ],
            env={**own, "HOME": str(home), **IMPATIENT, **self.environment, **more},
            stdout=subprocess.PIPE,
            stderr=messages,
            text=True,
        )

    def start_at_terminal(self, terminal: int) -> subprocess.Popen[str]:
        """Starts a fetch whose messages go to a terminal, by its file descriptor."""
        return self._start([], (), {"TERM": "xterm"}, terminal)

    def run(self, *options: str, **more: str) -> Outcome:
        """Fetches to the end."""
        return finish(self.start(*options, **more))

    def run_limited(self, *options: str, file_bytes: int) -> Outcome:
        """Fetches in a process whose files cannot grow larger, as on a disk that is full."""
        return finish(self._start([*LIMITED, str(file_bytes)], options, {}))

    def came(self, name: str) -> bool:
        """Says if a file came whole, of a version that need not be."""
        return any(Partial(path).is_whole for path in self.volume.rglob(name))

    def versions(self) -> list[int]:
        """The numbers of the whole versions on the volume."""
        return [kept.manifest.version for kept in kept_versions(self.volume)]

    def files(self) -> dict[str, bytes]:
        """The files of the newest whole version; each is what its manifest says."""
        newest = kept_versions(self.volume)[-1]
        for entry in newest.manifest.files:
            assert file_digest(newest.folder / entry.name) == entry.blake3
        return {
            entry.name: (newest.folder / entry.name).read_bytes() for entry in newest.manifest.files
        }


def snapshot_files(day: int = 1, rows: int = 50) -> dict[str, bytes]:
    """Three price files of a day, of different sizes."""
    return {
        f"price_full_file_{chain}.csv": prices_csv(
            "PriceFull",
            [
                Xml(
                    "1",
                    f"2026060{day}0600",
                    [Item(str(code), f"{code + day}.90") for code in range(1, rows * times)],
                )
            ],
        )
        for times, chain in enumerate(("alpha", "beta", "gamma"), start=1)
    }
