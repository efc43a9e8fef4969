"""Limits of a promotion that cannot be read: they lower no price."""

import json
from pathlib import Path

import pytest

from superzol_etl.clean.rewards import Unknown
from tests.support.promotion_csv import TERMS, csv, decode, items_row

ITEM = {"item": {"itemcode": "11"}}


@pytest.mark.parametrize(
    "cells",
    [
        {"minqty": "99999999999"},
        {"minqty": "two"},
        {"minqty": "1e3"},
        {"maxqty": "x"},
        {"maxqty": "-1"},
        {"minpurchaseamnt": "100 ש"},
        {"minpurchaseamnt": "1,000.00"},
        {"minamount": "NaN"},
        {"clubs": '{"clubid": {"x": "1"}}'},
        {"clubs": '{"club": "1"}'},
        {"clubs": '{"clubid": ["1", {}]}'},
        {"minqty": '{"a": "3"}'},
        {"additionalrestrictions": '{"additionaliscoupon": {"x": 1}}'},
        {"additionalrestrictions": '{"additionalisactive": [{"x": 1}]}'},
        {"additionalrestrictions": '{"additionalistotal": {"x": null}}'},
        {"additionalrestrictions": '[{"additionaliscoupon": "1"}]'},
        {"additionalisactive": '{"x": 0}'},
        {"promotiondays": "6"},
        {"promotiondays": "1,2,3,4,5"},
        {"promotiondays": "ו"},
        {"clubid": "''", "additionalrestrictions": '{"clubs": {"clubid": {"x": "1"}}}'},
    ],
)
def test_a_limit_that_cannot_be_read_makes_the_restrictions_unknown(
    tmp_path: Path, cells: dict[str, str]
) -> None:
    (promotion,), _ = decode(tmp_path, csv(items_row("1", ITEM) | cells))
    assert not promotion.restrictions_known


@pytest.mark.parametrize(
    "cells",
    [
        {"minqty": " +2 ", "maxqty": "999999999", "minpurchaseamnt": "0.00", "minamount": ".00"},
        {"minpurchaseamnt": "3000000", "minamount": "3000000"},
        {"additionalrestrictions": '{"additionaliscoupon": {}, "additionalistotal": null}'},
        {"additionalrestrictions": "[]", "additionaliscoupon": "[]"},
        {"clubs": "''"},
        {"clubs": "{}"},
        {"clubs": '{"clubid": null}'},
        {"clubs": '{"clubid": "NO_BODY"}'},
        {"clubs": '{"clubid": 0}'},
        {"clubs": '["0", "1"]'},
        {"promotiondays": "''"},
        {"promotiondays": "1,2,3,4,5,6,7"},
        {"promotiondays": "0123456"},
        {"clubid": "''", "additionalrestrictions": '{"clubs": "NO_BODY"}'},
        {"clubid": "''", "additionalrestrictions": '{"clubs": {"clubid": "0"}}'},
    ],
)
def test_limits_that_say_nothing_and_a_large_maximum_are_known(
    tmp_path: Path, cells: dict[str, str]
) -> None:
    (promotion,), _ = decode(tmp_path, csv(items_row("1", ITEM) | cells))
    assert (promotion.restrictions_known, promotion.clubs) == (True, ())


@pytest.mark.parametrize("clubs", ['{"clubid": 1}', '{"clubid": [1, "2 - x"]}', '["1", "2"]', "1"])
def test_clubs_are_read_as_numbers_too_and_never_taken_for_everyone(
    tmp_path: Path, clubs: str
) -> None:
    (promotion,), _ = decode(tmp_path, csv(items_row("1", ITEM) | {"clubs": clubs}))
    assert promotion.clubs and set(promotion.clubs) <= {"1", "2"}


def test_clubs_are_found_among_the_additional_restrictions(tmp_path: Path) -> None:
    limits = {"additionaliscoupon": "0", "clubs": {"clubid": ["3", "7"]}}
    row = items_row("1", ITEM) | {"additionalrestrictions": json.dumps(limits), "clubid": "''"}
    (promotion,), _ = decode(tmp_path, csv(row))
    assert (promotion.clubs, promotion.restrictions_known) == (("3", "7"), True)


def test_codes_that_are_numbers_name_their_items(tmp_path: Path) -> None:
    tree = {"item": [{"itemcode": 7290004131074}, {"itemcode": "12"}]}
    (promotion,), _ = decode(tmp_path, csv(items_row("1", tree)))
    assert [item.code for item in promotion.items] == ["7290004131074", "12"]


@pytest.mark.parametrize("yes", ["1", 1, True, "true", "True", "1.0", "Y"])
def test_a_flag_that_says_anything_but_no_is_set(tmp_path: Path, yes: object) -> None:
    limits = {"additionaliscoupon": yes, "additionalistotal": yes, "additionalisactive": yes}
    row = items_row("1", ITEM) | {"additionalrestrictions": json.dumps(limits)}
    (promotion,), _ = decode(tmp_path, csv(row))
    assert (promotion.coupon, promotion.whole_basket, promotion.active) == (True, True, True)


@pytest.mark.parametrize("no", ["0", 0, False, "false", "0.00", "No"])
def test_a_flag_that_says_no_is_not_set(tmp_path: Path, no: object) -> None:
    limits = {"additionaliscoupon": no, "additionalistotal": no, "additionalisactive": no}
    row = items_row("1", ITEM) | {"additionalrestrictions": json.dumps(limits)}
    (promotion,), _ = decode(tmp_path, csv(row))
    assert (promotion.coupon, promotion.whole_basket, promotion.active) == (False, False, False)


@pytest.mark.parametrize(
    ("of_item", "of_group"),
    [
        ({"minqty": "99999999999"}, {}),
        ({"minqty": {"a": "3"}}, {}),
        ({"minqty": [{"q": "3"}]}, {}),
        ({"maxqty": "x"}, {}),
        ({"maxqty": {"a": "3"}}, {}),
        ({}, {"minpurchaseamount": "x"}),
        ({}, {"minpurchaseamount": {"x": 1}}),
    ],
)
def test_limits_of_a_group_are_held_to_the_same(
    tmp_path: Path, of_item: dict[str, object], of_group: dict[str, object]
) -> None:
    item = {"itemcode": "13", "discountedprice": "5.00", "minqty": "1", **of_item}
    tree = {"group": {"groupid": "1", "promotionitems": {"promotionitem": item}, **of_group}}
    (promotion,), _ = decode(tmp_path, csv({"promotionid": "3", "groups": json.dumps(tree)}))
    assert not isinstance(promotion.reward, Unknown)
    assert not promotion.restrictions_known


def test_a_group_keeps_a_minimum_of_millions_and_an_empty_one(tmp_path: Path) -> None:
    item = {"itemcode": "13", "discountedprice": "5.00", "minqty": {}}
    group = {"promotionitems": {"promotionitem": item}, "minpurchaseamount": "3000000"}
    row = {"promotionid": "3", "groups": json.dumps({"group": group})}
    (promotion,), _ = decode(tmp_path, csv(row))
    assert (promotion.min_purchase, promotion.restrictions_known) == (300_000_000, True)


def test_a_gift_flag_that_is_a_tree_is_not_taken_for_no(tmp_path: Path) -> None:
    tree = {"item": {"itemcode": "11", "isgiftitem": {"x": 1}}}
    (promotion,), _ = decode(tmp_path, csv(items_row("1", tree) | TERMS))
    assert promotion.items[0].is_gift and isinstance(promotion.reward, Unknown)


def test_a_code_that_is_a_tree_names_no_item(tmp_path: Path) -> None:
    (promotion,), _ = decode(tmp_path, csv(items_row("1", {"item": {"itemcode": {"x": 1}}})))
    assert promotion.items == ()


def test_plain_terms_stay_known(tmp_path: Path) -> None:
    (promotion,), _ = decode(tmp_path, csv(items_row("1", ITEM) | TERMS))
    assert promotion.restrictions_known
