"""Reads what a quote is asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from typing import NamedTuple

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_within_chain, shown

MOST_NAMED = 100


class Wish(NamedTuple):
    """How much is asked for, in thousandths, and what the buyer has.

    clubs: numbers by chain. coupons: identifiers of promotions.
    """

    quantity: int
    clubs: Mapping[str, Set[str]]
    coupons: Set[str]


def read_clubs(club_ids: Sequence[str]) -> Mapping[str, Set[str]]:
    """Returns the numbers of clubs by chain; raises InvalidRequest for one not written so."""
    check_count(club_ids, "club_ids")
    clubs: dict[str, set[str]] = defaultdict(set)
    for place, text in enumerate(club_ids):
        chain_id, _, number = text.partition(":")
        if not chain_id or not number:
            raise InvalidRequest(
                f"club_ids[{place}]",
                f"{shown(text)} is not a chain and its number of a club, such as rami_levy:1",
                "CLUB_ID_INVALID",
            )
        clubs[chain_id].add(number)
    return clubs


def read_coupons(promotion_ids: Sequence[str]) -> Set[str]:
    """Returns identifiers of promotions, written chain:code; raises InvalidRequest."""
    check_count(promotion_ids, "coupon_promotion_ids")
    return frozenset(read_coupon(text, place) for place, text in enumerate(promotion_ids))


def read_coupon(text: str, place: int) -> str:
    """Returns the identifier of a promotion; place: among those of the request."""
    promotion_id = read_within_chain(text)
    if promotion_id is None:
        raise InvalidRequest(
            f"coupon_promotion_ids[{place}]",
            f"{shown(text)} is not a chain and a promotion's number, such as rami_levy:1349287",
            "PROMOTION_ID_INVALID",
        )
    return promotion_id


def check_count(named: Sequence[str], field: str) -> None:
    """Raises InvalidRequest when too many are named."""
    if len(named) > MOST_NAMED:
        raise InvalidRequest(
            field, f"must be at most {MOST_NAMED}, not {len(named)}", "TOO_MANY_NAMED"
        )
