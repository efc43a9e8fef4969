"""How a list of prices is walked: by product, store, chain or shelf, and in which order."""

from typing import NamedTuple

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id, read_store_id
from superzol_server.pricing.filters import Filters
from superzol_server.pricing.order import BY_IDENTIFIER, Order, read_order

BELOW_ANY_AGOROT = -(2**31 - 1)
# Prices as keys of a list: below any, and of a unit price that is not known.
BELOW_ANY_PRICE, LAST_PRICE = -1e300, 1e300
NAMED_KEY = ("key_price", "key_name", "product_id")
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
    order: tuple[float, ...]
    first: tuple[str | float, ...]
    key: tuple[str, ...]


def read_asked(
    product_id: str, store_id: str, chain_id: str, on_shelf: bool | None = None
) -> Asked:
    """Reads the identifiers; raises InvalidRequest for one not written well, or for none.

    on_shelf: category_id and city are both given, so that none of these has to; None where they
    are no fields.
    """
    asked = Asked(
        read_product_id(product_id) if product_id else None,
        read_store_id(store_id) if store_id else None,
        chain_id or None,
    )
    if not any(asked) and not on_shelf:
        needed = "one of product_id, store_id and chain_id is needed"
        if on_shelf is not None:
            needed += ", or both category_id and city"
        raise InvalidRequest("product_id", needed, "SCOPE_MISSING")
    return asked


def plan_walk(asked: Asked, filters: Filters, order_by: str, unseen_limit: int) -> Walk:
    """Chooses the walk; raises InvalidRequest for an order of other fields.

    unseen_limit: days from which on a store unseen is left out, of the prices of now.
    """
    order = read_order(order_by)
    if asked.product_id is not None:
        return _of_product(asked, filters, order, unseen_limit)
    on_shelves = filters.as_of_time is None and not order.by_name and not order.by_unit
    if asked.store_id is not None:
        return _of_store(asked, filters, order, unseen_limit, on_shelves)
    if (order, filters) == (Order(), NOTHING):
        of_chain = (asked.chain_id, unseen_limit)
        return Walk("chain", of_chain, (), ("", ""), ("product_id", "store_id"))
    by_price = order.direction != BY_IDENTIFIER or asked.chain_id is None
    if on_shelves and by_price and filters.category_id is not None:
        return _on_shelves(asked, filters, order, unseen_limit)
    chosen, key = (asked.chain_id, *filters, unseen_limit), (*NAMED_KEY, "store_id")
    return Walk("stores", chosen, (*order, LAST_PRICE), (BELOW_ANY_PRICE, "", "", ""), key)


def _of_store(
    asked: Asked, filters: Filters, order: Order, unseen_limit: int, on_shelves: bool
) -> Walk:
    names = (asked.store_id, asked.chain_id)
    if (order, filters) == (Order(), NOTHING):
        return Walk("store", names, (), ("",), ("product_id",))
    if on_shelves:
        return _on_shelves(asked, filters, order, unseen_limit)
    chosen, first = (*names, *filters), (BELOW_ANY_PRICE, "", "")
    return Walk("shelf", chosen, (*order, LAST_PRICE), first, NAMED_KEY)


def _on_shelves(asked: Asked, filters: Filters, order: Order, unseen_limit: int) -> Walk:
    """Shelves hold the prices of now, and know neither names nor quantities."""
    chosen = (asked.store_id, asked.chain_id, *filters.choosing, unseen_limit)
    key = ("key_price", "product_id", "store_id")
    return Walk("shelves", chosen, (order.direction,), (BELOW_ANY_AGOROT, "", ""), key)


def _of_product(asked: Asked, filters: Filters, order: Order, unseen_limit: int) -> Walk:
    """One product has one name: that order is the one by store."""
    product_id, store_id, chain_id = asked
    names, first, key = (product_id, chain_id, store_id), (BELOW_ANY_PRICE, ""), "key_price"
    if filters.as_of_time is None:
        chosen, of = (*names, *filters.choosing, unseen_limit), "product"
    else:
        chosen, of = (*names, *filters), "product_as_of"
    way = (order.direction, order.by_unit, LAST_PRICE)
    return Walk(of, chosen, way, first, (key, "store_id"))
