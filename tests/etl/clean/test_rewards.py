"""What a promotion gives is read from the fields that are filled in, or is Unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.clean.rewards import (
    AmountOff,
    FixedPrice,
    Gift,
    MultiBuy,
    NthItem,
    PercentOff,
    RateUnit,
    Reward,
    Terms,
    Threshold,
    Unknown,
    read_reward,
)

POINTS, PERCENT, AGOROT = RateUnit.BASIS_POINTS, RateUnit.PERCENT, RateUnit.AGOROT


def rate(
    number: int, unit: RateUnit | None, code: str, quantity: int = 1000, spent: int | None = None
) -> Terms:
    return Terms(code, False, rate=number, rate_unit=unit, quantity=quantity, spent=spent)


@pytest.mark.parametrize(
    ("terms", "reward"),
    [
        (Terms("1", False, price=1000, quantity=1000), FixedPrice(1000, 1000)),
        (Terms("1", False, price=5000, quantity=3000, measure_price=1667), FixedPrice(5000, 3000)),
        # a deposit of 0.30 is in the price but not in the price per unit
        (Terms("1", False, price=4000, quantity=2000, measure_price=1970), FixedPrice(4000, 2000)),
        (Terms("10", False, price=5000, quantity=3000), FixedPrice(5000, 3000)),
        (Terms("1", False, price=990), FixedPrice(990, 1000)),
        # 0.01 kg and up, at 14.90 a kilogram; 2 kg for 64.90
        (Terms("1", True, price=1490, quantity=10, measure_price=15), FixedPrice(1490, 1000)),
        (Terms("1", True, price=3245, quantity=2000, measure_price=6490), FixedPrice(3245, 1000)),
        (rate(1_000_000, POINTS, "2"), PercentOff(10_000)),
        (rate(200_000, POINTS, "2", 3000), PercentOff(2000)),
        (rate(5244, PERCENT, "2"), PercentOff(5244)),
        (rate(1_000_000, POINTS, "9", 3000), NthItem(3, 10_000)),
        (rate(500_000, POINTS, "9", 2000), NthItem(2, 5000)),
        (rate(350_000, AGOROT, "3", spent=1), Threshold(1, 3500)),
        (rate(350_000, AGOROT, "2"), AmountOff(3500)),
        (Terms("7", False, quantity=3000, gift_quantity=1000), MultiBuy(3, 1)),
        (
            Terms("6", False, gift_quantity=3000, gift_prices=frozenset([5990]), has_gifts=True),
            Gift(3000, 5990),
        ),
        # a rate of junk beside a price: Victory writes -94400, which is read as none
        (Terms("1", False, price=990, rate=300, rate_unit=POINTS), FixedPrice(990, 1000)),
    ],
)
def test_reward_is_told_by_the_fields_filled_in(terms: Terms, reward: Reward) -> None:
    assert read_reward(terms) == reward


@pytest.mark.parametrize(
    "terms",
    [
        Terms("1", False),
        Terms("2", False, price=990, rate=200_000, rate_unit=POINTS),
        Terms("1", True, price=3245, quantity=2000),
        Terms("1", False, price=990, quantity=1500),
        Terms("1", False, price=500, quantity=2000, measure_price=1000),
        rate(200_000, None, "2"),
        rate(1_000_001, POINTS, "2"),
        rate(2_000_000, POINTS, "2"),
        rate(200_000, POINTS, "8"),
        rate(200_000, POINTS, "9"),
        rate(10_000, PERCENT, "2"),
        rate(100, PERCENT, "2"),
        rate(350_000, AGOROT, "3"),
        Terms("7", False, quantity=1000, gift_quantity=1000),
        Terms("6", False, gift_quantity=1000, gift_prices=frozenset([1, None]), has_gifts=True),
        Terms("6", False, gift_prices=frozenset([0]), has_gifts=True),
    ],
)
def test_what_two_readings_fit_is_unknown(terms: Terms) -> None:
    assert isinstance(read_reward(terms), Unknown)


numbers = st.none() | st.integers(1, 2**31 - 1)


@given(
    st.builds(
        Terms,
        code=st.none() | st.sampled_from("0123456789"),
        weighted=st.booleans(),
        price=numbers,
        measure_price=numbers,
        rate=numbers,
        rate_unit=st.none() | st.sampled_from(RateUnit),
        quantity=numbers,
        spent=numbers,
        gift_quantity=numbers,
        gift_prices=st.frozensets(numbers, max_size=2),
        has_gifts=st.booleans(),
    )
)
def test_every_reward_can_be_paid_out(terms: Terms) -> None:
    match read_reward(terms):
        case FixedPrice(price, quantity):
            assert price > 0 and quantity >= 1000 and quantity % 1000 == 0
        case PercentOff(points):
            assert 0 < points <= 10_000
        case NthItem(nth, points):
            assert nth >= 2 and 0 < points <= 10_000
        case MultiBuy(units, free):
            assert 0 < free < units
        case AmountOff(amount) | Threshold(_, amount):
            assert amount > 0
