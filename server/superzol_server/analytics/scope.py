"""The stores that a question is about."""

from collections.abc import Sequence
from typing import NamedTuple

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_store_id
from superzol_server.unknown import no_chain, no_city, no_store

MOST_STORES = 500
MOST_CHAINS = 100


class Scope(NamedTuple):
    """Limits a store must meet, all of them; None is no limit."""

    store_ids: list[str] | None
    chain_ids: list[str] | None
    city: str | None


def read_scope(store_ids: Sequence[str], chain_ids: Sequence[str], city: str) -> Scope:
    """Reads what a request names; raises InvalidRequest when it names nothing or too much."""
    scope = read_limits(store_ids, chain_ids, city)
    if not any(scope):
        raise InvalidRequest(
            "store_ids", "one of store_ids, chain_ids and city is needed", "SCOPE_MISSING"
        )
    return scope


def read_limits(store_ids: Sequence[str], chain_ids: Sequence[str], city: str) -> Scope:
    """Reads what a request names, if anything; raises InvalidRequest when it names too much."""
    if len(store_ids) > MOST_STORES:
        raise InvalidRequest(
            "store_ids", f"must be at most {MOST_STORES}, not {len(store_ids)}", "TOO_MANY_STORES"
        )
    if len(chain_ids) > MOST_CHAINS:
        raise InvalidRequest(
            "chain_ids", f"must be at most {MOST_CHAINS}, not {len(chain_ids)}", "TOO_MANY_CHAINS"
        )
    stores = [
        read_store_id(store_id, f"store_ids[{place}]") for place, store_id in enumerate(store_ids)
    ]
    return Scope(stores or None, list(chain_ids) or None, city or None)


def check_scope(
    scope: Scope,
    unknown_store_ids: Sequence[str],
    unknown_chain_ids: Sequence[str],
    city_known: bool,
) -> None:
    """Raises NotFound for the first part of a scope that is not known."""
    if unknown_store_ids:
        raise no_store(min(unknown_store_ids))
    if unknown_chain_ids:
        raise no_chain(min(unknown_chain_ids))
    if not city_known:
        raise no_city(str(scope.city))
