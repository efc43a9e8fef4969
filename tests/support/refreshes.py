"""DatasetRefreshes for the tests of rules: any that the API server would take, and their Jobs."""

from typing import Any

from hypothesis import strategies as st

from superzol_operator.decide.contract import CreateJob
from superzol_operator.jobnames import job_name
from superzol_operator.resource import Resource, read_resource

Json = dict[str, Any]
UID = "3f0c7a52-6b1e-4a57-9d0e-1c2b3a4d5e6f"
STAGES = ("fetch", "load", "publish", "accept", "backfill", "cleanup")

LABELS = st.from_regex(r"[a-z]([a-z0-9-]{0,20}[a-z0-9])?", fullmatch=True)
NUMBERS = st.integers(1, 30_000)
PATHS = st.from_regex(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,9}(/[a-z0-9-]{1,9}){0,2}", fullmatch=True)
SECRETS = st.fixed_dictionaries({"name": LABELS})
GLOBS = st.lists(st.text("abc*?[]-$() ", min_size=1, max_size=12), max_size=3)
HOSTS = st.from_regex(r"https://[a-z]{1,9}\.example/[a-z0-9/-]{0,12}", fullmatch=True)
QUANTITIES = st.fixed_dictionaries({"requests": st.just({"cpu": "500m", "memory": "1Gi"})})


def parts(**fields: st.SearchStrategy[Any]) -> st.SearchStrategy[Json]:
    """Objects with some of these fields."""
    return st.fixed_dictionaries({}, optional=fields)


def objects(
    required: dict[str, st.SearchStrategy[Any]], **optional: st.SearchStrategy[Any]
) -> st.SearchStrategy[Json]:
    """Objects with all of the required fields, and some of the others."""
    return st.fixed_dictionaries(required, optional=optional)


BUCKETS = objects({"bucket": LABELS}, prefix=PATHS, secretRef=SECRETS)
SOURCES = st.one_of(
    st.fixed_dictionaries(
        {
            "kaggle": objects(
                {
                    "dataset": st.from_regex(
                        r"[A-Za-z0-9_-]{1,9}/[A-Za-z0-9_-]{1,9}", fullmatch=True
                    )
                },
                version=NUMBERS,
                files=GLOBS,
                secretRef=SECRETS,
            )
        }
    ),
    st.fixed_dictionaries({"directory": objects({"path": PATHS}, claimName=LABELS)}),
    st.fixed_dictionaries({"http": objects({"url": HOSTS}, secretRef=SECRETS)}),
    st.fixed_dictionaries({"api": objects({"url": HOSTS}, secretRef=SECRETS)}),
    st.fixed_dictionaries({"s3": BUCKETS}),
)
STORAGES = objects({"claimName": LABELS}, path=PATHS, s3=BUCKETS) | st.fixed_dictionaries(
    {"s3": BUCKETS}
)
LOADS = st.integers(1, 256).flatmap(
    lambda shards: st.fixed_dictionaries(
        {"shards": st.just(shards), "parallelism": st.integers(1, shards)}
    )
)
POD_TEMPLATES = parts(
    image=st.just("registry.example/superzol-etl:1"),
    resources=st.dictionaries(st.sampled_from([*STAGES, "default"]), QUANTITIES, max_size=2),
    serviceAccountName=LABELS,
    nodeSelector=st.just({"disk": "fast"}),
    tolerations=st.just([{"key": "etl", "operator": "Exists", "effect": "NoSchedule"}]),
    labels=st.just({"team": "prices", "refresh.superzol.com/stage": "forged"}),
    annotations=st.just({"note": "by hand"}),
)
SPECS = objects(
    {
        "source": SOURCES,
        "storage": STORAGES,
        "target": st.fixed_dictionaries(
            {"postgres": st.fixed_dictionaries({"secretRef": SECRETS})}
        ),
    },
    dataset=LABELS.filter(lambda text: "--" not in text),
    validate=parts(
        maxShrinkPercent=st.integers(0, 100),
        maxRejectedPercent=st.integers(0, 100),
        maxJumpedPercent=st.integers(0, 100),
    ),
    load=LOADS,
    run=parts(podRetries=st.integers(0, 10), deadlineSeconds=st.integers(60, 604_800)),
    retention=parts(
        keepLast=st.integers(1, 20),
        keepArchives=st.integers(0, 99),
        maxAgeSeconds=st.integers(1, 10**9),
    ),
    podTemplate=POD_TEMPLATES,
)


def resource_of(spec: Json, name: str = "israeli-supermarkets") -> Resource:
    """The resource that the API server would hold for a spec."""
    metadata = {
        "name": name,
        "namespace": "super-zol",
        "uid": UID,
        "generation": 1,
        "resourceVersion": "7",
        "creationTimestamp": "2026-06-01T02:00:00Z",
    }
    return read_resource({"metadata": metadata, "spec": spec})


def job_of(resource: Resource, stage: str, attempt: int = 1, version: int = 812) -> CreateJob:
    """What decide() would ask for at a stage of a scheduled run."""
    run_id = "s-202606020200"
    has_folder = stage == "backfill"
    return CreateJob(
        name=job_name(resource.name, resource.uid, run_id, stage, attempt),
        run_id=run_id,
        trigger="Schedule",
        stage=stage,
        attempt=attempt,
        spec=resource.spec,
        spec_hash=resource.spec.data_hash,
        deadline_seconds=resource.spec.run.deadline_seconds,
        version=resource.spec.source.version if stage == "fetch" else version,
        subject=f"rami_levy@{version}" if stage == "accept" else None,
        folder=f"/data/raw/20260601/v{version}" if has_folder else None,
    )


@st.composite
def wanted_jobs(draw: st.DrawFn) -> tuple[Resource, CreateJob]:
    """A resource and a Job of one of its stages."""
    resource = resource_of(draw(SPECS), draw(st.sampled_from(["prices", "a" * 40])))
    return resource, job_of(resource, draw(st.sampled_from(STAGES)), draw(st.integers(1, 5)))
