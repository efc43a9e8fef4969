"""Who else is there: the resources that share a target with one, and the places that are taken.

Filled by the list of a resync, then kept by every look at a resource. A place is taken in the same
step in which a run is decided, so that workers side by side never take one twice.
"""

from bisect import bisect_left, insort
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from heapq import merge
from itertools import islice

from superzol_operator.decide.contract import Peers
from superzol_operator.keys import Key
from superzol_operator.resource import Resource

Target = tuple[str, ...]
Place = tuple[datetime, Key]


@dataclass(frozen=True, slots=True)
class Entry:
    """What others need to know of a resource."""

    uid: str
    created_at: datetime
    targets: frozenset[Target]
    is_active: bool
    queued_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How many runs may be alive at once; None: no such limit."""

    max_active_runs: int | None = None
    max_active_runs_in_namespace: int | None = None


class Census:
    """What the leader knows of all resources."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._entries: dict[Key, Entry] = {}
        self._by_target: dict[Target, set[Key]] = {}
        self._active: Counter[str] = Counter()
        # of each namespace: those that its own limit keeps back must not hold up the others
        self._lines: dict[str, list[Place]] = {}

    @property
    def keys(self) -> frozenset[Key]:
        """Every resource that is known."""
        return frozenset(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    @property
    def active_runs(self) -> int:
        """How many runs are alive."""
        return self._active.total()

    @property
    def waiting_runs(self) -> int:
        """How many runs are due and wait for a place."""
        return sum(len(line) for line in self._lines.values())

    def record(
        self, resource: Resource, is_active: bool, queued_since: datetime | None = None
    ) -> frozenset[Key]:
        """Notes how a resource stands and returns the others that should be looked at."""
        key = Key(resource.namespace, resource.name)
        entry = Entry(
            resource.uid, resource.created_at, targets_of(resource), is_active, queued_since
        )
        before = self._entries.get(key)
        if before == entry:
            return frozenset()
        touched = self._drop(key)
        self._entries[key] = entry
        for target in entry.targets:
            self._by_target.setdefault(target, set()).add(key)
        if is_active:
            self._active[key.namespace] += 1
        if queued_since is not None:
            insort(self._lines.setdefault(key.namespace, []), (queued_since, key))
        if before and (before.uid, before.targets) == (entry.uid, entry.targets):
            touched = frozenset()
        return (touched | self._next_in_line(before, is_active)) - {key}

    def forget(self, key: Key) -> frozenset[Key]:
        """Drops a resource that is gone and returns the others that should be looked at."""
        before = self._entries.get(key)
        return (self._drop(key) | self._next_in_line(before, is_active=False)) - {key}

    def step_aside(self, key: Key) -> frozenset[Key]:
        """Takes one that cannot be looked at out of the line until it is recorded anew.

        Nobody would take the place that is kept for it. Returns those that may begin now.
        """
        entry = self._entries.get(key)
        if entry is None or entry.queued_since is None:
            return frozenset()
        self._leave_line(key, entry.queued_since)
        self._entries[key] = replace(entry, queued_since=None)
        return self._first_in_line()

    def peers(self, resource: Resource) -> Peers:
        """What decide() is told of the others."""
        key = Key(resource.namespace, resource.name)
        entry = self._entries.get(key)
        itself = int(entry is not None and entry.is_active)
        # under its name there may still be one that was deleted
        known = entry.queued_since if entry and entry.uid == resource.uid else None
        since = known or resource.status.queued_time
        return Peers(
            conflicts=self._conflicts(key, resource),
            active_runs=self.active_runs - itself,
            max_active_runs=self._limits.max_active_runs,
            active_runs_in_namespace=self._active[key.namespace] - itself,
            max_active_runs_in_namespace=self._limits.max_active_runs_in_namespace,
            waiting_before=self._before(key, since),
        )

    def _conflicts(self, key: Key, resource: Resource) -> tuple[str, ...]:
        mine = (resource.created_at, key)
        sharing = {
            other
            for target in targets_of(resource)
            for other in self._by_target.get(target, ())
            # under its own name there may still be one that was deleted
            if other != key and (self._entries[other].created_at, other) < mine
        }
        return tuple(f"{other.namespace}/{other.name}" for other in sorted(sharing))

    def _before(self, key: Key, since: datetime | None) -> int:
        """How many take a place before it: of a namespace as many as may begin there."""
        return sum(
            min(len(line) if since is None else bisect_left(line, (since, key)), self._free(name))
            for name, line in self._lines.items()
        )

    def _free(self, namespace: str) -> int:
        most = self._limits.max_active_runs_in_namespace
        if most is None:
            return len(self._lines[namespace])
        return max(0, most - self._active[namespace])

    def _drop(self, key: Key) -> frozenset[Key]:
        entry = self._entries.pop(key, None)
        if entry is None:
            return frozenset()
        if entry.is_active:
            self._active[key.namespace] -= 1
        if entry.queued_since is not None:
            self._leave_line(key, entry.queued_since)
        sharing: set[Key] = set()
        for target in entry.targets:
            holders = self._by_target[target]
            holders.discard(key)
            sharing |= holders
            if not holders:
                del self._by_target[target]
        return frozenset(sharing)

    def _leave_line(self, key: Key, since: datetime) -> None:
        line = self._lines[key.namespace]
        del line[bisect_left(line, (since, key))]
        if not line:
            del self._lines[key.namespace]

    def _next_in_line(self, before: Entry | None, is_active: bool) -> frozenset[Key]:
        """Those that have waited for longest, when a place has come free."""
        if before is None or not before.is_active or is_active:
            return frozenset()
        return self._first_in_line()

    def _first_in_line(self) -> frozenset[Key]:
        may_begin = merge(*(line[: self._free(name)] for name, line in self._lines.items()))
        # more than one: the first may be waiting no more
        return frozenset(key for _, key in islice(may_begin, self._limits.max_active_runs))


def targets_of(resource: Resource) -> frozenset[Target]:
    """What nobody else may write: the folder of the volume or bucket, and the dataset."""
    spec, namespace = resource.spec, resource.namespace
    targets: set[Target] = {("dataset", namespace, spec.dataset, spec.target_secret_name)}
    if spec.storage.claim_name:
        targets.add(("volume", namespace, spec.storage.claim_name, spec.storage.path))
    if spec.storage.bucket:
        # two object stores may each have a bucket of the name
        targets.add(("bucket", spec.storage.endpoint_url or "", spec.storage.bucket))
    return frozenset(targets)
