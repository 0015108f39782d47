"""Waiting for what is away, and saying so every few seconds."""

import time
from collections.abc import Callable
from threading import Event
from typing import TypeVar

from monitor.store import DatabaseAway
from monitor.telemetry.logs import get_logger
from monitor.telemetry.metrics import OUTAGE_SECONDS

_log = get_logger(__name__)
_T = TypeVar("_T")

SAY_EVERY = 5.0  # seconds
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 2.0


class BrokerAway(Exception):  # noqa: N818 - a state to wait out, not a mistake
    """The broker does not answer, or not with what was asked for."""


class Stopped(Exception):  # noqa: N818 - not an error
    """The worker is being stopped, so what was waited for is given up."""


class Outage:
    """What is said of one thing that may be away: at once, every few seconds while it lasts, and when it is over."""

    def __init__(self, away: str) -> None:
        self.away = away
        self.reason: str | None = None  # while it lasts
        self._began = self._said = self._counted = 0.0

    def failed(self, reason: object) -> None:
        now, self.reason = time.monotonic(), str(reason)
        if not self._began:
            self._began, self._counted = now, now
        OUTAGE_SECONDS.labels(self.away).inc(now - self._counted)
        self._counted = now
        if not self._said or now - self._said >= SAY_EVERY:
            self._said = now
            _log.warning(f"Waiting for the {self.away}.", seconds=round(now - self._began), reason=self.reason)

    def over(self) -> None:
        if self._began:
            _log.warning(f"The {self.away} answers again.", seconds=round(time.monotonic() - self._began))
            self._began, self._said, self.reason = 0.0, 0.0, None


class Outages:
    """Does things until they succeed, however long broker or database are away; ends with `Stopped` when stopping."""

    def __init__(self, stopping: Event) -> None:
        self._stopping = stopping
        self._broker, self._database = Outage("broker"), Outage("database")
        self.tried_at = time.monotonic()  # the last time that something was away

    @property
    def broker_away(self) -> str | None:
        """Why the broker is waited for just now."""
        return self._broker.reason

    @property
    def database_away(self) -> str | None:
        """Why the database is waited for just now."""
        return self._database.reason

    def outlast(self, attempt: Callable[[], _T]) -> _T:
        pause = FIRST_PAUSE
        while True:
            try:
                result = attempt()
            except BrokerAway as away:
                self._broker.failed(away)
            except DatabaseAway as away:
                self._database.failed(away)
            else:
                self._broker.over()
                self._database.over()
                return result
            self.tried_at = time.monotonic()
            if self._stopping.wait(pause):
                raise Stopped
            pause = min(2 * pause, LONGEST_PAUSE)
