"""The server as a process: starting, draining, exit codes, help."""

import asyncio
import errno
import os
import signal
import sys
from datetime import date

import asyncpg
import grpc.aio
import pytest

from superzol.catalog.v1.catalog_pb2 import ListChainsRequest
from superzol.dataset.v1.dataset_pb2 import GetStatsRequest, GetStatsResponse
from superzol_server.__main__ import explain
from superzol_server.listening import PortError
from tests.support.catalogue import Chain, Version, fill
from tests.support.clients import CatalogClient, DatasetClient
from tests.support.infrastructure import is_serving
from tests.support.postgres import execute, signed_in
from tests.support.server import refusal, running_api
from tests.support.server_process import run, serving
from tests.support.untrusted import untrusted_postgres

# Counts what a collection looks at, and what not, in a server that serves, and stops it.
COUNT_OBJECTS = """
import asyncio, gc, logging, os, signal
from superzol_server.serving import serve
from superzol_server.settings import Settings

def count(record):
    if record.msg == "serving":
        print(len(gc.get_objects()), gc.get_freeze_count())
        os.kill(os.getpid(), signal.SIGTERM)
    return True

logging.getLogger("superzol_server.serving").addFilter(count)
logging.basicConfig(level=logging.INFO)
asyncio.run(serve(Settings(host="127.0.0.1", port=0, http_port=0)))
"""

ONE_PORT = "--port", "81", "--http-port", "81"


async def test_server_announces_where_it_serves_and_stops_on_ctrl_c(database: str) -> None:
    async with serving(database) as server:
        async with grpc.aio.insecure_channel(server.address) as channel:
            await DatasetClient(channel).GetStats(GetStatsRequest())
        server.process.send_signal(signal.SIGINT)
        await server.log_until("stopped")
        assert await server.process.wait() == 0


async def test_collector_of_garbage_does_not_look_at_what_was_there_at_the_start(
    database: str,
) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", COUNT_OBJECTS),
        env=os.environ | {"DATABASE_URL": database},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    async with asyncio.timeout(120):
        told, _ = await process.communicate()

    looked_at, spared = map(int, told.split())
    assert looked_at < spared / 10


async def test_call_under_way_is_answered_after_sigterm(
    database: str, connection: asyncpg.Connection
) -> None:
    await fill(connection, Chain("shop", "Shop"), Version(1, date(2026, 3, 1)))
    async with serving(database) as server:
        async with grpc.aio.insecure_channel(server.address) as channel:
            async with connection.transaction():
                await connection.execute("LOCK TABLE chain IN ACCESS EXCLUSIVE MODE")
                call = asyncio.ensure_future(CatalogClient(channel).ListChains(ListChainsRequest()))
                waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
                while not await connection.fetchval(waiting):
                    await asyncio.sleep(0.02)
                server.process.send_signal(signal.SIGTERM)
                await server.log_until("draining")
            assert [chain.chain_id for chain in (await call).chains] == ["shop"]
        assert await server.process.wait() == 0


async def test_calls_that_meet_sigterm_are_answered_or_may_be_tried_again(database: str) -> None:
    answers: list[GetStatsResponse] = []

    async def call_until_refused(client: DatasetClient) -> grpc.StatusCode:
        while True:
            try:
                answers.append(await client.GetStats(GetStatsRequest()))
            except grpc.aio.AioRpcError as error:
                return error.code()

    async with (
        serving(database) as server,
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        client = DatasetClient(channel)
        calls = [asyncio.ensure_future(call_until_refused(client)) for _ in range(100)]
        ended = asyncio.ensure_future(server.log_until("stopped"))
        async with asyncio.timeout(120):
            while len(answers) < 300:
                await asyncio.sleep(0.02)
        server.process.send_signal(signal.SIGTERM)
        assert set(await asyncio.gather(*calls)) == {grpc.StatusCode.UNAVAILABLE}
        await ended


async def test_server_that_stops_refuses_new_calls_but_tells_its_health(database: str) -> None:
    async with running_api(database) as running:
        running.api.calls.refuse_calls()
        said = await refusal(DatasetClient(running.channel).GetStats(GetStatsRequest()))
        assert (said.code, said.reason) == (grpc.StatusCode.UNAVAILABLE, "SERVER_STOPPING")
        assert await is_serving(running.channel)


async def test_drain_says_not_serving_while_calls_are_still_taken(database: str) -> None:
    async with serving(database, DRAIN_SECONDS="3") as server:
        async with grpc.aio.insecure_channel(server.address) as channel:
            server.process.send_signal(signal.SIGTERM)
            await server.log_until("draining")
            assert not await is_serving(channel)
            await DatasetClient(channel).GetStats(GetStatsRequest())
        assert await server.process.wait() == 0


async def test_new_generation_makes_a_running_server_serve(
    database: str, connection: asyncpg.Connection
) -> None:
    service = "superzol.catalog.v1.CatalogService"
    async with (
        serving(database, HEALTH_SECONDS="0.05") as server,
        grpc.aio.insecure_channel(server.address) as channel,
    ):
        assert not await is_serving(channel, service)
        await fill(connection, Chain("shop", "Shop"))
        async with asyncio.timeout(120):
            while not await is_serving(channel, service):
                await asyncio.sleep(0.02)


async def test_taken_port_is_a_fault_of_configuration(database: str) -> None:
    async with serving(database) as server:
        port = server.address.split(":")[1]
        arguments = ["serve", "--database", database, "--host", "127.0.0.1", "--port", port]
        code, said = await run(*arguments)
    assert code == 78
    assert f"127.0.0.1:{port} cannot be listened on: another program listens on it" in said


async def test_an_address_that_is_not_of_this_machine_is_told_as_one(database: str) -> None:
    arguments = ["serve", "--database", database, "--host", "203.0.113.7", "--port", "0"]
    code, said = await run(*arguments)
    assert code == 78
    assert "203.0.113.7:0 cannot be listened on: this machine has no such address" in said


def test_a_port_without_the_right_to_it_is_not_allowed() -> None:
    code, said = explain(PortError("0.0.0.0:80", errno.EACCES))
    assert code == 77
    assert said.startswith("0.0.0.0:80 cannot be listened on: this user may not")


@pytest.mark.parametrize(
    ("arguments", "code", "advice"),
    [
        (["serve"], 64, "--database"),
        (["serve", "--port", "99999", "--database", "postgresql://x"], 64, "port"),
        (["serve", "--host", "a..b", "--database", "postgresql://x"], 78, "correct --host"),
        (
            ["serve", *ONE_PORT, "--database", "postgresql://x"],
            64,
            "81 is the port of gRPC already",
        ),
        (["serve", "--nonsense"], 64, "--nonsense"),
        (["serve", "--database", "mysql://x"], 78, "postgresql://"),
        (["serve", "--database", "postgresql://u@localhost:99999/x"], 78, "postgresql://"),
        (["serve", "--database", "postgresql://h/x?sslrootcert=/no/ca"], 78, "/no/ca, sslrootcert"),
        (["serve", "--database", "postgresql://nobody@127.0.0.1:1/x"], 75, "is it running"),
    ],
)
async def test_start_that_fails_exits_with_a_code_and_advice(
    arguments: list[str], code: int, advice: str
) -> None:
    ended, said = await run(*arguments, START_SECONDS="0.3")
    assert (ended, advice in said, "Traceback" in said) == (code, True, False)


async def test_a_certificate_that_is_not_trusted_is_a_fault_of_configuration() -> None:
    async with untrusted_postgres("server.pem") as url:
        ended, said = await run("serve", "--database", url, START_SECONDS="600")
    assert ended == 78
    assert "a certificate that is not trusted" in said
    assert "as sslrootcert in --database" in said


async def test_database_without_the_schema_is_a_fault_of_configuration(blank: str) -> None:
    code, said = await run("serve", "--port", "0", "--database", blank)
    assert (code, "superzol-schema upgrade" in said) == (78, True)


async def test_schema_that_is_older_than_the_server_is_a_fault_of_configuration(
    database: str, connection: asyncpg.Connection
) -> None:
    await connection.execute("DROP VIEW former_product")
    code, said = await run("serve", "--port", "0", "--database", database)
    assert (code, "superzol-schema upgrade" in said) == (78, True)
    assert '"former_product" does not exist' in said


async def test_option_of_the_url_that_nobody_knows_is_a_fault_of_configuration(
    database: str,
) -> None:
    option = ("&" if "?" in database else "?") + "connect_timeout=10"
    code, said = await run("serve", "--port", "0", "--database", database + option)
    assert (code, "Traceback" in said) == (78, False)
    assert 'unrecognized configuration parameter "connect_timeout"' in said


async def test_what_nobody_foresaw_exits_70_with_its_traceback(database: str) -> None:
    await execute(
        database,
        f"INSERT INTO dataset (dataset_id, name, generation) SELECT n::text, n::text, {2**63 - 1}"
        " FROM generate_series(1, 2) AS n",
    )
    code, said = await run("serve", "--port", "0", "--database", database)
    assert (code, "Traceback" in said) == (70, True)
    assert "superzol-server: unforeseen: NumericValueOutOfRangeError" in said


async def test_user_who_may_not_read_is_refused(server_url: str, database: str) -> None:
    login = f"stranger_{id(object())}"
    await execute(server_url, f"CREATE ROLE {login} LOGIN PASSWORD 'test'")
    url = signed_in(database, login)
    code, said = await run("serve", "--port", "0", "--database", url)
    await execute(server_url, f"DROP ROLE {login}")
    assert (code, "GRANT superzol_reader" in said) == (77, True)


async def test_help_shows_examples_and_every_setting() -> None:
    code, said = await run("serve", "--help")
    assert code == 0
    assert "superzol-server serve --database" in said
    assert "SUPERZOL_SERVER_GRACE_SECONDS" in said
