"""Shards share the chains of a snapshot out, each chain to one of them."""

from hypothesis import given
from hypothesis import strategies as st

from superzol_etl.stages.bins import pack_bins

SIZES = st.dictionaries(st.text(max_size=6), st.integers(0, 10**9), max_size=40)


@given(SIZES, st.integers(1, 12), st.randoms())
def test_each_chain_is_in_one_bin_whatever_the_order_it_comes_in(
    sizes: dict[str, int], bins: int, random: object
) -> None:
    packed = pack_bins(sizes, bins)
    assert len(packed) == bins
    assert sorted(name for names in packed for name in names) == sorted(sizes)
    backwards = dict(reversed(list(sizes.items())))
    assert pack_bins(backwards, bins) == packed


@given(SIZES, st.integers(1, 12))
def test_the_heaviest_bin_is_at_most_a_chain_above_the_mean(
    sizes: dict[str, int], bins: int
) -> None:
    packed = pack_bins(sizes, bins)
    weights = [sum(max(sizes[name], 1) for name in names) for names in packed]
    largest = max(sizes.values(), default=0)
    assert max(weights) <= sum(weights) / bins + max(largest, 1)


def test_an_even_split_is_found() -> None:
    assert pack_bins({"a": 6, "b": 5, "c": 4, "d": 3}, 2) == [["a", "d"], ["b", "c"]]
