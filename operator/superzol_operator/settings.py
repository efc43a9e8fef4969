"""Settings of the operator, read from the environment and set by options."""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

CrashPoint = Literal[
    "before_claim", "after_claim", "after_create", "after_finish_patch", "before_job_delete"
]


class Settings(BaseSettings):
    """What the operator may be told; every default is the one for production."""

    model_config = SettingsConfigDict(env_prefix="SUPERZOL_OPERATOR_", frozen=True)

    namespaces: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), description="Namespaces to serve, by commas; none: all, with CLUSTER_WIDE."
    )
    cluster_wide: bool = Field(default=False, description="Serve every namespace.")
    kubeconfig: str | None = Field(
        default=None, description="File of credentials; none: KUBECONFIG, or those of the pod."
    )
    image: str = Field(default="superzol-etl:latest", description="Image of the ETL's pods.")
    service_account_names: Annotated[tuple[str, ...], NoDecode] = Field(
        default=("default",),
        description="Service accounts that a podTemplate may name; the first is the usual one.",
    )
    metrics_port: int = Field(default=8081, ge=0, le=65535, description="Port of /metrics.")
    probe_port: int = Field(default=8080, ge=1, le=65535, description="Port of /healthz.")
    log_level: str = Field(default="INFO", description="Least level of the log.")
    workers: int = Field(default=16, ge=1, le=256, description="Resources looked at at once.")
    max_active_runs: int = Field(
        default=10,
        ge=1,
        description="Runs at once, of all namespaces: the volume and the database suffer.",
    )
    max_active_runs_in_namespace: int | None = Field(
        default=None, ge=1, description="Runs at once in a namespace; none: no such limit."
    )
    resync_seconds: float = Field(
        default=600, gt=0, description="How often every resource is looked at, events or not."
    )
    progress_seconds: float = Field(
        default=5, ge=0, description="Least time between two writes of mere progress."
    )
    request_timeout_seconds: float = Field(
        default=30, gt=0, description="Patience with one call of the API server."
    )
    connect_timeout_seconds: float = Field(
        default=10, gt=0, description="Patience with a connection to the API server."
    )
    watch_inactivity_seconds: float = Field(
        default=70,
        gt=0,
        description="A watch silent for that long is opened again; bookmarks come every 60 s.",
    )
    # a short tail: the last wait is how long it sleeps on when the API server is back
    watch_backoffs_seconds: Annotated[tuple[float, ...], NoDecode] = Field(
        default=(1, 1, 2, 3, 5, 5, 5, 5, 5, 10, 10, 10),
        min_length=1,
        description="Waits of a watch that fails; after the last the process ends, to begin anew.",
    )
    backoff_seconds: float = Field(
        default=0.5, gt=0, description="Wait after a first failed look; doubles up to a minute."
    )
    leader_election: bool = Field(
        default=True, description="Let one of several operators work, by a Lease."
    )
    lease_namespace: str | None = Field(
        default=None,
        description="Namespace of the Lease; none: that of the pod, or the first served.",
    )
    lease_name: str = Field(default="superzol-operator", description="Name of the Lease.")
    lease_seconds: int = Field(
        default=15, ge=1, description="How long a Lease holds that nobody renews."
    )
    lease_renew_deadline_seconds: float = Field(
        default=10, gt=0, description="A leader that cannot renew for that long writes nothing."
    )
    lease_retry_seconds: float = Field(
        default=2, gt=0, description="How often the Lease is renewed, or looked at."
    )
    stuck_seconds: float = Field(
        default=120, gt=0, description="A resource waiting for longer fails the probe."
    )
    stale_resyncs: float = Field(
        default=2, gt=1, description="So many periods without a whole resync fail the probe."
    )
    lag_seconds: float = Field(
        default=5, gt=0, description="An event loop late by more fails the probe."
    )
    crash_at: CrashPoint | None = Field(
        default=None, description="For tests: where the operator kills itself."
    )

    @field_validator("namespaces", "service_account_names", "watch_backoffs_seconds", mode="before")
    @classmethod
    def split(cls, value: str | tuple[str, ...]) -> tuple[str, ...]:
        """Takes what is separated by commas, as an environment variable has it."""
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return tuple(value)

    @field_validator("service_account_names")
    @classmethod
    def names_an_account(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuses a list without a name, as of a variable that is set to nothing."""
        if not value:
            raise ValueError("name at least one service account of the pods, such as default")
        return value

    @model_validator(mode="after")
    def serves_something(self) -> Self:
        """Refuses to serve nothing, or a part and the whole."""
        if self.cluster_wide == bool(self.namespaces):
            raise ValueError(
                "which namespaces? Give --namespace or --cluster-wide, and one of them"
            )
        return self

    @property
    def watched_namespaces(self) -> tuple[str | None, ...]:
        """None stands for all of them."""
        return (None,) if self.cluster_wide else self.namespaces
