"""What must hold after every test, whatever happened in it: no work twice, nothing left behind."""

import asyncio
import time
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import NamedTuple, Self

from tests.cluster.api import Manifest, Namespace
from tests.cluster.kubelet import LABEL

SETTLE_SECONDS = 60.0
RUN_ID = "--run-id="
LOADED = ("Succeeded", "Partial")


class Work(NamedTuple):
    """What a Job is there for; there is one Job of it, ever."""

    resource_uid: str
    run_id: str
    stage: str
    attempt: str


class Witness:
    """Sees every Job that comes to be in a namespace, also those that are gone in the end.

    ledger: asks the ETL's ledger for the run id of each of its rows.
    """

    def __init__(self, namespace: Namespace, ledger: Callable[[], Awaitable[list[str]]]) -> None:
        self.jobs: dict[Work, set[str]] = defaultdict(set)
        self.ledger = ledger
        self._run_ids: dict[tuple[str, str], set[str]] = defaultdict(set)
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
                work = Work(*told)
                self.jobs[work].add(metadata["uid"])
                self._run_ids[work.resource_uid, work.run_id] |= _ledger_run_ids(change.object)

    async def check(self) -> None:
        """Fails unless the invariants hold, or come to hold in the time that controllers take."""
        assert not self._watching.done(), "the witness saw only the beginning"
        twice = {work: uids for work, uids in self.jobs.items() if len(uids) > 1}
        assert twice == {}, "a stage of a run got two Jobs for one attempt"
        deadline = time.monotonic() + SETTLE_SECONDS
        while (left := await self._left_behind()) and time.monotonic() < deadline:
            await asyncio.sleep(0.1)
        assert left == []
        await self._check_ledger()

    async def _check_ledger(self) -> None:
        """One row for each run that loaded something, under the one name that its Jobs gave it."""
        named = {run: ids for run, ids in self._run_ids.items() if ids}
        assert {run: ids for run, ids in named.items() if len(ids) > 1} == {}
        names = Counter(name for ids in named.values() for name in ids)
        assert [name for name, runs in names.items() if runs > 1] == [], "two runs share a name"
        rows = Counter(await self.ledger())
        assert [name for name, count in rows.items() if count > 1] == []
        assert rows.keys() - names.keys() == set(), "the ledger knows runs that had no Job"
        loaded = {
            run_id
            for each in await self._namespace.list("datasetrefreshes")
            for record in each.get("status", {}).get("history", [])
            if record["result"] in LOADED
            for run_id in named.get((each["metadata"]["uid"], record["id"]), ())
        }
        assert loaded - rows.keys() == set(), "runs that ended well are not in the ledger"

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


def _ledger_run_ids(job: Manifest) -> set[str]:
    containers = job["spec"]["template"]["spec"]["containers"]
    words = [word for each in containers for word in each.get("command", [])]
    return {word.removeprefix(RUN_ID) for word in words if word.startswith(RUN_ID)}


def _owners(pod: Manifest) -> set[str]:
    return {each["uid"] for each in pod["metadata"].get("ownerReferences", [])}
