"""A market in which chain alpha writes the code of a good otherwise now."""

from tests.support.catalogue import Offer, Span

OLD, NEW, MILK = "alpha:1234567895", "1234567895", "7290004131074"
ALIAS = "INSERT INTO product_alias (old_id, new_id, version) VALUES ($1, $2, 4)"
# Store 1 told the new code from version 3 on, while still telling the old one until 4.
TOLD = (
    Span(OLD, "alpha:1", 500, 1, 2),
    Span(OLD, "alpha:1", 520, 2, 4),
    Span(OLD, "alpha:2", 600, 1, 4),
    Span(NEW, "alpha:1", 530, 3, 5),
    Offer(NEW, "alpha:1", 540, since=5),
    Offer(NEW, "alpha:2", 600, since=4),
    Offer(MILK, "alpha:1", 700),
    Offer(MILK, "alpha:2", 700),
)
