"""JSON logs, the one thing the programs share."""

from superzol_telemetry.logs import configure_logging

__all__ = ["configure_logging"]
