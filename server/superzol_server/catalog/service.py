"""CatalogService: what is sold, by whom and where."""

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.catalog.v1.catalog_pb2 import (
    BatchGetProductsRequest,
    BatchGetProductsResponse,
    Chain,
    GetProductRequest,
    GetProductResponse,
    ListChainsRequest,
    ListChainsResponse,
    ListProductsRequest,
    ListProductsResponse,
    LookupProductRequest,
    LookupProductResponse,
    Product,
    SearchProductsRequest,
    SearchProductsResponse,
)
from superzol.catalog.v1.catalog_pb2_grpc import CatalogServiceServicer
from superzol.catalog.v1.category_pb2 import (
    Category,
    ListCategoriesRequest,
    ListCategoriesResponse,
)
from superzol.catalog.v1.manufacturer_pb2 import (
    ListManufacturersRequest,
    ListManufacturersResponse,
    Manufacturer,
)
from superzol.catalog.v1.store_pb2 import (
    City,
    GetStoreRequest,
    GetStoreResponse,
    ListCitiesRequest,
    ListCitiesResponse,
    ListStoresRequest,
    ListStoresResponse,
    Store,
    StoreKind,
)
from superzol_server.catalog.limits import read_batch
from superzol_server.catalog.words import Words, read_words, split_words
from superzol_server.database import Answer, Database
from superzol_server.errors import InvalidRequest
from superzol_server.identifiers import read_barcode, read_product_id, read_store_id
from superzol_server.known_words import KnownWords
from superzol_server.order import read_order_by
from superzol_server.pages import open_page
from superzol_server.sql import load_statement
from superzol_server.unknown import no_category, no_chain, no_product, no_store

Context = ServicerContext[Message, Message]

BATCH_GET_PRODUCTS = load_statement(__package__, "batch_get_products")
COUNT_CATEGORIES = load_statement(__package__, "count_categories")
COUNT_CHAINS = load_statement(__package__, "count_chains")
COUNT_CITIES = load_statement(__package__, "count_cities")
COUNT_MANUFACTURERS = load_statement(__package__, "count_manufacturers")
COUNT_PRODUCTS = load_statement(__package__, "count_products")
COUNT_STORES = load_statement(__package__, "count_stores")
FIND_CATEGORY = load_statement(__package__, "find_category")
FIND_CHAIN = load_statement(__package__, "find_chain")
GET_PRODUCT = load_statement(__package__, "get_product")
GET_STORE = load_statement(__package__, "get_store")
LIST_CATEGORIES = load_statement(__package__, "list_categories")
LIST_CHAINS = load_statement(__package__, "list_chains")
LIST_CITIES = load_statement(__package__, "list_cities")
LIST_MANUFACTURERS = load_statement(__package__, "list_manufacturers")
LIST_PRODUCTS = load_statement(__package__, "list_products")
LIST_PRODUCTS_OF_CATEGORY = load_statement(__package__, "list_products_of_category")
LIST_PRODUCTS_OF_CHAIN = load_statement(__package__, "list_products_of_chain")
LIST_PRODUCTS_OF_MANUFACTURER = load_statement(__package__, "list_products_of_manufacturer")
LIST_STORES = load_statement(__package__, "list_stores")
LOOKUP_PRODUCT = load_statement(__package__, "lookup_product")
SEARCH_PRODUCTS = load_statement(__package__, "search_products")

MOST_PRODUCTS_OF_A_CODE = 1000
MOST_PRODUCTS_RANKED = 8000
PLANNED_ORDERS = ("name", "store_count", "price_min_agorot")
SEARCH_KEY = ("key_rank", "key_rarity", "key_length", "product_id")
BEFORE_THE_BEST = (-1, 0, 0, "")


class CatalogService(CatalogServiceServicer):
    """Each method: check, fetch, decide, answer."""

    def __init__(self, database: Database, known_words: KnownWords) -> None:
        self._database = database
        self._known_words = known_words

    async def ListChains(self, request: ListChainsRequest, context: Context) -> ListChainsResponse:
        page = open_page(request, first=("",))
        count = COUNT_CHAINS if request.include_total else None
        answer = await self._database.fetch_page(LIST_CHAINS, (), page.place, count)
        part = page.cut(answer, "chain_id")
        chains = [Chain(**row) for row in part.rows]
        return ListChainsResponse(chains=chains, total_size=answer.total, **part.walk)

    async def GetStore(self, request: GetStoreRequest, context: Context) -> GetStoreResponse:
        store_id = read_store_id(request.store_id)
        row = (await self._database.fetch(GET_STORE, store_id)).row
        if row is None:
            raise no_store(store_id)
        return GetStoreResponse(store=Store(**row))

    async def ListStores(self, request: ListStoresRequest, context: Context) -> ListStoresResponse:
        read_order_by(request.order_by, served=["store_id"], planned=["name"])
        page = open_page(request, first=("",))
        chosen = request.chain_id, request.city, read_kind(request.kind), request.query
        filters = [value or None for value in chosen]
        count = COUNT_STORES if request.include_total else None
        answer = await self._database.fetch_page(LIST_STORES, filters, page.place, count)
        await self._check_chain(request.chain_id, answer)
        part = page.cut(answer, "store_id")
        stores = [Store(**row) for row in part.rows]
        return ListStoresResponse(stores=stores, total_size=answer.total, **part.walk)

    async def ListCities(self, request: ListCitiesRequest, context: Context) -> ListCitiesResponse:
        page = open_page(request, first=("",))
        count = COUNT_CITIES if request.include_total else None
        answer = await self._database.fetch_page(LIST_CITIES, (), page.place, count)
        part = page.cut(answer, "key_city")
        cities = [City(**row) for row in part.rows]
        return ListCitiesResponse(cities=cities, total_size=answer.total, **part.walk)

    async def GetProduct(self, request: GetProductRequest, context: Context) -> GetProductResponse:
        product_id = read_product_id(request.product_id)
        row = (await self._database.fetch(GET_PRODUCT, product_id)).row
        if row is None:
            raise no_product(product_id)
        return GetProductResponse(product=Product(**row))

    async def BatchGetProducts(
        self, request: BatchGetProductsRequest, context: Context
    ) -> BatchGetProductsResponse:
        product_ids = read_batch(request.product_ids)
        answer = await self._database.fetch(BATCH_GET_PRODUCTS, product_ids, len(product_ids))
        named = {each: row["product_id"] for row in answer.rows for each in row.pop("asked_ids")}
        return BatchGetProductsResponse(
            products=[Product(**row) for row in answer.rows],
            unknown_product_ids=[each for each in product_ids if each not in named],
            renamed_product_ids={old: new for old, new in named.items() if old != new},
        )

    async def LookupProduct(
        self, request: LookupProductRequest, context: Context
    ) -> LookupProductResponse:
        barcode = read_barcode(request.barcode)
        answer = await self._database.fetch(LOOKUP_PRODUCT, barcode.gtin, MOST_PRODUCTS_OF_A_CODE)
        products = [Product(**row) for row in answer.rows]
        return LookupProductResponse(products=products, **barcode._asdict())

    async def ListProducts(
        self, request: ListProductsRequest, context: Context
    ) -> ListProductsResponse:
        read_order_by(request.order_by, served=["product_id"], planned=PLANNED_ORDERS)
        page, filters = open_page(request, first=("",)), product_filters(request)
        count = COUNT_PRODUCTS if request.include_total else None
        statement = choose_products(request)
        answer = await self._database.fetch_page(statement, filters, page.place, count)
        await self._check_chain(request.chain_id, answer)
        await self._check_category(request.category_id, answer)
        part = page.cut(answer, "product_id")
        products = [Product(**row) for row in part.rows]
        return ListProductsResponse(products=products, total_size=answer.total, **part.walk)

    async def SearchProducts(
        self, request: SearchProductsRequest, context: Context
    ) -> SearchProductsResponse:
        words = read_words(request.query)
        page, filters = open_page(request, first=BEFORE_THE_BEST), product_filters(request)

        async def search(words: Words) -> Answer:
            chosen = [*words, *filters, MOST_PRODUCTS_RANKED]
            return await self._database.fetch_page(SEARCH_PRODUCTS, chosen, page.place)

        answer = await search(words)
        corrected = None if answer.rows else await self._correct(words, answer.generation)
        if corrected:
            answer = await search(corrected)
        await self._check_chain(request.chain_id, answer)
        await self._check_category(request.category_id, answer)
        part = page.cut(answer, *SEARCH_KEY)
        products = [Product(**row) for row in part.rows]
        is_corrected = bool(corrected and products)
        return SearchProductsResponse(products=products, corrected=is_corrected, **part.walk)

    async def ListManufacturers(
        self, request: ListManufacturersRequest, context: Context
    ) -> ListManufacturersResponse:
        page = open_page(request, first=("",))
        count = COUNT_MANUFACTURERS if request.include_total else None
        answer = await self._database.fetch_page(LIST_MANUFACTURERS, (), page.place, count)
        part = page.cut(answer, "name")
        manufacturers = [Manufacturer(**row) for row in part.rows]
        return ListManufacturersResponse(
            manufacturers=manufacturers, total_size=answer.total, **part.walk
        )

    async def ListCategories(
        self, request: ListCategoriesRequest, context: Context
    ) -> ListCategoriesResponse:
        page, filters = open_page(request, first=("",)), (request.department_id or None,)
        count = COUNT_CATEGORIES if request.include_total else None
        answer = await self._database.fetch_page(LIST_CATEGORIES, filters, page.place, count)
        await self._check_category(request.department_id, answer)
        part = page.cut(answer, "category_id")
        categories = [Category(**row) for row in part.rows]
        return ListCategoriesResponse(categories=categories, total_size=answer.total, **part.walk)

    async def _correct(self, words: Words, generation: int) -> Words | None:
        """Returns the words that were meant where some seem misspelt, else None."""
        lexicon, written = await self._known_words.as_of(generation), split_words(words)
        meant = lexicon.correct(written)
        return None if meant == written else words._replace(plain=" ".join(meant))

    async def _check_chain(self, chain_id: str, answer: Answer) -> None:
        """Tells an unknown chain from one that offers nothing."""
        if not chain_id or answer.rows or (await self._database.fetch(FIND_CHAIN, chain_id)).rows:
            return
        raise no_chain(chain_id)

    async def _check_category(self, category_id: str, answer: Answer) -> None:
        """Tells an unknown category from one without products."""
        if not category_id or answer.rows:
            return
        if not (await self._database.fetch(FIND_CATEGORY, category_id)).rows:
            raise no_category(category_id)


def read_kind(kind: StoreKind.ValueType) -> StoreKind.ValueType:
    """Returns the kind; raises InvalidRequest for what is none."""
    if kind not in StoreKind.values():
        raise InvalidRequest("kind", f"{kind} is no kind of store", "KIND_INVALID")
    return kind


def choose_products(request: ListProductsRequest) -> str:
    """Returns the statement that reads the fewest rows for these filters."""
    if request.manufacturer:
        return LIST_PRODUCTS_OF_MANUFACTURER
    if request.category_id:
        return LIST_PRODUCTS_OF_CATEGORY
    return LIST_PRODUCTS_OF_CHAIN if request.chain_id else LIST_PRODUCTS


def product_filters(
    request: ListProductsRequest | SearchProductsRequest,
) -> tuple[str | None, str | None, bool | None, str | None]:
    """Returns chain_id, manufacturer, weighted and category_id, None where they do not limit."""
    weighted = request.weighted if request.HasField("weighted") else None
    chain_id, manufacturer = request.chain_id or None, request.manufacturer or None
    return chain_id, manufacturer, weighted, request.category_id or None
