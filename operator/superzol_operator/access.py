"""How the API server is reached and who the operator is there, the same for Kopf and our calls."""

import os
from pathlib import Path
from typing import Any

from kubernetes.aio.client.configuration import Configuration
from kubernetes.aio.config.config_exception import ConfigException
from kubernetes.aio.config.incluster_config import (
    SERVICE_HOST_ENV_NAME,
    SERVICE_TOKEN_FILENAME,
    load_incluster_config,
)
from kubernetes.aio.config.kube_config import KUBE_CONFIG_DEFAULT_LOCATION, load_kube_config

NAMESPACE_FILE = Path(SERVICE_TOKEN_FILENAME).with_name("namespace")


class NoAccess(Exception):
    """Nothing says where the API server is, or what says it cannot be read."""


class Access:
    """Address and credentials of the API server; read again when the server refuses them."""

    def __init__(self, kubeconfig: str | None = None) -> None:
        self._file = kubeconfig or os.environ.get("KUBECONFIG")
        # the other way each call looks for proxies in the environment and passwords in ~/.netrc,
        # in a thread, which was a quarter of its cost
        self.configuration = Configuration(client_session_kwargs={"trust_env": False})

    async def load(self) -> None:
        """Reads what there is: the file, else the account of the pod, else the person's file.

        Raises NoAccess.
        """
        try:
            if self._file is None and SERVICE_HOST_ENV_NAME in os.environ:
                load_incluster_config(self.configuration)
            else:
                await load_kube_config(
                    self._file or KUBE_CONFIG_DEFAULT_LOCATION,
                    client_configuration=self.configuration,
                    persist_config=False,
                )
        except (ConfigException, OSError) as error:
            raise NoAccess(f"no credentials of an API server: {error}") from error

    async def authorization(self) -> str | None:
        """The value of the header; None where a client certificate says who we are."""
        return await self.configuration.get_api_key_with_prefix("BearerToken")

    @property
    def connection(self) -> dict[str, Any]:
        """Address and certificates, by the names that Kopf has for them."""
        return {
            "server": self.configuration.host,
            "ca_path": self.configuration.ssl_ca_cert,
            "certificate_path": self.configuration.cert_file,
            "private_key_path": self.configuration.key_file,
            "insecure": not self.configuration.verify_ssl,
            "proxy_url": self.configuration.proxy,
        }


def pod_namespace() -> str | None:
    """The namespace that the operator runs in; None outside of a pod."""
    try:
        return NAMESPACE_FILE.read_text().strip()
    except OSError:
        return None
