"""What a trend is asked of, and how it is followed."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from superzol_server.analytics.basket import Item
from superzol_server.analytics.renamed import Renamed, rename_items
from superzol_server.analytics.trend import (
    Moment,
    Trends,
    Ways,
    follow_basket,
    follow_category,
    follow_product,
    leave_counted,
)
from superzol_server.errors import NotFound
from superzol_server.identifiers import shown
from superzol_server.unknown import no_product


class Question(NamedTuple):
    """One product, a category, or else a basket, with its items."""

    product_id: str | None
    category_id: str | None
    items: list[Item]

    @property
    def product_ids(self) -> list[str]:
        """The products of its items."""
        return [item.product_id for item in self.items]


def check_question(question: Question, row: Mapping[str, Any]) -> set[str]:
    """Returns the items that are not known; raises NotFound for a product or category.

    row: what the statement says is not known.
    """
    if question.category_id is not None:
        if not row["category_known"]:
            shown_id = shown(question.category_id)
            sentence = f"no category is {shown_id}"
            if row["is_department"]:
                sentence = (
                    f"{shown_id} is a department, too wide for a trend: name one of its categories"
                )
            raise NotFound("CATEGORY_NOT_FOUND", sentence, category_id=question.category_id)
        return set()
    unknown = set(row["unknown_product_ids"])
    if question.product_id in unknown:
        raise no_product(str(question.product_id))
    return unknown


def name_as_now(question: Question, renamed: Renamed) -> Question:
    """Names its products as now; raises InvalidRequest when two items are one product."""
    product_id = question.product_id and renamed.get(question.product_id, question.product_id)
    return question._replace(product_id=product_id, items=rename_items(question.items, renamed))


def follow(
    question: Question,
    moments: Sequence[Moment],
    ways: Ways,
    per_chain: bool,
) -> Trends:
    """Follows what was asked through the moments.

    ways: of fractions. Raises InvalidRequest for one of what is sold by the piece alone.
    """
    if question.category_id is not None:
        return follow_category(question.category_id, moments, per_chain)
    if question.product_id is not None:
        return follow_product(question.product_id, moments, per_chain)
    if any(item.is_fraction for item in question.items):
        moments = leave_counted(question.items, moments, ways)
    return follow_basket(question.items, moments, per_chain)
