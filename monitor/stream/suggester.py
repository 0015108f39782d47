"""Keeps what is suggested to people up to date, in the worker that leads.

See monitor.store.suggestions, and monitor.store.match_suggestions.
"""

import time
from collections.abc import Callable, Mapping
from typing import Any

from monitor.store.match_suggestions import Round, look_on
from monitor.store.matching import Looking
from monitor.store.occasions import State
from monitor.store.suggestions import bring_up_to_date
from monitor.stream.loops import Loop

IDLE_SECONDS = 5.0
_MATCHING_SECONDS = 0.5  # of one step
_SHARE = 20  # of its time it works at most one part in so many: verdicts come first


class Suggester(Loop):
    def __init__(self, engine: Any, looking: Callable[[], Looking]) -> None:
        super().__init__("suggester")
        self._engine, self._looking = engine, looking
        self._leads = False
        self._seen: Mapping[str, State] = {}
        self._round = Round()

    def lead(self, leads: bool) -> None:
        if leads != self._leads:
            self._leads, self._seen, self._round = leads, {}, Round()
            self.wake()

    def step(self) -> float:
        if not self._leads:
            return IDLE_SECONDS
        began = time.monotonic()
        looking = self._looking()
        self._seen = bring_up_to_date(self._engine, looking.rulebook, self._seen)
        matching_from = time.monotonic()
        enough = lambda: self.stopping.is_set() or time.monotonic() > matching_from + _MATCHING_SECONDS  # noqa: E731
        look_on(self._engine, looking, self._round, enough)
        return max(IDLE_SECONDS, _SHARE * (time.monotonic() - began))
