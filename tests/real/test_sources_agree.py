"""The CSV files of the sample say what their XML says: a fault found elsewhere is ours."""

from pathlib import Path

import pytest

from tests.real.oracle import Branch, Offer, agorot, read_branches, read_price_files, strip_zeros
from tests.real.published import read_rows

pytestmark = pytest.mark.real


def test_price_csvs_hold_exactly_the_rows_of_their_xml(sample: Path) -> None:
    published: dict[str, dict[str, Offer]] = {}
    row_count = 0
    for path in sorted((sample / "dataset").glob("price_*.csv")):
        for row in read_rows(path):
            row_count += 1
            code = strip_zeros(row["itemcode"])
            published.setdefault(row["file_name"], {})[code] = _offer(row)

    files = read_price_files(sample / "raw_xml")

    assert published == {file.file: file.offers for file in files}
    assert row_count == sum(file.rows for file in files) == 24_807


def test_store_csvs_hold_exactly_the_stores_of_their_xml(sample: Path) -> None:
    published = {
        Branch(
            row["file_name"],
            path.stem.removeprefix("store_file_"),
            strip_zeros(row["storeid"]),
            row["storename"],
            row["address"],
            row["city"],
        )
        for path in sorted((sample / "dataset").glob("store_file_*.csv"))
        for row in read_rows(path)
        if "storeid" in row
    }
    files = {branch.file for branch in published}

    branches = {branch for branch in read_branches(sample / "raw_xml") if branch.file in files}

    with_xml = {branch.file for branch in branches}
    assert {branch for branch in published if branch.file in with_xml} == branches
    assert len(branches) == 245


def _offer(row: dict[str, str]) -> Offer:
    return Offer(
        row["itemcode"],
        agorot(row["itemprice"]) if row["itemprice"] else None,
        (row.get("bisweighted") or row.get("blsweighted")) == "1",
        row.get("itemname") or row.get("itemnm") or "",
        row.get("quantity", "").strip(),
        row.get("unitqty", "").strip(),
        (row.get("unitofmeasure") or row.get("unitmeasure") or "").strip(),
        row.get("manufacturecountry", "").strip(),
    )
