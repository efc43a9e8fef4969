"""The source api:, against a stand-in of the REST API."""

import csv
import io
import json
import time
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.sources.api_rows import Row, as_text, write_rows
from tests.support.fetching import Fetcher
from tests.support.price_api import KEY, PriceApi, read_rows
from tests.support.web import PAGE, SILENCE, Answer, Web

FIRST = "PriceFull7290000000015-001-202606010600.xml"
SECOND = "PriceFull7290000000015-002-202606010700.xml"


def rows(count: int, store: str) -> list[dict[str, Any]]:
    return [
        {"storeid": store, "itemcode": number, "itemname": "חלב, 3%", "itemprice": 5.9 + number}
        | ({"itemstatus": 1.0} if store == "2" else {})
        for number in range(count)
    ]


@pytest.fixture
def api(web: Web) -> PriceApi:
    api = PriceApi(web)
    api.publish("price_full_file", "alpha", {FIRST: rows(7, "1"), SECOND: rows(4, "2")})
    api.publish("store_file", "alpha", {"Stores7290000000015-202606010500.xml": rows(1, "1")})
    return api


@pytest.fixture
def fetcher(api: PriceApi, tmp_path: Path) -> Fetcher:
    environment = {"SUPERZOL_SOURCE_KEY": KEY, "SUPERZOL_SOURCE_PAGE_ROWS": "3"}
    return Fetcher(f"api:{api.web.url}", tmp_path / "volume", environment)


@pytest.mark.parametrize("is_old", [False, True])
def test_the_pages_of_a_chain_become_its_csv(api: PriceApi, fetcher: Fetcher, is_old: bool) -> None:
    api.is_old = is_old
    outcome = fetcher.run()
    assert outcome.exit_code == 0, outcome.stderr
    files = fetcher.files()
    assert set(files) == {"price_full_file_alpha.csv", "store_file_alpha.csv"}
    table = read_rows(files["price_full_file_alpha.csv"])
    expected = [
        {"found_folder": "app_data/dumps/Alpha", "file_name": xml, "storeid": store}
        | {"itemcode": str(number), "itemname": "חלב, 3%", "itemprice": repr(5.9 + number)}
        | {"itemstatus": "1" if store == "2" else "''"}
        for xml, store, count in ((FIRST, "1", 7), (SECOND, "2", 4))
        for number in range(count)
    ]
    assert table.equals(pl.DataFrame(expected))
    assert fetcher.run().summary["result"] == "Unchanged"


def test_new_source_files_are_the_next_version(api: PriceApi, fetcher: Fetcher) -> None:
    fetcher.run()
    api.publish("price_full_file", "beta", {FIRST.replace("15", "22"): rows(2, "1")})
    assert fetcher.run().summary["version"] == 2


def test_a_fetch_that_was_killed_goes_on_with_the_next_page(
    api: PriceApi, fetcher: Fetcher
) -> None:
    content = "/raw/file_content"
    process = fetcher.start(SUPERZOL_SOURCE_CONNECTIONS="1", SUPERZOL_SOURCE_RATE="4/second")
    deadline = time.monotonic() + 120
    while len(api.web.asked(content)) < 3:
        assert time.monotonic() < deadline
    process.kill()
    process.communicate()
    api.web.seen.clear()
    assert fetcher.run().exit_code == 0
    asked = [(seen.query["file"], seen.query["cursor"]) for seen in api.web.asked(content)]
    assert (FIRST, "0") not in asked
    assert read_rows(fetcher.files()["price_full_file_alpha.csv"]).height == 11
    assert list(fetcher.volume.rglob("*.pages")) == []


def test_no_more_requests_go_out_than_the_rate_allows(api: PriceApi, fetcher: Fetcher) -> None:
    started = time.monotonic()
    assert fetcher.run(SUPERZOL_SOURCE_RATE="5/second").exit_code == 0
    assert time.monotonic() - started > (len(api.web.seen) - 5) / 5


@pytest.mark.parametrize(
    ("trouble", "exit_code"),
    [(PAGE, 75), (Answer(503), 75), (Answer(429), 75), (SILENCE, 75), (Answer(404), 66),
     (Answer(403), 77), (Answer(400), 78)],
    ids=["page", "503", "429", "silence", "404", "403", "400"],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/list_scraped_files", "/raw/file_content"])
def test_each_trouble_has_its_exit_code_and_the_next_run_completes(
    api: PriceApi, fetcher: Fetcher, path: str, trouble: Answer, exit_code: int
) -> None:
    api.web.trouble(path, *[trouble] * 3)
    options = {"SUPERZOL_SOURCE_CONNECTIONS": "1"}
    if trouble is SILENCE:
        options["SUPERZOL_SOURCE_TIMEOUT_SECONDS"] = "0.4"
    assert fetcher.run(**options).exit_code == exit_code
    assert fetcher.versions() == []
    api.web.troubles.clear()
    assert fetcher.run().exit_code == 0


def test_rows_that_are_missing_are_noticed(api: PriceApi, fetcher: Fetcher) -> None:
    short = {"rows": [], "total_count": 7, "next_cursor": None}
    api.web.trouble("/raw/file_content", *[Answer(200, json.dumps(short).encode())] * 40)
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert "instead of 7" in outcome.stderr


def test_a_missing_key_is_told_and_a_key_is_never_shown(api: PriceApi, fetcher: Fetcher) -> None:
    outcome = fetcher.run(SUPERZOL_SOURCE_KEY="s3cr3t-wrong")
    assert outcome.exit_code == 77
    assert "set SUPERZOL_SOURCE_KEY" in outcome.stderr
    assert "s3cr3t" not in outcome.stderr + json.dumps(outcome.summary)


def test_a_rate_that_is_none_is_a_wrong_configuration(fetcher: Fetcher) -> None:
    outcome = fetcher.run(SUPERZOL_SOURCE_RATE="often")
    assert outcome.exit_code == 78
    assert "SUPERZOL_SOURCE_RATE" in outcome.stderr


# The publisher writes a bare CR unquoted; the csv module, which reads here, ends a row at it.
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=8)
CELLS = st.none() | st.integers(-(10**15), 10**15) | st.floats(-1e9, 1e9) | TEXTS
ROWS = st.lists(
    st.tuples(st.sampled_from("ab"), st.fixed_dictionaries({"x": CELLS, "y": CELLS})), max_size=12
)


@given(ROWS)
def test_unmasking_what_was_written_gives_the_cells_back(
    tmp_path_factory: pytest.TempPathFactory, given_rows: list[tuple[str, dict[str, Any]]]
) -> None:
    target = tmp_path_factory.mktemp("rows") / "x.csv"
    made = [
        Row(found_folder="f", file_name=name, row_content=cells)
        for name, cells in sorted(given_rows, key=lambda pair: pair[0])
    ]
    write_rows(target, made, ["x", "y"])
    read = list(csv.reader(io.StringIO(target.read_bytes().decode(), newline="")))[1:]
    above: list[str] = []
    for row, cells in zip(made, read, strict=True):
        above = [cell or over for cell, over in zip(cells, above or [""] * 4, strict=True)]
        expected = [as_text(row.row_content[name]) for name in ("x", "y")]
        assert above == ["f", row.file_name, *expected]
