"""Lists that lead in a circle, name a file twice, or name what can be no file."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.fetching import Fetcher, snapshot_files
from tests.support.kaggle import DATASET, SERVICE, Kaggle
from tests.support.price_api import KEY, PriceApi, read_rows, said
from tests.support.snapshots import write_snapshot
from tests.support.web import JSON, Answer, Seen, Web

XML = "PriceFull7290000000015-001-202606010600.xml"
CSV = "price_full_file_alpha.csv"


def send(answer: Answer, seen: Seen) -> Answer:
    return answer


@pytest.fixture
def api(web: Web) -> PriceApi:
    api = PriceApi(web)
    api.publish("price_full_file", "alpha", {XML: [{"x": str(number)} for number in range(7)]})
    return api


@pytest.fixture
def fetcher(api: PriceApi, tmp_path: Path) -> Fetcher:
    environment = {"SUPERZOL_SOURCE_KEY": KEY, "SUPERZOL_SOURCE_PAGE_ROWS": "3"}
    return Fetcher(f"api:{api.web.url}", tmp_path / "volume", environment)


def page(first: int, tail: dict[str, Any]) -> Answer:
    rows = [
        {"row_index": number, "found_folder": "app_data/dumps/Alpha", "file_name": XML}
        | {"row_content": {"x": str(number)}}
        for number in range(first, min(first + 3, 7))
    ]
    return said({"rows": rows} | tail)


def test_cursors_that_lead_in_a_circle_end_the_fetch_and_the_next_one_completes_it(
    api: PriceApi, fetcher: Fetcher
) -> None:
    circle = [page(0, {"next_cursor": 3}), page(3, {"next_cursor": 0})]
    for again in range(2):
        api.web.trouble("/raw/file_content", *circle[again:], *circle * 9)
        outcome = fetcher.run()
        assert outcome.exit_code == 75
        assert "in a circle" in outcome.stderr
        api.web.troubles.clear()
    assert fetcher.run().exit_code == 0
    assert read_rows(fetcher.files()[CSV])["x"].to_list() == [str(number) for number in range(7)]


def test_an_empty_page_before_the_end_is_no_end(api: PriceApi, fetcher: Fetcher) -> None:
    """Of a server that tells no count: the rows after it would be missing."""
    api.web.trouble("/raw/file_content", page(0, {"has_more": True}), page(7, {"has_more": True}))
    assert fetcher.run().exit_code == 75
    assert fetcher.versions() == []
    assert fetcher.run().exit_code == 0
    assert read_rows(fetcher.files()[CSV]).height == 7


EMPTY = said({"rows": [], "next_cursor": 6})
WRONG = {
    "more rows than there are": (page(2, {"next_cursor": 9, "total_count": 5}), "instead of 5"),
    "a page comes twice": (page(0, {"next_cursor": 6}), "the same page twice"),
    "an empty page leads on": (EMPTY, "an empty page before its end"),
    "the same cursor in other words": (page(3, {"next_cursor": "3"}), "in a circle"),
    "the cursor expired": (Answer(410), "does not go on at 3"),
    "the cursor is unknown": (Answer(400), "does not go on at 3"),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_what_came_before_a_wrong_page_is_thrown_away_and_the_next_run_completes(
    api: PriceApi, fetcher: Fetcher, wrong: str
) -> None:
    answer, told = WRONG[wrong]
    api.web.trouble("/raw/file_content", page(0, {"next_cursor": 3}), answer)
    outcome = fetcher.run()
    assert outcome.exit_code == 75, outcome.stderr
    assert told in outcome.summary["message"]
    api.web.troubles.clear()
    assert fetcher.run().exit_code == 0
    assert read_rows(fetcher.files()[CSV])["x"].to_list() == [str(number) for number in range(7)]


def test_an_early_page_that_lost_a_row_does_not_stay(api: PriceApi, fetcher: Fetcher) -> None:
    two = json.loads(page(1, {}).body)["rows"][:2]
    lost = said({"rows": two, "next_cursor": 3, "total_count": 7})
    api.web.trouble("/raw/file_content", lost)
    assert fetcher.run().exit_code == 75
    assert fetcher.run().exit_code == 0
    assert read_rows(fetcher.files()[CSV])["x"].to_list() == [str(number) for number in range(7)]


def test_pages_that_a_power_cut_tore_are_asked_for_again(api: PriceApi, fetcher: Fetcher) -> None:
    api.web.trouble("/raw/file_content", page(0, {"next_cursor": 3}), *[Answer(503)] * 3)
    assert fetcher.run().exit_code == 75
    (spool,) = fetcher.volume.rglob("*.pages")
    whole = spool.read_bytes()
    spool.write_bytes(whole + bytes(len(whole) - 1) + b"\n" + whole)
    outcome = fetcher.run()
    assert outcome.exit_code == 0, outcome.stderr
    assert read_rows(fetcher.files()[CSV])["x"].to_list() == [str(number) for number in range(7)]


def test_pages_without_an_end_are_not_asked_for_beyond_what_was_told(
    api: PriceApi, fetcher: Fetcher
) -> None:
    endless = [page(number % 4, {"next_cursor": 3 * number + 3}) for number in range(9)]
    told = [
        answer._replace(body=json.dumps(json.loads(answer.body) | {"total_count": 7}).encode())
        for answer in endless
    ]
    api.web.trouble("/raw/file_content", *told)
    assert fetcher.run().exit_code == 75
    assert len(api.web.asked("/raw/file_content")) == 3


def test_two_chains_whose_files_would_have_one_name_are_told(
    api: PriceApi, fetcher: Fetcher
) -> None:
    chains = {"list_of_chains": ["ALPHA", "Alpha"]}
    api.web.trouble("/list_chains", *[said(chains)] * 2)
    listed = {"processed_files": [{"file_name": XML}]}
    api.web.trouble("/list_scraped_files", *[said(listed)] * 9)
    outcome = fetcher.run()
    assert outcome.exit_code == 65
    assert f"lists {CSV} twice" in outcome.stderr


def serve(web: Web, entries: list[dict[str, Any]]) -> None:
    files = snapshot_files()
    web.files |= {f"/day/{name}": content for name, content in files.items()}
    web.routes["/day/"] = partial(send, Answer(200, json.dumps(entries).encode(), JSON))


def entry(name: str, url: str = CSV) -> dict[str, Any]:
    size = len(snapshot_files()[CSV])
    return {"name": name, "url": url, "size": size, "mtime": "Tue, 02 Jun 2026 00:35:11 GMT"}


@pytest.mark.parametrize("other", [entry(CSV, "elsewhere.csv"), entry(f"{CSV}/price_file_x.csv")])
def test_an_index_that_puts_two_files_at_one_place_is_refused(
    web: Web, tmp_path: Path, other: dict[str, Any]
) -> None:
    serve(web, [entry(CSV), other])
    outcome = Fetcher(f"{web.url}/day/", tmp_path / "volume").run()
    assert outcome.exit_code == 65
    assert f"lists {CSV} twice" in outcome.stderr


def test_a_file_that_an_index_names_twice_alike_comes_once_and_what_is_no_name_stays_away(
    web: Web, tmp_path: Path
) -> None:
    serve(web, [entry(CSV), entry(CSV), entry("a\0.csv"), entry("יום/price_file_x.csv")])
    fetcher = Fetcher(f"{web.url}/day/", tmp_path / "volume")
    assert fetcher.run().exit_code == 0
    assert set(fetcher.files()) == {CSV, "יום/price_file_x.csv"}


def test_a_link_that_leads_nowhere_stays_away(web: Web, tmp_path: Path) -> None:
    serve(web, [])
    page = f'<a href="http://[x">portal</a> <a href="{CSV}">prices</a>'
    web.routes["/day/"] = partial(send, Answer(200, page.encode(), {"Content-Type": "text/html"}))
    fetcher = Fetcher(f"{web.url}/day/", tmp_path / "volume")
    outcome = fetcher.run()
    assert outcome.exit_code == 0, outcome.stderr
    assert set(fetcher.files()) == {CSV}


@pytest.mark.parametrize("url", ["http://[x", "https://host/\1"])
def test_an_index_that_says_a_file_is_where_nothing_can_be_is_refused(
    web: Web, tmp_path: Path, url: str
) -> None:
    serve(web, [entry(CSV, url)])
    outcome = Fetcher(f"{web.url}/day/", tmp_path / "volume").run()
    assert (outcome.exit_code, outcome.summary["reason"]) == (65, "BadData"), outcome.stderr


def test_a_name_that_is_no_text_keeps_no_folder_from_being_fetched(tmp_path: Path) -> None:
    source = write_snapshot(tmp_path / "source", snapshot_files())
    Path(os.fsdecode(os.fsencode(source) + b"/price_file_\xff.csv")).write_bytes(b"x")
    fetcher = Fetcher(f"dir:{source}", tmp_path / "volume")
    outcome = fetcher.run()
    assert outcome.exit_code == 0, outcome.stderr
    assert fetcher.files() == snapshot_files()
    assert fetcher.run().summary["result"] == "Unchanged"


def test_pages_of_kaggle_that_lead_in_a_circle_end_the_fetch(
    kaggle: Kaggle, tmp_path: Path
) -> None:
    kaggle.publish(1, snapshot_files())
    again = said({"datasetFiles": [], "nextPageToken": "2"})
    kaggle.web.trouble(f"{SERVICE}/ListDatasetFiles", *[again] * 9)
    own = {"SUPERZOL_SOURCE_KAGGLE_URL": kaggle.web.url}
    fetcher = Fetcher(f"kaggle:{DATASET}", tmp_path / "volume", own)
    outcome = fetcher.run()
    assert outcome.exit_code == 75
    assert "in a circle" in outcome.stderr
    kaggle.web.troubles.clear()
    assert fetcher.run().exit_code == 0
    assert fetcher.files() == snapshot_files()
