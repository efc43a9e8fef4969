"""docs/operator.md tells every field, annotation, reason, metric and alert there is."""

import re

import yaml

from superzol_operator.outcome import EXIT_CODES
from tests.cluster.binaries import ROOT
from tests.cluster.helm import CHART, objects, render
from tests.operator.crd.schema import SPEC

DOCUMENT = (ROOT / "docs" / "operator.md").read_text(encoding="utf-8")
SOURCES = [file.read_text() for file in (ROOT / "operator").rglob("*.py")]
TOLD = set(re.findall(r"`([^`\s]+)`", DOCUMENT))


def rows(header: str) -> str:
    return DOCUMENT.split(f"| {header} |", 1)[1].split("\n\n", 1)[0]


def test_every_field_is_told() -> None:
    told = set(re.findall(r"`([\w.]+)`", rows("field of spec | default | meaning")))
    words = {word for path in told for word in path.split(".")}
    unsaid = {"name", "key", "operator", "value", "effect", "tolerationSeconds"}

    assert names(SPEC) - words - unsaid - {"requests", "limits"} == set()


def names(schema: object) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(names, schema))
    if not isinstance(schema, dict):
        return set()
    found = set(schema.get("properties", {}))
    return found.union(*map(names, schema.get("properties", {}).values()))


def test_every_annotation_is_told() -> None:
    read = {name for text in SOURCES for name in re.findall(r'\.annotation\(\s*"(\w+)"\s*\)', text)}

    assert read == set(
        re.findall(r"^\| `(\w+)`", rows("`refresh.superzol.com/` | value | what happens"), re.M)
    )


def test_every_reason_of_an_exit_code_is_told() -> None:
    stalled = {reason for _, reason in EXIT_CODES.values() if reason}

    assert (
        stalled
        - set(
            re.findall(
                r"`(\w+)`", rows("Stalled | what to do, then ask for a run or edit the spec")
            )
        )
        == set()
    )


def test_every_metric_is_told() -> None:
    counted = {
        name
        for text in SOURCES
        for name in re.findall(r'"((?:datasetrefresh|operator)_[a-z_]+)"', text)
    }

    def is_told(name: str) -> bool:
        short = name.removeprefix("datasetrefresh")
        return bool({name, f"{name}_total", short, f"{short}_total"} & TOLD)

    assert {name for name in counted if not is_told(name)} == set()


def test_every_alert_has_its_row() -> None:
    rendered = objects(render("super-zol", CHART / "ci" / "everything-values.yaml"))
    (rule,) = (each for each in rendered if each["kind"] == "PrometheusRule")
    alerts = {each["alert"] for group in rule["spec"]["groups"] for each in group["rules"]}

    assert alerts == set(
        re.findall(
            r"^\| `(\w+)` \|", rows("alert | meaning | impact | diagnosis | mitigation"), re.M
        )
    )


def test_alerts_ask_for_metrics_that_there_are() -> None:
    text = (CHART / "templates" / "prometheusrule.yaml").read_text()

    for name in re.findall(r"\b((?:datasetrefresh|operator)_[a-z_]+)", text):
        assert any(f'"{name.removesuffix("_total")}"' in source for source in SOURCES)


def test_the_first_resource_of_the_session_is_yaml() -> None:
    (block,) = re.findall(r"```yaml\n(.*?)```", DOCUMENT, re.S)

    assert yaml.safe_load(block)["kind"] == "DatasetRefresh"


def test_readme_says_how_to_install_as_the_chart_does() -> None:
    told = [
        re.findall(
            r"^helm install .*?(?=^```)", (folder / "README.md").read_text("utf-8"), re.M | re.S
        )
        for folder in (ROOT, CHART)
    ]

    assert told[0] == told[1]
    assert "--set image.repository=" in told[0][0]
