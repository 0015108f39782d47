"""How many dead letters are too many: a bad release upstream must not divert a day of incidents."""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.settings_limits import LimitSettings


class Criterion(StrEnum):
    RUN = "run"  # in a row
    SHARE = "share"  # of the last messages


@dataclass(frozen=True, slots=True)
class Limit:
    """What one partition may have; None is no limit."""

    run: int | None
    in_window: int | None
    window: int  # messages

    @classmethod
    def of(cls, settings: LimitSettings) -> "Limit":
        share, window = settings.dead_letter_share, settings.dead_letter_window
        return cls(settings.dead_letter_run or None, int(share * window) if share < 1 else None, window)

    @property
    def allowed(self) -> Mapping[str, int | None]:
        return {Criterion.RUN: self.run, Criterion.SHARE: self.in_window}


class Count:
    """Of one partition, in the order of its messages."""

    def __init__(self, limit: Limit) -> None:
        self._limit = limit
        self._messages = self._run = 0
        self._letters: deque[int] = deque()  # the numbers of the messages that were letters, in the window

    def readable(self) -> None:
        self._messages += 1
        self._run = 0

    def letter(self) -> Criterion | None:
        """What it would exceed to let this one pass as well; then it is not counted."""
        first = self._messages + 1 - self._limit.window
        while self._letters and self._letters[0] < first:
            self._letters.popleft()
        if self._limit.run is not None and self._run >= self._limit.run:
            return Criterion.RUN
        if self._limit.in_window is not None and len(self._letters) >= self._limit.in_window:
            return Criterion.SHARE
        self._letters.append(self._messages)
        self._messages += 1
        self._run += 1
        return None
