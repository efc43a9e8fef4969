"""The chart makes what its values say, an API server takes it, and wrong values are refused."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from superzol_operator.jobs import MANAGED_BY, MANAGER
from superzol_operator.preflight import LEASES, SERVED, Right
from superzol_operator.settings import Settings
from tests.cluster.control_plane import ControlPlane
from tests.cluster.helm import CHART, VERSION, objects, render, run_helm
from tests.cluster.rights import DEFINITION

CASES = sorted((CHART / "ci").glob("*-values.yaml"))
EVERYTHING = CHART / "ci" / "everything-values.yaml"
VALUES: dict[str, Any] = yaml.safe_load((CHART / "values.yaml").read_text())
# docs/operator.md and the reference: nothing about Secrets, claims, namespaces or descriptions
RULES = {
    ("superzol.com", "datasetrefreshes"): {"get", "list", "watch", "patch"},
    ("superzol.com", "datasetrefreshes/status"): {"get", "patch"},
    ("batch", "jobs"): {"get", "list", "watch", "create", "delete"},
    ("", "pods"): {"get", "list"},
    ("", "events"): {"create", "patch"},
}
LEASE_RULES = {("coordination.k8s.io", "leases"): {"get", "create", "update"}}
MONITORING = {"ServiceMonitor": "servicemonitors", "PrometheusRule": "prometheusrules"}
case = pytest.mark.parametrize("values", CASES, ids=lambda path: path.name)


def rules_of(role: dict[str, Any]) -> dict[tuple[str, str], set[str]]:
    return {
        (group, resource): set(rule["verbs"])
        for rule in role["rules"]
        for group in rule["apiGroups"]
        for resource in rule["resources"]
    }


def of_kind(kind: str, *options: str, values: Path | None = None) -> list[dict[str, Any]]:
    manifests = objects(render("super-zol", values, *options))
    return [each for each in manifests if each["kind"] == kind]


def pod_of(*options: str, values: Path | None = None) -> dict[str, Any]:
    (deployment,) = of_kind("Deployment", *options, values=values)
    found: dict[str, Any] = deployment["spec"]["template"]["spec"]
    return found


@case
def test_the_chart_is_well_made_with_these_values(values: Path) -> None:
    linted = run_helm("lint", "--strict", str(CHART), f"--values={values}")

    assert linted.returncode == 0, linted.stdout


@pytest.fixture(scope="module")
def cluster(control_plane: ControlPlane) -> Iterator[ControlPlane]:
    """With the namespaces of the values, and the kinds of the Prometheus operator as names."""
    for namespace in ("super-zol", "staging"):
        control_plane.kubectl("create", "namespace", namespace)
    for kind, plural in MONITORING.items():
        schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
        version = {"name": "v1", "served": True, "storage": True}
        definition = {
            "apiVersion": "apiextensions.k8s.io/v1",
            "kind": "CustomResourceDefinition",
            "metadata": {"name": f"{plural}.monitoring.coreos.com"},
            "spec": {
                "group": "monitoring.coreos.com",
                "names": {"kind": kind, "plural": plural},
                "scope": "Namespaced",
                "versions": [version | {"schema": {"openAPIV3Schema": schema}}],
            },
        }
        control_plane.kubectl("create", "--filename=-", given=json.dumps(definition))
        name = f"crd/{plural}.monitoring.coreos.com"
        control_plane.kubectl("wait", "--for=condition=Established", name)
    yield control_plane
    for namespace in ("super-zol", "staging"):
        control_plane.kubectl("delete", "namespace", namespace, "--wait=false")


@case
def test_an_api_server_takes_all_of_it(cluster: ControlPlane, values: Path) -> None:
    made = render("super-zol", values, "--skip-tests")

    strict = ["--dry-run=server", "--validate=strict"]
    told = cluster.kubectl("create", *strict, "--filename=-", given=without_crd(made))

    expected = [each for each in objects(made) if each["kind"] != "CustomResourceDefinition"]
    assert len(told.splitlines()) == len(expected)


def test_an_api_server_takes_names_that_read_as_numbers(cluster: ControlPlane) -> None:
    cluster.kubectl("create", "namespace", "456")
    given = {
        "watch.namespaces[0]": "456",
        "serviceAccount.name": "789",
        "priorityClassName": "1000",
        "podLabels.team": "12",
        "podAnnotations.team": "12",
        "nodeSelector.rack": "7",
        "image.tag": "10",
    }
    options = [f"--set-string={name}={value}" for name, value in given.items()]
    on = ["networkPolicy.enabled", "networkPolicy.runs.enabled"]
    on += [f"metrics.{each}.enabled" for each in ("serviceMonitor", "prometheusRule")]
    switches = [f"--set={name}=true" for name in on]
    place = ["123", str(CHART), "--namespace=456", f"--kube-version={VERSION}"]
    made = run_helm("template", *place, *options, *switches, "--set=replicas=2", "--skip-tests")
    assert made.returncode == 0, made.stderr

    strict = ["--dry-run=server", "--validate=strict"]
    told = cluster.kubectl("create", *strict, "--filename=-", given=without_crd(made.stdout))

    assert len(told.splitlines()) == len(objects(made.stdout)) - 1
    cluster.kubectl("delete", "namespace", "456", "--wait=false")


def without_crd(manifests: str) -> str:
    """The shared cluster has it already."""
    kept = [each for each in objects(manifests) if each["kind"] != "CustomResourceDefinition"]
    return yaml.safe_dump_all(kept)


def test_the_operator_runs_restricted(cluster: ControlPlane) -> None:
    (deployment,) = of_kind("Deployment", values=EVERYTHING)
    pod = deployment["spec"]["template"] | {"apiVersion": "v1", "kind": "Pod"}
    pod["metadata"]["name"] = "operator"
    del pod["spec"]["serviceAccountName"], pod["spec"]["priorityClassName"]
    label = "pod-security.kubernetes.io/enforce=restricted"
    cluster.kubectl("label", "namespace", "staging", label, "--overwrite")

    told = cluster.kubectl(
        *("create", "--namespace=staging", "--dry-run=server", "--filename=-"),
        given=json.dumps(pod),
    )

    assert "pod/operator created" in told


def test_the_rights_are_those_the_operator_asks_for() -> None:
    role, lease = of_kind("Role")

    assert rules_of(role) == RULES
    assert rules_of(lease) == LEASE_RULES
    granted = {
        Right(*place, verb)
        for rules in (RULES, LEASE_RULES)
        for place, verbs in rules.items()
        for verb in verbs
    }
    assert granted == {*SERVED, *LEASES}


def test_each_namespace_has_a_role_of_its_own_and_the_cluster_none() -> None:
    roles = of_kind("Role", values=EVERYTHING)

    assert {each["metadata"]["namespace"] for each in roles if rules_of(each) == RULES} == {
        "super-zol",
        "staging",
    }
    assert of_kind("ClusterRole", values=EVERYTHING) == []


def test_all_namespaces_need_a_role_of_the_cluster() -> None:
    option = "--set=watch.clusterWide=true"

    (role,) = of_kind("ClusterRole", option)
    (binding,) = of_kind("ClusterRoleBinding", option)

    assert rules_of(role) == RULES
    assert binding["subjects"][0]["namespace"] == "super-zol"


def test_the_description_is_the_one_file_and_stays() -> None:
    rendered = render("super-zol", None, "--show-only=templates/crd.yaml")

    assert DEFINITION.read_text() in rendered
    (definition,) = objects(rendered)
    assert definition["metadata"]["annotations"] == {"helm.sh/resource-policy": "keep"}
    assert of_kind("CustomResourceDefinition", "--set=crds.enabled=false") == []


@pytest.mark.parametrize(("replicas", "strategy"), [(1, "Recreate"), (2, "RollingUpdate")])
def test_one_operator_goes_before_the_next_comes(replicas: int, strategy: str) -> None:
    option = f"--set=replicas={replicas}"
    (deployment,) = of_kind("Deployment", option)

    assert deployment["spec"]["strategy"] == {"type": strategy}
    assert len(of_kind("PodDisruptionBudget", option)) == replicas - 1


@case
def test_the_operator_understands_its_settings(
    values: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (container,) = pod_of(values=values)["containers"]
    given = {each["name"]: each.get("value", "from-the-pod") for each in container["env"]}
    names = {f"SUPERZOL_OPERATOR_{field.upper()}" for field in Settings.model_fields}
    for name, value in given.items():
        monkeypatch.setenv(name, value)

    settings = Settings()

    assert set(given) - names == {"HOME"}
    ports = {each["name"]: each["containerPort"] for each in container["ports"]}
    assert ports == {"metrics": settings.metrics_port, "probe": settings.probe_port}


WRONG = [
    ("watch.namespace=super-zol", "namespace"),
    ("watch.clusterWide=true,watch.namespaces={a}", "namespaces"),
    ("watch.namespaces={Super_Zol}", "namespaces"),
    ("replicas=3", "replicas"),
    ("image.digest=latest", "digest"),
    ("settings.maxActiveRuns=0", "maxActiveRuns"),
    ("settings.maxActiveRunsInNamespace=1000000", "maxActiveRunsInNamespace"),
    ("settings.crashAt=before_claim", "crashAt"),
    ("serviceAccount.create=false", "name"),
    ("ports.probe=0", "probe"),
    ("etl.serviceAccountNames[0]=", "serviceAccountNames"),
]


@pytest.mark.parametrize(("value", "named"), WRONG)
def test_wrong_values_are_refused_by_name(value: str, named: str) -> None:
    refused = run_helm("template", "release", str(CHART), f"--set={value}")

    assert refused.returncode != 0
    assert "values don't meet the specifications of the schema" in refused.stderr
    assert named in refused.stderr


def test_policies_of_runs_need_their_namespaces() -> None:
    given = "--set=watch.clusterWide=true,networkPolicy.runs.enabled=true"
    refused = run_helm("template", "release", str(CHART), f"--kube-version={VERSION}", given)

    assert refused.returncode != 0
    assert "Name them in watch.namespaces" in refused.stderr


def test_pods_of_runs_reach_dns_and_the_ports_that_are_named() -> None:
    policies = of_kind("NetworkPolicy", values=EVERYTHING)
    runs = [each for each in policies if each["metadata"]["name"].endswith("-runs")]

    assert [each["metadata"]["namespace"] for each in runs] == ["super-zol", "staging"]
    for policy in runs:
        assert policy["spec"]["podSelector"] == {"matchLabels": {MANAGED_BY: MANAGER}}
        assert "ingress" not in policy["spec"]
        (rule,) = policy["spec"]["egress"]
        assert [each["port"] for each in rule["ports"]] == [53, 53, 443, 6432, 9000]


def test_no_object_of_the_values_takes_unknown_names() -> None:
    schema = json.loads((CHART / "values.schema.json").read_text())
    schema["properties"].pop("global")  # helm's own
    free = {"affinity", "tolerations[]"}

    assert [path for path in open_objects(schema) if path.split(".")[1] not in free] == []


def open_objects(schema: dict[str, Any], path: str = "") -> Iterator[str]:
    if schema.get("type") == "object" and "additionalProperties" not in schema:
        yield path
    for name, inner in schema.get("properties", {}).items():
        yield from open_objects(inner, f"{path}.{name}")
    if "items" in schema:
        yield from open_objects(schema["items"], f"{path}[]")


def test_the_readme_tells_every_value_and_its_default() -> None:
    rows = re.findall(r"^\| `([\w.]+)` \| (.*?) \|", (CHART / "README.md").read_text(), re.M)
    told = {name: default.strip("`") for name, default in rows}
    values = dict(leaves(VALUES))

    assert set(told) == set(values)
    assert {name for name in told if told[name] != shown(values[name])} == {"resources"}


def leaves(values: dict[str, Any], path: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in values.items():
        if isinstance(value, dict) and value and name != "resources":
            yield from leaves(value, f"{path}{name}.")
        else:
            yield f"{path}{name}", value


def shown(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(str, value))}]"
    return value if isinstance(value, str) and value else json.dumps(value)
