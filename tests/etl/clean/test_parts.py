"""Which files of a store count."""

from datetime import UTC, datetime, timedelta

from superzol_etl.clean.parts import StorePlan, plan_store
from superzol_etl.records import Part, StoreState

SIX = datetime(2026, 6, 1, 3, tzinfo=UTC)
NOTHING = StorePlan(None, (), frozenset())


def part(hours: float, *, rows: int = 100, full: bool = False, cut: bool = False) -> Part:
    return Part("x.csv", full, "x.xml", "1", None, SIX + timedelta(hours=hours), rows, cut)


def state(full: float | None, observed: float, rows: int | None = 100) -> StoreState:
    full_at = SIX + timedelta(hours=full) if full is not None else None
    return StoreState(1, full_at, rows, SIX + timedelta(hours=observed))


def plan(parts: list[Part], known: StoreState | None = None) -> StorePlan:
    return plan_store(parts, range(len(parts)), known)


def test_the_last_full_file_is_the_base_and_later_deltas_follow_in_time_order() -> None:
    parts = [part(9), part(0, full=True), part(4, full=True), part(2), part(6)]
    assert plan(parts) == StorePlan(2, (2, 4, 0), frozenset())


def test_a_delta_of_the_same_minute_as_the_base_is_left_out() -> None:
    assert plan([part(0, full=True), part(0)]).applied == (0,)


def test_without_a_full_file_only_deltas_later_than_the_loaded_base_are_applied() -> None:
    assert plan([part(-1), part(3)], state(full=0, observed=2)) == StorePlan(
        None, (1,), frozenset()
    )


def test_a_full_file_with_less_than_70_percent_of_the_last_good_one_is_partial() -> None:
    assert plan([part(24, full=True, rows=69)], state(0, 0)) == StorePlan(
        None, (0,), frozenset({0})
    )
    assert plan([part(24, full=True, rows=70)], state(0, 0)) == StorePlan(0, (0,), frozenset())


def test_a_full_file_is_no_measure_any_more_when_it_is_14_days_old() -> None:
    for days, is_base in ((13.9, False), (14, True)):
        small = [part(24 * days, full=True, rows=10)]
        assert plan(small, state(0, 24)).base == (0 if is_base else None)
        cut = [part(24 * days, full=True, rows=10, cut=True)]
        assert plan(cut, state(0, 24)).base is None


def test_a_shrunken_full_file_does_not_hide_the_good_one_before_it() -> None:
    parts = [part(0, full=True), part(6, full=True, rows=10)]
    assert plan(parts) == StorePlan(0, (0, 1), frozenset({1}))


def test_a_handful_of_rows_may_end_within_a_day_too() -> None:
    parts = [part(0, full=True, rows=19), part(6, full=True, rows=1)]
    assert plan_store(parts, (0, 1), None, 20) == StorePlan(1, (1,), frozenset())
    assert plan_store(parts[1:], (0,), state(0, 0, 19), 20) == StorePlan(0, (0,), frozenset())
    assert plan_store(parts, (0, 1), None, 19) == StorePlan(0, (0, 1), frozenset({1}))


def test_a_cut_file_is_partial_even_when_nothing_is_known() -> None:
    assert plan([part(0, full=True, cut=True)]) == StorePlan(None, (0,), frozenset({0}))


def test_files_older_than_what_is_loaded_change_nothing() -> None:
    assert plan([part(-2, full=True), part(-1)], state(full=-8, observed=0)) == NOTHING


def test_the_same_files_in_the_next_version_are_applied_again() -> None:
    assert plan([part(0, full=True), part(4)], state(full=0, observed=4)).applied == (0, 1)
