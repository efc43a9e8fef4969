"""Versions that are loaded late leave the history that loading them in time leaves."""

from collections.abc import Awaitable, Callable
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import polars as pl
import pytest

from tests.etl.conftest import State
from tests.support.loading import EMPTY_ALL, run
from tests.support.snapshots import Item, Promo, Xml, prices_csv, promotions_csv, write_snapshot

ReadState = Callable[[], Awaitable[State]]

GOODS = [f"{code}" for code in range(1, 11)]
SHELF = 8  # of them: a full file with fewer than 70 % of the one before would be a delta
STORES = [str(number) for number in range(1, 25)]
FIRST_DAY = date(2026, 1, 5)
# Some stores are unseen for more than 60 days, before and after the first version served.
DAYS = {1: 0, 2: 70, 4: 90, 5: 135, 6: 140}
FIRST_SERVED = 4


def market(folder: Path, seed: int) -> dict[int, Path]:
    """Folders by version: stores publish everything, some changes, or nothing."""
    dice = Random(seed)
    folders = {}
    for version, days in DAYS.items():
        at = f"{FIRST_DAY + timedelta(days):%Y%m%d}"
        fulls, deltas = [], []
        promoted, changed = [], []
        for store in STORES:
            kind = dice.choice(("full", "delta", "both", "none", "none"))
            if kind in ("full", "both"):
                fulls.append(Xml(store, f"{at}0600", _items(dice, SHELF)))
                promoted.append((store, f"{at}0700", _promotions(dice, 4)))
            if kind in ("delta", "both"):
                deltas.append(Xml(store, f"{at}0900", _items(dice, dice.randint(1, 3))))
                changed.append((store, f"{at}1000", _promotions(dice, 1)))
        folders[version] = write_snapshot(
            folder / f"v{version}",
            {
                "price_full_file_alpha.csv": prices_csv("PriceFull", fulls),
                "price_file_alpha.csv": prices_csv("Price", deltas),
                "promo_full_file_alpha.csv": promotions_csv("PromoFull", promoted),
                "promo_file_alpha.csv": promotions_csv("Promo", changed),
            },
        )
    return folders


def _items(dice: Random, count: int) -> list[Item]:
    return [
        Item(code, dice.choice(("1.00", "2.00", "3.00")), f"מוצר {code}")
        for code in sorted(dice.sample(GOODS, count), key=int)
    ]


def _promotions(dice: Random, count: int) -> list[Promo]:
    return [
        Promo(code, GOODS[: int(code)], dice.choice(("0.50", "0.60")))
        for code in dice.sample(GOODS[:5], count)
    ]


def told_in(lake: Path) -> list[tuple[Any, ...]]:
    """What the lake says of promotions."""
    files = sorted((lake / "promotions").rglob("*.parquet"))
    rows = [
        (path.parent.name, *row[:-1], sorted(row[-1]))
        for path in files
        for row in pl.read_parquet(path)
        .drop("raw")
        .select(pl.exclude("store_ids"), "store_ids")
        .rows()
    ]
    return sorted(rows, key=repr)


def load(database: str, folders: dict[int, Path], lake: Path) -> None:
    for version, folder in folders.items():
        done = run(
            "refresh", "--database", database, "--source", str(folder), "--workers", "1",
            "--version", str(version), "--lake", str(lake),
        )  # fmt: skip
        assert done.summary.get("result") == "Loaded", done.stderr


def without_changes(state: State) -> State:
    """What a load changed of what was served then is not told anew."""
    kept = {}
    for key, value in state.items():
        words = value.split("|")
        if key[0] == "chain_version" and words[0] == "loaded":
            words[7] = ""
        kept[key] = "|".join(words)
    return kept


def differences(left: State, right: State) -> list[tuple[tuple[str, str], str | None, str | None]]:
    keys = sorted(left.keys() | right.keys())
    return [(key, left.get(key), right.get(key)) for key in keys if left.get(key) != right.get(key)]


@pytest.mark.parametrize("seed", range(3))
async def test_late_versions_leave_the_history_of_versions_loaded_in_time(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    seed: int,
) -> None:
    folders = market(tmp_path, seed)
    late = {number: folder for number, folder in folders.items() if number < FIRST_SERVED}
    served = {number: folder for number, folder in folders.items() if number >= FIRST_SERVED}
    lake = tmp_path / "lake"
    load(database, served, lake)
    order = [f"{number}={folder}" for number, folder in late.items()]
    place = ("--database", database, "--lake", str(lake))
    done = run("backfill", *order, *place)
    assert (done.exit_code, done.summary["result"]) == (0, "Backfilled"), done.stderr
    backfilled = without_changes(await final_state())
    told = told_in(lake)
    rebuilt = run("rebuild", "alpha@1..", *place)
    assert (rebuilt.exit_code, rebuilt.summary["changed"]) == (0, 0), rebuilt.stderr
    assert differences(without_changes(await final_state()), backfilled) == []

    await connection.execute(EMPTY_ALL)
    load(database, folders, tmp_path / "other_lake")
    in_time = without_changes(await final_state())
    assert {"span", "promotion_span"} <= {kind for kind, _ in in_time}
    assert differences(backfilled, in_time) == []
    assert told == told_in(tmp_path / "other_lake")


@pytest.mark.parametrize("hole", [2, 5])
async def test_a_hole_that_is_filled_leaves_the_prices_of_versions_loaded_in_time(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    hole: int,
) -> None:
    """Stores that the hole alone saw, or made unseen for 60 days, are closed by its day."""
    folders, lake = market(tmp_path, 3), tmp_path / "lake"
    load(database, {number: folders[number] for number in folders if number != hole}, lake)
    place = ("--database", database, "--lake", str(lake))
    done = run("rebuild", f"alpha@{hole}..", *place, "--hole", f"{hole}={folders[hole]}")
    assert (done.exit_code, done.summary["added"]) == (0, [hole]), done.stderr
    filled = without_promotions(await final_state())

    await connection.execute(EMPTY_ALL)
    load(database, folders, tmp_path / "other_lake")
    in_time = without_promotions(await final_state())
    assert differences(filled, in_time) == []


def without_promotions(state: State) -> State:
    """A rebuild leaves them as they are."""
    return {key: value for key, value in state.items() if not key[0].startswith("promotion")}


def two_chains(folder: Path, alpha: dict[int, str]) -> dict[int, Path]:
    """Four versions, 70, 5 and 5 days apart; alpha: its stores by version. Beta has one in all."""
    days = {1: 0, 2: 70, 3: 75, 4: 80}
    folders = {}
    for version, passed in days.items():
        at = f"{FIRST_DAY + timedelta(days=passed):%Y%m%d}0600"
        files = {
            f"price_full_file_{chain}.csv": prices_csv(
                "PriceFull", [Xml(store, at, [Item("1", "1.00")]) for store in told]
            )
            for chain, told in {"alpha": alpha[version], "beta": "3"}.items()
            if told
        }
        folders[version] = write_snapshot(folder / f"v{version}", files)
    return folders


async def test_a_late_version_without_files_of_a_chain_closes_what_the_chain_lost_sight_of(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    """alpha is read before beta, whose files alone say which day version 2 is of."""
    folders = two_chains(tmp_path, {1: "12", 2: "", 3: "1", 4: "1"})
    load(database, {4: folders[4]}, tmp_path / "lake")
    late = [f"{number}={folders[number]}" for number in (1, 2, 3)]
    done = run("backfill", *late, "--database", database)
    assert done.exit_code == 0, done.stderr
    backfilled = without_changes(await final_state())
    assert await connection.fetchval("SELECT valid_to FROM price_span") == 2

    await connection.execute(EMPTY_ALL)
    load(database, folders, tmp_path / "other_lake")
    # In time alpha was retired for a while, and so not noted as absent.
    backfilled.pop(("chain_version", "alpha 2"))
    assert differences(backfilled, without_changes(await final_state())) == []


@pytest.mark.parametrize(
    ("alpha", "late"),
    [
        ({1: "12", 2: "", 3: "1", 4: "1"}, [1]),
        ({1: "12", 2: "", 3: "1", 4: "1"}, [1, 3]),
        # What was given of beta alone comes after versions that saw all stores of alpha.
        ({1: "12", 2: "12", 3: "", 4: "1"}, [1, 3]),
    ],
    ids=["after the late ones", "between them", "after one that is served"],
)
async def test_a_version_of_another_chain_closes_what_late_versions_tell_as_its_day_comes(
    database: str,
    tmp_path: Path,
    connection: asyncpg.Connection,
    final_state: ReadState,
    alpha: dict[int, str],
    late: list[int],
) -> None:
    folders = two_chains(tmp_path, alpha)
    load(database, {number: folders[number] for number in folders if number not in late}, tmp_path)
    order = [f"{number}={folders[number]}" for number in late]
    done = run("backfill", *order, "--database", database)
    assert done.exit_code == 0, done.stderr
    backfilled = prices(await final_state(), "alpha")

    await connection.execute(EMPTY_ALL)
    load(database, folders, tmp_path / "other_lake")
    assert differences(backfilled, prices(await final_state(), "alpha")) == []


def prices(state: State, chain_id: str) -> State:
    kinds = ("offer", "span", "shelf", "store")
    return {key: value for key, value in state.items() if key[0] in kinds and chain_id in key[1]}


async def test_late_offers_of_a_store_close_where_later_versions_lost_sight_of_it_for_a_while(
    database: str, tmp_path: Path, connection: asyncpg.Connection, final_state: ReadState
) -> None:
    """Store 2 tells one price more in the first version served, and all again when it is back."""
    folders = {}
    for version, passed in {1: 0, 2: 1, 3: 70, 4: 71}.items():
        at = f"{FIRST_DAY + timedelta(days=passed):%Y%m%d}0600"
        fulls = [Xml("1", at, [Item("1", "1.00")])]
        if version in (1, 4):
            fulls.append(Xml("2", at, [Item("1", "2.00"), Item("2", "3.00")]))
        files = {"price_full_file_alpha.csv": prices_csv("PriceFull", fulls)}
        if version == 2:
            delta = [Xml("2", at, [Item("2", "3.00")])]
            files["price_file_alpha.csv"] = prices_csv("Price", delta)
        folders[version] = write_snapshot(tmp_path / f"v{version}", files)
    load(database, {number: folders[number] for number in (2, 3, 4)}, tmp_path / "lake")
    done = run("backfill", f"1={folders[1]}", "--database", database)
    assert done.exit_code == 0, done.stderr
    backfilled = without_changes(await final_state())
    assert sorted(value for key, value in backfilled.items() if key[0] == "span") == [
        "200 1 3",
        "300 1 3",
    ]

    await connection.execute(EMPTY_ALL)
    load(database, folders, tmp_path / "other_lake")
    assert differences(backfilled, without_changes(await final_state())) == []


async def test_a_late_version_that_a_gate_holds_back_is_left_out(
    database: str, tmp_path: Path, connection: asyncpg.Connection
) -> None:
    def day(version: int, rows: int, factor: int = 1) -> Path:
        items = [Item(str(code), f"{code * factor}.00") for code in range(1, rows + 1)]
        files = {
            "price_full_file_alpha.csv": prices_csv(
                "PriceFull", [Xml("1", f"2026060{version}0600", items)]
            )
        }
        return write_snapshot(tmp_path / f"day{version}", files)

    load(database, {5: day(5, 1200)}, tmp_path / "lake")
    late = {1: day(1, 1200), 2: day(2, 500), 3: day(3, 1200, 10), 4: day(4, 1200)}
    done = run(
        "backfill",
        *(f"{number}={folder}" for number, folder in late.items()),
        "--database",
        database,
    )
    assert (done.exit_code, done.summary["result"]) == (0, "Partial"), done.stderr
    rows = await connection.fetch("SELECT version, state, held_by FROM chain_version ORDER BY 1")
    assert [tuple(row) for row in rows] == [
        (1, "loaded", []),
        (2, "held_back", ["rows"]),
        (3, "held_back", ["jumps"]),
        (4, "loaded", []),
        (5, "loaded", []),
    ]
    assert await connection.fetchval("SELECT count(*) FROM price_span") == 0
