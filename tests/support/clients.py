"""Clients of the services: their asynchronous stubs, whose names only the type checker knows."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from superzol.analytics.v1.analytics_pb2_grpc import (
        AnalyticsServiceAsyncStub as AnalyticsClient,
    )
    from superzol.catalog.v1.catalog_pb2_grpc import CatalogServiceAsyncStub as CatalogClient
    from superzol.dataset.v1.dataset_pb2_grpc import DatasetServiceAsyncStub as DatasetClient
    from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceAsyncStub as PricingClient
else:
    from superzol.analytics.v1.analytics_pb2_grpc import AnalyticsServiceStub as AnalyticsClient
    from superzol.catalog.v1.catalog_pb2_grpc import CatalogServiceStub as CatalogClient
    from superzol.dataset.v1.dataset_pb2_grpc import DatasetServiceStub as DatasetClient
    from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceStub as PricingClient

__all__ = ["AnalyticsClient", "CatalogClient", "DatasetClient", "PricingClient"]
