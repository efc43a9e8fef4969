"""What is in the images, and that each program runs where it may write nothing."""

import asyncio
import contextlib
import json
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import grpc.aio
import pytest

from superzol_local.sample.snapshot import write_snapshot
from tests.image.bridge import bridged
from tests.image.containers import Image, mounted_image
from tests.support.infrastructure import is_serving
from tests.support.ports import free_port

pytestmark = pytest.mark.image
TARGETS = ("server", "etl", "operator")
START_SECONDS = 120
USER = 10001


@pytest.fixture(scope="module")
def images() -> Iterator[dict[str, Image]]:
    with (
        mounted_image("server") as server,
        mounted_image("etl") as etl,
        mounted_image("operator") as operator,
    ):
        yield dict(zip(TARGETS, (server, etl, operator), strict=True))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder that the user of the images owns, as a claim is by its fsGroup."""
    folder = tmp_path / "data"
    folder.mkdir()
    os.chown(folder, USER, USER)
    return folder


@pytest.mark.parametrize("target", TARGETS)
def test_a_program_tells_its_help_as_a_user_that_owns_nothing(
    images: dict[str, Image], target: str
) -> None:
    image = images[target]
    assert image.user == f"{USER}:{USER}"
    told = image.run(*image.entrypoint, "--help")
    assert (told.returncode, told.stderr) == (0, "")
    assert f"superzol-{target}" in told.stdout


def test_the_etl_comes_with_its_scanner(images: dict[str, Image]) -> None:
    load = (
        "import ctypes; from superzol_etl.decode.scanned import LIBRARY; ctypes.CDLL(str(LIBRARY))"
    )
    assert images["etl"].run("python3", "-c", load).stderr == ""


@pytest.mark.parametrize("target", TARGETS)
def test_a_program_may_write_to_tmp_alone(images: dict[str, Image], target: str) -> None:
    ask = "import os; print(os.getuid(), os.access('/opt/superzol', os.W_OK))"
    assert images[target].run("python3", "-c", ask).stdout.split() == [str(USER), "False"]
    refused = images[target].run("python3", "-c", "open('/opt/superzol/x', 'w')")
    assert "Read-only file system" in refused.stderr
    written = images[target].run("python3", "-c", "open('/tmp/x', 'w')")
    assert (written.returncode, written.stderr) == (0, "")


@pytest.mark.parametrize("target", TARGETS)
def test_no_compiler_no_pip_and_no_build_secret_is_left(
    images: dict[str, Image], target: str
) -> None:
    image = images[target]
    path = next(each for each in image.environment if each.startswith("PATH="))
    folders = [image.root / folder.strip("/") for folder in path[5:].split(":")]
    programs = {file.name for folder in folders if folder.is_dir() for file in folder.iterdir()}
    assert not {name for name in programs if name.startswith(("pip", "gcc", "cc", "g++", "uv"))}
    assert image.run("python3", "-m", "pip").returncode != 0
    assert not list(image.packages.glob("pip*"))
    assert not [file for file in (image.root / "run").rglob("*") if file.is_file()]
    assert not (image.root / "src").exists()


@pytest.mark.parametrize("target", TARGETS)
def test_every_module_is_compiled_already(images: dict[str, Image], target: str) -> None:
    packages = images[target].packages
    ours = list(packages.glob("superzol*/**/*.py"))
    assert ours
    compiled = {file.name.split(".")[0] for file in packages.glob("superzol*/**/*.pyc")}
    uncompiled = [file for file in ours if file.stem not in compiled]
    assert uncompiled == []


async def test_the_etl_loads_the_sample(
    images: dict[str, Image], database: str, data: Path
) -> None:
    source = data / "source"
    source.mkdir()
    write_snapshot(source, 1)
    etl = images["etl"]
    async with bridged(database) as url:
        done = await asyncio.to_thread(
            etl.run,
            *(*etl.entrypoint, "refresh", "--source", "dir:/data/source", "--volume", "/data/kept"),
            data=data,
            environment={"DATABASE_URL": url},
        )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1])["result"] == "Loaded"
    (manifest,) = data.glob("kept/raw/*/v1/download_manifest.json")
    assert manifest.stat().st_uid == USER


async def test_the_server_says_that_it_is_well_and_ends_when_told(
    images: dict[str, Image], database: str
) -> None:
    server, port = images["server"], free_port()
    async with bridged(database) as url:
        told = {"DATABASE_URL": url, "SUPERZOL_SERVER_PORT": str(port)}
        words = server.command(*server.entrypoint, "serve", environment=told)
        # A change of user forgets whose child it is, so a kill must reach the whole group.
        process = await asyncio.create_subprocess_exec(*words, start_new_session=True)
        try:
            async with grpc.aio.insecure_channel(f"127.0.0.1:{port}") as channel:
                await asyncio.wait_for(channel.channel_ready(), START_SECONDS)
                assert await is_serving(channel)
            os.killpg(process.pid, signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), START_SECONDS) == 0
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)


async def test_the_schema_travels_with_the_server(images: dict[str, Image], blank: str) -> None:
    async with bridged(blank) as url:
        done = await asyncio.to_thread(
            images["server"].run, "superzol-schema", "upgrade", environment={"DATABASE_URL": url}
        )
    assert done.returncode == 0, done.stderr
    assert "the schema is up to date" in done.stdout
