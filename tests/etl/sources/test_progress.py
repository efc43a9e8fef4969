"""What a person sees of a fetch: a bar at a terminal, plain lines elsewhere."""

import json
import os
import pty
from pathlib import Path

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.snapshots import write_snapshot
from tests.support.terminal import read_all


def test_a_terminal_gets_a_bar_and_a_pipe_gets_lines(tmp_path: Path) -> None:
    source = write_snapshot(tmp_path / "source", snapshot_files())
    fetcher = Fetcher(f"dir:{source}", tmp_path / "volume")
    outer, inner = pty.openpty()
    process = fetcher.start_at_terminal(inner)
    os.close(inner)
    shown = read_all(outer)
    stdout = process.communicate(timeout=240)[0]
    assert json.loads(stdout)["result"] == "Fetched"
    assert "price_full_file_" in shown  # whichever came last
    assert "\x1b[" in shown  # drawn over and over in one place

    done = fetcher._replace(volume=tmp_path / "other").run()
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    sizes = {name: len(content) for name, content in snapshot_files().items()}
    assert {line.get("file"): line["bytes"] for line in lines[:-1]} == sizes
    assert [line["event"] for line in lines] == [*["file came"] * len(sizes), "files came"]
    assert {(line["run_id"], line["stage"]) for line in lines} == {(done.summary["runId"], "fetch")}
    assert (lines[-1]["files"], lines[-1]["bytes"]) == (len(sizes), sum(sizes.values()))
    assert all(line["seconds"] >= 0 for line in (*lines, done.summary))


def test_names_that_read_as_markup_are_shown_as_they_are(tmp_path: Path) -> None:
    write_snapshot(tmp_path / "source" / "[" / "b]", {"price_file_x.csv": b"1"})
    fetcher = Fetcher(f"dir:{tmp_path / 'source'}", tmp_path / "volume")
    outer, inner = pty.openpty()
    process = fetcher.start_at_terminal(inner)
    os.close(inner)
    shown = read_all(outer)
    stdout = process.communicate(timeout=240)[0]
    assert (process.returncode, json.loads(stdout)["result"]) == (0, "Fetched"), shown
    assert "[/b]/price_file_x.csv" in shown
