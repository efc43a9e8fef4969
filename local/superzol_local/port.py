"""Says before the load what the server would only find out after it: that its port is not free."""

import errno
import socket

from superzol_local.errors import BusyError, LocalError, RefusedError


def check_port(port: int) -> None:
    """Raises BusyError or RefusedError for a port that this user cannot listen on."""
    addresses = [(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]
    for family, address in addresses[: 1 + socket.has_ipv6]:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
            except OSError as error:
                if refusal := why_not(port, error):
                    raise refusal from error


def why_not(port: int, error: OSError) -> LocalError | None:
    """Returns the failure that an error at a port means; None: this machine lacks the address."""
    match error.errno:
        case errno.EADDRINUSE:
            return BusyError(
                f"port {port} is in use by another program: stop it, or give --port another number"
            )
        case errno.EACCES:
            return RefusedError(
                f"this user may not listen on port {port}, as on most below 1024: "
                "give --port a number from 1024 on"
            )
    return None
