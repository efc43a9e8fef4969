"""Reads order_by (AIP-132): fields with commas between them, each with asc, desc or neither."""

import re
from collections.abc import Collection

from superzol_server.errors import InvalidRequest, Unimplemented
from superzol_server.identifiers import shown

TERM = re.compile(r"\s*([a-z_]+)(?:\s+(asc|desc))?\s*")


def read_order_by(order_by: str, served: Collection[str], planned: Collection[str]) -> str:
    """Returns the order as served writes it, "" for none; raises InvalidRequest or Unimplemented.

    served: "price_agorot desc" and so on, without asc. planned: fields that are documented as not
    served yet.
    """
    if not order_by.strip():
        return ""
    terms = [TERM.fullmatch(term) for term in order_by.split(",")]
    fields = {order.split()[0] for order in served if order} | set(planned)
    known = [term for term in terms if term and term[1] in fields]
    if len(known) < len(terms):
        orders = ", ".join(f'"{order}"' for order in served if order)
        sentence = f"{shown(order_by)} is no order; those served are {orders}"
        raise InvalidRequest("order_by", sentence, "ORDER_BY_INVALID")
    written = ", ".join(term[1] + " desc" * (term[2] == "desc") for term in known)
    if written not in served:
        raise Unimplemented("order_by", f'the order "{written}" is not served yet')
    return written
