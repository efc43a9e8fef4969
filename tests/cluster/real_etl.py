"""The real ETL as the script of the kubelet: a pod is a process that its manifest describes."""

import asyncio
import base64
import contextlib
import os
import sys
from pathlib import Path

from tests.cluster.api import Manifest, Namespace
from tests.cluster.control_plane import leashed
from tests.cluster.kubelet import Exit, Pod

MESSAGE_BYTES = 4096
STOP_SECONDS = 60.0


class RealEtl:
    """Runs the command of a pod with its environment, its Secrets and its claims.

    folder: claims, and what belongs to one pod, are folders in it. A pod's own /data is a path of
    this machine here, so mount paths are replaced in its words.
    """

    def __init__(self, namespace: Namespace, folder: Path) -> None:
        self.played: list[Pod] = []
        self._namespace, self._folder = namespace, folder

    def claim(self, name: str) -> Path:
        """The folder of a claim."""
        folder = self._folder / "claims" / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    async def __call__(self, pod: Pod) -> Exit:
        """Runs it to its end; stopped, it is told and waited for."""
        self.played.append(pod)
        own = self._folder / pod.name
        own.mkdir()
        (container,) = pod.manifest["spec"]["containers"]
        mounts = await self._mounts(pod, container, own)
        environment = await self._environment(pod, container, mounts)
        program, *words = (_placed(word, mounts) for word in container["command"])
        message, log = own / "message", own / "log"
        options = [*words, f"--termination-message-path={message}"]
        with log.open("wb") as out:
            process = await asyncio.create_subprocess_exec(
                *leashed(str(Path(sys.executable).with_name(program)), *options),
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=out,
                stderr=out,
            )
            try:
                code = await process.wait()
            except asyncio.CancelledError:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await asyncio.wait_for(process.wait(), STOP_SECONDS)
                raise
        print(f"{pod.name} {container['command']} ended with {code}\n{log.read_text()[-2000:]}")
        return Exit(code, _as_in_the_pod(_last_words(message, log), mounts))

    async def _mounts(self, pod: Pod, container: Manifest, own: Path) -> dict[str, str]:
        """The folder behind each mount path."""
        volumes = {each["name"]: each for each in pod.manifest["spec"]["volumes"]}
        mounts = {}
        for mount in container["volumeMounts"]:
            volume = volumes[mount["name"]]
            folder = own / volume["name"]
            if claim := volume.get("persistentVolumeClaim"):
                folder = self.claim(claim["claimName"])
            elif secret := volume.get("secret"):
                folder.mkdir()
                for key, value in (await self._secret(secret["secretName"])).items():
                    (folder / key).write_text(value)
            else:
                folder.mkdir()
            mounts[mount["mountPath"]] = str(folder)
        return mounts

    async def _environment(
        self, pod: Pod, container: Manifest, mounts: dict[str, str]
    ) -> dict[str, str]:
        environment = {"PATH": os.environ["PATH"]}
        for source in container.get("envFrom", []):
            environment |= await self._secret(source["secretRef"]["name"])
        for each in container["env"]:
            environment[each["name"]] = (
                _placed(each["value"], mounts) if "value" in each else await self._value(pod, each)
            )
        return environment

    async def _value(self, pod: Pod, variable: Manifest) -> str:
        source = variable["valueFrom"]
        if key := source.get("secretKeyRef"):
            return (await self._secret(key["name"]))[key["key"]]
        # the index of an Indexed Job: metadata.annotations['...'] of the pod
        name = source["fieldRef"]["fieldPath"].split("'")[1]
        return str(pod.manifest["metadata"]["annotations"][name])

    async def _secret(self, name: str) -> dict[str, str]:
        held = (await self._namespace.read("secrets", name)).get("data", {})
        return {key: base64.b64decode(value).decode() for key, value in held.items()}


def _placed(text: str, mounts: dict[str, str]) -> str:
    """A word of the pod with the folders of this machine; Kubernetes reads $$ as $."""
    text = text.replace("$$", "$")
    for path, folder in mounts.items():
        head, equals, value = text.rpartition("=")
        if f"{value}/".startswith(f"{path}/"):
            return f"{head}{equals}{folder}{value.removeprefix(path)}"
    return text


def _as_in_the_pod(text: str, mounts: dict[str, str]) -> str:
    """What is told of the folders of this machine, as the pod would name them."""
    for path, folder in mounts.items():
        text = text.replace(folder, path)
    return text


def _last_words(message: Path, log: Path) -> str:
    """The termination message; without one the end of the log (FallbackToLogsOnError)."""
    if message.exists():
        return message.read_text()
    return log.read_bytes()[-MESSAGE_BYTES:].decode(errors="replace")
