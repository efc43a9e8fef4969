"""`superzol up`: what it starts it stops, and what it began it finishes."""

import asyncio
import errno
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
from pathlib import Path

import pytest

from superzol_local.__main__ import explain
from superzol_local.port import why_not
from superzol_local.programs import Program
from tests.local.running import (
    STOP_SECONDS,
    grpcurl,
    left_of,
    processes_of,
    read_until,
    read_until_serving,
    running,
    start,
)
from tests.support.ports import free_port


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A state folder with the sample loaded; nothing runs in it."""
    folder = tmp_path_factory.mktemp("up") / "state"
    with running(folder):
        pass
    return folder


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    output, _ = process.communicate(timeout=STOP_SECONDS)
    return process.returncode, output


def test_the_two_lines_it_prints_can_be_pasted(state: Path) -> None:
    with running(state) as up:
        calls = [line for line in up.output.splitlines() if "grpcurl -plaintext" in line]
        answers = [
            subprocess.run(
                [grpcurl(), *shlex.split(call)[1:]], capture_output=True, text=True, check=True
            )
            for call in calls
        ]

    assert len(calls) == 2
    assert '"name": "חלב' in answers[0].stdout
    assert '"complete_store_count"' in answers[1].stdout
    assert '"with_promotions": true' in calls[1]


def test_a_second_start_loads_nothing(state: Path) -> None:
    with running(state) as up:
        assert "loading" not in up.output
        assert "making" not in up.output


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_to_the_parent_stops_everything(state: Path, ending: signal.Signals) -> None:
    with running(state) as up:
        assert len(processes_of(state)) >= 3
        assert up.stop(ending) == 0

    assert left_of(state) == []


def test_ctrl_c_reaches_the_whole_group_and_stops_everything(state: Path) -> None:
    with running(state) as up:
        os.killpg(up.process.pid, signal.SIGINT)
        assert up.process.wait(STOP_SECONDS) == 0

    assert left_of(state) == []


def test_a_start_after_kill_9_works(state: Path) -> None:
    with running(state) as up:
        assert up.stop(signal.SIGKILL) == -signal.SIGKILL

    with running(state) as again:
        assert "serving on" in again.output
    assert left_of(state) == []


@pytest.mark.parametrize("seen", ["starting PostgreSQL", "loading version 1"])
def test_a_first_start_that_was_killed_is_completed_by_the_next(tmp_path: Path, seen: str) -> None:
    state = tmp_path / "state"
    process = start(state, free_port())
    read_until(process, seen)
    process.kill()
    ended(process)

    with running(state) as up:
        assert "loading version 3" in up.output


def test_a_signal_during_the_load_stops_everything(tmp_path: Path) -> None:
    state = tmp_path / "state"
    process = start(state, free_port())
    read_until(process, "making sample day 1")
    process.terminate()

    code, output = ended(process)
    assert code == 0, output
    assert left_of(state) == []


def test_a_busy_port_is_found_out_at_once(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        code, output = ended(start(tmp_path / "state", listener.getsockname()[1]))

    assert code == 75
    assert "is in use by another program" in output
    assert "starting" not in output


def test_a_port_that_this_user_may_not_have_is_told_as_one() -> None:
    refused = why_not(80, PermissionError(errno.EACCES, "Permission denied"))

    assert refused is not None
    assert refused.exit_code == 77
    assert "give --port a number from 1024 on" in str(refused)


def test_a_machine_without_ipv6_is_no_reason_not_to_start() -> None:
    assert why_not(50051, OSError(errno.EADDRNOTAVAIL, "no such address")) is None


def test_a_full_disk_may_pass() -> None:
    code, told = explain(OSError(errno.ENOSPC, "No space left on device", "/state/sample"))

    assert code == 75
    assert "/state/sample" in told
    assert "make room" in told


@pytest.mark.parametrize(
    ("last_line", "exit_code"),
    [("PANIC:  could not write to file: No space left on device", 75), ("ERROR:  no role", 1)],
)
async def test_a_program_that_ended_for_want_of_room_is_told_so(
    tmp_path: Path, last_line: str, exit_code: int
) -> None:
    log = tmp_path / "postgres.log"
    log.write_text(f"starting\n{last_line}\nshut down\n")
    process = await asyncio.create_subprocess_exec("false")
    await process.wait()

    failure = Program("postgres", process, log).failure()

    assert failure.exit_code == exit_code
    assert ("make room" in str(failure)) == (exit_code == 75)


def test_a_database_that_ends_under_a_load_tells_why_itself(tmp_path: Path) -> None:
    state = tmp_path / "state"
    process = start(state, free_port())
    read_until(process, "making sample day 1")
    server = int((state / "postgres" / "postmaster.pid").read_text().split()[0])
    os.kill(server, signal.SIGKILL)

    code, output = ended(process)
    assert code == 70
    assert "postgres was killed by signal 9; the end of" in output


def test_a_hangup_that_nohup_ignores_stays_ignored(state: Path) -> None:
    handler = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        process = start(state, free_port())
    finally:
        signal.signal(signal.SIGHUP, handler)
    read_until_serving(process)
    status = Path(f"/proc/{process.pid}/status").read_text()
    process.terminate()

    assert ended(process)[0] == 0
    [ignored] = re.findall(r"SigIgn:\s*(\w+)", status)
    assert int(ignored, 16) & 1 << signal.SIGHUP - 1


def test_a_terminal_that_knows_no_hebrew_stops_nothing(
    state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")

    with running(state) as up:
        assert "\\u05d7\\u05dc\\u05d1" in up.output


def test_a_state_in_use_is_refused(state: Path) -> None:
    with running(state):
        code, output = ended(start(state, free_port()))

    assert code == 75
    assert "in use by another `superzol up`" in output


def test_other_data_than_the_state_holds_is_refused(state: Path, tmp_path: Path) -> None:
    code, output = ended(start(state, free_port(), "--data", str(tmp_path)))

    assert code == 78
    assert "give --state another folder" in output


def test_the_exit_code_and_the_words_of_the_etl_are_passed_on(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()

    code, output = ended(start(tmp_path / "state", free_port(), "--data", str(empty)))

    assert code == 66
    assert f"{empty} holds no" in output


def test_a_file_in_place_of_a_folder_is_told_as_one(tmp_path: Path) -> None:
    packed = tmp_path / "snapshot.zip"
    packed.touch()

    code, output = ended(start(tmp_path / "state", free_port(), "--data", str(packed)))

    assert code == 66
    assert "is a file: name the folder" in output


def test_a_snapshot_folder_is_loaded_instead_of_the_sample(state: Path, tmp_path: Path) -> None:
    days = [str(state / "sample" / version) for version in ("1", "2")]
    options = ["--data", days[0], "--data", days[1]]

    process = start(tmp_path / "state", free_port(), *options)
    output = read_until_serving(process)
    process.terminate()

    assert ended(process)[0] == 0
    assert "loading version 2" in output
    assert "making" not in output


def test_a_chain_held_back_is_named(state: Path, tmp_path: Path) -> None:
    folder = tmp_path / "day"
    shutil.copytree(state / "sample" / "1", folder)
    (folder / "price_full_file_osher_ad.csv").write_bytes(b"\x89PNG\x00\xff")

    with running(tmp_path / "state", "--data", str(folder)) as up:
        assert "held back from version 1: osher_ad" in up.output
        assert re.search(r"\n  price_full_file_osher_ad.csv .+", up.output)


@pytest.mark.parametrize("options", [["--port", "0"], ["--nonsense"]])
def test_wrong_usage_exits_64(tmp_path: Path, options: list[str]) -> None:
    assert ended(start(tmp_path / "state", free_port(), *options))[0] == 64
