"""Runs the commands of the README's tour: `python -m tests.local.tour [--check] [--port N]`.

Needs a `superzol up` with the sample. Writes the answers into README.md; with --check it only
compares, volatile fields apart, and exits 1 with the difference.
"""

import argparse
import difflib
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.local.running import ROOT, grpcurl

README = ROOT / "README.md"
TOUR = re.compile(r"(?<=<!-- tour -->\n).*(?=<!-- end of tour -->)", re.DOTALL)
BLOCK = re.compile(r"```console\n\$ (?P<body>.*?)```", re.DOTALL)
VOLATILE = re.compile(
    r'\n\s*"(closed_span_count|database_bytes|newest_observed_age_seconds|next_page_token)".*'
)


def main() -> int:
    """Updates or checks the README; returns the exit code."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--check", action="store_true")
    options.add_argument("--port", type=int, default=50051)
    arguments = options.parse_args()
    written = README.read_text(encoding="utf-8")
    answered = answer(written, arguments.port)
    if not arguments.check:
        README.write_text(answered, encoding="utf-8")
        return 0
    difference = compare(written, answered)
    print(difference)
    return 1 if difference else 0


def answer(text: str, port: int) -> str:
    """Returns the text with the answers of the server on that port."""

    def fill(block: re.Match[str]) -> str:
        command = first_command(block["body"])
        return f"```console\n$ {command}\n{run(command, port)}```"

    return TOUR.sub(lambda tour: BLOCK.sub(fill, tour[0]), text)


def first_command(body: str) -> str:
    """Returns the first lines that make a whole command: all quotes closed, no line to follow."""
    command = ""
    for line in body.splitlines():
        command += line
        if command.count("'") % 2 == 0 and not line.endswith("\\"):
            break
        command += "\n"
    return command


def run(command: str, port: int) -> str:
    """Returns what a terminal would show."""
    path = f"{Path(grpcurl()).parent}:{os.environ['PATH']}"
    shown = subprocess.run(
        ["sh", "-c", command.replace("localhost:50051", f"localhost:{port}")],
        env=os.environ | {"PATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return shown.stdout


def compare(written: str, answered: str) -> str:
    """Returns the difference of two texts as lines, "" when only volatile fields differ."""
    old, new = (
        [line.rstrip(",") for line in VOLATILE.sub("", text).splitlines()]
        for text in (written, answered)
    )
    return "\n".join(difflib.unified_diff(old, new, "README.md", "answers", lineterm=""))


if __name__ == "__main__":
    sys.exit(main())
