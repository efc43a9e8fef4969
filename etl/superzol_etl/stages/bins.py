"""Which chains each shard of a load takes: bins of about the same size. Pure."""

from collections.abc import Mapping


def pack_bins(sizes: Mapping[str, int], bins: int) -> list[list[str]]:
    """Names by bin: the largest first, each into the bin that is lightest until then.

    The same sizes give the same bins in every shard, in whatever order they come.
    """
    packed: list[list[str]] = [[] for _ in range(bins)]
    weights = [0] * bins
    for name in sorted(sizes, key=lambda name: (-sizes[name], name)):
        lightest = weights.index(min(weights))
        packed[lightest].append(name)
        # An empty chain costs something too: else all of them would go to one bin.
        weights[lightest] += max(sizes[name], 1)
    return packed
