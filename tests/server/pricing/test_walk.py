"""Which walk a list of prices takes, and which are not served."""

from datetime import UTC, datetime

import pytest

from superzol_server.errors import InvalidRequest
from superzol_server.pricing.filters import Filters
from superzol_server.pricing.walk import Asked, plan_walk, read_asked
from superzol_server.unseen import LEFT_OUT_DAYS

PRODUCT = Asked("7290004131074", None, None)
STORE = Asked(None, "alpha:1", None)
CHAIN = Asked(None, None, "alpha")
NOTHING = Asked(None, None, None)
THEN = datetime(2026, 3, 1, tzinfo=UTC)
DAIRY, HAIFA = "dairy", "חיפה"


@pytest.mark.parametrize(
    ("asked", "filters", "order_by", "walk"),
    [
        (PRODUCT, Filters(), "price_agorot", "product"),
        (PRODUCT, Filters(as_of_time=THEN), "name", "product_as_of"),
        (STORE, Filters(), "", "store"),
        (STORE, Filters(), "price_agorot", "shelves"),
        (STORE, Filters(category_id=DAIRY), "", "shelves"),
        (STORE, Filters(), "name", "shelf"),
        (STORE, Filters(as_of_time=THEN), "", "shelf"),
        (CHAIN, Filters(), "", "chain"),
        (STORE, Filters(), "unit_price_agorot", "shelf"),
        (CHAIN, Filters(category_id=DAIRY), "", "stores"),
        (CHAIN, Filters(as_of_time=THEN), "", "stores"),
        (CHAIN, Filters(), "price_agorot", "stores"),
        (CHAIN, Filters(category_id=DAIRY), "name", "stores"),
        (CHAIN, Filters(category_id=DAIRY), "price_agorot desc", "shelves"),
        (NOTHING, Filters(category_id=DAIRY, city=HAIFA), "", "shelves"),
        (NOTHING, Filters(category_id=DAIRY, city=HAIFA, as_of_time=THEN), "", "stores"),
        (NOTHING, Filters(category_id=DAIRY, city=HAIFA), "unit_price_agorot desc", "stores"),
    ],
)
def test_walk_reads_what_holds_the_answer(
    asked: Asked, filters: Filters, order_by: str, walk: str
) -> None:
    assert plan_walk(asked, filters, order_by, LEFT_OUT_DAYS).of == walk


def test_question_about_everything_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="chain_id"):
        read_asked("", "", "")
    with pytest.raises(InvalidRequest, match="or both category_id and city"):
        read_asked("", "", "", on_shelf=False)
    assert read_asked("", "", "", on_shelf=True) == NOTHING
