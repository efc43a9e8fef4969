"""What requests of the catalog may ask for."""

from collections.abc import Sequence

from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_product_id

LARGEST_BATCH = 200


def read_batch(product_ids: Sequence[str]) -> list[str]:
    """Returns identifiers of products, each once in the order given; raises InvalidRequest."""
    if not 1 <= len(product_ids) <= LARGEST_BATCH:
        raise InvalidRequest(
            "product_ids",
            f"must be 1 to {LARGEST_BATCH}, not {len(product_ids)}",
            "PRODUCT_COUNT_INVALID",
        )
    read = [
        read_product_id(text, f"product_ids[{place}]") for place, text in enumerate(product_ids)
    ]
    return list(dict.fromkeys(read))
