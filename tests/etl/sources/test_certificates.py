"""A certificate that is not trusted is told as such, with what to do about it."""

import json
import re
import ssl
from pathlib import Path

import pytest

from superzol_etl.certificates import untrusted_source
from superzol_etl.database import connected
from superzol_etl.errors import PassingTrouble, WrongConfiguration
from tests.support.fetching import Fetcher
from tests.support.untrusted import untrusted_postgres
from tests.support.web import CERTIFICATES, running_web

S3CRET = "s3cr3t"
KEYS = {"AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": S3CRET, "AWS_REGION": "us-east-1"}
SOURCES = {
    "https": ("{url}/day/", {"SUPERZOL_SOURCE_KEY": S3CRET}),
    "api": ("api:{url}", {"SUPERZOL_SOURCE_KEY": S3CRET}),
    "s3": ("s3://bucket/day", {"AWS_ENDPOINT_URL": "{url}", **KEYS}),
    "kaggle": ("kaggle:a/b", {"SUPERZOL_SOURCE_KAGGLE_URL": "{url}"}),
}


def fetcher_of(kind: str, url: str, folder: Path) -> Fetcher:
    """One that fetches from a source of this kind at the URL to a volume in the folder."""
    source, settings = SOURCES[kind]
    told = {name: value.format(url=url) for name, value in settings.items()}
    return Fetcher(source.format(url=url), folder / "volume", told)


@pytest.mark.parametrize("kind", SOURCES)
def test_an_untrusted_source_is_a_wrong_configuration_until_its_ca_is_named(
    kind: str, tmp_path: Path
) -> None:
    with running_web(CERTIFICATES / "server.pem") as web:
        fetcher = fetcher_of(kind, web.url, tmp_path)
        refused = fetcher.run()
        trusting = fetcher.run(SSL_CERT_FILE=str(CERTIFICATES / "ca.pem"))
    assert refused.exit_code == 78, refused.stderr
    assert "shows a certificate that is not trusted" in refused.stderr
    assert "in SSL_CERT_FILE, or correct the host" in refused.stderr
    assert S3CRET not in refused.stderr + json.dumps(refused.summary)
    assert trusting.exit_code == 66, trusting.stderr  # it is asked, and has nothing


@pytest.mark.parametrize("kind", SOURCES)
def test_a_certificate_that_expired_may_be_renewed_by_the_next_try(
    kind: str, tmp_path: Path
) -> None:
    with running_web(CERTIFICATES / "expired.pem") as web:
        fetcher = fetcher_of(kind, web.url, tmp_path)
        outcome = fetcher.run(SSL_CERT_FILE=str(CERTIFICATES / "ca.pem"))
    assert outcome.exit_code == 75
    assert "look at the clock of this machine, or try again when it is renewed" in outcome.stderr


@pytest.mark.parametrize(
    ("why", "kind"),
    [
        ("certificate has expired", PassingTrouble),
        ("certificate is not yet valid", PassingTrouble),
        ("ExpiredContext", PassingTrouble),
        ("NotValidYetContext", PassingTrouble),
        ("self-signed certificate", WrongConfiguration),
        ("NotValidForNameContext", WrongConfiguration),
        ("UnknownIssuer", WrongConfiguration),
    ],
)
def test_a_date_is_told_from_other_reasons_in_words_of_openssl_and_of_rustls(
    why: str, kind: type[Exception]
) -> None:
    assert type(untrusted_source("https://a", why)) is kind


@pytest.mark.parametrize(
    ("certificate", "until"),
    [
        ("ca.pem", b"21261029000000Z"),
        ("server.pem", b"21261029000000Z"),
        ("expired.pem", b"010101000000Z"),
    ],
)
def test_the_certificates_of_the_tests_do_not_depend_on_a_clock_of_this_century(
    certificate: str, until: bytes
) -> None:
    encoded = ssl.PEM_cert_to_DER_cert((CERTIFICATES / certificate).read_text())
    assert re.findall(rb"[0-9]{12,14}Z", encoded) == [b"000101000000Z", until]


@pytest.mark.parametrize(
    ("certificate", "kind", "told"),
    [
        ("server.pem", WrongConfiguration, "as sslrootcert in --database"),
        ("expired.pem", PassingTrouble, "when it is renewed"),
    ],
)
async def test_an_untrusted_postgres_is_no_bad_url(
    certificate: str, kind: type[Exception], told: str
) -> None:
    async with untrusted_postgres(certificate, f"u:{S3CRET}") as url:
        with pytest.raises(kind) as failed:
            async with connected(url):
                pass
    assert "PostgreSQL shows a certificate that is not trusted" in str(failed.value)
    assert told in str(failed.value)
    assert S3CRET not in str(failed.value)
