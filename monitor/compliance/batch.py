"""A heap of events of many forces, in any order, and a verdict on each incident in it."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from monitor.compliance.assess import assess
from monitor.compliance.cases import Cases
from monitor.compliance.holdings import Holdings
from monitor.compliance.known_time import KnownTime
from monitor.contract.codec import Decoded, key_of
from monitor.contract.events import CrimeSnapshot, Heartbeat, IncidentSnapshot
from monitor.contract.verdict import Verdict
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings


class Batch:
    def __init__(self) -> None:
        self._holdings: dict[str, Holdings] = {}
        self._heartbeats: dict[str, set[datetime]] = defaultdict(set)
        self._snapshots: dict[tuple[type, str, int], bytes] = {}
        self._conflicts: set[tuple[str, int]] = set()

    def add(self, decoded: Decoded) -> None:
        event = decoded.event
        if isinstance(event, Heartbeat):
            if event.feed == "crime_records":  # those of incidents serve the operators only
                self._heartbeats[event.force].add(event.as_of)
            return
        if isinstance(event, IncidentSnapshot | CrimeSnapshot):
            self._look_for_conflict(event, decoded.canonical)
        self._holdings.setdefault(event.force, Holdings(event.force)).add(event, decoded.canonical)

    @property
    def conflicts(self) -> list[str]:
        """What has two different snapshots of one revision, as `force:ref revision N`."""
        return [f"{key} revision {revision}" for key, revision in sorted(self._conflicts)]

    def _look_for_conflict(self, event: IncidentSnapshot | CrimeSnapshot, canonical: bytes) -> None:
        key, revision = key_of(event), event.revision
        if self._snapshots.setdefault((type(event), key, revision), canonical) != canonical:
            self._conflicts.add((key, revision))

    def verdicts(self, rulebook: Rulebook, mappings: ForceMappings, now: datetime) -> Iterator[Verdict]:
        """By force and incident ref."""
        for force, holdings in sorted(self._holdings.items()):
            cases = Cases(holdings, rulebook, mappings.of(force))
            known = KnownTime.of(self._heartbeats.get(force, ()), now)
            for ref in sorted(holdings.incident_refs):
                yield assess(cases, ref, now, known).verdict
