"""A kubelet without a node: it binds the pods of a namespace and says how their containers end."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from types import TracebackType
from typing import NamedTuple, Self

from tests.cluster.api import Manifest, Namespace, Refused

LABEL = "refresh.superzol.com/"
INDEX = "batch.kubernetes.io/job-completion-index"
TERMINAL = ("Succeeded", "Failed")
SIGTERM_CODE, SIGKILL_CODE = 143, 137


class Exit(NamedTuple):
    """The container ran and ended. message: its last words, an object as JSON or text as it is."""

    code: int = 0
    message: Manifest | str = ""
    reason: str = ""
    after_seconds: float = 0.0


class Waiting(NamedTuple):
    """The container never starts, as with ImagePullBackOff. reason: Unschedulable has no node."""

    reason: str
    message: str = ""


class Lacking(NamedTuple):
    """A Secret is not there: the pod waits where a node misses it first, volumes before variables.

    A volume of it is missed in silence: that is told by an event of the node only.
    """

    secret: str

    def waiting(self, pod: Manifest) -> Waiting:
        """How the pod waits."""
        mounted = [each["secret"] for each in pod["volumes"] if "secret" in each]
        if any(self.secret == each["secretName"] and not each.get("optional") for each in mounted):
            return Waiting("ContainerCreating")
        return Waiting("CreateContainerConfigError", f'secret "{self.secret}" not found')


class Running(NamedTuple):
    """The container runs until its pod is deleted."""


class Evicted(NamedTuple):
    """The node takes the pod away: not its own fault (condition DisruptionTarget)."""

    after_seconds: float = 0.0


Ending = Exit | Waiting | Lacking | Running | Evicted
OUT_OF_MEMORY = Exit(SIGKILL_CODE, reason="OOMKilled")


class Pod(NamedTuple):
    """A pod that wants to run. nth: how many of its Job and shard came before it."""

    name: str
    job: str
    resource_uid: str
    run_id: str
    stage: str
    attempt: int
    shard: int
    nth: int
    manifest: Manifest


Played = Ending | Awaitable[Ending]
Script = Callable[[Pod], Played]


class Kubelet:
    """Plays a script for every pod; an awaitable ending may run a real process first.

    grace_seconds: how long a deleted pod takes to end. image_id: what every tag means. overlaps:
    pods that ran while another one did the same work for the same resource, two writers of one
    database.
    """

    def __init__(self, namespace: Namespace, script: Script) -> None:
        self.script = script
        self.grace_seconds, self.image_id = 0.0, ""
        self.overlaps: list[str] = []
        self._running: dict[tuple[str, str, int], str] = {}
        self._namespace = namespace
        self._lives: dict[str, asyncio.Task[None]] = {}
        self._counts: dict[tuple[str, int], int] = {}

    async def __aenter__(self) -> Self:
        self._watching = asyncio.create_task(self._watch())
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        tasks = [self._watching, *self._lives.values()]
        for task in tasks:
            task.cancel()
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        failed = [end for end in ends if isinstance(end, Exception)]
        if failed and error is None:
            raise ExceptionGroup("the kubelet failed", failed)

    async def _watch(self) -> None:
        async for change in self._namespace.watch("pods"):
            metadata = change.object["metadata"]
            uid = metadata["uid"]
            if change.kind == "DELETED":
                continue
            if "deletionTimestamp" in metadata:
                if f"-{uid}" not in self._lives:
                    self._lives[f"-{uid}"] = asyncio.create_task(self._end(change.object))
            elif uid not in self._lives:
                self._lives[uid] = asyncio.create_task(self._live(self._describe(change.object)))

    def _describe(self, manifest: Manifest) -> Pod:
        metadata = manifest["metadata"]
        labels = metadata.get("labels", {})
        job = labels.get("batch.kubernetes.io/job-name", "")
        shard = int(metadata.get("annotations", {}).get(INDEX, 0))
        nth = self._counts.get((job, shard), 0)
        self._counts[job, shard] = nth + 1
        return Pod(
            name=metadata["name"],
            job=job,
            resource_uid=labels.get(f"{LABEL}cr-uid", ""),
            run_id=labels.get(f"{LABEL}run-id", ""),
            stage=labels.get(f"{LABEL}stage", ""),
            attempt=int(labels.get(f"{LABEL}attempt", 0)),
            shard=shard,
            nth=nth,
            manifest=manifest,
        )

    async def _live(self, pod: Pod) -> None:
        played = self.script(pod)
        if isinstance(played, Waiting | Lacking):
            return await self._hold(pod, played)
        await self._bind(pod.name)
        self._begin(pod)
        await self._report(pod.manifest, "Running", {"running": {"startedAt": _now()}})
        ending = await played if isinstance(played, Awaitable) else played
        if isinstance(ending, Running):
            return None
        if isinstance(ending, Waiting | Lacking):
            return await self._hold(pod, ending)
        await asyncio.sleep(ending.after_seconds)
        if isinstance(ending, Evicted):
            gone = {"type": "DisruptionTarget", "status": "True", "reason": "EvictionByNode"}
            return await self._report(pod.manifest, "Failed", _ended(Exit(SIGKILL_CODE)), gone)
        phase = "Failed" if ending.code else "Succeeded"
        return await self._report(pod.manifest, phase, _ended(ending))

    async def _hold(self, pod: Pod, why: Waiting | Lacking) -> None:
        waiting = why.waiting(pod.manifest["spec"]) if isinstance(why, Lacking) else why
        if waiting.reason == "Unschedulable":
            unbound = {"type": "PodScheduled", "status": "False", **waiting._asdict()}
            return await self._report(pod.manifest, "Pending", {}, unbound)
        await self._bind(pod.name)
        return await self._report(pod.manifest, "Pending", {"waiting": waiting._asdict()})

    async def _end(self, manifest: Manifest) -> None:
        """What a node does with a pod that is deleted: stop it, say so, let it go."""
        metadata = manifest["metadata"]
        life = self._lives.get(metadata["uid"])
        if life:
            life.cancel()
            await asyncio.wait([life])
        if manifest["status"].get("phase") not in TERMINAL:
            await asyncio.sleep(self.grace_seconds)
            await self._report(manifest, "Failed", _ended(Exit(SIGTERM_CODE)))
        await self._namespace.delete("pods", metadata["name"], gracePeriodSeconds=0)

    async def _bind(self, pod: str) -> None:
        target = {"apiVersion": "v1", "kind": "Node", "name": "node"}
        binding = {"metadata": {"name": pod}, "target": target}
        await self._unless_gone(self._namespace.create("pods", binding, of=f"{pod}/binding"))

    def _begin(self, pod: Pod) -> None:
        work = (pod.resource_uid or pod.job, pod.stage, pod.shard)
        other = self._running.get(work)
        if other:
            self.overlaps.append(f"{pod.name} beside {other}")
        self._running[work] = pod.name

    def _finish(self, name: str) -> None:
        self._running = {work: other for work, other in self._running.items() if other != name}

    async def _report(
        self, manifest: Manifest, phase: str, state: Manifest, condition: Manifest | None = None
    ) -> None:
        containers = [
            {"name": each["name"], "image": each["image"], "imageID": self.image_id}
            | {"restartCount": 0}
            | {"ready": "running" in state, "started": "running" in state, "state": state}
            for each in manifest["spec"]["containers"]
        ]
        status: Manifest = {"phase": phase}
        if phase in TERMINAL:
            self._finish(manifest["metadata"]["name"])
        if state:
            status["containerStatuses"] = containers
        if phase == "Running":
            status["startTime"] = _now()
        if condition:
            status["conditions"] = [condition]
        name = manifest["metadata"]["name"]
        change = self._namespace.patch("pods", name, {"status": status}, "status")
        await self._unless_gone(change)

    async def _unless_gone(self, call: Awaitable[Manifest]) -> None:
        try:
            await call
        except Refused as refusal:
            # deleted between two steps, or bound by the life before a restart of the API server
            if refusal.status not in (404, 409):
                raise


def _ended(ending: Exit) -> Manifest:
    said = ending.message
    state = {
        "exitCode": ending.code,
        "message": said if isinstance(said, str) else json.dumps(said),
        "reason": ending.reason or ("Error" if ending.code else "Completed"),
        "finishedAt": _now(),
    }
    return {"terminated": state}


def _now() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
