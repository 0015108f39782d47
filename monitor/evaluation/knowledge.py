"""What is known of one force as its events come in, and as much of it as one judgement needs."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime

from monitor.compliance.dependencies import Judged, dependencies, touched
from monitor.compliance.holdings import Holdings
from monitor.compliance.known_time import KnownTime
from monitor.contract.codec import Decoded
from monitor.contract.events import Heartbeat, IncidentSnapshot


class Knowledge:
    def __init__(self, force: str) -> None:
        self.force = force
        self.known_time = KnownTime()
        self._events: dict[str, list[tuple[Judged, bytes]]] = defaultdict(list)  # by node
        self._incidents: set[str] = set()
        self._needs: dict[str, set[str]] = defaultdict(set)
        self._needed_by: dict[str, set[str]] = defaultdict(set)

    def add(self, decoded: Decoded) -> set[str]:
        """Take in an event that is no heartbeat; the refs of the incidents that it bears on."""
        event = decoded.event
        if isinstance(event, Heartbeat):
            raise TypeError("a heartbeat goes to `beat`")
        if isinstance(event, IncidentSnapshot):
            self._incidents.add(event.incident_ref)
        for dependent, needed in dependencies(event):
            self._needs[dependent].add(needed)
            self._needed_by[needed].add(dependent)
        self._events[touched(event)].append((event, decoded.canonical))
        return _reached(touched(event), self._needed_by) & self._incidents

    def beat(self, heartbeat: Heartbeat, now: datetime) -> None:
        if heartbeat.feed == "crime_records":
            self.known_time = KnownTime.of({*self.known_time.heartbeats, heartbeat.as_of}, now)

    def holdings_for(self, incident_ref: str) -> Holdings:
        holdings = Holdings(self.force)
        for node in _reached(incident_ref, self._needs):
            for event, canonical in self._events.get(node, ()):
                holdings.add(event, canonical)
        return holdings


def _reached(start: str, pairs: Mapping[str, Iterable[str]]) -> set[str]:
    reached, waiting = {start}, [start]
    while waiting:
        found = set(pairs.get(waiting.pop(), ())) - reached
        reached |= found
        waiting += found
    return reached
