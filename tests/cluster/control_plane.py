"""A real Kubernetes control plane on loopback: etcd, API server, controllers; nobody runs pods."""

import json
import os
import secrets
import shutil
import ssl
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.support.ports import free_port

START_SECONDS = 240
CONTROLLERS = (
    "job-controller",
    "garbage-collector-controller",
    "ttl-after-finished-controller",
    "namespace-controller",
    # without it admission refuses every pod: "serviceaccount default not found"
    "serviceaccount-controller",
    "root-ca-certificate-publisher-controller",
    "resourcequota-controller",
    "clusterrole-aggregation-controller",
)
ETCD = (
    # Socket files in the working directory: no port, and nobody else reaches it. Names must look
    # like host:port.
    "--listen-client-urls=unix://etcd:1",
    "--advertise-client-urls=unix://etcd:1",
    "--listen-peer-urls=unix://peer:1",
    "--initial-advertise-peer-urls=unix://peer:1",
    "--initial-cluster=default=unix://peer:1",
    "--data-dir=etcd-data",
    "--unsafe-no-fsync",
    "--log-level=warn",
)
SERVER = (
    "--etcd-servers=unix://etcd:1",
    "--bind-address=127.0.0.1",
    "--advertise-address=127.0.0.1",
    "--endpoint-reconciler-type=none",
    # It writes its own certificate here, which is the authority for clients too, and its key signs
    # the tokens of service accounts: there is nothing to prepare.
    "--cert-dir=server",
    "--service-account-key-file=server/apiserver.key",
    "--service-account-signing-key-file=server/apiserver.key",
    "--service-account-issuer=https://kubernetes.default.svc",
    "--service-cluster-ip-range=10.0.0.0/24",
    "--token-auth-file=tokens.csv",
    "--anonymous-auth=false",
    "--authorization-mode=RBAC",
    "--profiling=false",
)
CONTROLLER_MANAGER = (
    "--kubeconfig=admin.json",
    "--leader-elect=false",
    "--secure-port=0",
    "--root-ca-file=server/apiserver.crt",
    f"--controllers={','.join(CONTROLLERS)}",
    # the defaults (20 a second, 5 Jobs at once) would be what a burst of resources measures
    "--kube-api-qps=500",
    "--kube-api-burst=1000",
    "--concurrent-job-syncs=20",
    "--profiling=false",
)
CRASHED = "{name} ended with {code}:\n{log}"


class ControlPlane:
    """Three processes and a folder. Whoever has `token` may do everything."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self.binaries, self.folder = binaries, folder
        self.token = secrets.token_hex(16)
        self.port = free_port()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}
        tokens = folder / "tokens.csv"
        tokens.touch(mode=0o600)
        tokens.write_text(f'{self.token},admin,admin,"system:masters"\n')
        self.admin_kubeconfig = self.write_kubeconfig("admin", self.token)

    @property
    def url(self) -> str:
        """Where the API server listens, with TLS."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def certificate(self) -> Path:
        """Of the API server and its own authority; its key lies beside it."""
        return self.folder / "server" / "apiserver.crt"

    @property
    def key(self) -> Path:
        """Private key of the certificate: a proxy on loopback may serve with it."""
        return self.certificate.with_suffix(".key")

    def write_kubeconfig(self, name: str, token: str, url: str | None = None) -> Path:
        """Writes a file that a client logs in with. url: of a proxy in front of the API server."""
        cluster = {"server": url or self.url, "certificate-authority": str(self.certificate)}
        context = {"cluster": "local", "user": name, "namespace": "default"}
        path = self.folder / f"{name}.json"
        path.touch(mode=0o600)
        content = {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "local",
            "clusters": [{"name": "local", "cluster": cluster}],
            "users": [{"name": name, "user": {"token": token}}],
            "contexts": [{"name": "local", "context": context}],
        }
        path.write_text(json.dumps(content))  # JSON is YAML
        return path

    def kubectl(self, *arguments: str, given: str | None = None) -> str:
        """Runs kubectl as administrator and returns what it printed. given: its standard input."""
        ended = subprocess.run(
            [self.binaries / "kubectl", f"--kubeconfig={self.admin_kubeconfig}", *arguments],
            input=given,
            env=self._environment,
            capture_output=True,
            text=True,
        )
        assert ended.returncode == 0, f"kubectl {' '.join(arguments)}: {ended.stderr}"
        return ended.stdout

    def start(self) -> None:
        """Returns when the API server is ready, after about 3 seconds."""
        self._spawn("etcd", *ETCD)
        self.start_server()
        self._spawn("kube-controller-manager", *CONTROLLER_MANAGER)

    def start_server(self) -> None:
        """Starts the API server, again on the same port; it dies with the thread that calls."""
        self._spawn("kube-apiserver", *SERVER, f"--secure-port={self.port}")
        self._wait_until_ready()

    def stop_server(self) -> None:
        """Kills the API server; etcd and the controllers go on."""
        self._kill("kube-apiserver")

    def stop(self) -> None:
        """Kills everything; the data is thrown away."""
        for name in reversed(list(self._processes)):
            self._kill(name)

    @property
    def _environment(self) -> dict[str, str]:
        return {"PATH": os.defpath, "HOME": str(self.folder)}

    def _spawn(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._processes[name] = subprocess.Popen(
                leashed(str(self.binaries / name), *arguments),
                cwd=self.folder,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def _kill(self, name: str) -> None:
        process = self._processes.pop(name, None)
        if process:
            process.kill()
            process.wait()

    def _wait_until_ready(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while not self._is_ready():
            for name, process in self._processes.items():
                late = time.monotonic() > deadline
                if late or process.poll() is not None:
                    log = (self.folder / f"{name}.log").read_text()[-3000:]
                    raise RuntimeError(CRASHED.format(name=name, code=process.poll(), log=log))
            time.sleep(0.05)

    def _is_ready(self) -> bool:
        try:
            context = ssl.create_default_context(cafile=str(self.certificate))
            headers = {"Authorization": f"Bearer {self.token}"}
            request = urllib.request.Request(f"{self.url}/readyz", headers=headers)
            with urllib.request.urlopen(request, context=context, timeout=2) as answer:
                return bool(answer.status == 200)
        except (OSError, ssl.SSLError):
            return False


@contextmanager
def running_control_plane(binaries: Path) -> Iterator[ControlPlane]:
    """Starts a control plane that ends with the block, or with this process, however it ends."""
    folder = Path(tempfile.mkdtemp(prefix="superzol-cluster-"))
    plane = ControlPlane(binaries, folder)
    try:
        plane.start()
        yield plane
    finally:
        plane.stop()
        shutil.rmtree(folder, ignore_errors=True)


def leashed(*command: str) -> list[str]:
    """Returns a command that dies with this process, however this process ends."""
    leash = str(Path(__file__).with_name("leash.py"))
    return [sys.executable, "-I", leash, str(os.getpid()), *command]
