"""What --help of each program looks like on a terminal of 80 columns."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAMS = ["superzol", "superzol-etl", "superzol-operator", "superzol-schema", "superzol-server"]


def show_help(*command: str) -> str:
    shown = subprocess.run(
        [Path(sys.executable).with_name(command[0]), *command[1:], "--help"],
        env=os.environ | {"COLUMNS": "80"},
        capture_output=True,
        text=True,
        check=True,
    )
    return shown.stdout


@pytest.mark.parametrize(
    ("program", "command", "line"),
    [
        ("superzol-etl", "fetch", "The last line of the output is a JSON summary. Its result is"),
        ("superzol-operator", "run", "leadership lost or rights changed (start it again), 77"),
        ("superzol-schema", "upgrade", "not allowed, 78 configuration."),
        ("superzol-server", "serve", "77 not allowed, 78 configuration."),
    ],
)
def test_lines_of_a_help_are_filled_however_its_source_is_broken(
    program: str, command: str, line: str
) -> None:
    assert line in show_help(program, command)


@pytest.mark.parametrize("program", PROGRAMS)
def test_no_help_cuts_off_what_a_command_does_or_the_name_of_an_option_or_setting(
    program: str,
) -> None:
    told = show_help(program)
    commands = re.findall(r"^  ([a-z]+)  ", told.split("Commands:\n")[1], re.MULTILINE)
    assert commands
    cut = re.compile(r"\w…|[^]]\.\.\.$", re.MULTILINE)
    for shown in (told, *(show_help(program, command) for command in commands)):
        assert not cut.search(shown)
