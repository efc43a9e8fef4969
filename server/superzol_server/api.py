"""Puts services, health, reflection and the interceptor together into one gRPC server."""

from importlib.metadata import version
from typing import NamedTuple

import grpc.aio
from grpc_health.v1 import health
from grpc_health.v1.health_pb2_grpc import add_HealthServicer_to_server
from grpc_reflection.v1alpha import reflection

from superzol.analytics.v1 import analytics_pb2
from superzol.analytics.v1.analytics_pb2_grpc import add_AnalyticsServiceServicer_to_server
from superzol.catalog.v1 import catalog_pb2
from superzol.catalog.v1.catalog_pb2_grpc import add_CatalogServiceServicer_to_server
from superzol.dataset.v1 import dataset_pb2
from superzol.dataset.v1.dataset_pb2_grpc import add_DatasetServiceServicer_to_server
from superzol.pricing.v1 import pricing_pb2
from superzol.pricing.v1.pricing_pb2_grpc import add_PricingServiceServicer_to_server
from superzol_server.analytics.service import AnalyticsService
from superzol_server.catalog.service import CatalogService
from superzol_server.connections import Connections
from superzol_server.database import Database
from superzol_server.dataset.service import DatasetService
from superzol_server.generations import Generations
from superzol_server.health import Health
from superzol_server.interceptors import CallInterceptor
from superzol_server.known_words import KnownWords
from superzol_server.listening import listen
from superzol_server.metrics import Metrics
from superzol_server.pricing.service import PricingService

LARGEST_REQUEST_BYTES = 256 * 1024
OPTIONS = (
    # Without it a second server on the same port would silently take half of the calls.
    ("grpc.so_reuseport", 0),
    # Three times the largest request there is use for; gRPC's 4 MB, a quarter of a million items to
    # check, would hold up all other calls.
    ("grpc.max_receive_message_length", LARGEST_REQUEST_BYTES),
)

ANALYTICS = analytics_pb2.DESCRIPTOR.services_by_name["AnalyticsService"].full_name
CATALOG = catalog_pb2.DESCRIPTOR.services_by_name["CatalogService"].full_name
DATASET = dataset_pb2.DESCRIPTOR.services_by_name["DatasetService"].full_name
PRICING = pricing_pb2.DESCRIPTOR.services_by_name["PricingService"].full_name


class Api(NamedTuple):
    """A server that is bound to its port and not started yet."""

    server: grpc.aio.Server
    health: Health
    port: int
    calls: CallInterceptor
    generations: Generations
    known_words: KnownWords


def build_api(
    database: Database, host: str, port: int, connections: Connections, metrics: Metrics
) -> Api:
    """Builds the server; port 0 takes a free one. Raises PortError."""
    calls = CallInterceptor(database, version("superzol"), metrics)
    known_words = KnownWords(database)
    server = grpc.aio.server(interceptors=[calls], options=(*OPTIONS, *connections.options()))
    add_CatalogServiceServicer_to_server(CatalogService(database, known_words), server)
    add_DatasetServiceServicer_to_server(DatasetService(database), server)
    add_PricingServiceServicer_to_server(PricingService(database), server)
    add_AnalyticsServiceServicer_to_server(AnalyticsService(database), server)
    with_data = [CATALOG, PRICING, ANALYTICS]
    checks = Health(database, without_data=[DATASET], loaded=with_data)
    add_HealthServicer_to_server(checks.servicer, server)
    names = [DATASET, *with_data, health.SERVICE_NAME, reflection.SERVICE_NAME]
    reflection.enable_server_reflection(names, server)
    port = listen(server, host, port)
    return Api(server, checks, port, calls, database.generations, known_words)
