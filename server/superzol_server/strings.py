"""Refuses texts that no request needs and PostgreSQL cannot take."""

from google.protobuf.message import Message

from superzol_server.errors import InvalidRequest

# Errors name the text, quoted twice in Hebrew, and gRPC takes metadata of 8 KB.
LONGEST = 300
LONGEST_TOKEN = 8000  # page tokens hold names of products


def check_strings(message: Message, path: str = "") -> None:
    """Raises InvalidRequest when a text field, however deep, holds NUL or is too long."""
    for field, value in message.ListFields():
        if field.type not in (field.TYPE_STRING, field.TYPE_MESSAGE):
            continue
        parts = value if field.is_repeated else [value]
        for place, part in enumerate(parts):
            name = f"{path}{field.name}[{place}]" if field.is_repeated else path + field.name
            if field.type == field.TYPE_MESSAGE:
                check_strings(part, f"{name}.")
            else:
                check_text(part, name, LONGEST_TOKEN if name == "page_token" else LONGEST)


def check_text(text: str, path: str, longest: int) -> None:
    """Raises InvalidRequest for one text; path: of its field."""
    if len(text) > longest:
        raise InvalidRequest(
            path, f"has {len(text):,} characters, at most {longest:,}", "TEXT_TOO_LONG"
        )
    if "\0" in text:
        raise InvalidRequest(path, "holds the character NUL", "TEXT_WITH_NUL")
