"""What a stage counted, as metrics of Prometheus: text to keep, or pushed to a Pushgateway."""

import logging
import os
import threading
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from prometheus_client import CollectorRegistry

PUSHGATEWAY = "SUPERZOL_PUSHGATEWAY_URL"
JOB = "superzol-etl"
TIMEOUT_SECONDS = 10.0
ENDED = "superzol_etl_ended_timestamp_seconds"

log = logging.getLogger(__name__)


class Metric(NamedTuple):
    """A gauge and the field of a report that it shows."""

    name: str
    field: str
    help: str


OF_STAGE = (
    Metric("superzol_etl_version", "version", "Version of the dataset that the stage was about."),
    Metric("superzol_etl_rows", "rows", "Price rows read."),
    Metric("superzol_etl_rejected_rows", "rejected", "Price rows refused."),
    Metric("superzol_etl_changed_offers", "changed", "Offers opened, changed or closed."),
    Metric("superzol_etl_chains_loaded", "chainsLoaded", "Chains of the version that are loaded."),
    Metric("superzol_etl_chains_missing", "chainsMissing", "Chains that no load finished."),
    Metric("superzol_etl_chains_held_back", "heldBack", "Chains that keep their last version."),
    Metric("superzol_etl_fetched_bytes", "cameBytes", "Bytes downloaded."),
    Metric("superzol_etl_seconds", "seconds", "How long the stage took."),
    Metric("superzol_etl_exit_code", "exitCode", "How the stage ended; 0 is well."),
)
OF_CHAIN = (
    Metric("superzol_etl_chain_rows", "rows", "Price rows read of a chain."),
    Metric("superzol_etl_chain_rejected_rows", "rejected", "Price rows of a chain refused."),
    Metric("superzol_etl_chain_changed_offers", "changed", "Offers of a chain that changed."),
    Metric("superzol_etl_chain_seconds", "seconds", "How long loading a chain took."),
)


def metrics_text(report: Mapping[str, Any]) -> str:
    """The metrics of a report in the text format of Prometheus."""
    # Only here: a run that keeps no metrics need not wait for the client.
    from prometheus_client import generate_latest

    return generate_latest(_registry(report)).decode()


def push_metrics(report: Mapping[str, Any]) -> None:
    """Sends them to the Pushgateway that SUPERZOL_PUSHGATEWAY_URL names; trouble fails nothing.

    Shards and stages are groups of their own, so that none replaces what another one told.
    """
    url = os.environ.get(PUSHGATEWAY)
    if not url:
        return
    # A gateway that drips is no silence to its client, and all else is done by now.
    pushing = threading.Thread(target=_push, args=(url, report), daemon=True)
    pushing.start()
    pushing.join(TIMEOUT_SECONDS)
    if pushing.is_alive():
        log.warning("metrics not pushed", extra={"error": f"no end in {TIMEOUT_SECONDS:g} s"})


def _push(url: str, report: Mapping[str, Any]) -> None:
    from http.client import HTTPException

    from prometheus_client import push_to_gateway

    keys = {name: str(report[name]) for name in ("dataset", "stage", "shard") if name in report}
    try:
        push_to_gateway(url, JOB, _registry(report), keys)
    except (OSError, ValueError, HTTPException) as error:
        # What the client says of a URL may show the password in it.
        told = str(error) if isinstance(error, OSError) else type(error).__name__
        log.warning("metrics not pushed", extra={"error": told})


def _registry(report: Mapping[str, Any]) -> "CollectorRegistry":
    from prometheus_client import CollectorRegistry, Gauge

    registry = CollectorRegistry()
    for metric in OF_STAGE:
        value = report.get(metric.field, 0 if metric.field == "exitCode" else None)
        if value is not None:
            gauge = Gauge(metric.name, metric.help, registry=registry)
            gauge.set(len(value) if isinstance(value, list | tuple) else value)
    chains = report.get("chainDetails", ())
    for metric in OF_CHAIN if chains else ():
        by_chain = Gauge(metric.name, metric.help, ["chain"], registry=registry)
        for chain in chains:
            if (value := chain[metric.field]) is not None:
                by_chain.labels(chain["chain"]).set(value)
    ended = Gauge(ENDED, "When the stage ended.", registry=registry)
    ended.set_to_current_time()
    return registry
