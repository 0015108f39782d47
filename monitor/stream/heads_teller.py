"""Tells the heads of audit logs that fell silent, so that the topic of heads is never far behind any of them."""

from typing import Any

from monitor.store.audit import tell_heads
from monitor.stream.loops import Loop

EVERY_SECONDS = 60.0


class HeadsTeller(Loop):
    def __init__(self, engine: Any) -> None:
        super().__init__("heads")
        self._engine = engine

    def step(self) -> float:
        tell_heads(self._engine)
        return EVERY_SECONDS
