"""What limits a list of prices."""

import pytest

from superzol_server.errors import Unimplemented
from superzol_server.pricing.filters import MOST_COUNTED, check_countable


def test_more_prices_than_a_call_has_time_for_are_not_counted() -> None:
    check_countable(MOST_COUNTED)
    with pytest.raises(Unimplemented, match=r"on_sale .* 20,001 match"):
        check_countable(MOST_COUNTED + 1)
