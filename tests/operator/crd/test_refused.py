"""What cannot work is refused when it is written, with a sentence that says what to write."""

import pytest

from tests.cluster.api import Namespace
from tests.operator.crd.dry import refusal_of
from tests.operator.crd.manifests import EVERYTHING, MINIMAL, SOURCES, Manifest, changed, resource

CRON = "schedule.cron"
KAGGLE = "source.kaggle.dataset"
FIVE_FIELDS = 'write five fields with one space between, such as "0 2 * * *"'
HTTP = {"http": SOURCES["http"]}
S3 = {"s3": SOURCES["s3"]}
EXISTS = {"key": "batch", "operator": "Exists"}
TOO_MUCH = {"requests": {"memory": "4Gi"}, "limits": {"memory": "2Gi"}}
REFUSED = [
    (CRON, "0 0 2 * * *", FIVE_FIELDS),
    (CRON, "0 2 * *", FIVE_FIELDS),
    (CRON, "0  2 * * *", FIVE_FIELDS),
    (CRON, "@every 1h", FIVE_FIELDS),
    (CRON, "nightly", FIVE_FIELDS),
    (CRON, "", "should be at least 1 chars long"),
    (CRON, f"0 2 * * {'1,' * 60}1", "may not be more than 100 bytes"),
    (CRON, "TZ=Asia/Jerusalem 0 2 * * *", "write the time zone in schedule.timeZone"),
    (CRON, "60 2 * * *", "write the minute, the first field, as 0 to 59"),
    (CRON, "*/0 2 * * *", "write the minute, the first field, as 0 to 59"),
    (CRON, "0 24 * * *", "write the hour, the second field, as 0 to 23"),
    (CRON, "0 2 0 * *", "write the day of the month, the third field, as 1 to 31"),
    (CRON, "0 2 ? * *", "write the day of the month, the third field, as 1 to 31"),
    (CRON, "0 2 * 13 *", "write the month, the fourth field, as 1 to 12 or JAN to DEC"),
    (CRON, "0 2 * * 8", "write the day of the week, the fifth field, as 0 to 7 or SUN to SAT"),
    (CRON, "0 2 * * sunday", "write the day of the week, the fifth field, as 0 to 7"),
    ("schedule.timeZone", "Jerusalem time", "write a name of the IANA time zone database"),
    ("schedule.timeZone", "+02:00", "write a name of the IANA time zone database"),
    ("schedule.timeZone", "../etc/passwd", "write a name of the IANA time zone database"),
    ("schedule.timeZone", "", "should be at least 1 chars long"),
    ("schedule.startingDeadlineSeconds", -1, "should be greater than or equal to 0"),
    ("schedule.startingDeadlineSeconds", 604801, "should be less than or equal to 604800"),
    ("schedule.jitterSeconds", 3601, "should be less than or equal to 3600"),
    ("storage.path", "../other", "write a path without .."),
    ("storage.path", "raw/../../other", "write a path without .."),
    ("storage.path", "/raw", "without a leading /"),
    ("storage.path", "raw data", "write a path of A-Z, a-z, 0-9"),
    ("storage.path", "a" * 129, "may not be more than 128 bytes"),
    ("storage", {}, "write claimName or s3"),
    ("storage.claimName", "Kaggle_Data", "write the name of an object of this namespace"),
    ("source", {}, "write exactly one of kaggle, directory, http, api and s3"),
    ("source.http", SOURCES["http"], "write exactly one of kaggle, directory, http, api and s3"),
    (KAGGLE, "israeli-supermarkets-2024", "write OWNER/DATASET, such as"),
    (KAGGLE, "https://www.kaggle.com/datasets/a/b", "write OWNER/DATASET, such as"),
    ("source.kaggle.version", 0, "should be greater than or equal to 1"),
    ("source.kaggle.version", 32767, "should be less than or equal to 32766"),
    ("source.kaggle.versions", {"from": 9, "to": 8}, "write the older version in from"),
    ("source.kaggle.versions", {"from": 9}, "spec.source.kaggle.versions.to: Required value"),
    ("source.kaggle.secretRef", {}, "spec.source.kaggle.secretRef.name: Required value"),
    ("source.kaggle.files", ["/etc/*"], "write a glob such as price_*"),
    ("source.kaggle.files", ["*"] * 257, "must have at most 256 items"),
    ("storage.s3", {"bucket": "prices", "files": []}, 'unknown field "spec.storage.s3.files"'),
    ("source", {"directory": {"path": "../x"}}, "write a path without .."),
    ("source", {"http": {"url": "ftp://host/"}}, "write https://host/path"),
    ("source", {"http": {"url": "https://me:key@host/"}}, "give keys by secretRef"),
    ("source", {"api": {"url": "https://host/?key=1"}}, "give keys by secretRef"),
    ("source", {"s3": {"bucket": "s3://prices"}}, "write the name of a bucket"),
    ("source", {"s3": {"bucket": "prices", "endpoint": "minio"}}, "write https://host or"),
    ("source", {"s3": {"bucket": "prices", "region": "EU"}}, "write a region such as eu-central-1"),
    ("dataset", "Israeli Supermarkets", "write a-z, 0-9 and single hyphens"),
    ("load", {"shards": 2, "parallelism": 3}, "parallelism is larger than shards"),
    ("load.shards", 257, "should be less than or equal to 256"),
    ("run.deadlineSeconds", 59, "should be greater than or equal to 60"),
    ("run.deadlineSeconds", 300, "startDeadlineSeconds is larger than deadlineSeconds"),
    ("retry.maxBackoffSeconds", 30, "initialBackoffSeconds is larger than maxBackoffSeconds"),
    ("retry.limit", 21, "should be less than or equal to 20"),
    ("validate.maxHeldBackPercent", 101, "should be less than or equal to 100"),
    ("retention.maxAgeSeconds", 0, "should be greater than or equal to 1"),
    ("retention.keepLast", 0, "should be greater than or equal to 1"),
    ("failedRunsHistoryLimit", 51, "should be less than or equal to 50"),
    ("concurrencyPolicy", "Allow", 'supported values: "Forbid", "Replace"'),
    ("onSpecChange", "Now", 'supported values: "AfterCurrent", "Restart", "NextSchedule"'),
    ("deletionPolicy", "Orphan", 'supported values: "Retain", "Delete"'),
    ("podTemplate.resources", {"load": {"limits": {"cpu": "4 Gi"}}}, "write an amount such as 2"),
    ("storage.path", "raw/", "a folder has one name"),
    ("storage.path", "raw//x", "a folder has one name"),
    ("storage.path", "./raw", "a folder has one name"),
    ("storage.path", "נתונים", "write a path of A-Z, a-z, 0-9"),
    ("source.kaggle.files", ["../*"], "without .."),
    (KAGGLE, "א/ב", "write OWNER/DATASET, such as"),
    ("source", {"s3": {"bucket": "a..b"}}, "write the name of a bucket"),
    ("target.postgres.secretRef.name", "a..b", "write the name of an object of this namespace"),
    ("load", {"shards": 1}, "(2 when you write none)"),
    ("load.parallelism", 0, "should be greater than or equal to 1"),
    ("load.shards", 10**20, "should be less than or equal to 256"),
    ("load.shards", 2.5, "must be of type int32"),
    ("load.mode", "Swap", 'unknown field "spec.load.mode"'),
    ("run.deadlineSeconds", -5, "should be greater than or equal to 60"),
    ("run.deadlineSeconds", "2h", "must be of type integer"),
    ("run.startDeadlineSeconds", 0, "should be greater than or equal to 1"),
    ("retry.initialBackoffSeconds", -1, "should be greater than or equal to 1"),
    ("podTemplate.image", " etl", "write an image such as"),
    ("podTemplate.image", "תמונה", "write an image such as"),
    ("podTemplate.labels", {"team": "מחירים"}, "write a value of a label"),
    ("podTemplate.labels", {"bad key": "x"}, "write keys such as team or example.org/team"),
    ("podTemplate.annotations", {"bad key": "x"}, "write keys such as team or example.org/team"),
    ("podTemplate.nodeSelector", {"a b": "c"}, "write keys such as team or example.org/team"),
    ("podTemplate.tolerations", [{"operator": "Equal"}], "Write a key, or the operator Exists"),
    ("podTemplate.tolerations", [EXISTS | {"value": "x"}], "Exists compares no value"),
    ("podTemplate.tolerations", [EXISTS | {"tolerationSeconds": 5}], "is of NoExecute only"),
    ("podTemplate.resources.load.limits", {"foo": 1}, "write cpu, memory, ephemeral-storage"),
    ("podTemplate.resources.load", TOO_MUCH, "a request is larger than its limit"),
    ("podTemplate.resources", {"load": {"limits": {"cpu": -1}}}, "write an amount such as 2"),
    ("podTemplate.resources", {"merge": {}}, 'unknown field "spec.podTemplate.resources.merge"'),
    ("podTemplate.labels", {"refresh.superzol.com/run-id": "x"}, "Write other keys"),
    ("podTemplate.annotations", {"app.kubernetes.io/managed-by": "x"}, "Write other keys"),
    ("podTemplate.hostNetwork", True, 'unknown field "spec.podTemplate.hostNetwork"'),
    ("shedule", {"cron": "@daily"}, 'unknown field "spec.shedule"'),
    ("source", None, "spec.source: Required value"),
    ("storage", None, "spec.storage: Required value"),
    ("target", None, "spec.target: Required value"),
    ("suspend", "yes", "spec.suspend in body must be of type boolean"),
]


@pytest.mark.parametrize(("path", "value", "sentence"), REFUSED)
async def test_a_wrong_field_is_refused_with_what_to_write_instead(
    namespace: Namespace, path: str, value: object, sentence: str
) -> None:
    assert sentence in await refusal_of(namespace, resource(changed(MINIMAL, path, value)))


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("p" * 41, "metadata.name is longer than 40 characters"),
        ("prices.2026", "metadata.name holds a dot"),
        ("prices--2026", "Use a-z, 0-9 and single hyphens, or write spec.dataset"),
    ],
)
async def test_a_name_that_jobs_or_datasets_cannot_have_is_refused(
    namespace: Namespace, name: str, sentence: str
) -> None:
    assert sentence in await refusal_of(namespace, resource(MINIMAL, name))


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ({"directory": {"path": "incoming"}}, "the folder is on no claim"),
        ({"kaggle": SOURCES["kaggle"]}, "versions of the past are loaded from a claim"),
    ],
)
async def test_what_needs_a_claim_is_refused_without_one(
    namespace: Namespace, source: Manifest, sentence: str
) -> None:
    bucket = {"s3": {"bucket": "superzol-prices"}}
    spec = changed(changed(MINIMAL, "storage", bucket), "source", source)

    assert sentence in await refusal_of(namespace, resource(spec))


async def test_buckets_of_two_object_stores_are_refused(namespace: Namespace) -> None:
    spec = changed(changed(EVERYTHING, "source", S3), "storage.s3.endpoint", "http://other:9000")

    assert "a pod knows one object store" in await refusal_of(namespace, resource(spec))
