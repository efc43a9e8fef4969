"""The requests of the serving benchmark: seeded draws from what the server offers."""

import random
from collections.abc import Sequence

import grpc
from google.protobuf.message import Message

from bench.chain import SEED
from bench.clients import Case
from bench.goods import WORDS
from superzol.analytics.v1 import analytics_pb2, basket_pb2
from superzol.catalog.v1 import catalog_pb2, catalog_pb2_grpc, store_pb2
from superzol.pricing.v1 import pricing_pb2, pricing_pb2_grpc

QUESTIONS = 2000
# Each store offers less than half of the products, so a few of them see nearly all.
STORES_READ = 3
PAGE_SIZE = 1000
FIRST_PAGE_SIZE = 20
BASKET_ITEMS = 20
BASKET_STORES = 30

Offer = tuple[str, str]


def ask_questions(address: str) -> list[Case]:
    """One case for each RPC measured, about products and stores that exist."""
    with grpc.insecure_channel(address) as channel:
        stores = _read_stores(channel)
        offers = [offer for store in stores[:STORES_READ] for offer in _read_offers(channel, store)]
    draw = random.Random(SEED)
    products = [product for product, _ in draw.choices(offers, k=QUESTIONS)]
    queries, baskets = _search_products(draw), _compare_basket(draw, products, stores)
    return [
        _case("catalog", "Catalog", "GetProduct", _get_product(products)),
        _case("pricing", "Pricing", "GetPrice", _get_price(draw.choices(offers, k=QUESTIONS))),
        _case("pricing", "Pricing", "ListPrices", _list_prices(products)),
        _case("catalog", "Catalog", "SearchProducts", queries),
        _case("analytics", "Analytics", "CompareBasket", baskets),
        _case(
            "analytics", "Analytics", "CompareBasket", [_promoted(basket) for basket in baskets]
        )._replace(name="CompareBasket, with promotions"),
    ]


def _case(package: str, service: str, rpc: str, requests: Sequence[Message]) -> Case:
    path = f"/superzol.{package}.v1.{service}Service/{rpc}"
    return Case(rpc, path, [request.SerializeToString() for request in requests])


def _get_product(products: Sequence[str]) -> list[catalog_pb2.GetProductRequest]:
    return [catalog_pb2.GetProductRequest(product_id=product) for product in products]


def _get_price(offers: Sequence[Offer]) -> list[pricing_pb2.GetPriceRequest]:
    return [
        pricing_pb2.GetPriceRequest(product_id=product, store_id=store) for product, store in offers
    ]


def _list_prices(products: Sequence[str]) -> list[pricing_pb2.ListPricesRequest]:
    return [
        pricing_pb2.ListPricesRequest(product_id=product, page_size=FIRST_PAGE_SIZE)
        for product in products
    ]


def _search_products(draw: random.Random) -> list[catalog_pb2.SearchProductsRequest]:
    """Half are one word, half a word and the beginning of another."""
    queries = []
    for number in range(QUESTIONS):
        word, other = draw.sample(WORDS, k=2)
        queries.append(f"{word} {other[:2]}" if number % 2 else word)
    return [catalog_pb2.SearchProductsRequest(query=query) for query in queries]


def _compare_basket(
    draw: random.Random, products: Sequence[str], stores: Sequence[str]
) -> list[analytics_pb2.CompareBasketRequest]:
    different = sorted(set(products))
    return [
        analytics_pb2.CompareBasketRequest(
            items=[
                basket_pb2.BasketItem(product_id=product)
                for product in draw.sample(different, k=BASKET_ITEMS)
            ],
            store_ids=draw.sample(stores, k=BASKET_STORES),
        )
        for _ in range(QUESTIONS)
    ]


def _promoted(
    basket: analytics_pb2.CompareBasketRequest,
) -> analytics_pb2.CompareBasketRequest:
    promoted = analytics_pb2.CompareBasketRequest(with_promotions=True)
    promoted.MergeFrom(basket)
    return promoted


def _read_stores(channel: grpc.Channel) -> list[str]:
    answer = catalog_pb2_grpc.CatalogServiceStub(channel).ListStores(
        store_pb2.ListStoresRequest(page_size=PAGE_SIZE)
    )
    return [store.store_id for store in answer.stores]


def _read_offers(channel: grpc.Channel, store: str) -> list[Offer]:
    stub = pricing_pb2_grpc.PricingServiceStub(channel)
    request = pricing_pb2.ListPricesRequest(store_id=store, page_size=PAGE_SIZE)
    offers: list[Offer] = []
    while True:
        page = stub.ListPrices(request)
        offers += [(price.product_id, price.store_id) for price in page.prices]
        request.page_token = page.next_page_token
        if not page.next_page_token:
            return offers
