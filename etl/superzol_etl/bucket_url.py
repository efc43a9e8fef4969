"""Reads what the command line names of buckets."""

from superzol_etl.errors import UsageError
from superzol_etl.hiding import shown


def bucket_url(option: str, text: str) -> str:
    """The URL of a bucket and a prefix in it, without its last slash.

    Raises UsageError for a query, which the client of buckets leaves out without a word.
    """
    if "?" in text or "#" in text:
        raise UsageError(
            f"{option} {shown(text)} holds a query or a fragment, which no bucket takes: give"
            " s3://BUCKET/PREFIX alone; endpoint, region and keys come from the environment"
        )
    return text.rstrip("/")
