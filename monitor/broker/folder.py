import time
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from typing import IO

from monitor.errors import UserError

_POLL_SECONDS = 0.03
_PREDECESSOR_SECONDS = 5.0


def hold_folder(folder: Path) -> IO[bytes]:
    """Makes the folder and locks it. The lock ends when the last process that holds the open file has closed it.

    A broker that was killed takes a moment to go, so one that is there is waited for. Raises UserError.
    """
    file = _open_lock(folder)
    deadline = time.monotonic() + _PREDECESSOR_SECONDS
    while not _locked(file):
        if time.monotonic() > deadline:
            file.close()
            raise UserError(
                f"Another broker already uses {folder}; stop it, or set MONITOR_DATA_DIR to another folder."
            )
        time.sleep(_POLL_SECONDS)
    return file


def _open_lock(folder: Path) -> IO[bytes]:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        return (folder / "lock").open("wb")
    except OSError as error:
        raise UserError(
            f"The folder {folder} cannot be written to ({error.strerror}); set MONITOR_DATA_DIR to one that can."
        ) from None


def _locked(file: IO[bytes]) -> bool:
    try:
        flock(file, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return True
