"""Promotions that the compiled scanner reads are read as Polars reads them."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from superzol_etl.decode import promotions
from superzol_etl.decode.columns import PROMOTION_COLUMNS, PROMOTION_REQUIRED, Layout
from superzol_etl.decode.scan_promotions import OF_BODY, OF_STORE, scan_promotions
from superzol_etl.decode.scanned import LIBRARY
from superzol_etl.records import Era
from tests.support.decoded import all_promotions, block, told_by

HEADER = (
    "found_folder,file_name,chainid,subchainid,storeid,bikoretno,promotionid,promotiondescription,"
    "rewardtype,minqty,discountedprice,promotionitems,additionalrestrictions,itemcode,remarks"
)
TREE_FIRST = HEADER.replace("promotionid,", "").replace("remarks", "promotionid")
FILES = (
    "PromoFull7290000000001-001-202606010600.xml",
    "PromoFull7290000000001-002-202606010700.xml",
)
ITEM = '""itemcode"": ""7290004131074""'
TREE = f'"{{""item"": [{{{ITEM}}}, {{""itemcode"": ""12""}}]}}"'
START = f"dumps,{FILES[0]},729,1,001,0,7,מבצע,1,2.00,10.00,{TREE},'',12,''"
MASKED = ",,,,,,8,,,,,,,,"


def read(body: bytes, header: str = HEADER, *, by_polars: bool) -> Any:
    """Everything that is read of a file, or why nothing is."""
    with pytest.MonkeyPatch.context() as patch:
        if by_polars:
            patch.setattr(promotions, "scan_promotions", lambda *_: None)
        return told_by(all_promotions, "promo_full_file_alpha.csv", header.encode() + b"\n" + body)


def scanned(body: bytes, header: str = HEADER, era: Era = Era.MARKED) -> Any:
    names = tuple(header.split(","))
    layout = Layout.of("promo.csv", names, PROMOTION_COLUMNS, PROMOTION_REQUIRED, era)
    return scan_promotions(body, layout)


def cells(*told: str) -> st.SearchStrategy[str]:
    """Cells of which half are masked."""
    return st.just("") | st.sampled_from(told)


# The long ones are alike up to their last letters, or go on where another ends.
trees = cells(
    *(TREE, TREE.replace('""12""', '""13""'), TREE[:-1] + '"" "', TREE[:-2] + ']"', '"[]"', "''"),
    *('"{""item"": {""itemcode"": ""1"", ""isgiftitem"": ""1""}}"', '"{""item"": "', '""'),
)
texts = cells("2+1", '"a,b"', '"ק""ג"', "''", '"[מבצע] ""x"""', '""', "\x02", "é")
numbers = cells("7", "8", "9", "007", "''", "x", '"7"')
amounts = cells("1.00", "2", "''", "-1", "free")
starts = st.sampled_from([("dumps", file, chain) for file in FILES for chain in ("729", "", "''")])
goes_on = st.just(("", "", ""))
odd_starts = st.sampled_from([("", FILES[1], ""), ("dumps", "", ""), ("dumps", "file_name", "1")])


@st.composite
def rows(draw: st.DrawFn, *, is_first: bool = False) -> str:
    folder, file, chain = draw(starts if is_first else goes_on | goes_on | starts | odd_starts)
    whole = is_first or (folder and draw(st.integers(0, 3)))
    row = [folder, file, chain, "", draw(cells("001", "2", "x")), "0", draw(numbers), draw(texts)]
    row += [draw(cells("1", "6", "''")), draw(amounts), draw(amounts), draw(trees), draw(trees)]
    row += [draw(numbers), draw(texts)]
    if whole:
        fill = [*START.split(",", 11)[:11], TREE, "''", "12", "''"]
        row = [cell or fill[place] for place, cell in enumerate(row)]
    return ",".join(row)


# One in five is no row of CSV, or not of this width.
torn = st.sampled_from([f",,,,,,7,,,,,{tree},,," for tree in (TREE[:-1], f"{TREE}x")])
wild = st.text(',"\n\ra7', max_size=6) | torn | st.just('dumps,"a') | st.just(HEADER)
tables = st.tuples(rows(is_first=True), st.lists(st.one_of(*[rows()] * 20, wild), max_size=9)).map(
    lambda told: "\n".join([told[0], *told[1]])
)
ends = st.sampled_from(["\n", "\n", "\n", "\r\n", ""])


@given(tables, ends, st.sampled_from([HEADER, TREE_FIRST, HEADER.replace("chainid", "other")]))
@settings(max_examples=500)
@example(f'{START}\n,,,,,,7,,,,,{TREE[:-1]}"" "",,,', "\n", HEADER)
def test_what_is_scanned_is_what_polars_reads(table: str, end: str, header: str) -> None:
    body = (table + end).encode()
    assert read(body, header, by_polars=False) == read(body, header, by_polars=True)


@given(tables, st.integers(0, 1 << 16), st.sampled_from([b"\xff", b"\xd7", b"\0", b"\xed\xa0\x80"]))
@settings(max_examples=150)
def test_bytes_that_are_no_text_are_left_to_polars(table: str, place: int, odd: bytes) -> None:
    text = (table + "\n").encode()
    place %= len(text)
    body = text[:place] + odd + text[place:]
    assert read(body, by_polars=False) == read(body, by_polars=True)


@given(st.lists(st.sampled_from(["7", "8", "9", ""]), max_size=40), st.integers(0, 80))
def test_trees_are_told_apart_wherever_they_stand(order: list[str], shift: int) -> None:
    """Letters are looked at 64 at a time, and a tree that is known is passed over."""
    told = {number: f'{TREE[:-1]}{"1" * shift}""{number}"' for number in order}
    rows = [f",,,,,,{number},,,,,{told[number]},,," for number in order]
    body = block(START, *rows)
    found = scanned(body)
    every = np.arange(found.body.max() + 1)
    items = found.bodies.at("promotionitems", every).gather(found.body).to_list()
    assert items[1:] == [told[number][1:-1].replace('""', '"') for number in order]


def test_a_tree_that_goes_on_where_a_known_one_ends_is_scanned() -> None:
    longer = f'{TREE[:-1]}""x"'
    found = scanned(block(START, f",,,,,,7,,,,,{longer},,,"))
    assert found.bodies.at("promotionitems", np.array([1])).to_list()[0].endswith(']}"x')


def test_a_known_tree_is_read_again_in_another_body() -> None:
    found = scanned(block(START, f",,,,,,7,other,,,,{TREE},,,"))
    told = found.bodies.at("promotionitems", np.array([0, 1])).to_list()
    assert told == [TREE[1:-1].replace('""', '"')] * 2


def test_a_row_may_tell_a_store_or_a_chain_alone() -> None:
    found = scanned(block(START, ",,,,002,,,,,,,,,,", ",,730,,,,,,,,,,,,"))
    assert found.body.tolist() == [0, 0, 0]
    assert found.told_rows.tolist() == [0, 1]
    assert found.sources.at("storeid", np.array([0, 1])).to_list() == ["001", "002"]


def test_values_that_change_places_make_another_body() -> None:
    found = scanned(block(START, ",,,,,,,,,1,2,,,,", ",,,,,,,,,2,1,,,,", ",,,,,,,,,1,1,,,,"))
    assert found.body.tolist() == [0, 1, 2, 3]


def test_rows_of_one_body_are_one_whatever_their_store() -> None:
    again = START.replace(FILES[0], FILES[1]).replace(",001,", ",002,")
    found = scanned(block(START, MASKED, again, MASKED))
    assert found.body.tolist() == [0, 1, 0, 1]
    assert found.told_rows.tolist() == [0, 2]
    assert found.sources.at("storeid", np.array([0, 1])).to_list() == ["001", "002"]
    assert found.bodies.at("promotionid", np.array([0, 1])).to_list() == ["7", "8"]
    assert len(found.hashes) == 2


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(block(MASKED), id="does not begin with a source"),
        pytest.param(block(START, MASKED)[:-1], id="has no last newline"),
        pytest.param(block(START, MASKED + ","), id="a cell too many"),
        pytest.param(block(START, MASKED[1:]), id="a cell too few"),
        pytest.param(block(START, ""), id="an empty line"),
        pytest.param(block(START, MASKED.replace("8", 'a"b')), id="a quote within a cell"),
        pytest.param(block(START, f",,,,,,7,,,,,{TREE}x,,,"), id="text behind a known tree"),
        pytest.param(block(START, f",,,,,,7,,,,,{TREE}", ",,,"), id="a row that ends in a tree"),
        pytest.param(block(START, MASKED.replace("8", '"a\nb"')), id="a newline in quotes"),
        pytest.param(block(START, MASKED + "\r"), id="a carriage return at the end"),
        pytest.param(block(START, START.replace("מבצע", "")), id="a source that is not whole"),
        pytest.param(block(START, "dumps,,,,,,8,,,,,,,,"), id="a folder alone"),
        pytest.param(block(START, HEADER), id="a header again"),
    ],
)
def test_an_odd_block_is_left_to_polars(body: bytes) -> None:
    assert scanned(body) is None
    assert read(body, by_polars=False) == read(body, by_polars=True)


def test_a_file_of_era_a_or_of_no_folder_is_left_to_polars() -> None:
    assert scanned(block(START), era=Era.BLANK) is None
    names = tuple(HEADER.removeprefix("found_folder,").split(","))
    required = ("file_name", "storeid", "promotionid")
    layout = Layout.of("promo.csv", names, PROMOTION_COLUMNS, required)
    assert scan_promotions(block(START.removeprefix("dumps,")), layout) is None


def test_the_scanner_has_room_for_all_columns_that_are_read() -> None:
    told = re.search(r"MOST_SLOTS = (\d+)", LIBRARY.with_name("scan_promotions.c").read_text())
    assert told is not None
    assert int(told[1]) >= len((*OF_STORE, *OF_BODY))
