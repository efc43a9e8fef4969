"""Inspect tells what the files of a folder hold, without a database."""

import gzip
import json
from pathlib import Path

import pytest

from tests.support.loading import start
from tests.support.snapshots import Item, Promo, full, prices_csv, write_snapshot
from tests.support.snapshots import promotions_csv as promotions


def inspect(*options: str) -> tuple[int, str, str]:
    process = start("inspect", *options)
    stdout, stderr = process.communicate(timeout=240)
    return process.returncode, stdout, stderr


def folder(tmp_path: Path) -> Path:
    early = full(Item("1", "1.00"), Item("2", "free"), at="202606010600")
    late = full(Item("1", "1.00"), store="2", at="202606012200")
    prices = prices_csv("PriceFull", [early, late])
    return write_snapshot(
        tmp_path / "day",
        {
            "price_full_file_alpha.csv": prices.replace(
                b"itemstatus", b"itemstatus_new", 1
            ).replace(b"itemname", b"itemnm", 1),
            "promo_full_file_alpha.csv": promotions(
                "PromoFull", [("1", "202606010700", [Promo("1", ["1"], "0.50")])]
            ),
            "price_full_file_beta.csv": prices.replace(b"itemprice", b"preis", 1),
            "notes.csv": b"a,b\n",
        },
    )


def test_a_folder_that_is_not_there_is_told_without_options_it_does_not_have(
    tmp_path: Path,
) -> None:
    exit_code, _, stderr = inspect(str(tmp_path / "none"))
    assert exit_code == 66
    assert "is no folder" in stderr
    assert "--source" not in stderr


def test_packed_files_and_names_in_capitals_are_named(tmp_path: Path) -> None:
    prices = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    files = {
        "PRICE_FULL_FILE_BETA.CSV": prices,
        "price_full_file_alpha.csv.gz": gzip.compress(prices),
    }
    folder = write_snapshot(tmp_path / "day", files)
    exit_code, _, stderr = inspect(str(folder))
    assert exit_code == 66
    assert "it holds PRICE_FULL_FILE_BETA.CSV, price_full_file_alpha.csv.gz" in stderr
    (folder / "price_full_file_gamma.csv").write_bytes(prices)
    _, stdout, _ = inspect(str(folder), "--json")
    assert json.loads(stdout)["ignored"] == sorted(files)


def test_it_tells_rows_columns_family_drift_times_and_problems_of_each_file(
    tmp_path: Path,
) -> None:
    exit_code, stdout, _ = inspect(str(folder(tmp_path)), "--json")
    told = json.loads(stdout)
    files = {file["file"]: file for file in told["files"]}
    prices = files["price_full_file_alpha.csv"]
    assert exit_code == 0
    assert [prices[name] for name in ("rows", "rejected", "columns", "stores", "drift")] == [
        3, 1, 11, 2, ["itemstatus_new"],
    ]  # fmt: skip
    assert "quantity is lacking" in prices["remarks"]
    assert prices["spelled"] == ["itemnm"]
    assert (prices["first_at"], prices["last_at"]) == (
        "2026-06-01 03:00:00+00:00",
        "2026-06-01 19:00:00+00:00",
    )
    assert files["promo_full_file_alpha.csv"]["family"] == "ITEMS"
    assert files["price_full_file_beta.csv"]["state"] == "bad"
    assert "lacks the required columns itemprice" in told["problems"]["beta"][0]
    assert told["ignored"] == ["notes.csv"]


def test_the_table_names_every_file_and_what_would_be_held_back(tmp_path: Path) -> None:
    exit_code, stdout, _ = inspect(str(folder(tmp_path)))
    assert exit_code == 0
    for words in ("price_full_file_alpha.csv", "ITEMS", "beta would be held back", "notes.csv"):
        assert words in stdout
    assert "price_full_file_alpha.csv has columns that nobody knows: itemstatus_new" in stdout


def test_the_table_says_in_which_zone_its_times_are(tmp_path: Path) -> None:
    heads, _, row = inspect(str(folder(tmp_path)))[1].strip().splitlines()[:3]
    assert heads.rstrip().endswith("from (UTC)         to (UTC)")
    assert row.split()[-4:] == ["2026-06-01", "03:00", "2026-06-01", "19:00"]


def test_a_file_of_refused_rows_is_of_no_store_and_no_time(tmp_path: Path) -> None:
    prices = prices_csv("PriceFull", [full(Item("1", "1.00", name="חלב"))])
    hebrew = prices.decode().encode("iso-8859-8")
    day = write_snapshot(tmp_path / "day", {"price_full_file_alpha.csv": hebrew})
    (told,) = json.loads(inspect(str(day), "--json")[1])["files"]
    assert (told["rejected"], told["stores"], told["first_at"], told["last_at"]) == (
        1, 0, None, None,
    )  # fmt: skip


def test_no_name_is_cut_however_narrow_the_terminal_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "40")
    names = [f"price_full_file_{'long_' * 40}{letter}.csv" for letter in "ab"]
    prices = prices_csv("PriceFull", [full(Item("1", "1.00"))])
    shown = inspect(str(write_snapshot(tmp_path / "day", dict.fromkeys(names, prices))))[1]
    rows = [line.split() for line in shown.splitlines()]
    for name in names:
        assert [name, "1", "0", "11"] in [row[:4] for row in rows]


def test_columns_of_a_file_that_lacks_some_are_counted(tmp_path: Path) -> None:
    files = {"store_file_alpha.csv": b"found_folder,file_name,branch\n"}
    day = write_snapshot(tmp_path / "day", files)
    (told,) = json.loads(inspect(str(day), "--json")[1])["files"]
    assert (told["state"], told["columns"]) == ("bad", 3)


def test_a_folder_without_files_is_not_found(tmp_path: Path) -> None:
    exit_code, _, stderr = inspect(str(tmp_path))
    assert exit_code == 66
    assert "holds no price_*" in stderr


def test_what_nobody_foresaw_exits_70_and_shows_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as an installation that is broken."""
    (tmp_path / "polars.py").write_text("raise RuntimeError('half of it is gone')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    exit_code, _, stderr = inspect(str(folder(tmp_path)))
    assert exit_code == 70
    assert "unforeseen: RuntimeError: half of it is gone" in stderr
    assert "Traceback" in stderr
