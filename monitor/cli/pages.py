"""The pages as a process beside others: what `monitor run` shows its queue with."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from monitor.broker import launch
from monitor.errors import UserError
from monitor.settings import PREFIX, Settings
from monitor.settings_web import is_loopback

LAUNCHER = Path(launch.__file__)
START_SECONDS = 60.0
STOP_SECONDS = 10.0


@contextmanager
def pages(settings: Settings) -> Iterator[str]:
    """Serves them meanwhile; gives their address once they answer. Raises UserError where they do not.

    On this machine only, and without a provider, anybody may sign in as anybody: a new user can click at once.
    """
    if _answers(_local(settings)):
        raise UserError(f"Something is served at {_local(settings)} already: end it, or set MONITOR_WEB_PORT.")
    open_to_all = settings.oidc_issuer is None and is_loopback(settings.web_host)
    given = settings.model_copy(update={"development_sign_in": settings.development_sign_in or open_to_all})
    process = subprocess.Popen([*_ended_with_us(), "-m", "monitor", "web"], env=_environment(given))
    try:
        yield _answering(process, given)
    finally:
        _stop(process)


def _ended_with_us() -> list[str]:
    """An interpreter that the kernel ends with this process, even if this one is killed."""
    return [sys.executable, str(LAUNCHER), str(os.getpid()), sys.executable]


def _environment(settings: Settings) -> dict[str, str]:
    """In which a `monitor` process sees just these settings."""
    values = settings.model_dump(mode="json", exclude_none=True)
    return {**os.environ, **{f"{PREFIX}{name.upper()}": str(value) for name, value in values.items()}}


def _answering(process: "subprocess.Popen[bytes]", settings: Settings) -> str:
    address, deadline = _local(settings), time.monotonic() + START_SECONDS
    while not _answers(address):
        if process.poll() is not None or time.monotonic() > deadline:
            raise UserError("The pages could not be served; what they said stands above.")
        time.sleep(0.1)
    return settings.web_address or address


def _local(settings: Settings) -> str:
    host = f"[{settings.web_host}]" if ":" in settings.web_host else settings.web_host
    return f"http://{host}:{settings.web_port}"


def _answers(address: str) -> bool:
    try:
        with urlopen(f"{address}/health/live", timeout=5) as answer:  # noqa: S310 - our own address
            return bool(answer.status == 200)
    except (URLError, OSError):
        return False


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
