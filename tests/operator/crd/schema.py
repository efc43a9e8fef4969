"""The description of DatasetRefresh as the chart installs it."""

from typing import Any

import yaml

from tests.cluster.rights import DEFINITION

CRD: dict[str, Any] = yaml.safe_load(DEFINITION.read_text(encoding="utf-8"))
VERSION: dict[str, Any] = CRD["spec"]["versions"][0]
SCHEMA: dict[str, Any] = VERSION["schema"]["openAPIV3Schema"]
SPEC: dict[str, Any] = SCHEMA["properties"]["spec"]
STATUS: dict[str, Any] = SCHEMA["properties"]["status"]
