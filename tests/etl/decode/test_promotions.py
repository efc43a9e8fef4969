"""Decoding promotion rows: each row by its own family, in both eras, bad rows apart."""

import json
import random
from pathlib import Path

import polars as pl
import pytest

from superzol_etl.clean.promotions import Promotion, PromotionItem
from superzol_etl.clean.rewards import FixedPrice, Gift, PercentOff, Unknown
from superzol_etl.decode.blocks import read_header
from superzol_etl.decode.columns import PROMOTION_COLUMNS, PROMOTION_REQUIRED, Layout
from superzol_etl.decode.nested import UnreadableTree, read_tree
from superzol_etl.decode.promotions import BodyBook, read_promotions
from superzol_etl.records import Era
from superzol_local.sample.masking import write_csv
from tests.support.promotion_csv import HEAD, TERMS, csv, decode, items_row


def codes(promotion: Promotion) -> list[str]:
    return [item.code for item in promotion.items]


def test_one_item_is_read_like_many(tmp_path: Path) -> None:
    one = items_row("1", {"item": {"itemcode": "11"}})
    many = items_row("2", {"item": [{"itemcode": "11"}, {"itemcode": "12"}]})
    promotions, rejects = decode(tmp_path, csv(one, many))
    assert rejects == []
    assert [codes(promotion) for promotion in promotions] == [["11"], ["11", "12"]]
    assert {promotion.reward for promotion in promotions} == {FixedPrice(1000, 2000)}


def test_no_body_is_empty(tmp_path: Path) -> None:
    tree = {"item": [{"itemcode": "NO_BODY"}, {"itemcode": "12", "isgiftitem": "NO_BODY"}]}
    (promotion,), _ = decode(tmp_path, csv(items_row("1", tree)))
    assert promotion.items == (PromotionItem("12", False),)


@pytest.mark.parametrize(
    "text", ["[מבצע] 2 ב-10", "{2 ב-10}", "[1, 2]", "{1, 2}", '{"a": NaN}', "[["]
)
def test_a_description_may_begin_as_trees_do(text: str, tmp_path: Path) -> None:
    row = {**items_row("1", {"item": {"itemcode": "11"}}), "promotiondescription": text}
    (promotion,), rejects = decode(tmp_path, csv(row))
    assert (promotion.description, rejects) == (text, [])
    assert json.loads(promotion.raw)["promotiondescription"] == text


def test_a_remark_that_is_no_tree_is_kept_as_text(tmp_path: Path) -> None:
    row = {**items_row("1", {"item": {"itemcode": "11"}}), "remarks": "[עד גמר המלאי]"}
    (promotion,), rejects = decode(tmp_path, csv(row))
    assert (json.loads(promotion.raw)["remarks"], rejects) == ("[עד גמר המלאי]", [])


def test_family_is_told_row_by_row(tmp_path: Path) -> None:
    item = {"itemcode": "13", "rewardtype": "2", "minqty": "1", "discountrate": "52.44"}
    group = {"groupid": "1", "minpurchaseamount": "0.00", "promotionitems": {"promotionitem": item}}
    rows = (
        items_row("1", {"item": {"itemcode": "11"}}),
        {"promotionid": "2", "itemcode": "12", **TERMS},
        {"promotionid": "3", "groups": json.dumps({"group": group})},
    )
    promotions, rejects = decode(tmp_path, csv(*rows))
    assert rejects == []
    assert [codes(promotion) for promotion in promotions] == [["11"], ["12"], ["13"]]
    assert promotions[2].reward == PercentOff(5244)


def test_items_of_a_group_with_other_terms_are_other_parts(tmp_path: Path) -> None:
    prices = {"11": "9.90", "12": "9.90", "13": "7.90"}
    item = [{"itemcode": code, "minqty": "1", "discountedprice": p} for code, p in prices.items()]
    tree = {"group": {"promotionitems": {"promotionitem": item}}}
    promotions, _ = decode(tmp_path, csv({"promotionid": "3", "groups": json.dumps(tree)}))
    assert [(row.part, codes(row), row.reward) for row in promotions] == [
        (0, ["11", "12"], FixedPrice(990, 1000)),
        (1, ["13"], FixedPrice(790, 1000)),
    ]


def test_what_several_groups_give_is_unknown(tmp_path: Path) -> None:
    item = {"itemcode": "11", "minqty": "1", "discountedprice": "9.90"}
    group = {"promotionitems": {"promotionitem": item}}
    tree = {"group": [group, group]}
    promotions, _ = decode(tmp_path, csv({"promotionid": "3", "groups": json.dumps(tree)}))
    assert [type(promotion.reward) for promotion in promotions] == [Unknown]


def test_gifts_are_told_from_what_is_bought(tmp_path: Path) -> None:
    gift = {"itemcode": "12", "isgiftitem": "1", "giftitemprice": "0.00"}
    limits = json.dumps({"additionalgiftcount": "1", "additionaliscoupon": "1"})
    tree = {"item": [{"itemcode": "11", "isgiftitem": "0"}, gift]}
    row = {"promotionid": "1", "promotionitems": json.dumps(tree), "rewardtype": "6"}
    (promotion,), _ = decode(tmp_path, csv(row | {"additionalrestrictions": limits}))
    assert promotion.items == (PromotionItem("11", False), PromotionItem("12", True))
    assert promotion.reward == Gift(1000, 0)
    assert promotion.coupon


def test_cell_of_200_kb_is_read(tmp_path: Path) -> None:
    tree = {"item": [{"itemcode": str(number), "itemtype": "1"} for number in range(6000)]}
    row = items_row("1", tree)
    assert len(row["promotionitems"]) > 200_000
    (promotion,), _ = decode(tmp_path, csv(row))
    assert len(promotion.items) == 6000


def test_bad_rows_are_rejected_alone(tmp_path: Path) -> None:
    good = items_row("2", {"item": {"itemcode": "11"}})
    bad = {"promotionid": "3", "promotionitems": '{"item": {"itemcode": ', **TERMS}
    nameless = {**items_row("", {"item": {"itemcode": "11"}}), "promotionid": "''"}
    promotions, rejects = decode(tmp_path, csv(good, bad, nameless))
    assert [promotion.code for promotion in promotions] == ["2"]
    assert [(reject.line, reject.reason) for reject in rejects] == [
        (3, "tree_unreadable"),
        (4, "promotion_id_missing"),
    ]


def test_no_cell_is_filled_over_the_border_of_an_xml(tmp_path: Path) -> None:
    head = "found_folder,file_name,chainid,storeid,promotionid,promotionitems,rewardtype,maxqty\n"
    tree = "\"{'item': {'itemcode': '11'}}\""
    first = f"dumps/A,PromoFull1-001-202606010600.xml,1,001,1,{tree},1,3.00\n"
    second = f"dumps/A,PromoFull1-002-202606010600.xml,1,002,2,{tree},1,\n"
    promotions, rejects = decode(tmp_path, (head + first + second).encode(), Era.BLANK)
    assert rejects == []
    assert [row.max_quantity for row in promotions] == [3000, None]
    assert all(row.restrictions_known for row in promotions)


def test_limit_that_may_repeat_or_be_absent_in_era_a_is_said_not_to_be_known(
    tmp_path: Path,
) -> None:
    head = "found_folder,file_name,chainid,storeid,promotionid,promotionitems,rewardtype,maxqty\n"
    tree = "\"{'item': {'itemcode': '11'}}\""
    first = f"dumps/A,PromoFull1-001-202606010600.xml,1,001,1,{tree},1,3.00\n"
    promotions, _ = decode(tmp_path, (head + first + ",,,,2,,,\n").encode(), Era.BLANK)
    assert [row.max_quantity for row in promotions] == [3000, None]
    assert [row.restrictions_known for row in promotions] == [True, False]


@pytest.mark.parametrize(
    "cell",
    ["{", "__import__('os')", "{'a': f()}", "[" * 5000, "{'a': " * 300, "1" * 3_000_000, "{1: {}"],
)
def test_tree_that_is_no_tree_is_refused(cell: str) -> None:
    with pytest.raises(UnreadableTree):
        read_tree(cell)


def test_equal_bodies_of_many_stores_are_read_once(tmp_path: Path) -> None:
    order = random.Random(1)
    tree = {"item": {"itemcode": "11"}}
    rows = [{**items_row(str(number), tree), "maxqty": "''"} for number in range(20)]
    blocks = []
    for store in range(1, 6):
        order.shuffle(rows)
        name = f"PromoFull7290000000015-{store:03}-202606010600.xml"
        own = {"file_name": name, "storeid": f"{store:03}"}
        blocks.append(pl.DataFrame([HEAD | own | row for row in rows]))
    path = tmp_path / "promo_full_file_alpha.csv"
    path.write_bytes(write_csv(blocks))
    layout = Layout.of(path.name, read_header(path), PROMOTION_COLUMNS, PROMOTION_REQUIRED)
    book = BodyBook()
    counts = [block.rows for block in read_promotions(path, layout, True, book)]
    assert sum(counts) == 100
    assert len(book.bodies) == 20


def test_files_with_other_columns_say_other_things_with_the_same_cells(tmp_path: Path) -> None:
    path, book = tmp_path / "promo_full_file_alpha.csv", BodyBook()
    most = []
    for column in ("maxqty", "minpurchaseamnt"):
        path.write_bytes(csv({"promotionid": "1", "itemcode": "11", column: "5"}))
        layout = Layout.of(path.name, read_header(path), PROMOTION_COLUMNS, PROMOTION_REQUIRED)
        [block] = read_promotions(path, layout, True, book)
        body = book.bodies[int(block.body[0])]
        assert not isinstance(body, str)
        most += [(promotion.max_quantity, promotion.min_purchase) for promotion in body.promotions]
    assert most == [(5000, None), (None, 500)]


def test_in_era_a_the_rows_of_a_flat_promotion_have_the_terms_of_its_first(tmp_path: Path) -> None:
    header = "found_folder,file_name,storeid,promotionid,itemcode,rewardtype,minqty,maxqty\n"
    rows = "x/A,PromoFull1-1-202501010600.xml,1,5,11,1,1,6\n,,,,12,,,\n,,,6,13,,,\n,,,,14,,,\n"
    promotions, _ = decode(tmp_path, (header + rows).encode(), Era.BLANK)
    limits = [(each.max_quantity, each.restrictions_known) for each in promotions]
    assert limits == [(6000, True), (6000, True), (None, False), (None, False)]
