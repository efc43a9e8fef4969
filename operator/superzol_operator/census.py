"""Who else is there: the resources that share a target with one, and the places that are taken.

Filled by the list of a resync, then kept by every look at a resource. A place is taken in the same
step in which a run is decided, so that workers side by side never take one twice.
"""

from dataclasses import dataclass
from datetime import datetime

from superzol_operator.decide.contract import Peers
from superzol_operator.keys import Key
from superzol_operator.resource import Resource

Target = tuple[str, ...]


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
        self._active: set[Key] = set()
        self._waiting: dict[Key, datetime] = {}

    @property
    def keys(self) -> frozenset[Key]:
        """Every resource that is known."""
        return frozenset(self._entries)

    def __contains__(self, key: Key) -> bool:
        return key in self._entries

    @property
    def active_runs(self) -> int:
        """How many runs are alive."""
        return len(self._active)

    @property
    def waiting_runs(self) -> int:
        """How many runs are due and wait for a place."""
        return len(self._waiting)

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
            self._active.add(key)
        if queued_since is not None:
            self._waiting[key] = queued_since
        if before and (before.uid, before.targets) == (entry.uid, entry.targets):
            touched = frozenset()
        return (touched | self._next_in_line(before, is_active)) - {key}

    def forget(self, key: Key) -> frozenset[Key]:
        """Drops a resource that is gone and returns the others that should be looked at."""
        before = self._entries.get(key)
        return (self._drop(key) | self._next_in_line(before, is_active=False)) - {key}

    def peers(self, resource: Resource) -> Peers:
        """What decide() is told of the others."""
        key = Key(resource.namespace, resource.name)
        since = self._waiting.get(key)
        place = (since, key) if since is not None else None
        others = self._active - {key}
        return Peers(
            conflicts=self._conflicts(key, resource),
            active_runs=len(others),
            max_active_runs=self._limits.max_active_runs,
            active_runs_in_namespace=sum(1 for each in others if each.namespace == key.namespace),
            max_active_runs_in_namespace=self._limits.max_active_runs_in_namespace,
            waiting_before=sum(
                1
                for other, waiting in self._waiting.items()
                if other != key and (place is None or (waiting, other) < place)
            ),
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

    def _drop(self, key: Key) -> frozenset[Key]:
        entry = self._entries.pop(key, None)
        self._active.discard(key)
        self._waiting.pop(key, None)
        if entry is None:
            return frozenset()
        sharing: set[Key] = set()
        for target in entry.targets:
            holders = self._by_target[target]
            holders.discard(key)
            sharing |= holders
            if not holders:
                del self._by_target[target]
        return frozenset(sharing)

    def _next_in_line(self, before: Entry | None, is_active: bool) -> frozenset[Key]:
        """Those that have waited for longest, when a place has come free."""
        if before is None or not before.is_active or is_active:
            return frozenset()
        line = sorted(self._waiting, key=lambda key: (self._waiting[key], key))
        # more than one: the first may be kept back by the limit of its namespace
        return frozenset(line[: self._limits.max_active_runs or len(line)])


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
