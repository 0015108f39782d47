import time
from collections.abc import Iterable
from threading import Event, Thread

from monitor.stream.outages import Outages, Stopped
from monitor.telemetry.logs import get_logger
from monitor.telemetry.metrics import LOOP_ERRORS

_log = get_logger(__name__)

AFTER_ERROR = 5.0  # seconds


class Loop(Thread):
    """A thread that takes one step after the other until stopped, and outlives whatever goes wrong in one."""

    def __init__(self, name: str) -> None:
        super().__init__(name=name, daemon=True)
        self.stopping = Event()
        self._woken = Event()
        self.outages = Outages(self.stopping)

    def step(self) -> float:
        """One piece of work. Answers how many seconds to wait before the next, unless woken."""
        raise NotImplementedError

    def close(self) -> None:
        """Called in the thread, after the last step."""

    def wake(self) -> None:
        self._woken.set()

    def stop(self) -> None:
        """Ask it to end after the step that it is in. Wait for that with `join`."""
        self.stopping.set()
        self.wake()

    def run(self) -> None:
        try:
            while not self.stopping.is_set():
                self._woken.clear()
                self._woken.wait(self._one_step())
        finally:
            self.close()

    def _one_step(self) -> float:
        try:
            return self.outages.outlast(self.step)
        except Stopped:
            return 0
        except Exception:
            _log.exception(f"The {self.name} loop met an unexpected error and goes on.")
            LOOP_ERRORS.labels(self.name).inc()
            return AFTER_ERROR


def join_all(loops: Iterable[Loop], seconds: float) -> None:
    """Wait so long, for all together, until they have ended."""
    until = time.monotonic() + seconds
    for loop in loops:
        loop.join(max(0, until - time.monotonic()))
