"""What is known of one force, or as much of it as one judgement needs. Order and repetition of events do not matter."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Generic, NamedTuple, TypeVar

from monitor.contract.events import CrimeSnapshot, Decision, IncidentSnapshot

Snapshot = TypeVar("Snapshot", IncidentSnapshot, CrimeSnapshot)


class Received(NamedTuple, Generic[Snapshot]):
    """A snapshot in the order in which snapshots stand: the last stands (revision, then time, then canonical JSON)."""

    revision: int
    updated_at: datetime
    canonical: bytes
    event: Snapshot


class Holdings:
    def __init__(self, force: str) -> None:
        self.force = force
        self._logs: dict[str, list[Received[IncidentSnapshot]]] = {}
        self._crimes: dict[str, Received[CrimeSnapshot]] = {}
        self._decisions: dict[str, tuple[bytes, Decision]] = {}
        self._naming: dict[str, list[str]] | None = None
        self._decided: dict[str, list[Decision]] | None = None

    def add(self, event: IncidentSnapshot | CrimeSnapshot | Decision, canonical: bytes) -> None:
        """Take in one event; `canonical` is its canonical JSON as received."""
        if isinstance(event, IncidentSnapshot):
            self._add_log(Received(event.revision, event.updated_at, canonical, event))
        elif isinstance(event, CrimeSnapshot):
            self._add_crime(Received(event.revision, event.updated_at, canonical, event))
        else:
            self._add_decision(event, canonical)

    @property
    def incident_refs(self) -> Iterable[str]:
        return self._logs.keys()

    def revisions(self, incident_ref: str) -> tuple[IncidentSnapshot, ...]:
        """Every revision received of a log, the standing one last; none where the log is not known."""
        received = self._logs.get(incident_ref, ())
        return tuple(each.event for each in sorted(received, key=_standing))

    def crime(self, crime_ref: str) -> CrimeSnapshot | None:
        """The standing snapshot of a crime record."""
        received = self._crimes.get(crime_ref)
        return received.event if received else None

    def crimes_naming(self, incident_ref: str) -> Iterable[str]:
        """Refs of the crime records whose standing snapshot names this incident."""
        if self._naming is None:
            self._naming = defaultdict(list)
            for crime_ref, received in self._crimes.items():
                for named in received.event.incident_refs:
                    self._naming[named].append(crime_ref)
        return self._naming.get(incident_ref, ())

    def decisions(self, incident_ref: str) -> list[Decision]:
        """The decisions on an incident that are not withdrawn, in the order in which they are taken."""
        if self._decided is None:
            self._decided = self._standing_decisions()
        return self._decided.get(incident_ref, [])

    def _add_log(self, received: Received[IncidentSnapshot]) -> None:
        known = self._logs.setdefault(received.event.incident_ref, [])
        if all(each.canonical != received.canonical for each in known):
            known.append(received)

    def _add_crime(self, received: Received[CrimeSnapshot]) -> None:
        known = self._crimes.get(received.event.crime_ref)
        if known is None or _standing(known) < _standing(received):
            self._crimes[received.event.crime_ref] = received
            self._naming = None

    def _add_decision(self, decision: Decision, canonical: bytes) -> None:
        known = self._decisions.get(decision.decision_id)
        if known is None or known[0] < canonical:
            self._decisions[decision.decision_id] = (canonical, decision)
            self._decided = None

    def _standing_decisions(self) -> dict[str, list[Decision]]:
        all_made = [decision for _, decision in self._decisions.values()]
        withdrawn = {decision.withdraws for decision in all_made if decision.action == "withdraw"}
        by_incident: dict[str, list[Decision]] = defaultdict(list)
        for decision in sorted(all_made, key=lambda each: (each.decided_at, each.decision_id)):
            if decision.action == "withdraw" or decision.decision_id not in withdrawn:
                by_incident[decision.incident_ref].append(decision)
        return by_incident


def _standing(received: Received[Snapshot]) -> tuple[int, datetime, bytes]:
    return received[:3]
