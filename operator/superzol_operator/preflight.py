"""What must be there before the operator starts: the kind it looks after, and its rights."""

from typing import NamedTuple

from superzol_operator.cluster import ApiFailure, Cluster
from superzol_operator.resource import API_VERSION, GROUP, PLURAL
from superzol_operator.settings import Settings


class Right(NamedTuple):
    """A verb on a kind of object."""

    group: str
    resource: str
    verb: str

    def __str__(self) -> str:
        return f"{self.verb} {self.resource}" + (f".{self.group}" if self.group else "")


SERVED = tuple(
    Right(group, resource, verb)
    for group, resource, verbs in (
        (GROUP, PLURAL, "get list watch patch"),
        (GROUP, f"{PLURAL}/status", "get patch"),
        ("batch", "jobs", "get list watch create delete"),
        ("", "pods", "get list"),
        ("", "events", "create patch"),
    )
    for verb in verbs.split()
)
LEASES = tuple(Right("coordination.k8s.io", "leases", verb) for verb in ("get", "create", "update"))


class KindMissing(Exception):
    """The API server does not know DatasetRefresh."""


class RightsMissing(Exception):
    """The account of the operator may not do what the operator must do."""


async def check_kind(cluster: Cluster) -> None:
    """Raises KindMissing when the CustomResourceDefinition is not installed."""
    try:
        listed = await cluster.call("GET", f"apis/{API_VERSION}")
        kinds = {each["name"] for each in listed["resources"]}
    except ApiFailure as failure:
        if failure.status != 404:
            raise
        kinds = set()
    if PLURAL not in kinds:
        raise KindMissing(
            f"the API server does not know {PLURAL}.{API_VERSION}: install the chart with "
            "crds.enabled, or run: superzol-operator crd | kubectl apply -f -"
        )


async def find_closed(cluster: Cluster, settings: Settings) -> tuple[str, ...]:
    """The namespaces to be served where the account has no right at all, as in one that is gone.

    None when that is each of them: then it is no namespace that is wrong.
    """
    closed = tuple([each for each in settings.namespaces if await _is_closed(cluster, each)])
    return closed if len(closed) < len(settings.namespaces) else ()


async def _is_closed(cluster: Cluster, namespace: str) -> bool:
    for right in SERVED:
        if await _is_allowed(cluster, right, namespace):
            return False
    return True


async def check_rights(cluster: Cluster, settings: Settings, lease_namespace: str) -> None:
    """Raises RightsMissing with everything that is lacking."""
    wanted = [(right, each) for each in settings.watched_namespaces for right in SERVED]
    if settings.leader_election:
        wanted += [(right, lease_namespace) for right in LEASES]
    missing: dict[str, list[str]] = {}
    for right, namespace in wanted:
        if not await _is_allowed(cluster, right, namespace):
            where = f"in namespace {namespace}" if namespace else "in all namespaces"
            missing.setdefault(where, []).append(str(right))
    if missing:
        told = "; ".join(f"{', '.join(rights)} {where}" for where, rights in missing.items())
        raise RightsMissing(
            f"the operator's account may not {told}: bind it to the Role of the chart there"
        )


async def _is_allowed(cluster: Cluster, right: Right, namespace: str | None) -> bool:
    resource, _slash, subresource = right.resource.partition("/")
    attributes = {
        "group": right.group,
        "resource": resource,
        "subresource": subresource,
        "verb": right.verb,
        "namespace": namespace or "",
    }
    review = {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }
    path = "apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    answer = await cluster.call("POST", path, review)
    return bool(answer["status"].get("allowed"))
