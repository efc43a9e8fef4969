"""What must hold after every test, whatever happened in it: no Job twice, nothing left behind."""

import asyncio
import time
from collections import defaultdict
from types import TracebackType
from typing import NamedTuple, Self

from tests.cluster.api import Manifest, Namespace
from tests.cluster.kubelet import LABEL

SETTLE_SECONDS = 10.0


class Work(NamedTuple):
    """What a Job is there for; there is one Job of it, ever."""

    resource_uid: str
    run_id: str
    stage: str
    attempt: str


class Witness:
    """Sees every Job that comes to be in a namespace, also those that are gone in the end."""

    def __init__(self, namespace: Namespace) -> None:
        self.jobs: dict[Work, set[str]] = defaultdict(set)
        self._namespace = namespace

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._watching.cancel()
        await asyncio.wait([self._watching])

    async def _watch(self) -> None:
        async for change in self._namespace.watch("jobs"):
            metadata = change.object["metadata"]
            labels = metadata.get("labels", {})
            if f"{LABEL}run-id" in labels:
                told = [labels[LABEL + name] for name in ("cr-uid", "run-id", "stage", "attempt")]
                self.jobs[Work(*told)].add(metadata["uid"])

    async def check(self) -> None:
        """Fails unless the invariants hold, or come to hold in the time that controllers take."""
        assert not self._watching.done(), "the witness saw only the beginning"
        twice = {work: uids for work, uids in self.jobs.items() if len(uids) > 1}
        assert twice == {}, "a stage of a run got two Jobs for one attempt"
        deadline = time.monotonic() + SETTLE_SECONDS
        while (left := await self._left_behind()) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        assert left == []

    async def _left_behind(self) -> list[str]:
        resources = await self._namespace.list("datasetrefreshes")
        jobs = {each["metadata"]["uid"] for each in await self._namespace.list("jobs")}
        pods = await self._namespace.list("pods")
        running = [
            f"{each['metadata']['name']} still has currentRun {each['status']['currentRun']}"
            for each in resources
            if each.get("status", {}).get("currentRun")
        ]
        orphans = [f"pod {each['metadata']['name']}" for each in pods if not _owners(each) & jobs]
        return running + orphans


def _owners(pod: Manifest) -> set[str]:
    return {each["uid"] for each in pod["metadata"].get("ownerReferences", [])}
