"""What prices the tables tell, found row by row: slow, and by no code of the server."""

from datetime import date, datetime
from fractions import Fraction
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from tests.support.tables import Tables

Row = dict[str, Any]


class Known(NamedTuple):
    """One price as the tables tell it."""

    product_id: str
    store_id: str
    chain_id: str
    name: str
    city: str | None
    categories: frozenset[str]
    price: int
    since: int
    weighted: bool
    observed_at: datetime | None
    observed_version: int | None
    discount: int | None
    unit_price: Fraction | None

    @property
    def day(self) -> date | None:
        """The Israeli day of the observation."""
        at = self.observed_at
        return at.astimezone(ZoneInfo("Asia/Jerusalem")).date() if at else None


def versions_as_of(tables: Tables, at: datetime) -> dict[str, int]:
    """The version of each chain that had one by then."""
    chain_ids = {row["chain_key"]: row["chain_id"] for row in tables["chain"]}
    found: dict[str, int] = {}
    for row in tables["chain_version"]:
        if row["state"] == "loaded" and row["cutoff_at"] <= at:
            chain_id = chain_ids[row["chain_key"]]
            found[chain_id] = max(found.get(chain_id, 0), row["version"])
    return found


def all_prices(tables: Tables, as_of: datetime | None, at: datetime) -> list[Known]:
    """Every price, now or as of a time, with the discount of promotions that hold at a time."""
    stores = {row["store_key"]: row for row in tables["store"]}
    products = {row["product_key"]: row for row in tables["product"]}
    chains = {row["chain_key"]: row["chain_id"] for row in tables["chain"]}
    categories: dict[int | None, frozenset[str]] = {
        row["category_key"]: frozenset((row["category_id"], row["department_id"]))
        for row in tables["category"]
    }
    categories[None] = frozenset()
    versions = versions_as_of(tables, as_of) if as_of else None
    words = {
        (row["product_key"], row["chain_key"]): row["weighted"]
        for row in tables["product_in_chain"]
    }
    known = []
    for price in _told(tables):
        store, product = stores[price["store_key"]], products[price["product_key"]]
        chain_id = chains[store["chain_key"]]
        version = 10**6 if versions is None else versions.get(chain_id, 0)
        if not price["first"] <= version < price["end"]:
            continue
        weighted = price["weighted"]
        if weighted is None:
            weighted = words[product["product_key"], store["chain_key"]]
        seen_at, seen_in = store["observed_at"], store["observed_version"]
        if as_of:
            seen_at, seen_in = _sighting(tables, store["store_key"], version)
        best = _best(tables, product["product_key"], store, price["price"], weighted, version, at)
        known.append(
            Known(
                product["product_id"], store["store_id"], chain_id, product["name"], store["city"],
                categories[product["category_key"]],
                price["price"], price["first"], weighted, seen_at, seen_in, best,
                unit_price_of(price["price"], weighted, product),
            )
        )  # fmt: skip
    return known


def unit_price_of(price: int, weighted: bool, product: Row) -> Fraction | None:
    """Agorot for 100 g, 100 ml, a piece or a metre; None when not known."""
    if price and weighted:
        return Fraction(price, 10)
    quantity, unit = product["net_quantity"], product["net_unit"]
    if not price or product["weighted"] or quantity is None:
        return None
    return Fraction(price * 1000 * (100 if unit in (1, 2) else 1), quantity)


def _told(tables: Tables) -> list[Row]:
    """Open and closed prices alike, by first version and the version in which they end."""
    rows = [
        {**span, "first": span["valid_from"], "end": span["valid_to"], "weighted": None}
        for span in tables["price_span"]
    ]
    for pack in tables["offer_pack"]:
        for place, store_key in enumerate(pack["store_keys"]):
            rows.append(
                {
                    "product_key": pack["product_key"],
                    "store_key": store_key,
                    "price": pack["prices"][place],
                    "first": pack["since"][place],
                    "end": 10**7,
                    "weighted": bool(pack["flags"][place] & 8),
                }
            )
    return rows


def _sighting(tables: Tables, store_key: int, version: int) -> tuple[datetime | None, int | None]:
    seen = [
        (row["version"], row["last_at"])
        for row in tables["store_sighting"]
        if row["store_key"] == store_key and row["version"] <= version
    ]
    newest = max(seen, default=None)
    return (newest[1], newest[0]) if newest else (None, None)


def _best(
    tables: Tables, product_key: int, store: Row, price: int, weighted: bool, version: int,
    at: datetime,
) -> int | None:  # fmt: skip
    """The lowest price of one unit that anybody pays; None where it is the shelf price."""
    best = price
    for row in tables["promotion"]:
        if (
            row["chain_key"] == store["chain_key"]
            and product_key in row["product_keys"]
            and store["store_key"] in telling(tables, row, version)
            and _is_for_all(row, weighted, at)
        ):
            best = min(best, _paid(row, price, weighted))
    return best if best < price else None


def telling(tables: Tables, promotion: Row, version: int) -> set[int]:
    """The stores that tell a promotion in a version."""
    stores = {
        store_key
        for store_key, since in zip(promotion["store_keys"], promotion["since"], strict=True)
        if since <= version
    }
    for span in tables["promotion_span"]:
        if span["promotion_key"] == promotion["promotion_key"] and version < span["valid_to"]:
            places = zip(span["store_keys"], span["valid_from"], strict=True)
            stores |= {store_key for store_key, first in places if first <= version}
    return stores


def _is_for_all(row: Row, weighted: bool, at: datetime) -> bool:
    if row["starts_at"] is None or row["ends_at"] is None:
        return False
    share_of_each = row["reward"] == "PercentOff" and not row["max_quantity"]
    if row["weighted"] != weighted and not (share_of_each and (row["min_quantity"] or 0) <= 1000):
        return False
    return bool(
        row["active"]
        and row["starts_at"] <= at <= row["ends_at"]
        and not row["clubs"]
        and not row["coupon"]
        and not row["whole_basket"]
        and not row["min_purchase"]
        and row["restrictions_known"]
    )


def _paid(row: Row, price: int, weighted: bool) -> int:
    """What one unit or kilogram costs; the shelf price where one is not enough."""
    covered = 1000 if row["max_quantity"] is None else min(1000, row["max_quantity"])
    if row["weighted"] == weighted and covered < (row["min_quantity"] or 0):
        return price
    part, full = Fraction(covered, 1000), Fraction(price)
    match row["reward"]:
        case "FixedPrice" if weighted:
            off = part * (full - Fraction(row["reward_price"] * 1000, row["reward_quantity"]))
        case "FixedPrice":
            off = full - row["reward_price"] if row["reward_quantity"] <= covered else Fraction(0)
        case "PercentOff":
            off = part * full * row["reward_points"] / 10_000
        case "AmountOff":
            off = min(Fraction(row["reward_amount"]), part * full)
        case "Threshold":
            enough = part * full >= row["reward_spent"]
            off = min(Fraction(row["reward_amount"]), part * full) if enough else Fraction(0)
        case _:
            return price
    exact = full - off
    return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)
