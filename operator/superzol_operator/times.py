"""Times as Kubernetes writes them: UTC, whole seconds."""

from datetime import UTC, datetime


def parse_time(text: str) -> datetime:
    """Reads RFC 3339, with or without fractions of a second."""
    return datetime.fromisoformat(text).astimezone(UTC)


def format_time(time: datetime) -> str:
    """Writes a time as metav1.Time is written."""
    return time.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
