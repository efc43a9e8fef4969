"""How a list of prices is walked: by product, by store or by chain, and in which order."""

from typing import NamedTuple

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pricing.order import read_direction

BELOW_ANY_PRICE = -(2**31 - 1)


class Asked(NamedTuple):
    """What a request names; None where it names nothing."""

    product_id: str | None
    store_id: str | None
    chain_id: str | None


class Walk(NamedTuple):
    """The walk that reads fewest prices for what was asked.

    of: product, store or chain, as in the names of the statements, which take filters, order, the
    key of the last row and a limit. first: a key below any, of the columns named in key.
    """

    of: str
    filters: tuple[str | None, ...]
    order: tuple[int, ...]
    first: tuple[str | int, ...]
    key: tuple[str, ...]


def read_asked(product_id: str, store_id: str, chain_id: str) -> Asked:
    """Reads the identifiers; raises InvalidRequest for none, or for one not written well."""
    asked = Asked(
        read_product_id(product_id) if product_id else None,
        read_store_id(store_id) if store_id else None,
        chain_id or None,
    )
    if not any(asked):
        raise InvalidRequest(
            "product_id", "one of product_id, store_id and chain_id is needed", "SCOPE_MISSING"
        )
    return asked


def plan_walk(asked: Asked, order_by: str) -> Walk:
    """Chooses the walk; raises InvalidRequest or Unimplemented for its order."""
    product_id, store_id, chain_id = asked
    direction = read_direction(order_by, of_one_product=product_id is not None)
    if product_id is not None:
        filters, first = (product_id, chain_id, store_id), (BELOW_ANY_PRICE, "")
        return Walk("product", filters, (direction,), first, ("key_price", "store_id"))
    if store_id is not None:
        return Walk("store", (store_id, chain_id), (), ("",), ("product_id",))
    return Walk("chain", (chain_id,), (), ("", ""), ("product_id", "store_id"))
