"""How long connections of clients live, as options of gRPC."""

from typing import NamedTuple

LEAST_PING_MILLISECONDS = 1000
NEVER_MILLISECONDS = 2**31 - 1

Options = tuple[tuple[str, int], ...]


class Connections(NamedTuple):
    """Seconds.

    keepalive_seconds: 0 sends no pings. age_seconds: 0 lets connections grow as old as they like;
    gRPC has each differ by a tenth, so that they do not end together.
    """

    keepalive_seconds: float = 60.0
    keepalive_timeout_seconds: float = 20.0
    age_seconds: float = 300.0
    age_grace_seconds: float = 60.0

    def options(self) -> Options:
        """Returns the options of a server."""
        timeout = int(self.keepalive_timeout_seconds * 1000)
        return (
            ("grpc.keepalive_time_ms", to_milliseconds(self.keepalive_seconds)),
            ("grpc.keepalive_timeout_ms", timeout),
            # Without it gRPC 1.85 waits a minute for the answer, whatever the line above says.
            ("grpc.http2.ping_timeout_ms", timeout),
            # An idle client is asked too, and as often as one that calls.
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.http2.max_pings_without_data", 0),
            ("grpc.max_connection_age_ms", to_milliseconds(self.age_seconds)),
            ("grpc.max_connection_age_grace_ms", int(self.age_grace_seconds * 1000)),
            # Clients ask every 10 to 60 seconds whether a connection, or a watch of health, still
            # lives: by gRPC's least of five minutes they were cut off at the third time.
            ("grpc.http2.min_ping_interval_without_data_ms", LEAST_PING_MILLISECONDS),
        )


def to_milliseconds(seconds: float) -> int:
    """Returns what gRPC reads; 0 is never."""
    return int(seconds * 1000) or NEVER_MILLISECONDS
