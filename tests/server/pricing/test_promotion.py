"""The rule for the effective price: exact cases, and what holds for all promotions."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_server.pricing.promotion import (
    AmountOff,
    FixedPrice,
    Gift,
    MultiBuy,
    NthItem,
    Offer,
    PercentOff,
    Promotion,
    Quote,
    Reward,
    Threshold,
    Unknown,
    Verdict,
    effective_price,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
START, END = NOW - timedelta(days=1), NOW + timedelta(days=1)
MILK, CHEESE = Offer(620), Offer(4990, weighted=True)


def promotion(reward: Reward, promotion_id: str = "alpha:1") -> Promotion:
    return Promotion(promotion_id, 0, START, END, reward)


def quote(offer: Offer, quantity: int, *promotions: Promotion) -> Quote:
    return effective_price(offer, promotions, quantity, (), (), NOW)


@pytest.mark.parametrize(
    ("reward", "units", "total"),
    [
        (FixedPrice(500, 1000), 1, 500),
        (FixedPrice(500, 1000), 4, 2000),
        (FixedPrice(1000, 2000), 1, 620),
        (FixedPrice(1000, 2000), 2, 1000),
        (FixedPrice(1000, 2000), 5, 2620),
        (FixedPrice(700, 1000), 1, 620),
        (PercentOff(2500), 1, 465),
        (PercentOff(333), 1, 599),
        (AmountOff(100), 3, 1760),
        (AmountOff(9000), 1, 0),
        (NthItem(2, 5000), 1, 620),
        (NthItem(2, 5000), 3, 1550),
        (NthItem(3, 10_000), 3, 1240),
        (MultiBuy(3, 1), 2, 1240),
        (MultiBuy(3, 1), 7, 3100),
        (Threshold(1860, 500), 2, 1240),
        (Threshold(1860, 500), 3, 1360),
        (Gift(1000, 0), 3, 1860),
        (Unknown("of no kind"), 3, 1860),
    ],
)
def test_reward_is_paid_out(reward: Reward, units: int, total: int) -> None:
    assert quote(MILK, units * 1000, promotion(reward)).total_agorot == total


def test_kilogram_price_counts_from_the_least_weight() -> None:
    cheaper = promotion(FixedPrice(3245, 1000))._replace(weighted=True, min_quantity=2000)
    assert quote(CHEESE, 1999, cheaper).total_agorot == 9975
    assert quote(CHEESE, 2500, cheaper).total_agorot == 8113


def test_what_is_above_the_most_costs_the_shelf_price() -> None:
    limited = promotion(FixedPrice(500, 1000))._replace(max_quantity=3000)
    assert quote(MILK, 5000, limited).total_agorot == 3 * 500 + 2 * 620


def test_coupon_counts_once() -> None:
    coupon = promotion(PercentOff(10_000))._replace(coupon=True, min_quantity=3000)
    assert effective_price(MILK, [coupon], 7000, (), ("alpha:1",), NOW).total_agorot == 4 * 620
    assert effective_price(MILK, [coupon], 2000, (), ("alpha:1",), NOW).total_agorot == 2 * 620


@pytest.mark.parametrize(
    ("changed", "verdict"),
    [
        ({"starts_at": END}, Verdict.NOT_STARTED),
        ({"ends_at": START}, Verdict.ENDED),
        ({"ends_at": None}, Verdict.WINDOW_UNKNOWN),
        ({"active": False}, Verdict.INACTIVE),
        ({"clubs": frozenset("1")}, Verdict.CLUB_REQUIRED),
        ({"coupon": True}, Verdict.COUPON_REQUIRED),
        ({"min_quantity": 2000}, Verdict.QUANTITY_TOO_SMALL),
        ({"min_purchase_agorot": 7500}, Verdict.PURCHASE_REQUIRED),
        ({"whole_basket": True}, Verdict.PURCHASE_REQUIRED),
        ({"weighted": True}, Verdict.UNIT_DIFFERS),
        ({"restrictions_known": False}, Verdict.RESTRICTIONS_UNKNOWN),
        ({"reward": Gift(1000, 0)}, Verdict.GIVES_A_GIFT),
        ({"reward": Unknown("why")}, Verdict.NOT_UNDERSTOOD),
        ({"reward": FixedPrice(620, 1000)}, Verdict.NOT_CHEAPER_THAN_SHELF),
    ],
)
def test_promotion_that_does_not_count_says_why(
    changed: dict[str, object], verdict: Verdict
) -> None:
    kept = promotion(FixedPrice(500, 1000))._replace(**changed)  # type: ignore[arg-type]  # of any field
    answer = quote(MILK, 1000, kept)
    assert [outcome.verdict for outcome in answer.outcomes] == [verdict]
    assert (answer.total_agorot, answer.applied) == (620, None)


def test_cheapest_counts_and_the_others_say_that_they_lost() -> None:
    dear = promotion(FixedPrice(550, 1000), "alpha:1")
    cheap = promotion(FixedPrice(500, 1000), "alpha:2")
    answer = quote(MILK, 1000, dear, cheap)
    assert answer.applied == cheap
    assert [(outcome.verdict, outcome.total_agorot) for outcome in answer.outcomes] == [
        (Verdict.APPLIED, 500),
        (Verdict.ANOTHER_IS_CHEAPER, 550),
    ]


def test_club_and_coupon_count_for_those_who_have_them() -> None:
    both = promotion(FixedPrice(500, 1000))._replace(clubs=frozenset("12"), coupon=True)
    assert effective_price(MILK, [both], 1000, ["2"], ["alpha:1"], NOW).total_agorot == 500
    assert effective_price(MILK, [both], 1000, ["3"], ["alpha:1"], NOW).total_agorot == 620


prices = st.integers(1, 100_000)
points = st.integers(1, 10_000)
monotone = (
    st.builds(FixedPrice, prices, st.just(1000))
    | st.builds(PercentOff, points)
    | st.builds(AmountOff, prices)
    | st.builds(NthItem, st.integers(2, 6), points)
    | st.builds(MultiBuy, st.integers(2, 6), st.just(1))
)
rewards = (
    monotone
    | st.builds(FixedPrice, prices, st.integers(2, 6).map(lambda units: units * 1000))
    | st.builds(Threshold, prices, prices)
    | st.builds(Gift, prices, prices)
    | st.builds(Unknown, st.just("why"))
)


def promotions_of(rewards: st.SearchStrategy[Reward]) -> st.SearchStrategy[Promotion]:
    return st.builds(
        Promotion,
        promotion_id=st.sampled_from([f"alpha:{number}" for number in range(9)]),
        part=st.integers(0, 3),
        starts_at=st.sampled_from([START, END, None]),
        ends_at=st.sampled_from([START, END, None]),
        reward=rewards,
        weighted=st.booleans(),
        min_quantity=st.none() | st.sampled_from([10, 1000, 2000, 3000]),
        max_quantity=st.none() | st.sampled_from([1000, 2000, 6000]),
        min_purchase_agorot=st.none() | st.just(7500),
        clubs=st.frozensets(st.sampled_from("123")),
        coupon=st.booleans(),
        active=st.booleans(),
        whole_basket=st.booleans(),
        restrictions_known=st.booleans(),
    )


offers = st.builds(Offer, st.integers(0, 100_000), st.booleans())
many = st.lists(promotions_of(rewards), max_size=6)
clubs = st.frozensets(st.sampled_from("123"))
coupons = st.frozensets(st.sampled_from([f"alpha:{number}" for number in range(9)]))
units = st.integers(1, 20).map(lambda number: number * 1000)


@given(offers, many, units, clubs, coupons)
def test_no_promotion_makes_anything_dearer(
    offer: Offer,
    promotions: list[Promotion],
    quantity: int,
    clubs: frozenset[str],
    coupons: frozenset[str],
) -> None:
    answer = effective_price(offer, promotions, quantity, clubs, coupons, NOW)
    assert 0 <= answer.total_agorot <= answer.shelf_agorot
    assert len(answer.outcomes) == len(promotions)
    assert (answer.applied is not None) == (answer.total_agorot < answer.shelf_agorot)


@given(offers, many, units, clubs, coupons, st.randoms())
def test_order_of_promotions_does_not_matter(
    offer: Offer,
    promotions: list[Promotion],
    quantity: int,
    clubs: frozenset[str],
    coupons: frozenset[str],
    order: object,
) -> None:
    shuffled = list(promotions)
    order.shuffle(shuffled)  # type: ignore[attr-defined]  # random.Random, as hypothesis draws it
    first = effective_price(offer, promotions, quantity, clubs, coupons, NOW)
    second = effective_price(offer, shuffled, quantity, clubs, coupons, NOW)
    assert first.total_agorot == second.total_agorot
    totals = [outcome.total_agorot for outcome in first.outcomes]
    assert totals == [outcome.total_agorot for outcome in second.outcomes]


@given(offers, st.lists(promotions_of(monotone), max_size=6), units, clubs)
def test_more_never_costs_less_where_rewards_grow_by_the_unit(
    offer: Offer, promotions: list[Promotion], quantity: int, clubs: frozenset[str]
) -> None:
    plain = [each._replace(min_quantity=None) for each in promotions]
    less = effective_price(offer, plain, quantity, clubs, (), NOW)
    more = effective_price(offer, plain, quantity + 1000, clubs, (), NOW)
    assert less.total_agorot <= more.total_agorot


@given(st.integers(1, 100_000), many)
def test_one_unit_costs_the_best_promotion_of_one_unit(
    price: int, promotions: list[Promotion]
) -> None:
    single = [
        effective_price(Offer(price), [each], 1000, (), (), NOW).total_agorot
        for each in promotions
        if not each.clubs and not each.coupon
    ]
    answer = effective_price(Offer(price), promotions, 1000, (), (), NOW)
    assert answer.total_agorot == min([price, *single])


@given(offers, many, units, clubs, coupons)
def test_what_is_not_understood_never_counts(
    offer: Offer,
    promotions: list[Promotion],
    quantity: int,
    clubs: frozenset[str],
    coupons: frozenset[str],
) -> None:
    unknown = [each._replace(reward=Unknown("why")) for each in promotions]
    answer = effective_price(offer, unknown, quantity, clubs, coupons, NOW)
    assert answer.total_agorot == answer.shelf_agorot
