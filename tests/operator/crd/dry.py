"""What the API server would say: strict validation, nothing stored."""

from tests.cluster.api import MERGE, Namespace, Refused
from tests.operator.crd.manifests import Manifest

PLURAL = "datasetrefreshes"
STRICTLY = "?dryRun=All&fieldValidation=Strict"


async def create_dry(namespace: Namespace, manifest: Manifest) -> Manifest:
    """Returns what would be stored, defaults filled in. Raises Refused."""
    return await namespace.api.request("POST", namespace.path(PLURAL) + STRICTLY, manifest)


async def patch_dry(namespace: Namespace, name: str, changes: Manifest) -> Manifest:
    """Returns what a merge of changes would store. Raises Refused."""
    path = namespace.path(PLURAL, name) + STRICTLY
    return await namespace.api.request("PATCH", path, changes, MERGE)


async def refusal_of(namespace: Namespace, manifest: Manifest) -> str:
    """Returns the sentence with which a new resource is refused; fails when it is taken."""
    try:
        await create_dry(namespace, manifest)
    except Refused as refusal:
        return refusal.message
    raise AssertionError("the API server takes it")
