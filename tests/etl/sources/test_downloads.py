"""What happens when a download is cut, killed, damaged, or finds no room."""

import json
import os
import signal
import time
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.kaggle import OBJECTS, Kaggle
from tests.support.loading import run
from tests.support.web import PAGE, Answer

LARGE = "price_full_file_large.csv"
MEGABYTE = 1 << 20
PATIENCE_SECONDS = 120
BODY = os.urandom(3 * MEGABYTE)


def wait_for_bytes(volume: Path, name: str, count: int) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while sum(path.stat().st_size for path in volume.rglob(name)) < count:
        assert time.monotonic() < deadline, f"{name} never came to {count} bytes"
        time.sleep(0.01)


def ranges(kaggle: Kaggle) -> list[str]:
    asked = kaggle.web.asked(f"{OBJECTS}/1/{LARGE}")
    return [seen.headers["range"] for seen in asked if "range" in seen.headers]


def hang_after(kaggle: Kaggle, count: int) -> None:
    kaggle.web.trouble(f"{OBJECTS}/1/{LARGE}", Answer(), Answer(hangs=True, after_bytes=count))


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_download_that_was_ended_goes_on_where_it_was(
    kaggle: Kaggle, fetcher: Fetcher, ending: signal.Signals
) -> None:
    kaggle.publish(1, {LARGE: BODY} | snapshot_files())
    hang_after(kaggle, MEGABYTE)
    process = fetcher.start(SUPERZOL_SOURCE_TIMEOUT_SECONDS="60")
    wait_for_bytes(fetcher.volume, LARGE, MEGABYTE)
    process.send_signal(ending)
    stdout, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == {signal.SIGKILL: -9, signal.SIGTERM: 75}[ending]
    assert ending is signal.SIGKILL or json.loads(stdout)["reason"] == "Stopped"
    assert fetcher.versions() == []

    kaggle.web.seen.clear()
    again = fetcher.run()
    assert (again.exit_code, again.summary["result"]) == (0, "Fetched")
    assert ranges(kaggle) == [f"bytes={MEGABYTE}-"]
    assert fetcher.files() == {LARGE: BODY} | snapshot_files()
    assert list(fetcher.volume.rglob("*.partial")) == []


def test_files_that_were_whole_at_the_kill_are_not_downloaded_again(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(1, snapshot_files() | {LARGE: BODY})
    hang_after(kaggle, MEGABYTE)
    process = fetcher.start(SUPERZOL_SOURCE_TIMEOUT_SECONDS="60", SUPERZOL_SOURCE_CONNECTIONS="1")
    wait_for_bytes(fetcher.volume, LARGE, MEGABYTE)
    process.kill()
    process.communicate()
    kaggle.web.seen.clear()
    assert fetcher.run().exit_code == 0
    assert {seen.path for seen in kaggle.web.asked(OBJECTS)} == {f"{OBJECTS}/1/{LARGE}"}


def test_a_cut_body_is_continued_in_the_same_run(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(1, {LARGE: BODY})
    cut = Answer(after_bytes=MEGABYTE)
    kaggle.web.trouble(f"{OBJECTS}/1/{LARGE}", Answer(), cut, Answer(), cut)
    assert fetcher.run().exit_code == 0
    assert ranges(kaggle) == [f"bytes={MEGABYTE}-", f"bytes={2 * MEGABYTE}-"]
    assert fetcher.files() == {LARGE: BODY}


def test_a_body_that_stays_truncated_is_passing_and_never_becomes_a_version(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(1, {LARGE: BODY})
    whole = kaggle.web.files[f"{OBJECTS}/1/{LARGE}"]
    kaggle.web.files[f"{OBJECTS}/1/{LARGE}"] = whole[:-1]
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    told = f"{LARGE} came with {len(BODY) - 1} bytes instead of {len(BODY)}: run the same command"
    assert told in outcome.stderr
    assert fetcher.versions() == []
    kaggle.web.files[f"{OBJECTS}/1/{LARGE}"] = whole
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == {LARGE: BODY}


def test_a_body_that_changed_since_the_kill_is_downloaded_whole(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(1, {LARGE: BODY})
    hang_after(kaggle, MEGABYTE)
    process = fetcher.start(SUPERZOL_SOURCE_TIMEOUT_SECONDS="60")
    wait_for_bytes(fetcher.volume, LARGE, MEGABYTE)
    process.kill()
    process.communicate()
    other = os.urandom(len(BODY))
    kaggle.publish(1, {LARGE: other})
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == {LARGE: other}


@pytest.mark.parametrize(
    ("trouble", "exit_code"),
    [(PAGE, 75), (Answer(503), 75), (Answer(429), 75), (Answer(403), 77), (Answer(404), 66)],
    ids=["page", "503", "429", "403", "404"],
)
def test_each_trouble_of_the_file_server_has_its_exit_code(
    kaggle: Kaggle, fetcher: Fetcher, trouble: Answer, exit_code: int
) -> None:
    kaggle.publish(1, snapshot_files())
    kaggle.web.trouble(OBJECTS, *[trouble] * 40)
    assert fetcher.run().exit_code == exit_code
    kaggle.web.troubles.clear()
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()


def test_a_silent_file_server_is_given_up_on(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(1, {LARGE: BODY})
    hang_after(kaggle, MEGABYTE)
    outcome = fetcher.run(SUPERZOL_SOURCE_ATTEMPTS="1", SUPERZOL_SOURCE_TIMEOUT_SECONDS="2")
    assert outcome.exit_code == 75
    assert "ReadTimeout" in outcome.stderr
    assert fetcher.run().exit_code == 0


def test_a_zip_that_is_damaged_is_fetched_again(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.zipped = {LARGE}
    kaggle.publish(1, {LARGE: BODY})
    place = f"{OBJECTS}/1/{LARGE}.zip"
    whole = kaggle.web.files[place]
    other = bytes([whole[MEGABYTE] ^ 1])
    kaggle.web.files[place] = whole[:MEGABYTE] + other + whole[MEGABYTE + 1 :]
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert f"the zip of {LARGE} is damaged" in outcome.stderr
    kaggle.web.files[place] = whole
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == {LARGE: BODY}


def test_space_is_looked_at_before_the_first_byte(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(1, snapshot_files())
    outcome = fetcher.run(SUPERZOL_SOURCE_RESERVE_BYTES=str(1 << 60))
    assert outcome.exit_code == 75
    assert outcome.summary["reason"] == "NoSpace"
    assert "clear some or give a larger volume" in outcome.stderr
    assert kaggle.web.asked(OBJECTS) == []
    assert fetcher.run().exit_code == 0


def test_a_disk_that_fills_up_is_told_and_what_came_is_kept(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    """A limit on the size of files stands for the full disk: it needs no rights to set up."""
    kaggle.publish(1, {LARGE: BODY} | snapshot_files())
    limited = fetcher.run_limited(file_bytes=2 * MEGABYTE)
    assert limited.exit_code == 75
    assert limited.summary["reason"] == "NoSpace"
    assert fetcher.versions() == []
    kaggle.web.seen.clear()
    assert fetcher.run().exit_code == 0
    assert ranges(kaggle) == [f"bytes={2 * MEGABYTE}-"]
    assert fetcher.files() == {LARGE: BODY} | snapshot_files()


def test_a_volume_that_nobody_may_write_is_not_allowed(kaggle: Kaggle, fetcher: Fetcher) -> None:
    """Nobody makes a folder in /sys, not even root."""
    kaggle.publish(1, snapshot_files())
    command = ["fetch", "--source", fetcher.source, "--volume", "/sys/superzol"]
    outcome = run(*command)
    assert outcome.exit_code == 77
    assert "let this user read and write /sys/superzol" in outcome.stderr


def test_a_volume_that_is_a_file_is_a_wrong_configuration(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(1, snapshot_files())
    fetcher.volume.write_text("")
    outcome = fetcher.run()
    assert outcome.exit_code == 78
    assert "cannot be made a folder" in outcome.stderr
