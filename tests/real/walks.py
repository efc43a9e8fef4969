"""Walks the lists of the API to their end."""

from grpc import aio

from superzol.catalog.v1 import catalog_pb2, catalog_pb2_grpc, store_pb2
from superzol.pricing.v1 import pricing_pb2, pricing_pb2_grpc

PAGE_SIZE = 1000


async def list_chains(channel: aio.Channel) -> list[catalog_pb2.Chain]:
    """Every chain."""
    stub = catalog_pb2_grpc.CatalogServiceStub(channel)
    request = catalog_pb2.ListChainsRequest(page_size=PAGE_SIZE)
    chains: list[catalog_pb2.Chain] = []
    while True:
        page = await stub.ListChains(request)
        chains += page.chains
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return chains


async def list_stores(channel: aio.Channel) -> list[store_pb2.Store]:
    """Every store of every chain."""
    stub = catalog_pb2_grpc.CatalogServiceStub(channel)
    request = store_pb2.ListStoresRequest(page_size=PAGE_SIZE)
    stores: list[store_pb2.Store] = []
    while True:
        page = await stub.ListStores(request)
        stores += page.stores
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return stores


async def list_products(channel: aio.Channel) -> list[catalog_pb2.Product]:
    """Every product of every chain."""
    stub = catalog_pb2_grpc.CatalogServiceStub(channel)
    request = catalog_pb2.ListProductsRequest(page_size=PAGE_SIZE)
    products: list[catalog_pb2.Product] = []
    while True:
        page = await stub.ListProducts(request)
        products += page.products
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return products


async def list_prices(channel: aio.Channel, store_id: str) -> list[pricing_pb2.Price]:
    """Every price of one store."""
    stub = pricing_pb2_grpc.PricingServiceStub(channel)
    request = pricing_pb2.ListPricesRequest(store_id=store_id, page_size=PAGE_SIZE)
    prices: list[pricing_pb2.Price] = []
    while True:
        page = await stub.ListPrices(request)
        prices += page.prices
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return prices
