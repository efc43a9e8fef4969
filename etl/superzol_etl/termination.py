"""The last word of a stage, for the operator: one JSON object of at most 4096 bytes."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from superzol_etl.errors import EtlError

MESSAGE_VERSION = 1
MAX_BYTES = 4096  # Kubernetes cuts what is longer, which would not be JSON any more
DEFAULT_PATH = Path("/dev/termination-log")
MAX_LISTED = 20
MAX_TEXT = 1000

log = logging.getLogger(__name__)


def failed_report(stage: str, run_id: str, failure: EtlError) -> dict[str, Any]:
    """What is told of a stage that failed."""
    report: dict[str, Any] = {
        "v": MESSAGE_VERSION,
        "stage": stage,
        "result": "Failed",
        "reason": failure.reason,
        "runId": run_id,
        "exitCode": failure.exit_code,
        "message": str(failure),
    }
    if failure.retry_after_seconds is not None:
        report["retryAfterSeconds"] = failure.retry_after_seconds
    return report


def leave_message(path: Path | None, report: Mapping[str, Any]) -> None:
    """Writes a report where Kubernetes looks for it; a file that cannot be written fails nothing.

    path None: the default one, where it exists.
    """
    place = path or DEFAULT_PATH
    if path is None and not place.exists():
        return
    try:
        place.write_bytes(shorten(report))
    except OSError as error:
        log.warning("termination message not written", extra={"path": place, "error": str(error)})


def shorten(report: Mapping[str, Any]) -> bytes:
    """The report as JSON of at most 4096 bytes: long lists and texts are cut, then left out."""
    texts, listed = MAX_TEXT, MAX_LISTED
    kept = dict(report)
    while True:
        encoded = _encode({key: _cut(value, texts, listed) for key, value in kept.items()})
        if len(encoded) <= MAX_BYTES:
            return encoded
        if listed > 1:
            texts, listed = texts // 2, listed // 2
        else:
            kept.pop(max(kept, key=lambda key: len(_encode(kept[key]))))


def _cut(value: Any, texts: int, listed: int) -> Any:
    if isinstance(value, str):
        plain = "".join(letter if letter.isprintable() else " " for letter in value)
        return plain if len(plain) <= texts else plain[: texts - 1] + "…"
    if isinstance(value, list | tuple):
        rest = len(value) - listed
        cut = [_cut(each, texts, listed) for each in value[:listed]]
        return [*cut, f"and {rest} more"] if rest > 0 else cut
    if isinstance(value, Mapping):
        return {key: _cut(each, texts, listed) for key, each in list(value.items())[:listed]}
    return value


def _encode(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, default=str).encode("utf-8", "backslashreplace")
