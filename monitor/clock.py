from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from monitor.settings import Settings


class Clock(Protocol):
    def now(self) -> datetime:
        """The time in UTC, always aware."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True)
class FrozenClock:
    at: datetime

    def __post_init__(self) -> None:
        if self.at.tzinfo is None:
            raise ValueError("a frozen clock needs a time with an offset")

    def now(self) -> datetime:
        return self.at.astimezone(UTC)


def clock_from(settings: Settings) -> Clock:
    return SystemClock() if settings.clock is None else FrozenClock(settings.clock)
