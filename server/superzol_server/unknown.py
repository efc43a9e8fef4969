"""What a request names and nobody knows: one sentence and one reason for each kind of thing."""

from superzol_server.errors import NotFound
from superzol_server.identifiers import shown


def no_product(product_id: str) -> NotFound:
    """product_id: as read_product_id returns it."""
    return NotFound("PRODUCT_NOT_FOUND", f"no product is {product_id}", product_id=product_id)


def no_store(store_id: str) -> NotFound:
    """store_id: as read_store_id returns it."""
    return NotFound("STORE_NOT_FOUND", f"no store is {store_id}", store_id=store_id)


def no_chain(chain_id: str) -> NotFound:
    """chain_id: as the caller wrote it, and so are category_id and city below."""
    return NotFound("CHAIN_NOT_FOUND", f"no chain is {shown(chain_id)}", chain_id=chain_id)


def no_category(category_id: str) -> NotFound:
    """For requests that take a department too."""
    sentence = f"no category or department is {shown(category_id)}"
    return NotFound("CATEGORY_NOT_FOUND", sentence, category_id=category_id)


def no_city(city: str) -> NotFound:
    """No store is in a city of that name or code."""
    return NotFound("CITY_NOT_FOUND", f"no store is in {shown(city)}", city=city)
