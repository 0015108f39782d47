"""`launch.py PARENT COMMAND…` becomes COMMAND, which the kernel ends with its parent, even if that one is killed.

Run by path in a bare interpreter: it imports nothing of the monitor. What it asks of the kernel survives exec.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, command = int(sys.argv[1]), sys.argv[2:]
    if sys.platform == "linux":
        # SIGKILL, because a Kafka in the middle of its start may take minutes over SIGTERM; its log survives either.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() == parent:  # else it was killed before the kernel was asked
        os.execv(command[0], command)  # noqa: S606


if __name__ == "__main__":
    main()
