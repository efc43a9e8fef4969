"""Which versions may go: never the newest few, the newest good one, or one in use."""

from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.volume.layout import VersionPlace
from superzol_etl.volume.retention import Keeping, Standing, choose_old

STANDINGS = st.lists(
    st.builds(
        Standing,
        st.builds(VersionPlace, st.just("20260601"), st.integers(1, 50)),
        st.booleans(),
        st.booleans(),
        st.floats(0, 100),
    ),
    unique_by=lambda standing: standing.place,
    max_size=12,
)


@given(STANDINGS, st.integers(1, 5))
def test_what_goes_is_old_not_in_use_and_not_the_newest_good_one(
    standings: list[Standing], versions: int
) -> None:
    old = choose_old(standings, Keeping(versions))
    by_number = sorted(standings, key=lambda each: -each.place.version)
    good = next((each.place for each in by_number if each.is_good), None)
    for number, standing in enumerate(by_number):
        must_stay = number < versions or standing.place == good or standing.is_in_use
        assert (standing.place in old) is not must_stay


@given(STANDINGS, st.integers(1, 5))
def test_the_oldest_goes_first(standings: list[Standing], versions: int) -> None:
    old = choose_old(standings, Keeping(versions))
    assert old == sorted(old, key=lambda place: place.version)


@given(STANDINGS, st.integers(1, 5), st.integers(1, 100))
def test_an_age_lets_go_what_is_too_old_but_never_the_newest(
    standings: list[Standing], versions: int, seconds: int
) -> None:
    old = choose_old(standings, Keeping(versions, age_seconds=seconds))
    by_number = sorted(standings, key=lambda each: -each.place.version)
    kept = [each for each in by_number if each.place not in old]
    good = [each.place for each in by_number if each.is_good][:1]
    assert kept[:1] == by_number[:1]
    assert all(
        each.age_seconds <= seconds or each.place in good or each.is_in_use for each in kept[1:]
    )
    assert set(choose_old(standings, Keeping(versions))) <= set(old)
