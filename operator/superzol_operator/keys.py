"""Which resource: the key of the queue, of the census and of metrics."""

from typing import NamedTuple


class Key(NamedTuple):
    """A DatasetRefresh by its name."""

    namespace: str
    name: str
