"""What programs show at a terminal."""

import contextlib
import os


def read_all(terminal: int) -> str:
    """What is written to a terminal until nobody can write to it any more."""
    shown = b""
    with contextlib.suppress(OSError):  # as Linux says that nobody is left; others say it by b""
        while piece := os.read(terminal, 1 << 16):
            shown += piece
    os.close(terminal)
    return shown.decode()
