"""Reads what a quote is asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence, Set

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_within_chain, shown


def read_clubs(club_ids: Sequence[str]) -> Mapping[str, Set[str]]:
    """Returns the numbers of clubs by chain; raises InvalidRequest for one not written so."""
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


def read_coupon(text: str) -> str:
    """Returns the identifier of a promotion, written chain:code; raises InvalidRequest."""
    promotion_id = read_within_chain(text)
    if promotion_id is None:
        raise InvalidRequest(
            "coupon_promotion_ids",
            f"{shown(text)} is not a chain and a promotion's number, such as rami_levy:1349287",
            "PROMOTION_ID_INVALID",
        )
    return promotion_id
