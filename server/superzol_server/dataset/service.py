"""DatasetService: where the data comes from, what was loaded and how old it is."""

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.dataset.v1.dataset_pb2 import (
    Dataset,
    DatasetVersion,
    GetDatasetRequest,
    GetDatasetResponse,
    GetStatsRequest,
    GetStatsResponse,
    ListDatasetVersionsRequest,
    ListDatasetVersionsResponse,
)
from superzol.dataset.v1.dataset_pb2_grpc import DatasetServiceServicer
from superzol_server.database import Database, Row
from superzol_server.errors import InvalidRequest, NotFound
from superzol_server.pages import open_page
from superzol_server.sql import load_statement

Context = ServicerContext[Message, Message]

GET_DATASET = load_statement(__package__, "get_dataset")
GET_STATS = load_statement(__package__, "get_stats")
LIST_DATASET_VERSIONS = load_statement(__package__, "list_dataset_versions")

AFTER_THE_NEWEST = (32767,)


class DatasetService(DatasetServiceServicer):
    """Each method: check, fetch, decide, answer."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def GetDataset(self, request: GetDatasetRequest, context: Context) -> GetDatasetResponse:
        return GetDatasetResponse(dataset=Dataset(**await self._find(request.dataset_id)))

    async def ListDatasetVersions(
        self, request: ListDatasetVersionsRequest, context: Context
    ) -> ListDatasetVersionsResponse:
        page = open_page(request, first=AFTER_THE_NEWEST)
        filters = [request.dataset_id]
        answer = await self._database.fetch_page(LIST_DATASET_VERSIONS, filters, page.place)
        if not answer.rows:
            await self._find(request.dataset_id)
        versions = page.cut(answer, "version")
        rows = [DatasetVersion(**row) for row in versions.rows]
        return ListDatasetVersionsResponse(versions=rows, **versions.walk)

    async def GetStats(self, request: GetStatsRequest, context: Context) -> GetStatsResponse:
        answer = await self._database.fetch(GET_STATS)
        return GetStatsResponse(**answer.rows[0])

    async def _find(self, dataset_id: str) -> Row:
        if not dataset_id:
            raise InvalidRequest("dataset_id", "must not be empty", "DATASET_ID_EMPTY")
        row = (await self._database.fetch(GET_DATASET, dataset_id)).row
        if row is None:
            sentence = f"no dataset is {dataset_id}"
            raise NotFound("DATASET_NOT_FOUND", sentence, dataset_id=dataset_id)
        return row
