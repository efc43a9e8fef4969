"""What a person sees of a load: a line a chain and a bar at a terminal, log lines elsewhere."""

import json
import os
import pty
import re
import subprocess
import sys
from pathlib import Path

import pytest

from superzol_etl.console import show_bar
from superzol_etl.records import ChainResult, ChainState
from tests.support.loading import snapshot
from tests.support.snapshots import refresh
from tests.support.terminal import read_all

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")


def test_a_terminal_gets_a_line_for_each_chain_and_no_log_line_is_drawn_over(
    database: str, tmp_path: Path
) -> None:
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_beta.csv"
    path.write_bytes(path.read_bytes()[:-9])
    outer, inner = pty.openpty()
    command = [sys.executable, "-m", "superzol_etl", "refresh", "--source", str(folder)]
    process = subprocess.Popen(
        [*command, "--database", database, "--workers", "1"],
        stdout=subprocess.PIPE,
        stderr=inner,
        env=os.environ | {"COLUMNS": "400", "TERM": "xterm"},
    )
    os.close(inner)
    shown = read_all(outer)
    stdout = process.communicate(timeout=240)[0]
    assert json.loads(stdout)["result"] == "Partial"
    lines = [CONTROL.sub("", line.split("\x1b[2K")[-1]).rstrip() for line in shown.split("\n")]
    chains = [line.split()[:3] for line in lines if line.endswith(" s")]
    assert chains == [
        ["alpha", "loaded", "1,197"],
        ["beta", "held_back", "0"],
        ["gamma", "loaded", "597"],
    ]
    assert "  price_full_file_beta.csv is cut off in its last row: fetch it again" in lines
    assert re.search(r"\b0(\.0)?/\d", shown), "how much there is to read, before a chain is done"
    logged = [line for line in lines if '"event"' in line]
    assert [json.loads(line)["event"] for line in logged] == ["stage began"]


def test_stores_whose_full_file_was_cut_stand_below_their_chain(
    capfd: pytest.CaptureFixture[str],
) -> None:
    result = ChainResult(
        "alpha", ChainState.LOADED, rows=10, partial_stores=("1",), partial_promotion_stores=("2",)
    )
    with show_bar() as advance:
        advance(1, 1, result)
    shown = [CONTROL.sub("", line).strip() for line in capfd.readouterr().err.splitlines()]
    told = [line for line in shown if line.startswith("cut or")]
    assert told == [
        "cut or shrunken full price files, which end nothing: alpha:1",
        "cut or shrunken full promotion files, which end nothing: alpha:2",
    ]


def test_a_pipe_gets_a_log_line_for_each_chain(database: str, tmp_path: Path) -> None:
    outcome = refresh(database, snapshot(tmp_path, 1))
    told = [json.loads(line) for line in outcome.stderr.splitlines()]
    chains = [line["chain"] for line in told if line["event"] == "chain finished"]
    assert chains == ["alpha", "beta", "gamma"]
