"""The files of the repository, for the tests that read them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def tracked_files(*suffixes: str) -> list[Path]:
    """Returns the files git knows or would add: those of these suffixes, all when none is given."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    files = [ROOT / line for line in listed.stdout.splitlines()]
    return [file for file in files if file.is_file() and (not suffixes or file.suffix in suffixes)]
