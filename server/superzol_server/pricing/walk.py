"""Which statement answers a list of prices, with which arguments and in which order."""

from typing import NamedTuple

from superzol.pricing.v1.pricing_pb2 import ListPricesRequest
from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pages import LARGEST_INTEGER, Key
from superzol_server.pricing.order import read_direction
from superzol_server.sql import load_statement

PACKAGE = "superzol_server.pricing"


class Asked(NamedTuple):
    """What a request names; None where it names nothing."""

    product_id: str | None
    store_id: str | None
    chain_id: str | None


class Walk(NamedTuple):
    """A walk through prices: by product, by store or by chain, whichever names fewest of them.

    total counts what filters leave; order stands between filters and the place in the list;
    first is a key below any, of the columns named key.
    """

    statement: str
    total: str
    filters: tuple[str | None, ...]
    order: tuple[int, ...]
    first: Key
    key: tuple[str, ...]


def read_asked(request: ListPricesRequest) -> Asked:
    """Reads the identifiers; raises InvalidRequest for none, or for one not written well."""
    asked = Asked(
        read_product_id(request.product_id) if request.product_id else None,
        read_store_id(request.store_id) if request.store_id else None,
        request.chain_id or None,
    )
    if not any(asked):
        raise InvalidRequest(
            "product_id", "one of product_id, store_id and chain_id is needed", "SCOPE_MISSING"
        )
    return asked


def plan_walk(asked: Asked, order_by: str) -> Walk:
    """Chooses the walk; raises InvalidRequest or Unimplemented for its order."""
    direction = read_direction(order_by, asked.product_id is not None)
    product_id, store_id, chain_id = asked
    if product_id is not None:
        first, key = (-LARGEST_INTEGER, ""), ("key_price", "store_id")
        return _walk("product", (product_id, chain_id, store_id), (direction,), first, key)
    if store_id is not None:
        return _walk("store", (store_id, chain_id), (), ("",), ("product_id",))
    return _walk("chain", (chain_id,), (), ("", ""), ("product_id", "store_id"))


def _walk(
    of: str,
    filters: tuple[str | None, ...],
    order: tuple[int, ...],
    first: Key,
    key: tuple[str, ...],
) -> Walk:
    statement = load_statement(PACKAGE, f"list_prices_of_{of}")
    total = load_statement(PACKAGE, f"list_prices_total_of_{of}")
    return Walk(statement, total, filters, order, first, key)
