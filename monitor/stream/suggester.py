"""Keeps what is suggested to people up to date, in the worker that leads: see monitor.store.suggestions."""

import time
from collections.abc import Mapping
from typing import Any

from monitor.rulebook import Rulebook
from monitor.store.occasions import State
from monitor.store.suggestions import bring_up_to_date
from monitor.stream.loops import Loop

IDLE_SECONDS = 5.0
_SHARE = 20  # of its time it works at most one part in so many: verdicts come first


class Suggester(Loop):
    def __init__(self, engine: Any, rulebook: Rulebook) -> None:
        super().__init__("suggester")
        self._engine, self._rulebook = engine, rulebook
        self._leads = False
        self._seen: Mapping[str, State] = {}

    def lead(self, leads: bool) -> None:
        if leads != self._leads:
            self._leads, self._seen = leads, {}
            self.wake()

    def step(self) -> float:
        if not self._leads:
            return IDLE_SECONDS
        began = time.monotonic()
        self._seen = bring_up_to_date(self._engine, self._rulebook, self._seen)
        return max(IDLE_SECONDS, _SHARE * (time.monotonic() - began))
