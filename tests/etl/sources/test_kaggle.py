"""The source kaggle:, with the real client against a stand-in of Kaggle."""

import json
from pathlib import Path

import pytest

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.kaggle import OBJECTS, SERVICE, TOKEN, Kaggle
from tests.support.web import PAGE, SILENCE, Answer

CSV = "price_full_file_beta.csv"
ONE_AT_A_TIME = {"SUPERZOL_SOURCE_CONNECTIONS": "1"}
HASTY = {"SUPERZOL_SOURCE_TIMEOUT_SECONDS": "1"}


def test_the_newest_version_comes_whole_without_credentials(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(411, snapshot_files(1))
    kaggle.publish(412, snapshot_files(2))
    outcome = fetcher.run()
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Fetched")
    assert outcome.summary["version"] == 412
    assert fetcher.files() == snapshot_files(2)
    assert all("authorization" not in seen.headers for seen in kaggle.web.seen)


def test_the_summary_is_the_only_line_of_the_output(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(1, snapshot_files())
    stdout, _ = fetcher.start().communicate(timeout=240)
    assert json.loads(stdout)["stage"] == "fetch"


def test_a_version_that_is_there_is_unchanged_and_nothing_is_downloaded(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    first = fetcher.run()
    kaggle.web.seen.clear()
    second = fetcher.run()
    assert (second.exit_code, second.summary["result"]) == (0, "Unchanged")
    assert second.summary["revision"] == first.summary["revision"]
    assert kaggle.web.asked(OBJECTS) == []


def test_a_wanted_version_is_fetched_beside_a_newer_one(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(411, snapshot_files(1))
    kaggle.publish(412, snapshot_files(2))
    fetcher.run()
    outcome = fetcher.run("--version", "411")
    assert outcome.summary["version"] == 411
    assert fetcher.versions() == [411, 412]
    assert fetcher.run().summary["result"] == "Unchanged"


def test_version_numbers_may_skip(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(412, snapshot_files(1))
    fetcher.run()
    kaggle.publish(419, snapshot_files(2))
    assert fetcher.run().summary["version"] == 419
    assert fetcher.versions() == [412, 419]


def test_a_version_published_meanwhile_does_not_mix_with_the_one_being_fetched(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files(1))
    kaggle.web.trouble(f"{OBJECTS}/412/{CSV}", Answer(hangs=True, after_bytes=100))
    process = fetcher.start(SUPERZOL_SOURCE_TIMEOUT_SECONDS="3")
    while not kaggle.web.asked(f"{OBJECTS}/412/{CSV}"):
        assert process.poll() is None
    kaggle.publish(413, snapshot_files(2))
    stdout, _ = process.communicate(timeout=240)
    assert json.loads(stdout)["version"] == 412
    assert fetcher.files() == snapshot_files(1)
    assert fetcher.run().summary["version"] == 413


def test_large_files_travel_as_a_zip_and_lie_unpacked(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.zipped = {CSV}
    kaggle.publish(1, snapshot_files())
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()
    left = {path.name for path in fetcher.volume.rglob("*") if path.is_file()}
    assert left == {*snapshot_files(), "download_manifest.json"}


LOCAL_HEADER_BYTES = 30  # before the name; the packed file follows it


@pytest.mark.parametrize(
    ("begin", "damage"),
    [(LOCAL_HEADER_BYTES + len(CSV), b"\xff" * 9), (-22, b"")],
    ids=["what is packed", "the list of what is in it"],
)
def test_a_damaged_zip_is_thrown_away_and_the_next_run_brings_it_anew(
    kaggle: Kaggle, fetcher: Fetcher, begin: int, damage: bytes
) -> None:
    kaggle.zipped = {CSV}
    kaggle.publish(1, snapshot_files())
    place = f"{OBJECTS}/1/{CSV}.zip"
    whole = kaggle.web.files[place]
    kaggle.web.files[place] = whole[:begin] + damage + whole[begin:][len(damage) or 22 :]
    outcome = fetcher.run()
    assert outcome.exit_code == 75, outcome.stderr
    assert "is damaged" in outcome.stderr
    kaggle.web.files[place] = whole
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()


@pytest.mark.parametrize(
    ("offset", "bit"),
    [(6, 64), (8, 1), (10, 4), (46, 1)],
    ids=["its format", "a password", "another method of packing", "the name"],
)
def test_a_zip_with_one_bit_turned_is_thrown_away_whatever_that_bit_says(
    kaggle: Kaggle, fetcher: Fetcher, offset: int, bit: int
) -> None:
    kaggle.zipped = {CSV}
    kaggle.publish(1, snapshot_files())
    place = f"{OBJECTS}/1/{CSV}.zip"
    whole = kaggle.web.files[place]
    at = whole.rindex(b"PK\1\2") + offset  # in the list of what is in it
    kaggle.web.files[place] = whole[:at] + bytes([whole[at] ^ bit]) + whole[at + 1 :]
    outcome = fetcher.run()
    assert outcome.exit_code == 75, outcome.stderr
    assert f"the zip of {CSV} is damaged" in outcome.summary["message"]
    kaggle.web.files[place] = whole
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()


def test_files_of_folders_keep_their_path_and_others_than_csv_stay_away(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    nested = {f"alpha/{CSV}": b"a,b\n1,2\n"}
    kaggle.publish(1, snapshot_files() | nested | {"index.json": b"{}", ".hidden.csv": b"x"})
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files() | nested


@pytest.mark.parametrize("way", ["token", "token file", "key", "kaggle.json"])
def test_credentials_are_found_where_kaggle_documents_them_and_never_shown(
    kaggle: Kaggle, fetcher: Fetcher, tmp_path: Path, way: str
) -> None:
    kaggle.publish(1, snapshot_files())
    token = tmp_path / "token"
    token.write_text(TOKEN)
    (tmp_path / "config").mkdir()
    stored = {"username": "someone", "key": "k3y-s3cr3t"}
    (tmp_path / "config" / "kaggle.json").write_text(json.dumps(stored))
    (tmp_path / "config" / "kaggle.json").chmod(0o600)
    ways = {
        "token": {"KAGGLE_API_TOKEN": TOKEN},
        "token file": {"KAGGLE_API_TOKEN": str(token)},
        "key": {"KAGGLE_USERNAME": "someone", "KAGGLE_KEY": "k3y-s3cr3t"},
        "kaggle.json": {"KAGGLE_CONFIG_DIR": str(tmp_path / "config")},
    }
    outcome = fetcher.run(**ways[way])
    assert outcome.exit_code == 0, outcome.stderr
    sent = {seen.headers["authorization"].split()[0] for seen in kaggle.web.asked(SERVICE)}
    assert sent == {"Bearer" if way.startswith("token") else "Basic"}
    assert all("authorization" not in seen.headers for seen in kaggle.web.asked(OBJECTS))
    assert "s3cr3t" not in outcome.stderr + json.dumps(outcome.summary)


def test_a_private_dataset_needs_a_token(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.is_private = True
    kaggle.publish(1, snapshot_files())
    outcome = fetcher.run()
    assert outcome.exit_code == 77
    assert "KAGGLE_API_TOKEN" in outcome.stderr
    assert fetcher.run(KAGGLE_API_TOKEN=TOKEN).exit_code == 0


def test_a_home_that_nobody_may_write_stops_nothing(
    kaggle: Kaggle, fetcher: Fetcher, tmp_path: Path
) -> None:
    """Nobody may make a folder below a file, not even root."""
    kaggle.publish(1, snapshot_files())
    home = tmp_path / "no-folder"
    home.write_text("")
    passing = tmp_path / "passing"
    passing.mkdir()
    assert fetcher.run(HOME=str(home), TMPDIR=str(passing)).exit_code == 0
    again = fetcher.run(HOME="/proc/1/nowhere", TMPDIR=str(passing))
    assert again.summary["result"] == "Unchanged"
    assert list(passing.iterdir()) == []


TROUBLES = {
    "401": (Answer(401, b'{"code": 401, "message": "who?"}'), 77),
    "403": (Answer(403, b'{"code": 403, "message": "no"}'), 77),
    "404": (Answer(404, b'{"code": 404, "message": "none"}'), 66),
    "429": (Answer(429, b"{}"), 75),
    "500": (Answer(500, b"oops"), 75),
    "503": (Answer(503, b"<html>down</html>", {"Content-Type": "text/html"}), 75),
    "a web page": (PAGE, 75),
    "silence": (SILENCE, 75),
    "a cut line": (Answer(after_bytes=-1), 75),
}


@pytest.mark.parametrize("call", ["GetDataset", "ListDatasetFiles", "DownloadDataset"])
@pytest.mark.parametrize(("trouble", "exit_code"), TROUBLES.values(), ids=TROUBLES.keys())
def test_each_trouble_of_the_api_has_its_exit_code_and_the_next_run_completes(
    kaggle: Kaggle, fetcher: Fetcher, call: str, trouble: Answer, exit_code: int
) -> None:
    kaggle.publish(412, snapshot_files())
    kaggle.web.trouble(f"{SERVICE}/{call}", *[trouble] * 3)
    outcome = fetcher.run(**ONE_AT_A_TIME, **(HASTY if trouble is SILENCE else {}))
    assert outcome.exit_code == exit_code, outcome.stderr
    assert outcome.summary["result"] == "Failed"
    assert fetcher.versions() == []
    kaggle.web.troubles.clear()
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()


@pytest.mark.parametrize("trouble", ["429", "500", "503", "a web page", "silence", "a cut line"])
def test_a_passing_trouble_is_sat_out(kaggle: Kaggle, fetcher: Fetcher, trouble: str) -> None:
    kaggle.publish(412, snapshot_files())
    for call in ("GetDataset", "ListDatasetFiles", "DownloadDataset"):
        kaggle.web.trouble(f"{SERVICE}/{call}", TROUBLES[trouble][0])
    assert fetcher.run(**(HASTY if trouble == "silence" else {})).exit_code == 0
    assert fetcher.files() == snapshot_files()


def test_the_wait_that_kaggle_asks_for_is_kept(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(412, snapshot_files())
    kaggle.web.trouble(f"{SERVICE}/GetDataset", Answer(429, b"{}", {"Retry-After": "2"}))
    assert fetcher.run().exit_code == 0
    first, second = kaggle.web.asked(f"{SERVICE}/GetDataset")
    assert second.at_seconds - first.at_seconds >= 2


def test_a_wait_longer_than_our_patience_is_left_to_the_operator(
    kaggle: Kaggle, fetcher: Fetcher
) -> None:
    kaggle.publish(412, snapshot_files())
    kaggle.web.trouble(f"{SERVICE}/GetDataset", Answer(429, b"{}", {"Retry-After": "900"}))
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert (outcome.summary["reason"], outcome.summary["retryAfterSeconds"]) == ("RateLimited", 900)
    assert len(kaggle.web.asked(f"{SERVICE}/GetDataset")) == 1


@pytest.mark.parametrize(
    ("source", "told"),
    [("kaggle:one", "none of kaggle:OWNER/DATASET"), ("kaggle:no/body", "was refused with 403")],
)
def test_a_dataset_that_is_none_is_named(fetcher: Fetcher, source: str, told: str) -> None:
    outcome = fetcher._replace(source=source).run()
    assert outcome.exit_code == (64 if source == "kaggle:one" else 77)
    assert told in outcome.stderr


def test_a_version_that_does_not_exist_is_not_found(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(412, snapshot_files())
    assert fetcher.run("--version", "999").exit_code == 66


def test_signed_addresses_are_never_shown(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(412, snapshot_files())
    working = fetcher.run()
    assert (working.exit_code, len(kaggle.web.asked(OBJECTS))) == (0, 6)
    kaggle.publish(413, snapshot_files(2))
    kaggle.web.trouble(f"{OBJECTS}/413", *[Answer(503, b"")] * 12)
    failing = fetcher.run()
    assert failing.exit_code == 75
    for outcome in (working, failing):
        assert "s1gn3d" not in outcome.stderr + json.dumps(outcome.summary)


def test_only_the_files_that_are_asked_for_come(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(412, snapshot_files())
    outcome = fetcher.run("--only", "*_alpha.csv", "--only", "*_gam?a.csv")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Fetched"), outcome.stderr
    assert set(fetcher.files()) == set(snapshot_files()) - {CSV}
    assert fetcher.run("--only", "*_alpha.csv", "--only", "*_gam?a.csv").summary["result"] == (
        "Unchanged"
    )


def test_to_ask_for_files_that_are_not_there_is_told(kaggle: Kaggle, fetcher: Fetcher) -> None:
    kaggle.publish(412, snapshot_files())
    outcome = fetcher.run("--only", "promo_*")
    assert (outcome.exit_code, outcome.summary["reason"]) == (66, "NotFound")
    assert "no file that matches promo_*" in outcome.summary["message"]
