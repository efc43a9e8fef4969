"""DatasetService: where the data comes from, what was loaded and how old it is."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

from google.protobuf.message import Message
from grpc.aio import ServicerContext

from superzol.dataset.v1.coverage_pb2 import (
    Coverage,
    CoverageFlag,
    ListCoverageRequest,
    ListCoverageResponse,
    RejectCount,
)
from superzol.dataset.v1.dataset_pb2 import (
    Dataset,
    DatasetVersion,
    GetDatasetRequest,
    GetDatasetResponse,
    GetStatsRequest,
    GetStatsResponse,
    ListDatasetVersionsRequest,
    ListDatasetVersionsResponse,
    WatchGenerationsRequest,
    WatchGenerationsResponse,
)
from superzol.dataset.v1.dataset_pb2_grpc import DatasetServiceServicer
from superzol.dataset.v1.run_pb2 import (
    GetRunRequest,
    GetRunResponse,
    ListRejectsRequest,
    ListRejectsResponse,
    ListRunsRequest,
    ListRunsResponse,
    Reject,
    Run,
    RunFile,
    RunStage,
    RunState,
)
from superzol_server.database import Answer, Database, Row
from superzol_server.dataset.coverage import Seen, age_seconds, find_flags
from superzol_server.errors import InvalidRequest, NotFound, OutOfRange
from superzol_server.identifiers import shown
from superzol_server.pages import open_page, to_fields
from superzol_server.sql import load_statement

Context = ServicerContext[Message, Message]

GET_DATASET = load_statement(__package__, "get_dataset")
GET_RUN = load_statement(__package__, "get_run")
GET_RUN_FILES = load_statement(__package__, "get_run_files")
GET_RUN_STAGES = load_statement(__package__, "get_run_stages")
GET_STATS = load_statement(__package__, "get_stats")
LIST_COVERAGE = load_statement(__package__, "list_coverage")
LIST_DATASET_VERSIONS = load_statement(__package__, "list_dataset_versions")
LIST_REJECTS = load_statement(__package__, "list_rejects")
LIST_RUNS = load_statement(__package__, "list_runs")
WATCH_GENERATIONS = load_statement(__package__, "watch_generations")

AFTER_THE_NEWEST = (32767,)
AFTER_THE_NEWEST_RUN = ("infinity", "")
# A thousand rows of Hebrew, two bytes a letter, stay below the 4 MB that clients take.
RAW_LENGTH = 1000
PUBLICATIONS = 500  # of one look; a version has some 40


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

    async def ListRuns(self, request: ListRunsRequest, context: Context) -> ListRunsResponse:
        page = open_page(request, first=AFTER_THE_NEWEST_RUN)
        filters = [request.dataset_id or None, read_state(request.state)]
        answer = await self._database.fetch_page(LIST_RUNS, filters, page.place)
        if request.dataset_id and not answer.rows:
            await self._find(request.dataset_id)
        part = page.cut(answer, "key_start", "run_id")
        return ListRunsResponse(runs=[Run(**row) for row in part.rows], **part.walk)

    async def GetRun(self, request: GetRunRequest, context: Context) -> GetRunResponse:
        check_named(request.run_id, "run_id")
        async with self._database.snapshot() as snapshot:
            runs = await snapshot.fetch(GET_RUN, request.run_id)
            stages = await snapshot.fetch(GET_RUN_STAGES, request.run_id)
            files = await snapshot.fetch(GET_RUN_FILES, request.run_id)
        return GetRunResponse(
            run=Run(**found(runs, request.run_id)),
            stages=[RunStage(**row) for row in stages.rows],
            files=[RunFile(**row) for row in files.rows],
        )

    async def ListRejects(
        self, request: ListRejectsRequest, context: Context
    ) -> ListRejectsResponse:
        check_named(request.run_id, "run_id")
        page = open_page(request, first=("", 0))
        filters = [request.run_id, request.file or None, request.reason or None, RAW_LENGTH]
        answer = await self._database.fetch_page(LIST_REJECTS, filters, page.place)
        if not answer.rows:
            found(await self._database.fetch(GET_RUN, request.run_id), request.run_id)
        part = page.cut(answer, "file", "line")
        return ListRejectsResponse(rejects=[Reject(**row) for row in part.rows], **part.walk)

    async def ListCoverage(
        self, request: ListCoverageRequest, context: Context
    ) -> ListCoverageResponse:
        check_named(request.dataset_id, "dataset_id")
        page = open_page(request, first=("",))
        answer = await self._database.fetch_page(LIST_COVERAGE, [request.dataset_id], page.place)
        if not answer.rows:
            await self._find(request.dataset_id)
        now = datetime.now(UTC)
        chains = [to_coverage(row, now) for row in answer.rows[: page.size]]
        return ListCoverageResponse(chains=chains, **page.cut(answer, "chain_id").walk)

    async def GetStats(self, request: GetStatsRequest, context: Context) -> GetStatsResponse:
        answer = await self._database.fetch(GET_STATS)
        return GetStatsResponse(**answer.rows[0])

    async def WatchGenerations(
        self, request: WatchGenerationsRequest, context: Context
    ) -> AsyncIterator[WatchGenerationsResponse]:
        newest = (await self._find(request.dataset_id))["generation"]
        told = find_place(request, newest)
        while True:
            seen = self._database.generations.newest
            arguments = request.dataset_id, told, PUBLICATIONS
            rows = (await self._database.fetch(WATCH_GENERATIONS, *arguments)).rows
            for row in rows:
                yield WatchGenerationsResponse(**row)
                told = row["generation"]
            if len(rows) < PUBLICATIONS:
                # At once if something was published since seen.
                await self._database.generations.wait_after(seen)

    async def _find(self, dataset_id: str) -> Row:
        check_named(dataset_id, "dataset_id")
        row = (await self._database.fetch(GET_DATASET, dataset_id)).row
        if row is None:
            sentence = f"no dataset is {shown(dataset_id)}"
            raise NotFound("DATASET_NOT_FOUND", sentence, dataset_id=dataset_id)
        return row


def find_place(request: WatchGenerationsRequest, newest: int) -> int:
    """Returns the generation after which a watch begins; raises InvalidRequest and OutOfRange."""
    if not request.HasField("after_generation"):
        return newest
    if request.after_generation < 0:
        raise InvalidRequest("after_generation", "must not be negative", "GENERATION_NEGATIVE")
    if request.after_generation > newest:
        sentence = f"after_generation {request.after_generation} is newer than {newest}, the newest"
        raise OutOfRange("GENERATION_AHEAD", sentence, generation=str(newest))
    return request.after_generation


def check_named(name: str, field: str) -> None:
    """Raises InvalidRequest for an empty name."""
    if not name:
        raise InvalidRequest(field, "must not be empty", f"{field.upper()}_EMPTY")


def found(answer: Answer, run_id: str) -> Row:
    """Returns the row of a run; raises NotFound when there is none."""
    if answer.row is None:
        raise NotFound("RUN_NOT_FOUND", f"no run is {shown(run_id)}", run_id=run_id)
    return answer.row


def read_state(state: RunState.ValueType) -> str | None:
    """Returns the state as the ledger writes it; None for all. Raises InvalidRequest."""
    if state not in RunState.values():
        raise InvalidRequest("state", f"{state} is no state of a run", "STATE_INVALID")
    return RunState.Name(state).removeprefix("RUN_STATE_").lower() if state else None


def to_coverage(row: Row, now: datetime) -> Coverage:
    """Makes the message of a row, judged as of now."""
    seen = Seen(row["state"], row["row_count"], row["previous_row_count"], row["last_file_time"])
    told = zip(row["key_reasons"] or (), row["key_counts"] or (), strict=True)
    return Coverage(
        **to_fields(row),
        age_seconds=age_seconds(seen, now),
        rejects=[RejectCount(reason=reason, row_count=count) for reason, count in told],
        flags=[CoverageFlag.Value(name) for name in find_flags(seen, now)],
    )
