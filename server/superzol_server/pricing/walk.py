"""How a list of prices is walked: by product, by store or by chain, and in which order."""

from typing import NamedTuple

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pricing.filters import Filters
from superzol_server.pricing.order import Order, read_order

BELOW_ANY_PRICE = -(2**31 - 1)
NOTHING = Filters()


class Asked(NamedTuple):
    """What a request names; None where it names nothing."""

    product_id: str | None
    store_id: str | None
    chain_id: str | None

    @property
    def of_chain(self) -> str | None:
        """The chain asked for, by itself or with a store."""
        return self.chain_id or (self.store_id or "").partition(":")[0] or None


class Walk(NamedTuple):
    """The walk that reads fewest prices for what was asked.

    of: as in the names of the statements, which take filters, order, the key of the last row and a
    limit. first: a key below any, of the columns named in key.
    """

    of: str
    filters: tuple[object, ...]
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


def plan_walk(asked: Asked, filters: Filters, order_by: str) -> Walk:
    """Chooses the walk; raises InvalidRequest or Unimplemented for its order."""
    product_id, store_id, chain_id = asked
    order = read_order(order_by, of_a_chain=product_id is None and store_id is None)
    if product_id is not None:
        return _of_product(asked, filters, order)
    if store_id is not None and (order, filters) == (Order(), NOTHING):
        return Walk("store", (store_id, chain_id), (), ("",), ("product_id",))
    if store_id is not None:
        shelf_key = ("key_price", "key_name", "product_id")
        first = (BELOW_ANY_PRICE, "", "")
        return Walk("shelf", (store_id, chain_id, *filters), order, first, shelf_key)
    key = ("product_id", "store_id")
    if filters == NOTHING:
        return Walk("chain", (chain_id,), (), ("", ""), key)
    return Walk("chain_filtered", (chain_id, *filters), (), ("", ""), key)


def _of_product(asked: Asked, filters: Filters, order: Order) -> Walk:
    """One product has one name: that order is the one by store."""
    product_id, store_id, chain_id = asked
    names, first, key = (product_id, chain_id, store_id), (BELOW_ANY_PRICE, ""), "key_price"
    if filters.as_of_time is None:
        chosen, of = (*names, *filters.choosing), "product"
    else:
        chosen, of = (*names, *filters), "product_as_of"
    return Walk(of, chosen, (order.direction,), first, (key, "store_id"))
