"""Runs a command that dies with the process that started it: `python -I leash.py PID COMMAND…`."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1

if __name__ == "__main__":
    # Elsewhere than on Linux a killed test run leaves its processes behind.
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != int(sys.argv[1]):
            sys.exit("who started it died first")
    os.execvp(sys.argv[2], sys.argv[2:])
