"""Which resources were born while we lead: they have no Jobs yet, which need not be asked.

Only the leader creates Jobs, and each has the uid of its resource. So a resource that was not there
when all were listed under our Lease has no Job before our first look at it, even if its status was
wiped. Every later look lists its Jobs, and so does each look of a leader that has just begun or
that let its Lease lapse, until it has listed all resources.
"""

from collections.abc import Mapping

from superzol_operator.keys import Key


class Births:
    """The resources, by uid, that were there before or were looked at since."""

    def __init__(self) -> None:
        self._known: dict[Key, set[str]] = {}
        self._is_sure = False
        self._lapses = 0

    @property
    def lapses(self) -> int:
        """How often the Lease lapsed: a list that began before the last lapse proves nothing."""
        return self._lapses

    def begin(self, listed: Mapping[Key, str], lapses: int) -> None:
        """Takes a list of all resources and their uids, begun after so many lapses."""
        if self._is_sure or lapses != self._lapses:
            return
        for key, uid in listed.items():
            self._note(key, uid)
        self._is_sure = True

    def lapse(self) -> None:
        """Trusts nothing any more: another operator may have led."""
        self._lapses += 1
        self._is_sure = False

    def is_first_look(self, key: Key, uid: str) -> bool:
        """Tells, once for each resource, that it can have no Jobs; False where that is not sure."""
        is_known = uid in self._known.get(key, ())
        self._note(key, uid)
        return self._is_sure and not is_known

    def forget(self, key: Key) -> None:
        """Drops a resource that is gone."""
        self._known.pop(key, None)

    def _note(self, key: Key, uid: str) -> None:
        self._known.setdefault(key, set()).add(uid)
