"""Carries out what decide() asked for."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from superzol_operator.cluster import ApiFailure, Cluster
from superzol_operator.decide.contract import (
    Action,
    AddFinalizer,
    CreateFailure,
    CreateJob,
    DeleteJob,
    Emit,
    JobView,
    RemoveFinalizer,
)
from superzol_operator.events import Recorder
from superzol_operator.jobs import JobDefaults, build_job
from superzol_operator.keys import Key
from superzol_operator.observe import is_controlled_by, read_job
from superzol_operator.outcome import plain_text
from superzol_operator.resource import FINALIZER, Resource

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Acts:
    """The hands of the reconciler.

    service_account_names: those that a resource may name; of its author one must not become more
    than they are.
    """

    cluster: Cluster
    recorder: Recorder
    defaults: JobDefaults
    service_account_names: tuple[str, ...] = ()

    async def perform(
        self, resource: Resource, action: Action, at: datetime
    ) -> JobView | CreateFailure | None:
        """Carries out one action; returns the Job that is there now, or why it could not be.

        Raises ApiFailure or Unreachable where a later look may do better.
        """
        match action:
            case CreateJob():
                return await self._create(resource, action)
            case DeleteJob():
                await self.cluster.delete_job(resource.namespace, action.name, action.uid)
                log.info("job deleted", extra=_fields(resource) | {"job": action.name})
            case AddFinalizer():
                await self._set_finalizers(resource, (*resource.finalizers, FINALIZER))
            case RemoveFinalizer():
                left = tuple(each for each in resource.finalizers if each != FINALIZER)
                await self._set_finalizers(resource, left)
            case Emit():
                self.recorder.emit(resource, action, at)
                fields = _fields(resource) | {"reason": action.reason, "text": action.message}
                log.info("event", extra=fields)
        return None

    async def _create(self, resource: Resource, action: CreateJob) -> JobView | CreateFailure:
        account = action.spec.pod_template.service_account_name
        if account is not None and account not in self.service_account_names:
            allowed = " or ".join(self.service_account_names)
            sentence = (
                f"podTemplate.serviceAccountName {account} is not one the operator allows: "
                f"write {allowed}, or nothing"
            )
            return CreateFailure("invalid", action.name, sentence)
        manifest = build_job(resource, action, self.defaults)
        try:
            created = await self.cluster.create_job(resource.namespace, manifest)
        except ApiFailure as failure:
            return await self._explain(resource, action, failure)
        log.info("job created", extra=_fields(resource) | _run(action))
        return read_job(created, resource)

    async def _explain(
        self, resource: Resource, action: CreateJob, failure: ApiFailure
    ) -> JobView | CreateFailure:
        if failure.status == 409:
            found = await self.cluster.get_job(resource.namespace, action.name)
            if found is None:
                raise failure
            return self._adopt(resource, action, found)
        # an admission may tell more than a status holds
        message = plain_text(failure.message)
        if failure.status == 403:
            return CreateFailure(_kind_of(failure.message), action.name, message)
        if failure.status in (400, 422):
            return CreateFailure("invalid", action.name, message)
        raise failure

    def _adopt(
        self, resource: Resource, action: CreateJob, found: Mapping[str, Any]
    ) -> JobView | CreateFailure:
        if is_controlled_by(found, resource):
            # the reply to an earlier POST was lost
            log.info("job adopted", extra=_fields(resource) | _run(action))
            return read_job(found, resource)
        sentence = f"a Job {action.name} is there and belongs to somebody else"
        return CreateFailure("collision", action.name, sentence)

    async def _set_finalizers(self, resource: Resource, finalizers: tuple[str, ...]) -> None:
        key = Key(resource.namespace, resource.name)
        await self.cluster.patch_finalizers(key, resource.resource_version, finalizers)


def _kind_of(refusal: str) -> str:
    """The kind of a CreateFailure by what a 403 says."""
    if "because it is being terminated" in refusal:
        return "ending"
    return "quota" if "exceeded quota" in refusal else "forbidden"


def _fields(resource: Resource) -> dict[str, Any]:
    run = resource.status.current_run
    known = {"namespace": resource.namespace, "refresh": resource.name}
    return known | ({"run_id": run.id} if run is not None else {})


def _run(action: CreateJob) -> dict[str, Any]:
    return {
        "job": action.name,
        "run_id": action.run_id,
        "stage": action.stage,
        "attempt": action.attempt,
    }
