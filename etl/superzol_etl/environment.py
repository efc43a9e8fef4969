"""How patient the sources are, and the keys they use; read from the environment or from files."""

import os
from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from superzol_etl.errors import WrongConfiguration


class SourceSettings(BaseSettings):
    """Each setting is read from SUPERZOL_SOURCE_ and its name in capitals."""

    model_config = SettingsConfigDict(env_prefix="SUPERZOL_SOURCE_", allow_inf_nan=False)

    timeout_seconds: float = Field(
        default=20.0,
        gt=0,
        description="Longest silence of a server; Kubernetes gives 30 s to end.",
    )
    pace_seconds: float = Field(
        default=180.0,
        gt=0,
        description="A body of which too little came in so long drips, as an answer not begun.",
    )
    pace_bytes: int = Field(
        default=180_000, ge=0, description="What is not too little: a kilobyte a second."
    )
    attempts: int = Field(default=6, ge=1, description="How often a request is sent at most.")
    patience_seconds: float = Field(
        default=300.0,
        ge=0,
        description="Longest time for one request, its repeats and Retry-After.",
    )
    wait_seconds: float = Field(
        default=1.0,
        ge=0,
        description="Before the second attempt; it doubles each time, up to 30 s.",
    )
    connections: int = Field(default=4, ge=1, le=32, description="Files downloaded at once.")
    rate: str = Field(
        default="5/second", description="Requests to a REST API at most; or 100/minute."
    )
    page_rows: int = Field(default=5000, ge=1, description="Rows asked of a REST API at once.")
    kaggle_url: str = Field(
        default="https://api.kaggle.com",
        description="Where Kaggle's API is; a mirror or a proxy of yours.",
    )
    reserve_bytes: int = Field(
        default=256 << 20, ge=0, description="Left free on the volume beyond what a download needs."
    )


def read_settings() -> SourceSettings:
    """The settings of the environment.

    Raises WrongConfiguration that names the variable and never shows its value.
    """
    try:
        return SourceSettings()
    except ValidationError as error:
        first = error.errors()[0]
        name = f"SUPERZOL_SOURCE_{first['loc'][0]}".upper()
        raise WrongConfiguration(f"{name}: {first['msg']}") from None


def read_secret(name: str) -> SecretStr | None:
    """A secret from the variable of this name, or from the file that <name>_FILE names.

    Raises WrongConfiguration when that file cannot be read.
    """
    if value := os.environ.get(name):
        return SecretStr(value.strip())
    if not (path := os.environ.get(f"{name}_FILE")):
        return None
    try:
        return SecretStr(Path(path).read_text(encoding="utf-8").strip())
    except (OSError, UnicodeError) as error:
        raise WrongConfiguration(f"{name}_FILE={path} cannot be read: {error}") from error
