"""Of the rows of a promotion in a store those count that its files, applied in order, say last."""

from collections import Counter, defaultdict
from datetime import UTC, datetime
from typing import NamedTuple

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from superzol_etl.clean.parts import StorePlan
from superzol_etl.clean.promotions import Promotion, PromotionItem
from superzol_etl.clean.rewards import Unknown
from superzol_etl.decode.promotion_families import PromotionRow
from superzol_etl.decode.promotions import PromotionBlock
from superzol_etl.load.observe_promotions import PromotionRows, observe_promotions
from superzol_etl.records import Part

STORE_KEYS = {"1": 11, "2": 22, "3": 33}
AT = datetime(2026, 6, 1, tzinfo=UTC)


class Row(NamedTuple):
    """A row of a file, by the places of its part and of what it says."""

    part: int
    body: int


class World(NamedTuple):
    """Bodies, parts and their rows; applied: the parts of each store that count, oldest first."""

    bodies: list[PromotionRow]
    parts: list[Part]
    rows: list[Row]
    applied: dict[str, tuple[int, ...]]


def promotion(code: str, item: str) -> Promotion:
    return Promotion(
        code=code, part=0, description="", updated_at=None, starts_at=None, ends_at=None,
        items=(PromotionItem(item, False),), reward=Unknown("a test"), reward_code=None,
        weighted=False, min_quantity=None, max_quantity=None, min_purchase=None, clubs=(),
        coupon=False, active=True, whole_basket=False, multiple_allowed=None,
        restrictions_known=True, raw=code,
    )  # fmt: skip


# Few of each, so that stores tell the same and files tell it again.
bodies = st.builds(
    lambda code, item, is_flat: PromotionRow((promotion(code, item),), is_flat),
    st.sampled_from("123"),
    st.sampled_from("ab"),
    st.booleans(),
)
parts = st.builds(
    lambda csv, store: Part(csv, True, "source", store, None, AT, 0, False),
    st.sampled_from(["full.csv", "delta.csv"]),
    st.sampled_from("123"),
)


@st.composite
def worlds(draw: st.DrawFn) -> World:
    told = draw(st.lists(bodies, min_size=1, max_size=8))
    files = draw(st.lists(parts, min_size=1, max_size=6))
    places = st.builds(Row, st.integers(0, len(files) - 1), st.integers(0, len(told) - 1))
    rows = sorted(draw(st.lists(places, max_size=25)), key=lambda row: row.part)
    applied = {}
    for store in STORE_KEYS:
        of_store = [number for number, part in enumerate(files) if part.store_code == store]
        order = draw(st.permutations(of_store))
        applied[store] = tuple(order[: draw(st.integers(0, len(order)))])
    return World(told, files, rows, applied)


@given(worlds())
@settings(max_examples=500)
def test_the_last_row_counts_and_of_a_flat_promotion_all_of_its_file(world: World) -> None:
    rows = PromotionRows()
    rows.book.bodies += world.bodies
    part = np.array([row.part for row in world.rows], np.int64)
    body = np.array([row.body for row in world.rows], np.int64)
    rows.add(PromotionBlock(world.parts, part, body, len(part), Counter(), []))
    plans = {store: StorePlan(None, of, frozenset()) for store, of in world.applied.items()}
    told = observe_promotions(rows, plans, STORE_KEYS)

    stores: dict[tuple[str, frozenset[str]], list[int]] = defaultdict(list)
    loaded: Counter[str] = Counter()
    replaced: dict[int, set[str]] = defaultdict(set)
    for store, key in STORE_KEYS.items():
        for code, kept in kept_rows(world, store).items():
            replaced[key].add(code)
            loaded[world.parts[kept[0].part].csv_file] += len(kept)
            said = [world.bodies[row.body].promotions[0] for row in kept]
            stores[code, frozenset(item.code for each in said for item in each.items)].append(key)
    assert (told.replaced, told.loaded) == (dict(replaced), loaded)
    assert {
        (each.code, frozenset(item.code for item in each.items)): told.stores[key]
        for key, each in told.promotions.items()
    } == stores


def kept_rows(world: World, store: str) -> dict[str, list[Row]]:
    """The rows that count, by code."""
    kept: dict[str, list[Row]] = defaultdict(list)
    for number in world.applied[store]:
        for row in (row for row in world.rows if row.part == number):
            kept[world.bodies[row.body].promotions[0].code].append(row)
    for code, rows in kept.items():
        last = rows[-1]
        flat = [row for row in rows if row.part == last.part and world.bodies[row.body].is_flat]
        kept[code] = flat if world.bodies[last.body].is_flat else [last]
    return kept
