"""Stubs for calls with await: at run time the ones that serve both ways, to type checkers these."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from superzol.analytics.v1.analytics_pb2_grpc import AnalyticsServiceAsyncStub as AnalyticsStub
    from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceAsyncStub as PricingStub
else:
    from superzol.analytics.v1.analytics_pb2_grpc import AnalyticsServiceStub as AnalyticsStub
    from superzol.pricing.v1.pricing_pb2_grpc import PricingServiceStub as PricingStub

__all__ = ["AnalyticsStub", "PricingStub"]
