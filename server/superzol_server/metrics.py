"""What the server counts of its calls, under the names that dashboards of gRPC know."""

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

from google.protobuf.message import Message
from grpc import RpcMethodHandler
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from superzol_server.database import Database

SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
METHOD = ["grpc_type", "grpc_service", "grpc_method"]


class Method(NamedTuple):
    """Counts the calls of one method.

    name: as gRPC writes it, /package.Service/Method. ended: by the name of the status code.
    """

    name: str
    started: Counter
    ended: Callable[[str], Counter]
    seconds: Histogram
    database_seconds: Histogram


class Metrics:
    """Everything that the server counts; one registry for each server of a process."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._methods: dict[str, Method] = {}
        ProcessCollector(registry=registry)
        self._started = Counter(
            "grpc_server_started",
            "Calls that began; those that did not end are under way.",
            METHOD,
            registry=registry,
        )
        self._ended = Counter(
            "grpc_server_handled",
            "Calls that ended, by their status.",
            [*METHOD, "grpc_code"],
            registry=registry,
        )
        self._seconds = Histogram(
            "grpc_server_handling_seconds",
            "How long calls took; a stream counts to its end.",
            METHOD,
            buckets=SECONDS,
            registry=registry,
        )
        self._database_seconds = Histogram(
            "superzol_server_database_seconds",
            "How long calls waited for statements, all of a call together.",
            METHOD,
            buckets=SECONDS,
            registry=registry,
        )

    def method(self, name: str, handler: "RpcMethodHandler[Message, Message]") -> Method:
        """The counters of a method; kept, as to look them up costs as much as to count."""
        if name not in self._methods:
            kind = "server_stream" if handler.response_streaming else "unary"
            self._methods[name] = self._count(name, (kind, *name.lstrip("/").rsplit("/", 1)))
        return self._methods[name]

    def _count(self, name: str, labels: tuple[str, ...]) -> Method:
        return Method(
            name,
            self._started.labels(*labels),
            cache(lambda code: self._ended.labels(*labels, code)),
            self._seconds.labels(*labels),
            self._database_seconds.labels(*labels),
        )

    def observe(self, database: Database) -> None:
        """Adds what is asked for when somebody reads the metrics."""
        self.registry.register(_State(database))

    def resident_bytes(self) -> int | None:
        """Memory of the process; None where the system does not tell it."""
        size = self.registry.get_sample_value("process_resident_memory_bytes")
        return None if size is None else int(size)


class _State(Collector):
    def __init__(self, database: Database) -> None:
        self._database = database

    def collect(self) -> Iterator[Metric]:
        pool, generations = self._database.pool(), self._database.generations
        for name, text, value in (
            ("pool_connections", "Connections to the database.", pool.connections),
            ("pool_idle_connections", "Those of them that nobody uses.", pool.idle),
            ("pool_limit", "Connections there may be at most.", pool.limit),
            ("generation", "Of the newest answer of the database.", generations.newest),
        ):
            yield GaugeMetricFamily(f"superzol_server_{name}", text, value=float(value))
