"""Metrics: counted as things happen, and told of each resource as it stood at its last look."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_1_0_0
from prometheus_client.registry import Collector

from superzol_operator.keys import Key
from superzol_operator.resource import Resource
from superzol_operator.status import CurrentRun, RunRecord, Status

RUN_SECONDS = (10, 30, 60, 120, 300, 600, 1200, 1800, 3600, 7200, 14400)
LAG_SECONDS = (0.5, 1, 2, 5, 10, 30, 60, 300, 900, 3600)
LOOK_SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


@dataclass(frozen=True, slots=True)
class Gauges:
    """What the whole operator tells of itself, asked when somebody reads the metrics."""

    queue_depth: Callable[[], int]
    queue_oldest_seconds: Callable[[], float]
    active_runs: Callable[[], int]
    queued_runs: Callable[[], int]
    is_leader: Callable[[], bool]


class Metrics:
    """Everything that the operator counts."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        registry = self.registry = CollectorRegistry()
        self.resources = ResourceCollector(now)
        registry.register(self.resources)
        self.watch = WatchCollector()
        registry.register(self.watch)
        self._count_runs(registry)
        self._count_looks(registry)

    def _count_runs(self, registry: CollectorRegistry) -> None:
        ended, labels = "Runs that ended.", ["result", "trigger", "reason"]
        self.runs = Counter("datasetrefresh_runs", ended, labels, registry=registry)
        self.run_seconds = Histogram(
            "datasetrefresh_run_duration_seconds",
            "How long a stage of a run took.",
            ["stage"],
            buckets=RUN_SECONDS,
            registry=registry,
        )
        self.attempts = Counter(
            "datasetrefresh_run_attempts", "Attempts of runs.", registry=registry
        )
        self.missed = Counter(
            "datasetrefresh_schedule_missed", "Slots that were given up.", registry=registry
        )
        self.lag_seconds = Histogram(
            "datasetrefresh_schedule_lag_seconds",
            "From a slot to its first Job.",
            buckets=LAG_SECONDS,
            registry=registry,
        )

    def _count_looks(self, registry: CollectorRegistry) -> None:
        self.look_seconds = Histogram(
            "operator_reconcile_duration_seconds",
            "How long a look at a resource took.",
            buckets=LOOK_SECONDS,
            registry=registry,
        )
        wrong = "Looks that went wrong."
        self.errors = Counter("operator_reconcile_errors", wrong, ["kind"], registry=registry)
        calls, labels = "Calls of the API server; code 0: no answer.", ["verb", "code"]
        self.requests = Counter("operator_api_requests", calls, labels, registry=registry)

    def tell(self, gauges: Gauges) -> None:
        """Adds what is asked at the time of reading."""
        self.registry.register(GaugeCollector(gauges))

    def count_request(self, verb: str, status: int) -> None:
        """Counts a call of the API server."""
        self.requests.labels(verb, str(status)).inc()

    def count_end(self, record: RunRecord) -> None:
        """Counts a run that ended."""
        self.runs.labels(record.result, record.trigger, record.reason).inc()

    def count_attempt(self, before: CurrentRun | None, after: CurrentRun) -> None:
        """Counts an attempt when it is decided, however often its Job is refused meanwhile."""
        if before is None or (before.id, before.attempt) != (after.id, after.attempt):
            self.attempts.inc()
        if (lag := lag_of(before, after)) is not None:
            self.lag_seconds.observe(lag)


def lag_of(before: CurrentRun | None, after: CurrentRun) -> float | None:
    """Seconds from a slot to the first Job of its run, at the look that saw it first."""
    is_first = after.attempt == 1 and after.revision is None
    was_seen = before is not None and before.id == after.id and before.job_created_time is not None
    if after.scheduled_time is None or after.job_created_time is None or was_seen or not is_first:
        return None
    return max(0.0, (after.job_created_time - after.scheduled_time).total_seconds())


class ResourceCollector(Collector):
    """Gauges of the resources that there are: one that goes takes its gauges with it."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._known: dict[Key, tuple[bool, Status]] = {}

    def record(self, resource: Resource, status: Status) -> None:
        """Notes how a resource stands."""
        self._known[Key(resource.namespace, resource.name)] = (resource.spec.suspend, status)

    def forget(self, key: Key) -> None:
        """Drops a resource that is gone."""
        self._known.pop(key, None)

    def collect(self) -> Iterator[Metric]:
        """Yields the gauges of all resources."""
        conditions = GaugeMetricFamily(
            "datasetrefresh_condition",
            "1 for the status that a condition has.",
            labels=["namespace", "name", "type", "status"],
        )
        for key, (_, status) in self._known.items():
            for condition in status.conditions:
                for value in ("True", "False", "Unknown"):
                    labels = [*key, condition.type, value]
                    conditions.add_metric(labels, float(condition.status == value))
        yield conditions
        yield self._gauge(
            "suspended", "1 where no run begins.", lambda suspended, _: float(suspended)
        )
        yield self._gauge(
            "last_success_timestamp_seconds",
            "When a run last went well.",
            lambda _, status: _timestamp(status.last_success_time),
        )
        yield self._gauge(
            "next_run_timestamp_seconds",
            "When the next run is due.",
            lambda _, status: _timestamp(status.next_run_time),
        )
        yield self._gauge(
            "artifact_rows",
            "Rows of the version that readers see.",
            lambda _, status: None if status.artifact is None else status.artifact.rows,
        )
        yield self._gauge("artifact_age_seconds", "Age of that version.", self._age_seconds)

    def _age_seconds(self, _: bool, status: Status) -> float | None:
        if status.artifact is None or status.artifact.last_update_time is None:
            return None
        return (self._now() - status.artifact.last_update_time).total_seconds()

    def _gauge(
        self, name: str, text: str, value: Callable[[bool, Status], float | None]
    ) -> GaugeMetricFamily:
        gauge = GaugeMetricFamily(f"datasetrefresh_{name}", text, labels=["namespace", "name"])
        for key, (suspended, status) in self._known.items():
            if (number := value(suspended, status)) is not None:
                gauge.add_metric([*key], number)
        return gauge


class GaugeCollector(Collector):
    """Gauges of the operator itself."""

    def __init__(self, gauges: Gauges) -> None:
        self._gauges = gauges

    def collect(self) -> Iterator[Metric]:
        """Yields them as they are now."""
        gauges = self._gauges
        for name, text, value in (
            ("datasetrefresh_active_runs", "Runs under way.", gauges.active_runs()),
            ("datasetrefresh_queued_runs", "Runs that wait for a place.", gauges.queued_runs()),
            ("operator_queue_depth", "Resources that wait for a look.", gauges.queue_depth()),
            (
                "operator_queue_oldest_seconds",
                "For how long the oldest of them has waited.",
                gauges.queue_oldest_seconds(),
            ),
            ("operator_is_leader", "1 for the operator that works.", gauges.is_leader()),
        ):
            yield GaugeMetricFamily(name, text, value=float(value))


class WatchCollector(Collector):
    """When each watch last brought something."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}

    def heard(self, resource: str) -> None:
        """Notes an event of a watch."""
        self._last[resource] = time.time()

    def collect(self) -> Iterator[Metric]:
        """Yields a timestamp for each kind that was heard of."""
        gauge = GaugeMetricFamily(
            "operator_watch_last_event_seconds",
            "When the watch last told of a change.",
            labels=["resource"],
        )
        for resource, at in self._last.items():
            gauge.add_metric([resource], at)
        yield gauge


async def serve_metrics(registry: CollectorRegistry, port: int) -> web.AppRunner:
    """Serves /metrics; the runner's cleanup() ends it."""

    async def answer(_: web.Request) -> web.Response:
        headers = {"Content-Type": CONTENT_TYPE_PLAIN_1_0_0}
        return web.Response(body=generate_latest(registry), headers=headers)

    application = web.Application()
    application.router.add_get("/metrics", answer)
    runner = web.AppRunner(application, handle_signals=False, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, port=port).start()
    return runner


def _timestamp(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()
