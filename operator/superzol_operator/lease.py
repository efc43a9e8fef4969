"""Who leads: one of several operators, by a Lease that it renews."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from superzol_operator.cluster import ApiFailure, Cluster, Unreachable

log = logging.getLogger(__name__)


class LeaseLost(Exception):
    """Another operator leads."""


class NobodyLeads(Exception):
    """No operator holds the Lease, or its holder renews it no more."""


class NotLeading(Exception):
    """Our hold on the Lease is not fresh: another operator may lead by now."""


@dataclass(frozen=True, slots=True)
class LeaseTerms:
    """Which Lease, who asks for it, and its times."""

    namespace: str
    name: str
    holder: str
    lease_seconds: int = 15
    renew_deadline_seconds: float = 10.0
    retry_seconds: float = 2.0


class Lease:
    """Our hold on a Lease.

    Whether another one's Lease has run out is judged by how long its record has not changed here:
    clocks of two machines are never compared.
    """

    def __init__(self, cluster: Cluster, terms: LeaseTerms) -> None:
        self._cluster = cluster
        self._terms = terms
        self._path = f"apis/coordination.k8s.io/v1/namespaces/{terms.namespace}/leases"
        self._record: dict[str, Any] | None = None
        self._seen: tuple[str, str] = ("", "")
        self._seen_at = time.monotonic()
        self._renewed_at: float | None = None

    @property
    def is_held(self) -> bool:
        """We renewed it so lately that nobody else can have it; also right after a long pause."""
        if self._renewed_at is None:
            return False
        return time.monotonic() - self._renewed_at < self._terms.renew_deadline_seconds

    def check(self) -> None:
        """Raises NotLeading when we may not write, now."""
        if not self.is_held:
            raise NotLeading(f"the Lease {self._terms.name} was not renewed in time")

    async def acquire(self) -> None:
        """Waits until the Lease is ours."""
        while not await self._try():
            await asyncio.sleep(self._terms.retry_seconds)
        log.info("lease acquired", extra={"lease": self._terms.name, "holder": self._terms.holder})

    async def keep(self, regained: Callable[[], None]) -> None:
        """Renews the Lease for ever; raises LeaseLost when another operator has it.

        While the API server is away nobody can take it, and nothing is written: the process stays.
        regained: called when we may write again after a time when we might not.
        """
        while True:
            await asyncio.sleep(self._terms.retry_seconds)
            was_held = self.is_held
            if await self._try() and not was_held:
                regained()

    async def release(self) -> None:
        """Leaves the Lease to whoever asks next, at once."""
        if self._renewed_at is None or self._record is None:
            return
        self._renewed_at = None
        spec = {**self._record["spec"], "holderIdentity": "", "leaseDurationSeconds": 1}
        try:
            await self._write(self._record, spec)
        except (ApiFailure, Unreachable) as error:
            log.warning("lease not released", extra={"reason": str(error)})
        else:
            log.info("lease released", extra={"lease": self._terms.name})

    async def _try(self) -> bool:
        began = time.monotonic()
        try:
            async with asyncio.timeout(self._terms.renew_deadline_seconds / 2):
                taken = await self._take()
        except (ApiFailure, Unreachable, TimeoutError) as error:
            # a lost race or an API server away: the next try decides
            log.warning("lease not renewed", extra={"reason": str(error)})
            return False
        if taken:
            self._renewed_at = began
        elif self._renewed_at is not None:
            raise LeaseLost(f"another operator holds the Lease {self._terms.name}")
        return taken

    async def _take(self) -> bool:
        try:
            record = await self._cluster.call("GET", f"{self._path}/{self._terms.name}")
        except ApiFailure as failure:
            if failure.status != 404:
                raise
            await self._create()
            return True
        spec = record["spec"]
        self._watch(spec)
        holder = spec.get("holderIdentity") or ""
        if holder and holder != self._terms.holder and not self._has_run_out(spec):
            return False
        await self._write(record, self._ours(spec, takes_over=holder != self._terms.holder))
        return True

    def _watch(self, spec: dict[str, Any]) -> None:
        seen = (spec.get("holderIdentity") or "", spec.get("renewTime") or "")
        if seen != self._seen:
            self._seen, self._seen_at = seen, time.monotonic()

    def _has_run_out(self, spec: dict[str, Any]) -> bool:
        seconds = spec.get("leaseDurationSeconds") or self._terms.lease_seconds
        return time.monotonic() - self._seen_at > seconds

    async def _create(self) -> None:
        body = {
            "apiVersion": "coordination.k8s.io/v1",
            "kind": "Lease",
            "metadata": {"name": self._terms.name},
            "spec": self._ours({}, takes_over=True),
        }
        self._record = await self._cluster.call("POST", self._path, body)

    async def _write(self, record: dict[str, Any], spec: dict[str, Any]) -> None:
        path = f"{self._path}/{self._terms.name}"
        self._record = await self._cluster.call("PUT", path, {**record, "spec": spec})

    def _ours(self, spec: dict[str, Any], takes_over: bool) -> dict[str, Any]:
        now = datetime.now(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
        changed = {
            **spec,
            "holderIdentity": self._terms.holder,
            "leaseDurationSeconds": self._terms.lease_seconds,
            "renewTime": now,
        }
        if takes_over:
            changed["acquireTime"] = now
            changed["leaseTransitions"] = spec.get("leaseTransitions", -1) + 1
        return changed


async def find_leader(cluster: Cluster, terms: LeaseTerms) -> str:
    """Waits until the Lease is renewed, and returns who does.

    Raises NobodyLeads after as long as a Lease holds that nobody renews.
    """
    path = f"apis/coordination.k8s.io/v1/namespaces/{terms.namespace}/leases/{terms.name}"
    seen: list[tuple[str, str]] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(terms.lease_seconds):
            while len(seen) < 2:
                holder, renewed = await _read_holder(cluster, path)
                if holder and (holder, renewed) not in seen:
                    seen.append((holder, renewed))
                await asyncio.sleep(terms.retry_seconds / 2)
    if len(seen) < 2:
        lease = f"the Lease {terms.namespace}/{terms.name}"
        told = f"{seen[0][0]} renews {lease} no more" if seen else f"{lease} has no holder"
        raise NobodyLeads(f"nobody works: {told}")
    return seen[-1][0]


async def _read_holder(cluster: Cluster, path: str) -> tuple[str, str]:
    try:
        spec = (await cluster.call("GET", path))["spec"]
    except ApiFailure as failure:
        if failure.status != 404:
            raise
        return "", ""
    return spec.get("holderIdentity") or "", spec.get("renewTime") or ""
