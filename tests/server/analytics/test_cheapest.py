"""Which stores rank."""

import pytest

from superzol_server.analytics.cheapest import Asking, rank


@pytest.mark.parametrize(("matched_count", "left_out_count"), [(6, 1), (7, 0), (8, 0)])
def test_store_with_just_the_least_coverage_ranks(matched_count: int, left_out_count: int) -> None:
    store = Asking("alpha:1", "alpha", None, None, matched_count, 100, 100)
    assert rank([store], 100, min_coverage=0.07).left_out_count == left_out_count
