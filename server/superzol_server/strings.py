"""Refuses texts that no request needs and PostgreSQL cannot take."""

from google.protobuf.message import Message

from superzol_server.errors import InvalidRequest

LONGEST = 2000


def check_strings(message: Message, path: str = "") -> None:
    """Raises InvalidRequest when a text field, however deep, holds NUL or is too long."""
    for field, value in message.ListFields():
        values = value if field.is_repeated else [value]
        if field.type == field.TYPE_STRING:
            for text in values:
                check_text(text, path + field.name)
        elif field.type == field.TYPE_MESSAGE:
            for part in values:
                check_strings(part, f"{path}{field.name}.")


def check_text(text: str, path: str) -> None:
    if len(text) > LONGEST:
        raise InvalidRequest(path, f"has more than {LONGEST} characters", "TEXT_TOO_LONG")
    if "\0" in text:
        raise InvalidRequest(path, "holds the character NUL", "TEXT_WITH_NUL")
