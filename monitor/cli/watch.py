import os
import signal
from collections import Counter
from collections.abc import Callable
from typing import TYPE_CHECKING

from monitor import store
from monitor.contract.verdict import Alert, Severity
from monitor.settings import Settings
from monitor.stream.loops import Loop

if TYPE_CHECKING:
    from monitor.broker import EmbeddedBroker

_LOOK_EVERY = 1.0  # seconds
_SAY_EVERY = 15  # looks


class Watch(Loop):
    """Beside a run: says now and then how things stand, and ends the run if Kafka has ended."""

    def __init__(self, settings: Settings, broker: "EmbeddedBroker", say: Callable[[str], None]) -> None:
        super().__init__("watch")
        self._settings, self._broker, self._say = settings, broker, say
        self._engine = store.open_store(settings.database_url)
        self._looks, self._said = 0, ""

    def step(self) -> float:
        if self._broker.exit_code is not None:
            os.kill(os.getpid(), signal.SIGTERM)
        if self._looks % _SAY_EVERY == 0:
            self._say_how_things_stand()
        self._looks += 1
        return _LOOK_EVERY

    def close(self) -> None:
        self._engine.dispose()

    def _say_how_things_stand(self) -> None:
        now = how_things_stand(store.case_counts(self._engine))
        if now != self._said:
            self._say(now)
        self._said = now


def how_things_stand(counts: list[store.CaseCount]) -> str:
    """Such as `1,204 incidents judged, 37 alerts fire: 5 critical, 12 high, 20 medium.`"""
    firing = Counter[str]()
    for each in counts:
        if each.alert == Alert.FIRING:
            firing[each.severity] += each.cases
    each_severity = ", ".join(f"{firing[one]} {one}" for one in reversed(Severity) if firing[one])
    judged = f"{sum(each.cases for each in counts):,} incidents judged, {firing.total():,} alerts fire"
    return f"{judged}: {each_severity}." if each_severity else f"{judged}."
