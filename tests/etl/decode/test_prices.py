"""Decoding price rows: the publisher's masking undone, and bad rows apart."""

import tempfile
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.codes import CodeBook
from superzol_etl.decode.columns import PRICE_COLUMNS, PRICE_REQUIRED, Layout
from superzol_etl.decode.prices import read_prices
from superzol_etl.errors import BadFile
from superzol_etl.records import OfferFlag, Reject
from tests.support.snapshots import Item, Xml, prices_csv

WEIGHTED = OfferFlag.WEIGHTED


class Row(NamedTuple):
    """A decoded row: store, code, agorot, weighted."""

    store: str
    code: str
    agorot: int
    weighted: bool


def decode(data: bytes) -> tuple[list[Row], list[Reject]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "price_full_file_alpha.csv"
        path.write_bytes(data)
        layout = Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)
        book = CodeBook()
        rows, rejects = [], []
        for block in read_prices(path, layout, True, book, threads=2):
            codes = book.codes()
            rejects += block.rejects
            rows += [
                Row(block.parts[part].store_code, codes[code], price, bool(flags & WEIGHTED))
                for code, part, price, flags in zip(
                    block.code.tolist(), block.part.tolist(), block.price.tolist(),
                    block.flags.tolist(), strict=True,
                )
            ]  # fmt: skip
    return rows, rejects


prices = st.decimals(0, 3000, places=2).map(str)
names = st.text(st.sampled_from("אבג \"'\n\r,×"), max_size=4)
items = st.builds(
    Item,
    code=st.sampled_from(["7290004131074", "12", "0033984000391"]),
    price=prices,
    name=names,
    weighted=st.sampled_from(["0", "1"]),
)
xmls = st.builds(
    Xml,
    store=st.sampled_from(["001", "2", "0037"]),
    at=st.sampled_from(["202606010600", "202606011400"]),
    items=st.lists(items, min_size=1, max_size=6),
    legal_id=st.just("7290000000015"),
)


@given(st.lists(xmls, min_size=1, max_size=4))
@example([Xml("1", "202606010600", [Item("12", "1.00"), Item("12", "1.00")])])
def test_every_published_row_comes_back_unmasked(tables: list[Xml]) -> None:
    rows, rejects = decode(prices_csv("PriceFull", tables))
    assert rejects == []
    assert rows == [
        Row(xml.store.lstrip("0"), item.code, int(Decimal(item.price) * 100), item.weighted == "1")
        for xml in tables
        for item in xml.items
    ]


@given(st.decimals(0, 20_000, places=4))
@example(Decimal("1.005"))
@example(Decimal("0.285"))
def test_a_price_is_rounded_half_up_to_an_agora(price: Decimal) -> None:
    rows, _ = decode(prices_csv("PriceFull", [Xml("1", "202606010600", [Item("12", str(price))])]))
    assert [row.agorot for row in rows] == [int((price * 100).quantize(Decimal(1), ROUND_HALF_UP))]


@pytest.mark.parametrize(
    ("item", "reason"),
    [
        (Item("12", ""), "price_missing"),
        (Item("12", "free"), "price_malformed"),
        (Item("12", "nan"), "price_malformed"),
        (Item("12", "inf"), "price_malformed"),
        (Item("12", "1,234.50"), "price_malformed"),
        (Item("12", "-0.10"), "price_negative"),
        (Item("12", "99999999999"), "price_malformed"),
        (Item("", "6.90"), "item_code_missing"),
        (Item("a b", "6.90"), "item_code_malformed"),
        (Item("7" * 41, "6.90"), "item_code_malformed"),
    ],
)
def test_a_bad_row_is_rejected_with_its_line_and_harms_no_other(item: Item, reason: str) -> None:
    good, last = Item("1", "5.90"), Item("3", "7.90")
    rows, rejects = decode(prices_csv("PriceFull", [Xml("1", "202606010600", [good, item, last])]))
    assert [(row.code, row.agorot) for row in rows] == [("1", 590), ("3", 790)]
    assert [(reject.line, reject.reason) for reject in rejects] == [(3, reason)]
    assert item.price in rejects[0].raw


def test_a_first_row_whose_code_is_blank_is_rejected() -> None:
    data = prices_csv("PriceFull", [Xml("1", "202606010600", [Item("12", "5.90"), Item("3", "6")])])
    rows, rejects = decode(data.replace(b",12,", b",,", 1))
    assert [(row.code, row.agorot) for row in rows] == [("3", 600)]
    assert [(reject.line, reject.reason) for reject in rejects] == [(2, "item_code_missing")]


def test_a_masked_price_below_a_bad_one_is_bad_too() -> None:
    xml = Xml("1", "202606010600", [Item("1", "5.90"), Item("2", "free"), Item("3", "free")])
    rows, rejects = decode(prices_csv("PriceFull", [xml]))
    assert [row.code for row in rows] == ["1"]
    assert [reject.line for reject in rejects] == [3, 4]


def three_stores() -> list[bytes]:
    """Lines of a file: header, then three XMLs of three rows with different codes and prices."""
    tables = [
        Xml(
            str(store),
            "202606010600",
            [Item(str(n), f"{store}.{n}0", f"שם {n}") for n in (1, 2, 3)],
        )
        for store in (1, 2, 3)
    ]
    return prices_csv("PriceFull", tables).splitlines(keepends=True)


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (b",,,,2,2.20\n", "row_with_wrong_number_of_fields"),
        (b",,,,2,a,b,2.20,,,,\n", "row_with_wrong_number_of_fields"),
        (b"\n", "row_empty"),
        (b",,,,2,\xff\xfe,,2.20,\n", "row_not_utf8"),
        (b',,,,2,"open,,2.20,\n', "row_badly_quoted"),
        (b',,,,2,"a"b,,2.20,\n', "row_badly_quoted"),
    ],
)
def test_an_unreadable_row_harms_only_itself(damage: bytes, reason: str) -> None:
    lines = three_stores()
    lines[5] = damage  # the second row of the second store
    rows, rejects = decode(b"".join(lines))
    kept = [(row.store, row.code, row.agorot) for row in rows]
    assert kept == [
        (str(store), str(code), store * 100 + code * 10)
        for store in (1, 2, 3)
        for code in (1, 2, 3)
        if (store, code) != (2, 2)
    ]
    assert [(reject.line, reject.reason) for reject in rejects] == [(6, reason)]


def test_what_is_masked_below_an_unreadable_row_is_not_guessed() -> None:
    items = [Item("1", "5.90"), Item("2", "6.90"), Item("3", "6.90"), Item("4", "7.90")]
    lines = prices_csv("PriceFull", [Xml("1", "202606010600", items)]).splitlines(keepends=True)
    lines[2] = b",,,,2,6.90\n"
    rows, rejects = decode(b"".join(lines))
    assert [row.code for row in rows] == ["1", "4"]
    assert [reject.reason for reject in rejects] == [
        "row_with_wrong_number_of_fields",
        "price_unknown_below_unreadable_row",
    ]


def test_rows_below_an_unreadable_start_of_a_source_belong_to_nobody() -> None:
    lines = three_stores()
    lines[4] = lines[4].replace(b",", b";", 1)  # the first row of the second store
    rows, rejects = decode(b"".join(lines))
    assert {row.store for row in rows} == {"1", "3"}
    assert [reject.reason for reject in rejects] == [
        "row_with_wrong_number_of_fields",
        *["source_file_or_store_unknown_below_unreadable_row"] * 2,
    ]


@pytest.mark.parametrize("name", ['שמנת" חמוצה', 'ב"ד"ץ', 'סוף"'])
def test_a_stray_quote_in_a_name_harms_no_row(name: str) -> None:
    items = [Item(str(number), f"{number}.00", f"שם {number}") for number in range(1, 3000)]
    lines = prices_csv("PriceFull", [Xml("1", "202606010600", items)]).splitlines(keepends=True)
    lines[1500] = lines[1500].replace("שם 1500".encode(), name.encode())
    rows, rejects = decode(b"".join(lines))
    assert (len(rows), rejects) == (2999, [])


def test_a_multi_line_name_counts_as_one_row_and_lines_stay_right() -> None:
    xml = Xml("1", "202606010600", [Item("1", "5.90", 'א\nב"'), Item("2", "free", "ג")])
    rows, rejects = decode(prices_csv("PriceFull", [xml]))
    assert [row.code for row in rows] == ["1"]
    assert [reject.line for reject in rejects] == [4]


def test_lines_rewritten_with_cr_lf_read_the_same() -> None:
    data = prices_csv(
        "PriceFull", [Xml("1", "202606010600", [Item("1", "5.90"), Item("2", "5.90")])]
    )
    assert decode(data.replace(b"\n", b"\r\n")) == decode(data)


def test_a_file_cut_in_the_middle_of_a_row_is_refused() -> None:
    data = prices_csv(
        "PriceFull", [Xml("1", "202606010600", [Item("1", "5.90"), Item("2", "6.90")])]
    )
    with pytest.raises(BadFile, match="cut off"):
        decode(data[:-8])


def test_a_whole_last_row_without_a_newline_is_read() -> None:
    data = prices_csv(
        "PriceFull", [Xml("1", "202606010600", [Item("1", "5.90"), Item("2", "6.90")])]
    )
    assert decode(data.removesuffix(b"\n")) == decode(data)


def test_a_multi_line_name_in_a_file_without_a_last_newline_is_read() -> None:
    items = [Item("1", "5.90", name="חלב\n3%"), Item("2", "6.90")]
    data = prices_csv("PriceFull", [Xml("1", "202606010600", items)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "price_full_file_alpha.csv"
        path.write_bytes(data.removesuffix(b"\n"))
        layout = Layout.of(path.name, read_header(path), PRICE_COLUMNS, PRICE_REQUIRED)
        [block] = read_prices(path, layout, True, CodeBook())
    assert block.words.at(np.arange(2))[0].to_list() == ["חלב\n3%", "חלב"]


def test_rows_of_a_source_without_a_time_are_rejected() -> None:
    rows, rejects = decode(prices_csv("PriceFull", [Xml("1", "", [Item("1", "5.90")])]))
    assert (rows, [reject.reason for reject in rejects]) == ([], ["source_file_without_time"])


def test_both_spellings_of_a_column_in_one_file_are_one_column() -> None:
    header = b"found_folder,file_name,storeid,itemcode,itemprice,bisweighted,blsweighted\n"
    first = b"app_data/dumps/A,PriceFull1-1-202606010600.xml,1,12,5.90,'',1\n"
    second = b"app_data/dumps/A,PriceFull1-2-202606010600.xml,2,12,5.90,1,''\n"
    rows, _ = decode(header + first + second)
    assert [row.weighted for row in rows] == [True, True]


def test_missing_columns_are_named() -> None:
    with pytest.raises(BadFile, match="lacks the required columns itemprice"):
        decode(b"found_folder,file_name,storeid,itemcode\na,b,c,d\n")
