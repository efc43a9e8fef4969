"""Kopf: watches what may wake a resource, logs in, answers the probe. It decides nothing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import kopf

from superzol_operator.access import Access
from superzol_operator.jobs import MANAGED_BY, MANAGER
from superzol_operator.keys import Key
from superzol_operator.resource import ANNOTATIONS, GROUP, PLURAL, VERSION
from superzol_operator.settings import Settings

# Events of a Job that runs on come in bursts; what they tell can wait for a moment.
JOB_DELAY_SECONDS = 1.0
EXIT_SECONDS = 25.0


@dataclass(frozen=True, slots=True)
class Callbacks:
    """Whom the watches tell.

    resource_seen: a DatasetRefresh as the watch has it, and whether it changed just now; else it
    was listed. gone: one was deleted.
    wake: look at a resource, in so many seconds. heard: a watch of that kind is alive.
    complaint: what the probe answers; None when all is well.
    """

    resource_seen: Callable[[Mapping[str, Any], bool], None]
    gone: Callable[[Key], None]
    wake: Callable[[Key, float], None]
    heard: Callable[[str], None]
    complaint: Callable[[], str | None]


class NoComparison(kopf.AnnotationsDiffBaseStorage):
    """Nothing of an object is compared with what it was: no handler of ours asks for it.

    Kopf copies each object for it, which was a tenth of what the operator did in a burst.
    """

    def build(
        self, *, body: kopf.Body, extra_fields: Iterable[kopf.FieldSpec] | None = None
    ) -> kopf.BodyEssence:
        """Nothing, whatever the object is."""
        return kopf.BodyEssence()


def kopf_settings(settings: Settings) -> kopf.OperatorSettings:
    """How Kopf is to watch: by selectors of the server, with patience that has an end."""
    chosen = kopf.OperatorSettings()
    chosen.peering.standalone = True  # a Lease elects
    chosen.scanning.disabled = True  # no right to see CRDs and namespaces is needed
    chosen.posting.enabled = False  # events.py counts what is said again
    chosen.watching.label_selectors["batch", "v1", "jobs"] = f"{MANAGED_BY}={MANAGER}"
    chosen.watching.chunk_size = 500
    chosen.watching.inactivity_timeout = settings.watch_inactivity_seconds
    chosen.watching.server_timeout = 240
    chosen.watching.client_timeout = 300
    chosen.watching.connect_timeout = settings.connect_timeout_seconds
    chosen.networking.request_timeout = settings.request_timeout_seconds
    chosen.networking.connect_timeout = settings.connect_timeout_seconds
    chosen.networking.error_backoffs = settings.watch_backoffs_seconds
    # a worker of Kopf only passes a key on: it need not wait for more about the same object
    chosen.queueing.idle_timeout = 0.1
    chosen.queueing.exit_timeout = 0.5
    chosen.persistence.diffbase_storage = NoComparison()
    chosen.process.ultimate_exiting_timeout = EXIT_SECONDS
    return chosen


def kopf_registry(access: Access, callbacks: Callbacks) -> kopf.OperatorRegistry:
    """The handlers; they are thin, and never block."""
    registry = kopf.OperatorRegistry()

    @kopf.on.login(registry=registry)
    async def log_in(**_: Any) -> kopf.ConnectionInfo:
        await access.load()
        scheme, _space, token = (await access.authorization() or "").partition(" ")
        return kopf.ConnectionInfo(
            **access.connection, scheme=scheme or None, token=token.strip() or None
        )

    @kopf.on.event(GROUP, VERSION, PLURAL, registry=registry)
    async def see_resource(event: Mapping[str, Any], **_: Any) -> None:
        callbacks.heard(PLURAL)
        body = event["object"]
        if event["type"] == "DELETED":
            callbacks.gone(Key(body["metadata"]["namespace"], body["metadata"]["name"]))
        else:
            callbacks.resource_seen(body, event["type"] == "MODIFIED")

    @kopf.on.event("batch", "v1", "jobs", registry=registry)
    async def see_job(event: Mapping[str, Any], **_: Any) -> None:
        callbacks.heard("jobs")
        if (key := resource_of(event["object"])) is not None:
            callbacks.wake(key, job_delay_seconds(event))

    @kopf.on.probe(registry=registry, id="operator")
    async def probe(**_: Any) -> str:
        if (complaint := callbacks.complaint()) is not None:
            # any other error would be tried again within the request, which then hangs
            raise kopf.PermanentError(complaint)
        return "ok"

    return registry


def resource_of(job: Mapping[str, Any]) -> Key | None:
    """The resource that a Job is of, by its label; None for a Job without."""
    metadata = job["metadata"]
    name = (metadata.get("labels") or {}).get(f"{ANNOTATIONS}/cr-name")
    return Key(metadata["namespace"], name) if name else None


def job_delay_seconds(event: Mapping[str, Any]) -> float:
    """What ends a stage is looked at now, what is mere progress in a moment."""
    conditions = (event["object"].get("status") or {}).get("conditions") or ()
    ended = any(each["type"] in ("Complete", "Failed") for each in conditions)
    return 0.0 if ended or event["type"] == "DELETED" else JOB_DELAY_SECONDS
