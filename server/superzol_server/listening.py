"""Listens on the port that was asked for, or says why it cannot."""

import errno
import socket

import grpc.aio

ADVICE = {
    errno.EADDRINUSE: "another program listens on it: stop that one, or choose another {option}",
    errno.EACCES: "this user may not, as on most below 1024: choose a {option} from 1024 on",
    errno.EADDRNOTAVAIL: "this machine has no such address: correct --host",
}
UNKNOWN = "no such address is known: correct --host"


class PortError(Exception):
    """The port cannot be listened on.

    number: what the system says, None for an unknown host. option: by which it was chosen.
    """

    def __init__(self, address: str, number: int | None, option: str = "--port") -> None:
        told = UNKNOWN if number is None else ADVICE.get(number) or errno.errorcode.get(number, "")
        super().__init__(f"{address} cannot be listened on: {told.format(option=option)}")
        self.is_refused = number == errno.EACCES


def listen(server: grpc.aio.Server, host: str, port: int) -> int:
    """Binds the server; port 0 takes a free one, which is returned. Raises PortError."""
    address = to_address(host, port)
    try:
        return server.add_insecure_port(address)
    except RuntimeError as error:  # the library does not say what the system told it
        raise PortError(address, _why(host.strip("[]"), port)) from error


def to_address(host: str, port: int) -> str:
    """Returns what gRPC listens on; it takes a port after a bare IPv6 address for a part of it."""
    is_bare = ":" in host and not host.startswith("[")
    return f"[{host}]:{port}" if is_bare else f"{host}:{port}"


def _why(host: str, port: int) -> int | None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        return None
    for family, kind, protocol, _, place in found:
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(place)
                probe.listen(1)
            except OSError as error:
                return error.errno
    return errno.EADDRINUSE  # it was free again before we looked
