"""The control plane of the tests is a real one, and what plays around it does what it says."""

import asyncio
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import aiohttp
import pytest
import pytest_asyncio

from tests.cluster.api import Manifest, Namespace, Refused, open_api
from tests.cluster.binaries import ROOT
from tests.cluster.control_plane import ControlPlane
from tests.cluster.fault_proxy import Fault, FaultProxy, running_proxy
from tests.cluster.kubelet import (
    OUT_OF_MEMORY,
    Ending,
    Evicted,
    Exit,
    Kubelet,
    Pod,
    Running,
    Waiting,
)
from tests.cluster.rights import ACCOUNT
from tests.cluster.scene import make_namespace
from tests.cluster.waiting import PATIENCE_SECONDS, until
from tests.support.ports import HIGHEST


@pytest_asyncio.fixture
async def namespace(control_plane: ControlPlane) -> AsyncIterator[Namespace]:
    async with open_api(control_plane) as api:
        made = Namespace(api, f"t-{uuid4().hex[:12]}")
        await make_namespace(control_plane, made)
        yield made
        await api.request("DELETE", f"/api/v1/namespaces/{made.name}")


@pytest_asyncio.fixture
async def proxy(control_plane: ControlPlane) -> AsyncIterator[FaultProxy]:
    async with running_proxy(control_plane) as running:
        yield running


def job(completions: int = 1, **spec: object) -> Manifest:
    container = {"name": "etl", "image": "etl"}
    pod = {"restartPolicy": "Never", "containers": [container]}
    return {
        "metadata": {"name": "work"},
        "spec": {"completions": completions, "parallelism": completions}
        | {"completionMode": "Indexed", "backoffLimit": 0, "template": {"spec": pod}, **spec},
    }


async def end_of_job(namespace: Namespace, manifest: Manifest) -> Manifest:
    await namespace.create("jobs", manifest)

    async def look() -> Manifest:
        return dict((await namespace.read("jobs", "work"))["status"])

    def has_ended(status: Manifest) -> bool:
        ends = [each["type"] for each in status.get("conditions", []) if each["status"] == "True"]
        return "Complete" in ends or "Failed" in ends

    return await until(look, has_ended)


def ending_of(status: Manifest) -> tuple[str, str]:
    last = status["conditions"][-1]
    return last["type"], last["reason"]


async def test_job_completes_when_every_index_ends_well(namespace: Namespace) -> None:
    seen: list[int] = []

    def script(pod: Pod) -> Ending:
        seen.append(pod.shard)
        return Exit()

    async with Kubelet(namespace, script):
        status = await end_of_job(namespace, job(completions=3))
    assert (status["succeeded"], status["completedIndexes"], sorted(seen)) == (3, "0-2", [0, 1, 2])


async def test_job_fails_by_the_exit_code_of_its_container(namespace: Namespace) -> None:
    rule = {"action": "FailJob", "onExitCodes": {"operator": "In", "values": [65]}}
    manifest = job(backoffLimit=6, podFailurePolicy={"rules": [rule]})
    async with Kubelet(namespace, lambda pod: Exit(65, {"reason": "BadData"})):
        status = await end_of_job(namespace, manifest)
    assert ending_of(status) == ("Failed", "PodFailurePolicy")
    (pod,) = await namespace.list("pods")
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["message"]) == (65, '{"reason": "BadData"}')


async def test_evicted_pod_is_replaced_and_not_counted(namespace: Namespace) -> None:
    gone = [{"type": "DisruptionTarget", "status": "True"}]
    rules = [{"action": "Ignore", "onPodConditions": gone}]
    endings: list[Ending] = [Evicted(), Exit()]
    async with Kubelet(namespace, lambda pod: endings.pop(0)):
        status = await end_of_job(namespace, job(podFailurePolicy={"rules": rules}))
    assert (status["succeeded"], status.get("failed", 0)) == (1, 0)


async def test_pod_that_needs_too_much_memory_says_so(namespace: Namespace) -> None:
    async with Kubelet(namespace, lambda pod: OUT_OF_MEMORY):
        await end_of_job(namespace, job())
    (pod,) = await namespace.list("pods")
    ended = pod["status"]["containerStatuses"][0]["state"]["terminated"]
    assert (ended["exitCode"], ended["reason"]) == (137, "OOMKilled")


@pytest.mark.parametrize("reason", ["ImagePullBackOff", "Unschedulable"])
async def test_pod_that_does_not_start_says_why(namespace: Namespace, reason: str) -> None:
    async with Kubelet(namespace, lambda pod: Waiting(reason, "why")):
        await namespace.create("jobs", job())

        async def reasons() -> list[str]:
            pods = await namespace.list("pods")
            return [
                told["reason"]
                for status in (each["status"] for each in pods)
                for told in status.get("conditions", [])
                + [each["state"]["waiting"] for each in status.get("containerStatuses", [])]
                if told.get("message") == "why"
            ]

        assert await until(reasons) == [reason]


async def test_running_pod_ends_when_its_job_is_deleted(namespace: Namespace) -> None:
    async with Kubelet(namespace, lambda pod: Running()):
        await namespace.create("jobs", job())
        await until(lambda: namespace.list("pods"), lambda pods: pods)
        await namespace.delete("jobs", "work", "Foreground")
        await until(lambda: namespace.find("jobs", "work"), lambda found: found is None)
        assert await namespace.list("pods") == []


@pytest.mark.parametrize(
    ("verb", "group", "resource", "allowed"),
    [
        ("create", "batch", "jobs", True),
        ("patch", "superzol.com", "datasetrefreshes/status", True),
        ("list", "", "pods", True),
        ("get", "", "secrets", False),
        ("update", "batch", "jobs", False),
        ("get", "", "namespaces", False),
    ],
)
async def test_operator_may_do_what_its_chart_says_and_nothing_else(
    namespace: Namespace, verb: str, group: str, resource: str, allowed: bool
) -> None:
    plural, _, subresource = resource.partition("/")
    wish = {"namespace": namespace.name, "verb": verb, "group": group, "resource": plural}
    user = f"system:serviceaccount:{namespace.name}:{ACCOUNT}"
    review = await namespace.api.request(
        "POST",
        "/apis/authorization.k8s.io/v1/subjectaccessreviews",
        {"spec": {"user": user, "resourceAttributes": wish | {"subresource": subresource}}},
    )
    assert review["status"]["allowed"] is allowed


async def ask(
    proxy: FaultProxy, plane: ControlPlane, verb: str = "GET", seconds: float = PATIENCE_SECONDS
) -> int:
    token = {"Authorization": f"Bearer {plane.token}"}
    async with (
        aiohttp.ClientSession(
            headers=token, timeout=aiohttp.ClientTimeout(total=seconds)
        ) as session,
        session.request(verb, f"{proxy.url}/api/v1/namespaces", ssl=False) as answer,
    ):
        await answer.read()
        return answer.status


async def test_proxy_lets_through_what_no_fault_takes(
    proxy: FaultProxy, control_plane: ControlPlane
) -> None:
    fault = proxy.add(Fault("GET", "/api/v1/namespaces", status=503, times=2))
    assert [await ask(proxy, control_plane) for _ in range(3)] == [503, 503, 200]
    assert (fault.times, proxy.count("GET", "namespaces")) == (0, 3)


async def test_proxy_closes_a_connection_instead_of_a_reply(
    proxy: FaultProxy, control_plane: ControlPlane
) -> None:
    # not GET: the client would ask again by itself
    proxy.add(Fault("POST", "namespaces", drop_reply=True, times=1))
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(proxy, control_plane, "POST")
    assert await ask(proxy, control_plane) == 200


async def test_proxy_refuses_connections_until_it_is_opened_again(
    proxy: FaultProxy, control_plane: ControlPlane
) -> None:
    await proxy.cut()
    with pytest.raises(aiohttp.ClientConnectionError):
        await ask(proxy, control_plane)
    await proxy.open()
    assert await ask(proxy, control_plane) == 200
    assert proxy.port <= HIGHEST, "a connection of another test might have taken it meanwhile"


async def test_proxy_that_stalls_answers_nobody(
    proxy: FaultProxy, control_plane: ControlPlane
) -> None:
    proxy.stall()
    with pytest.raises(TimeoutError):
        await ask(proxy, control_plane, seconds=1)
    proxy.heal()
    assert await ask(proxy, control_plane) == 200


async def test_proxy_says_error_in_a_watch_and_ends_it(
    proxy: FaultProxy, control_plane: ControlPlane, namespace: Namespace
) -> None:
    path = f"/api/v1/namespaces/{namespace.name}/pods?watch=1"
    token = {"Authorization": f"Bearer {control_plane.token}"}
    async with (
        aiohttp.ClientSession(headers=token) as session,
        session.get(proxy.url + path, ssl=False) as answer,
    ):
        assert await proxy.send_error(410, "watch=1") == 1
        line = await asyncio.wait_for(answer.content.readline(), PATIENCE_SECONDS)
    assert b'"code": 410' in line


async def test_api_server_comes_back_with_what_it_had(
    control_plane: ControlPlane, namespace: Namespace
) -> None:
    control_plane.stop_server()
    with pytest.raises((aiohttp.ClientError, Refused)):
        await namespace.list("pods")
    control_plane.start_server()  # here: it would die with the thread that started it
    assert await namespace.find("serviceaccounts", "default")


STARTER = """
import subprocess, sys
from tests.cluster.control_plane import leashed
print(subprocess.Popen(leashed("sleep", "60")).pid, flush=True)
sys.stdin.read()
"""


async def test_what_a_killed_run_started_dies_with_it() -> None:
    starter = await asyncio.create_subprocess_exec(
        sys.executable, "-c", STARTER, stdin=PIPE, stdout=PIPE, cwd=ROOT
    )
    assert starter.stdout
    started = Path(f"/proc/{int(await starter.stdout.readline())}/stat")

    async def has_ended() -> bool:
        return not started.exists() or started.read_text().split()[2] == "Z"

    assert not await has_ended()
    starter.kill()
    await starter.wait()
    await until(has_ended)
