"""What --help of each program looks like on a terminal of 80 columns."""

import os
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.parametrize(
    ("program", "command", "line"),
    [
        ("superzol-etl", "fetch", "Unchanged. A fetch that was stopped goes on where it was."),
        ("superzol-operator", "run", "lost or rights changed (start it again), 77 rights missing"),
        ("superzol-server", "serve", "not allowed, 78 configuration."),
    ],
)
def test_lines_of_a_help_are_filled_however_its_source_is_broken(
    program: str, command: str, line: str
) -> None:
    path = Path(sys.executable).with_name(program)
    shown = subprocess.run(
        [path, command, "--help"],
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )

    assert line in shown.stdout
