"""Starts the operator once what it needs is there, and says in a sentence what is not."""

import asyncio
import contextlib
import logging

import aiohttp

from superzol_operator.access import Access, NoAccess
from superzol_operator.cluster import ApiFailure, Cluster, Unreachable
from superzol_operator.lease import LeaseLost, NobodyLeads, find_leader
from superzol_operator.operating import Operator, WatchEnded, lease_terms
from superzol_operator.preflight import (
    KindMissing,
    RightsMissing,
    check_kind,
    check_rights,
    find_closed,
)
from superzol_operator.settings import Settings

UNFORESEEN, PASSING, REFUSED, CONFIGURATION = 70, 75, 77, 78
CHECK_SECONDS = 20

log = logging.getLogger(__name__)


class RightsChanged(Exception):
    """Rights came or went, of namespaces that the operator was told to serve."""


async def start(settings: Settings) -> None:
    """Runs the operator until it is told to stop.

    Raises NoAccess, Unreachable, ApiFailure, KindMissing, RightsMissing, LeaseLost or
    RightsChanged.
    """
    access = Access(settings.kubeconfig)
    await access.load()
    cluster = Cluster(access, aiohttp.ClientTimeout(total=CHECK_SECONDS))
    try:
        closed = await find_closed(cluster, settings)
        served = tuple(each for each in settings.namespaces if each not in closed)
        settings = settings.model_copy(update={"namespaces": served})
        await check(settings, access)
        await _serve(Operator(settings, access), settings, cluster, closed)
    finally:
        await cluster.close()


async def _serve(
    operator: Operator, settings: Settings, cluster: Cluster, closed: tuple[str, ...]
) -> None:
    """Runs the operator, to its end or until a namespace opens that it may not serve yet.

    Raises RightsChanged then.
    """
    if not closed:
        return await operator.run()
    log.warning("namespaces without rights are not served", extra={"namespaces": closed})
    opening = asyncio.create_task(_await_rights(settings, cluster, closed))
    opening.add_done_callback(lambda _: operator.stop())
    try:
        await operator.run()
        if opening.done():
            raise RightsChanged(f"rights changed in {', '.join(await opening)}")
    finally:
        opening.cancel()


async def _await_rights(settings: Settings, cluster: Cluster, closed: tuple[str, ...]) -> list[str]:
    """Waits until rights come or go, and returns the namespaces in which they did."""
    waited = settings.model_copy(update={"namespaces": (*settings.namespaces, *closed)})
    while True:
        await asyncio.sleep(settings.resync_seconds)
        with contextlib.suppress(ApiFailure, Unreachable):
            if changed := {*await find_closed(cluster, waited)} ^ {*closed}:
                return sorted(changed)


async def inspect(settings: Settings) -> str:
    """Checks what an installed operator needs, and returns who leads.

    Raises as start() does, and NobodyLeads.
    """
    access = Access(settings.kubeconfig)
    await access.load()
    await check(settings, access)
    cluster = Cluster(access, aiohttp.ClientTimeout(total=CHECK_SECONDS))
    try:
        return await find_leader(cluster, lease_terms(settings))
    finally:
        await cluster.close()


async def check(settings: Settings, access: Access) -> None:
    """Raises what explain_failure() can say, before anything is watched."""
    cluster = Cluster(access, aiohttp.ClientTimeout(total=CHECK_SECONDS))
    try:
        await check_kind(cluster)
        await check_rights(cluster, settings, lease_terms(settings).namespace)
    finally:
        await cluster.close()


def explain_failure(error: BaseException) -> tuple[int, str]:
    """Returns the exit code for an error and a sentence that says what to do."""
    match error:
        case BaseExceptionGroup():
            return explain_failure(error.exceptions[0])
        case KindMissing() | NoAccess():
            return CONFIGURATION, str(error)
        case RightsMissing():
            return REFUSED, str(error)
        case ApiFailure(status=401):
            return REFUSED, (
                f"the API server does not accept the credentials ({error.message}): "
                "renew those of --kubeconfig, or of the pod's service account"
            )
        case ApiFailure():
            return PASSING, f"the API server refused: {error}; start the operator again"
        case WatchEnded() | RightsChanged():
            return PASSING, f"{error}; the process ends to begin anew"
        case Unreachable() | aiohttp.ClientError() | TimeoutError():
            return PASSING, (
                f"the API server cannot be reached: {error or type(error).__name__}; "
                "is it running, and is its address in --kubeconfig right?"
            )
        case NobodyLeads():
            return PASSING, f"{error}; see the pods of the operator and their logs"
        case LeaseLost():
            return PASSING, f"{error}; the process ends so that only one operator works"
        case OSError():
            return CONFIGURATION, f"{error}: is the port free? Choose another one"
        case asyncio.CancelledError():
            return UNFORESEEN, "the operator was cancelled"
    return UNFORESEEN, f"{type(error).__name__}: {error}"
