"""What a basket costs, worked out line by line from the tables: by no code of the server."""

from datetime import datetime
from fractions import Fraction
from typing import Any, NamedTuple

from tests.support.tables import Tables

Row = dict[str, Any]


class Buyer(NamedTuple):
    """clubs and coupons: as a request names them; None for shelf prices."""

    clubs: tuple[str, ...]
    coupons: tuple[str, ...]
    at: datetime


class Line(NamedTuple):
    """One item in one store, in agorot."""

    product_id: str
    price: int
    shelf_total: int
    total: int


def price_lines(
    tables: Tables, store: Row, items: dict[str, str], buyer: Buyer | None
) -> list[Line]:
    """The items, with quantities as they are written, that the store sells above zero."""
    lines = []
    products = {row["product_id"]: row for row in tables["product"]}
    for product_id, written in items.items():
        quantity = Fraction(written)
        product = products.get(product_id)
        offer = _offer(tables, product["product_key"], store) if product else None
        if product is None or offer is None or not offer[0]:
            continue
        price, weighted = offer
        if quantity.denominator != 1 and not weighted:
            continue
        whole = _half_up(price * quantity)
        best = whole
        if buyer:
            for row in tables["promotion"]:
                if _is_told(row, product["product_key"], store):
                    best = min(best, _paid(row, price, weighted, quantity, store, buyer))
        lines.append(Line(product_id, price, whole, best))
    return lines


def first_refused(tables: Tables, stores: list[Row], items: dict[str, str]) -> int | None:
    """The place of the first fraction of what the stores sell, but none of them by weight."""
    keys = {row["product_id"]: row["product_key"] for row in tables["product"]}
    for place, (product_id, written) in enumerate(items.items()):
        offers = [_offer(tables, keys.get(product_id, 0), store) for store in stores]
        weighed = {offer[1] for offer in offers if offer and offer[0]}
        if Fraction(written).denominator != 1 and weighed == {False}:
            return place
    return None


def _offer(tables: Tables, product_key: int, store: Row) -> tuple[int, bool] | None:
    for pack in tables["offer_pack"]:
        if pack["product_key"] == product_key and store["store_key"] in pack["store_keys"]:
            place = pack["store_keys"].index(store["store_key"])
            return pack["prices"][place], bool(pack["flags"][place] & 8)
    return None


def _is_told(row: Row, product_key: int, store: Row) -> bool:
    return product_key in row["product_keys"] and store["store_key"] in row["store_keys"]


def _paid(
    row: Row, price: int, weighted: bool, quantity: Fraction, store: Row, buyer: Buyer
) -> int:
    """What the quantity costs with one promotion; the shelf total where it does not count."""
    whole = price * quantity
    off = Fraction(0)
    if _may_count(row, weighted, store, buyer):
        covered = quantity
        if row["max_quantity"] is not None:
            covered = min(covered, Fraction(row["max_quantity"], 1000))
        elif row["coupon"]:
            covered = min(covered, max(Fraction(row["min_quantity"] or 0, 1000), Fraction(1)))
        least = Fraction(row["min_quantity"] or 0, 1000) if row["weighted"] == weighted else 0
        if covered > 0 and covered >= least:
            off = _saved(row, price, weighted, covered)
    return _half_up(whole - off)


def _may_count(row: Row, weighted: bool, store: Row, buyer: Buyer) -> bool:
    if row["starts_at"] is None or row["ends_at"] is None:
        return False
    chain_id = store["store_id"].split(":")[0]
    in_club = not row["clubs"] or any(f"{chain_id}:{club}" in buyer.clubs for club in row["clubs"])
    has_coupon = not row["coupon"] or row["promotion_id"] in buyer.coupons
    same_unit = row["weighted"] == weighted or (
        row["reward"] == "PercentOff"
        and row["max_quantity"] is None
        and (row["min_quantity"] or 0) <= 1000
        and not row["coupon"]
    )
    return bool(
        row["active"]
        and row["starts_at"] <= buyer.at <= row["ends_at"]
        and in_club
        and has_coupon
        and same_unit
        and row["restrictions_known"]
        and not row["whole_basket"]
        and not row["min_purchase"]
    )


def _saved(row: Row, price: int, weighted: bool, covered: Fraction) -> Fraction:
    costs = price * covered
    off = Fraction(0)
    match row["reward"]:
        case "FixedPrice" if weighted:
            off = covered * (price - Fraction(row["reward_price"] * 1000, row["reward_quantity"]))
        case "FixedPrice":
            units = Fraction(row["reward_quantity"], 1000)
            off = (covered // units) * (price * units - row["reward_price"])
        case "PercentOff":
            off = costs * row["reward_points"] / 10_000
        case "NthItem":
            off = covered // row["reward_quantity"] * price * Fraction(row["reward_points"], 10_000)
        case "MultiBuy":
            off = Fraction(covered // row["reward_quantity"] * row["reward_free"] * price)
        case "AmountOff":
            off = min(Fraction(row["reward_amount"]), costs)
        case "Threshold" if costs >= row["reward_spent"]:
            off = min(Fraction(row["reward_amount"]), costs)
    return off


def _half_up(exact: Fraction) -> int:
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
