"""The gates hold back what trade does not explain, and let through what it does."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.clean.gates import Gates, Good, Seen, check_files, check_jumps

GATES = Gates()
COUNTS = st.integers(0, 2_000_000)


def seen(rows: int = 10_000, rejected: int = 0, full_rows: int = 10_000) -> Seen:
    return Seen(rows, rejected, full_rows, {})


def good(full_rows: int | None = 10_000) -> Good:
    return Good(811, full_rows, {})


@pytest.mark.parametrize(
    ("full_rows", "holds"), [(10_000, False), (7_000, False), (6_999, True), (1, True), (0, False)]
)
def test_a_chain_that_lost_more_than_30_percent_of_its_rows_is_held_back(
    full_rows: int, holds: bool
) -> None:
    held = check_files(GATES, seen(full_rows=full_rows), good())
    assert [each.gate for each in held] == (["rows"] if holds else [])


def test_the_problem_names_both_counts_and_the_version_compared_with() -> None:
    (held,) = check_files(GATES, seen(full_rows=5_000), good())
    assert held.problem == (
        "its full price files hold 5000 rows, 50.0 % fewer than the 10000 of version 811"
        " (at most 30 %)"
    )


@pytest.mark.parametrize(("rejected", "holds"), [(500, False), (501, True)])
def test_more_than_5_percent_of_refused_rows_hold_a_chain_back(rejected: int, holds: bool) -> None:
    held = check_files(GATES, seen(rejected=rejected), good())
    assert [each.gate for each in held] == (["rejects"] if holds else [])


@pytest.mark.parametrize(("jumped", "holds"), [(500, False), (501, True)])
def test_more_than_5_percent_of_jumping_prices_hold_a_chain_back(jumped: int, holds: bool) -> None:
    assert bool(check_jumps(GATES, jumped, 10_000)) is holds


@given(COUNTS, COUNTS, COUNTS)
def test_a_chain_of_fewer_rows_than_are_gated_passes(full: int, rejected: int, was: int) -> None:
    few = GATES.gated_rows - 1
    assert not check_files(GATES, Seen(few, min(rejected, few), full, {}), good(min(was, few)))
    assert not check_jumps(GATES, few, few)


@given(COUNTS)
def test_a_first_version_and_one_that_grows_pass_the_gate_of_rows(rows: int) -> None:
    assert not check_files(GATES, seen(full_rows=rows), good(None))
    assert not check_files(GATES, seen(full_rows=rows + 1), good(rows))


def test_a_store_under_another_chain_id_than_before_is_told() -> None:
    now, before = Seen(1, 0, 1, {"7": "729B", "8": "729A"}), Good(1, 1, {"7": "729A"})
    (held,) = check_files(GATES, now, before)
    assert held.gate == "legal_ids"
    assert held.problem == "store 7 was published under the ChainId 729A, and now under 729B"


def test_other_thresholds_have_another_name() -> None:
    assert GATES.fingerprint != GATES._replace(max_shrink_percent=31).fingerprint
