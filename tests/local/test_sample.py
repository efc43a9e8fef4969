"""The generated sample: always the same, and as varied as it promises."""

import hashlib
import json
import re
from collections import Counter
from pathlib import Path

import pytest

from superzol_local.sample.masking import EMPTY
from superzol_local.sample.products import make_products, with_check_digit
from superzol_local.sample.snapshot import VERSIONS, write_snapshot
from superzol_local.sample.stores import make_stores
from tests.local.publishing import read


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_all(tmp_path_factory.mktemp("sample"))


def write_all(root: Path) -> Path:
    for version in range(1, VERSIONS + 1):
        (root / str(version)).mkdir()
        write_snapshot(root / str(version), version)
    return root


def digests(root: Path) -> dict[str, str]:
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(root.rglob("*.*"))
    }


def test_two_runs_write_the_same_bytes(sample: Path, tmp_path: Path) -> None:
    assert digests(write_all(tmp_path)) == digests(sample)


def test_every_version_differs_from_the_one_before(sample: Path) -> None:
    days = [digests(sample / str(version)) for version in range(1, VERSIONS + 1)]
    full = [name for name in days[0] if name.startswith("price_full")]

    assert all(days[0][name] != days[1][name] != days[2][name] for name in full)


def test_a_few_cities_have_several_stores_of_several_chains() -> None:
    stores = make_stores()
    chains_of = Counter(city for each in stores.values() for city in {store.city for store in each})
    stores_of = Counter(store.city for each in stores.values() for store in each)

    assert sum(stores_of.values()) >= 60
    assert len(stores) >= 6
    for city in ("ירושלים", "תל אביב", "חיפה", "באר שבע"):
        assert chains_of[city] >= 5
        assert stores_of[city] >= 8


def test_there_are_5000_goods_with_valid_and_global_barcodes() -> None:
    products = make_products({"shufersal": "שופרסל", "rami_levy": "רמי לוי"})
    gtins = [product.gtin for product in products if product.gtin]

    assert len(set(gtins)) == len(gtins)
    assert [gtin for gtin in gtins if with_check_digit(gtin[:-1]) != gtin] == []
    assert [gtin for gtin in gtins if re.match("729000000|2|02|04", gtin)] == []
    assert {len(gtin) for gtin in gtins} == {8, 12, 13}


def test_the_full_files_list_5000_goods_at_plausible_prices(sample: Path) -> None:
    rows = [row for path in (sample / "1").glob("price_full*") for row in read(path)]
    prices = [float(row["itemprice"]) for row in rows if row["itemprice"] != EMPTY]

    assert len({row["itemcode"] for row in rows}) >= 5000
    assert 150_000 <= len(rows) <= 250_000
    assert 8 < sum(prices) / len(prices) < 40
    assert 10 <= sum(price == 0 for price in prices) <= 200
    assert 3 <= len(rows) - len(prices) <= 40


def test_the_first_row_of_each_source_names_its_chain_and_store(sample: Path) -> None:
    for path in (sample / "1").glob("price_full*"):
        masked = path.read_bytes().decode().split("\n")
        starts = [line for line in masked if line.startswith("app_data")]
        assert len(starts) == len(make_stores()[path.stem.removeprefix("price_full_file_")])
        assert all("" not in line.split(",")[:8] for line in starts)


def test_one_store_is_silent_on_one_day(sample: Path) -> None:
    stores = [
        {row["storeid"] for row in read(sample / str(version) / "price_full_file_rami_levy.csv")}
        for version in (1, 2, 3)
    ]

    assert len(stores[0] - stores[1]) == 1
    assert stores[0] == stores[2]


def test_about_three_prices_in_a_hundred_change_a_day(sample: Path) -> None:
    first, second = (
        {
            (row["storeid"], row["itemcode"]): row["itemprice"]
            for row in read(sample / version / "price_full_file_victory_new_source.csv")
        }
        for version in ("1", "2")
    )
    both = first.keys() & second.keys()
    changed = sum(first[key] != second[key] for key in both)

    assert 0.01 < changed / len(both) < 0.04
    assert first.keys() - second.keys()
    assert second.keys() - first.keys()


def test_a_delta_announces_what_the_next_full_file_says(sample: Path) -> None:
    announced = read(sample / "1" / "price_file_shufersal.csv")
    next_day = {
        (row["storeid"], row["itemcode"]): row["itemprice"]
        for row in read(sample / "2" / "price_full_file_shufersal.csv")
    }

    kept = [row for row in announced if (row["storeid"], row["itemcode"]) in next_day]
    assert len(kept) > 50
    agree = [row for row in kept if next_day[row["storeid"], row["itemcode"]] == row["itemprice"]]
    assert len(agree) / len(kept) > 0.95


def test_short_codes_mean_different_goods_in_different_chains(sample: Path) -> None:
    names: dict[str, set[str]] = {}
    for slug in ("shufersal", "victory_new_source", "tiv_taam"):
        for row in read(sample / "1" / f"price_full_file_{slug}.csv"):
            if len(row["itemcode"]) < 4:
                name = row.get("itemname") or row["itemnm"]
                names.setdefault(row["itemcode"], set()).add(name)

    assert sum(len(each) > 1 for each in names.values()) > 20


def test_the_faults_of_the_real_files_are_there(sample: Path) -> None:
    text = {path.name: path.read_bytes().decode() for path in (sample / "1").glob("*.csv")}
    raw = (sample / "1" / "store_file_tiv_taam.csv").read_bytes()

    assert re.search(rb"[^\n]\r[^\n]", raw)
    assert "shelfcode" in text["price_full_file_victory_new_source.csv"].split("\n")[0]
    assert "itemnm" in text["price_full_file_shufersal.csv"].split("\n")[0]
    assert "blsweighted" in text["price_full_file_super_pharm.csv"].split("\n")[0]
    assert text["price_full_file_yohananof.csv"].split("\n")[0].endswith(",lastsaledatetime\r")
    assert ",''," in text["price_full_file_victory_new_source.csv"]
    assert '100 מ""ל' in text["price_full_file_rami_levy.csv"]
    assert ",3000," in text["store_file_osher_ad.csv"]


def test_store_files_are_whole_once_and_then_rare(sample: Path) -> None:
    rows = {
        version: {
            path.name: len(path.read_bytes().decode().split("\n")) - 2
            for path in (sample / version).glob("store_file*")
        }
        for version in ("1", "2", "3")
    }

    assert len(rows["1"]) == 8
    assert all(count > 5 for count in rows["1"].values())
    assert sorted(set(rows["3"].values())) == [0, 8]


def test_the_index_counts_the_days(sample: Path) -> None:
    index = json.loads((sample / "3" / "index.json").read_text(encoding="utf-8"))

    assert list(index) == ["0", "1", "2"]
