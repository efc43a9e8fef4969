"""What can be wrong with a request, in sentences; the interceptor turns them into statuses.

ApiError
├── NotFound        the thing named is not there
├── InvalidRequest  fields of the request are wrong
├── OutOfRange      the time asked for is before all that was loaded
├── Unimplemented   a field of the request is not served yet
└── Stopping        the server ends, another one may answer
"""

from typing import NamedTuple


class ApiError(Exception):
    """An answer to the caller: a sentence for people, a reason in capitals for programs."""

    def __init__(self, reason: str, sentence: str, **metadata: str) -> None:
        super().__init__(sentence)
        self.reason = reason
        self.metadata = metadata


class NotFound(ApiError):
    """The thing named is not there: NotFound("STORE_NOT_FOUND", "no store …", store_id="…")."""


class Violation(NamedTuple):
    """A field of the request, by its path, and what is wrong with it."""

    field: str
    description: str


class InvalidRequest(ApiError):
    """Fields of the request are wrong: InvalidRequest("page_size", "must not be negative")."""

    def __init__(self, field: str, description: str, reason: str = "FIELD_INVALID") -> None:
        super().__init__(reason, f"{field}: {description}", field=field)
        self.violations = [Violation(field, description)]


class OutOfRange(ApiError):
    """Nothing is known of the time asked for: OutOfRange("BEFORE_FIRST_VERSION", "…")."""


class Unimplemented(ApiError):
    """A field of the request, or this value of it, is not served yet."""

    def __init__(self, field: str, description: str) -> None:
        super().__init__("FIELD_NOT_SERVED", f"{field}: {description}", field=field)


class Stopping(ApiError):
    """The server takes no more calls."""

    def __init__(self) -> None:
        super().__init__("SERVER_STOPPING", "the server stops; try again")
