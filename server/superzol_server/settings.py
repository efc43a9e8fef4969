"""Settings of the server, read from the environment; options of the command line come first."""

from typing import Literal

from pydantic import AliasChoices, Field, SecretStr, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from superzol_server.connections import Connections
from superzol_server.database import Limits


class Settings(BaseSettings):
    """Each setting is read from SUPERZOL_SERVER_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SUPERZOL_SERVER_", populate_by_name=True)

    database: SecretStr = Field(
        validation_alias=AliasChoices("SUPERZOL_SERVER_DATABASE", "DATABASE_URL"),
        description="URL of the database; DATABASE_URL serves as well. It may hold a password.",
    )
    host: str = Field(
        "0.0.0.0", description="Address to listen on. All of them by default, as a pod needs."
    )
    port: int = Field(
        50051, ge=0, le=65535, description="TCP port of gRPC; 0 takes a free one and announces it."
    )
    http_port: int = Field(
        8080,
        ge=0,
        le=65535,
        description="TCP port of probes and metrics; 0 takes a free one and announces it.",
    )
    pool_connections: int = Field(
        8, ge=1, description="Connections to the database at most: one core of Python keeps 8 busy."
    )
    pool_wait_seconds: float = Field(
        10.0,
        gt=0,
        description="Wait for a free connection, at most until the deadline of the call: "
        "of 200 calls at once the last waits some seconds.",
    )
    statement_seconds: float = Field(
        10.0, gt=0, description="Longest statement, also of calls without a deadline."
    )
    start_seconds: float = Field(
        30.0, ge=0, description="How long to try to reach the database at the start."
    )
    health_seconds: float = Field(
        1.0, gt=0, description="Between two looks at the generation: a load is seen this soon."
    )
    drain_seconds: float = Field(
        0.0,
        ge=0,
        description="From NOT_SERVING to the last new call: what a load balancer needs to notice.",
    )
    grace_seconds: float = Field(
        20.0, ge=0, description="For calls under way at the end; Kubernetes kills after 30."
    )
    keepalive_seconds: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="Between two pings of a client that is silent; 0 sends none. Shorter than what "
        "load balancers take for idle, some minutes.",
    )
    keepalive_timeout_seconds: float = Field(
        20.0, gt=0, le=3600, description="For the answer to a ping; then the connection is closed."
    )
    connection_age_seconds: float = Field(
        300.0,
        ge=0,
        le=86_400,
        description="Age at which a client is asked to connect anew, and so meets new replicas; 0 "
        "never asks.",
    )
    connection_age_grace_seconds: float = Field(
        60.0, gt=0, le=86_400, description="For calls under way at that age; a watch ends then."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="INFO has one line per call."
    )

    @field_validator("http_port")
    @classmethod
    def is_another_port(cls, value: int, info: ValidationInfo) -> int:
        """Refuses the port of gRPC, which a pod of before may have put on 8080."""
        if value and value == info.data.get("port"):
            raise ValueError(f"{value} is the port of gRPC already: choose another")
        return value

    def limits(self) -> Limits:
        """Returns the limits of the pool."""
        return Limits(self.pool_connections, self.statement_seconds, self.pool_wait_seconds)

    def connections(self) -> Connections:
        """Returns how long connections of clients live."""
        return Connections(
            self.keepalive_seconds,
            self.keepalive_timeout_seconds,
            self.connection_age_seconds,
            self.connection_age_grace_seconds,
        )
