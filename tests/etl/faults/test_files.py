"""What a load does when files are not what they should be, and when it is called wrongly."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tests.support.loading import snapshot
from tests.support.snapshots import refresh

BAD_FILES = {
    "cut in a row": lambda data: data[: len(data) // 2].rsplit(b"\n", 1)[0] + b"\n,,,,77,",
    "binary": lambda data: os.urandom(4096),
    "a web page": lambda data: b"<!DOCTYPE html>\n<html><body>429</body></html>\n",
    "without prices": lambda data: data.replace(b"itemprice", b"preis", 1),
    "utf-16": lambda data: data.decode().encode("utf-16"),
    "other delimiter": lambda data: data.replace(b",", b";"),
    "old line ends": lambda data: data.replace(b"\n", b"\r"),
    "a column twice": lambda data: data.replace(b"itemname", b"itemprice", 1),
    "zeros at its end": lambda data: data + b"\0" * 100,
}


@pytest.mark.parametrize("damage", BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_a_bad_file_holds_its_chain_back_and_the_others_go_on(
    database: str, tmp_path: Path, connection: asyncpg.Connection, damage: Callable[[bytes], bytes]
) -> None:
    refresh(database, snapshot(tmp_path, 1))
    before = await open_offers(connection, "alpha")
    folder = snapshot(tmp_path, 2)
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(damage(path.read_bytes()))
    outcome = refresh(database, folder)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Partial")
    assert outcome.summary["heldBack"] == ["alpha"]
    assert "price_full_file_alpha.csv" in str(outcome.summary["problems"])
    assert await open_offers(connection, "alpha") == before
    states = await connection.fetch(
        "SELECT chain_id, state FROM chain_version JOIN chain USING (chain_key) WHERE version = 2"
    )
    assert dict(map(tuple, states)) == {"alpha": "held_back", "beta": "loaded", "gamma": "loaded"}


@pytest.mark.parametrize("damage", BAD_FILES.values(), ids=BAD_FILES.keys())
async def test_when_no_chain_can_be_loaded_the_run_fails_and_nothing_changes(
    database: str, tmp_path: Path, connection: asyncpg.Connection, damage: Callable[[bytes], bytes]
) -> None:
    refresh(database, snapshot(tmp_path, 1, ("alpha",)))
    before = await open_offers(connection, "alpha")
    folder = snapshot(tmp_path, 2, ("alpha",))
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(damage(path.read_bytes()))
    outcome = refresh(database, folder)
    assert outcome.exit_code == 65
    assert "price_full_file_alpha.csv" in outcome.stderr
    assert await open_offers(connection, "alpha") == before


async def test_a_header_that_stands_again_among_the_rows_costs_no_row(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    """As when two CSVs were put one after the other."""
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(path.read_bytes() + path.read_bytes())
    outcome = refresh(database, folder)
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded")
    assert len(await open_offers(connection, "alpha")) == 3 * 399
    reasons = await connection.fetch("SELECT reason FROM reject")
    assert [row["reason"] for row in reasons] == ["header_repeated"]


async def test_a_chain_held_back_leaves_no_products_behind(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_alpha.csv"
    path.write_bytes(path.read_bytes()[:-9])
    refresh(database, folder)
    ids = await connection.fetch("SELECT DISTINCT split_part(product_id, ':', 1) FROM product")
    assert {row[0] for row in ids} == {"beta", "gamma"}


async def test_a_chain_held_back_is_loaded_when_its_file_is_mended(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    path = folder / "price_full_file_alpha.csv"
    good = path.read_bytes()
    path.write_bytes(good[:-9])
    assert refresh(database, folder, "--version", "5").summary["heldBack"] == ["alpha"]
    path.write_bytes(good)
    outcome = refresh(database, folder, "--version", "5")
    assert (outcome.exit_code, outcome.summary["result"]) == (0, "Loaded")
    assert len(await open_offers(connection, "alpha")) == 3 * 399


async def open_offers(connection: asyncpg.Connection, chain_id: str) -> list[asyncpg.Record]:
    return await connection.fetch(
        "SELECT product_id, store_id, price, since FROM offer JOIN store USING (store_key)"
        " JOIN chain ON chain.chain_key = offer.chain_key WHERE chain_id = $1 ORDER BY 1, 2",
        chain_id,
    )


@pytest.mark.parametrize(
    ("options", "exit_code", "told"),
    [
        (["--source", "/nowhere"], 66, "is no folder"),
        (["--source", "."], 66, "holds no price_"),
        (["--source", ".", "--version", "0"], 64, "--version"),
        (["--source", ".", "--version", "40000"], 64, "--version"),
        (["--source", ".", "--dataset", "A b"], 64, "is no identifier"),
        (["--source", ".", "--run-id", "a b"], 64, "has other characters"),
        (["--database", "postgresql://localhost:1/x"], 75, "no PostgreSQL answers"),
        (["--database", "mysql://x"], 78, "no valid URL of PostgreSQL"),
        (["--database", "postgresql://u@localhost:99999/x"], 78, "no valid URL of PostgreSQL"),
        (["--database", "postgresql://h/x?sslrootcert=/no/ca"], 78, "/no/ca, sslrootcert in"),
        ([], 64, "--source"),
    ],
)
def test_wrong_calls_are_told_apart(
    database: str, tmp_path: Path, options: list[str], exit_code: int, told: str
) -> None:
    if "--database" in options:
        options = [*options, "--source", str(snapshot(tmp_path, 1))]
    else:
        options = [*options, "--database", database]
    command = [sys.executable, "-m", "superzol_etl", "refresh", *options]
    ended = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert ended.returncode == exit_code
    assert told in ended.stderr.replace("\n", " ")


def test_a_database_without_the_schema_is_a_wrong_configuration(blank: str, tmp_path: Path) -> None:
    outcome = refresh(blank, snapshot(tmp_path, 1))
    assert outcome.exit_code == 78
    assert "superzol-schema upgrade" in outcome.stderr


@pytest.mark.parametrize(
    "rest", ["s3cr3t/x@localhost/db", "s3cr3t#x@localhost/db", "[s3cr3t]@localhost/db",
             "s3cr3t:port@localhost:x/db", "s3cr3t@localhost:1/db", "s3cr3t?x@localhost/db",
             "s3cr3t@[::1/db", "s3cr3t@localhost:99999/db"],
)  # fmt: skip
def test_no_failing_url_shows_its_password(tmp_path: Path, rest: str) -> None:
    outcome = refresh(f"postgresql://u:{rest}", snapshot(tmp_path, 1))
    assert outcome.exit_code in (75, 78)
    assert "s3cr3t" not in outcome.stderr + str(outcome.summary)


async def test_what_is_called_as_a_csv_and_is_no_file_is_reported_and_nothing_waits_for_it(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1, ("alpha",))
    (folder / "price_full_file_beta.csv").mkdir()
    (folder / "price_full_file_gamma.csv").symlink_to(folder / "price_full_file_gamma.csv")
    os.mkfifo(folder / "price_full_file_delta.csv")
    (folder / "around").symlink_to(folder)
    assert refresh(database, folder).summary["chainsLoaded"] == 1
    reported = await connection.fetch(
        "SELECT file FROM file_report WHERE state = 'ignored' ORDER BY file"
    )
    assert [row["file"] for row in reported] == [
        f"price_full_file_{name}.csv" for name in ("beta", "delta", "gamma")
    ]


async def test_files_that_say_no_kind_are_reported_once_a_name(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1, ("alpha",))
    for place in ("old", "new"):
        (folder / place).mkdir()
        (folder / place / "notes.csv").write_text("a,b\n")
    outcome = refresh(database, folder)
    assert outcome.exit_code == 0
    reported = await connection.fetch("SELECT file FROM file_report WHERE state = 'ignored'")
    assert [row["file"] for row in reported] == ["notes.csv"]
    assert outcome.summary["drift"]["notes.csv"] == [
        "is no CSV of a kind that is known, and is not read"
    ]


async def test_a_name_that_is_no_utf8_is_reported_and_stops_nothing(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    folder = snapshot(tmp_path, 1)
    Path(os.fsdecode(os.fsencode(folder) + b"/price_full_file_\xe0\xec.csv")).write_bytes(b"x\n")
    assert refresh(database, folder).summary["result"] == "Loaded"
    ignored = await connection.fetchval("SELECT file FROM file_report WHERE state = 'ignored'")
    assert ignored == r"price_full_file_\xe0\xec.csv"
