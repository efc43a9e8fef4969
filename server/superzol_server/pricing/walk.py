"""How a list of prices is walked: by product, store, chain or shelf, and in which order."""

from typing import NamedTuple

from superzol_server.errors import InvalidRequest, Unimplemented
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


def read_asked(product_id: str, store_id: str, chain_id: str, enough: bool = False) -> Asked:
    """Reads the identifiers; raises InvalidRequest for one not written well, or for none.

    enough: other fields limit the question, so that none of these has to.
    """
    asked = Asked(
        read_product_id(product_id) if product_id else None,
        read_store_id(store_id) if store_id else None,
        chain_id or None,
    )
    if not any(asked) and not enough:
        raise InvalidRequest(
            "product_id", "one of product_id, store_id and chain_id is needed", "SCOPE_MISSING"
        )
    return asked


def plan_walk(asked: Asked, filters: Filters, order_by: str, unseen_limit: int) -> Walk:
    """Chooses the walk; raises InvalidRequest or Unimplemented for its order or time.

    unseen_limit: days from which on a store unseen is left out, of the prices of now.
    """
    order = read_order(order_by)
    if asked.product_id is not None:
        return _of_product(asked, filters, order, unseen_limit)
    if asked.store_id is not None:
        return _of_store(asked, filters, order, unseen_limit)
    if asked.chain_id is not None and order == Order():
        key = ("product_id", "store_id")
        if filters == NOTHING:
            return Walk("chain", (asked.chain_id, unseen_limit), (), ("", ""), key)
        chosen = (asked.chain_id, *filters, unseen_limit)
        return Walk("chain_filtered", chosen, (), ("", ""), key)
    if order.by_name or filters.category_id is None:
        raise Unimplemented(
            "order_by",
            "prices of a chain are in order of product_id; with category_id also by price_agorot",
        )
    if filters.as_of_time is not None:
        raise Unimplemented(
            "as_of_time", "a category is served as of a time with product_id or store_id only"
        )
    return _on_shelves(asked, filters, order, unseen_limit)


def _of_store(asked: Asked, filters: Filters, order: Order, unseen_limit: int) -> Walk:
    names = (asked.store_id, asked.chain_id)
    if (order, filters) == (Order(), NOTHING):
        return Walk("store", names, (), ("",), ("product_id",))
    if filters.as_of_time is None and not order.by_name:
        return _on_shelves(asked, filters, order, unseen_limit)
    key = ("key_price", "key_name", "product_id")
    return Walk("shelf", (*names, *filters), order, (BELOW_ANY_PRICE, "", ""), key)


def _on_shelves(asked: Asked, filters: Filters, order: Order, unseen_limit: int) -> Walk:
    """Shelves hold the prices of now, and know no names."""
    chosen = (asked.store_id, asked.chain_id, *filters.choosing, unseen_limit)
    key = ("key_price", "product_id", "store_id")
    return Walk("shelves", chosen, (order.direction,), (BELOW_ANY_PRICE, "", ""), key)


def _of_product(asked: Asked, filters: Filters, order: Order, unseen_limit: int) -> Walk:
    """One product has one name: that order is the one by store."""
    product_id, store_id, chain_id = asked
    names, first, key = (product_id, chain_id, store_id), (BELOW_ANY_PRICE, ""), "key_price"
    if filters.as_of_time is None:
        chosen, of = (*names, *filters.choosing, unseen_limit), "product"
    else:
        chosen, of = (*names, *filters), "product_as_of"
    return Walk(of, chosen, (order.direction,), first, (key, "store_id"))
