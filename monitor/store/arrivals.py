"""Messages as rows: what the store keeps of each, and which nodes it bears on."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from sqlalchemy import Table

from monitor.compliance.dependencies import dependencies, touched
from monitor.contract.codec import Decoded
from monitor.contract.events import CrimeSnapshot, Decision, Event, Heartbeat, IncidentSnapshot
from monitor.contract.topics import Topic
from monitor.store import tables
from monitor.store.bulk import Key, Row
from monitor.store.shapes import Received

DIGEST_BYTES = 16
NAME_COLUMN = {Topic.INCIDENTS: "ref", Topic.CRIME_RECORDS: "ref", Topic.DECISIONS: "decision_id"}
TABLES: dict[Topic, Table] = {
    Topic.INCIDENTS: tables.incident_revisions,
    Topic.CRIME_RECORDS: tables.crime_revisions,
    Topic.DECISIONS: tables.decisions,
}


def digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


@dataclass(frozen=True, slots=True)
class Arrival:
    """A snapshot or decision of the batch. A decision has one version only, 0."""

    topic: Topic
    key: Key
    version: int
    digest: bytes
    broker_time: datetime
    row: Row
    dependencies: set[tuple[str, str]]
    touched: str  # the node that it changes

    @property
    def bears_on(self) -> set[str]:
        """The nodes that this event itself changes, or ties to something."""
        return {self.touched, *(dependent for dependent, _ in self.dependencies)}


def arrivals(batch: Iterable[Received]) -> list[Arrival]:
    return [
        _arrival(received, received.content, received.content.event)
        for received in batch
        if isinstance(received.content, Decoded) and not isinstance(received.content.event, Heartbeat)
    ]


def _arrival(received: Received, decoded: Decoded, event: IncidentSnapshot | CrimeSnapshot | Decision) -> Arrival:
    own, version = _identity(event)
    signature = digest(decoded.canonical)
    row = {
        "force": event.force,
        **own,
        "digest": signature,
        "content": decoded.canonical,
        "broker_time": received.broker_time,
        "partition": received.partition,
        "offset": received.offset,
    }
    return Arrival(
        topic=received.topic,
        key=(event.force, row[NAME_COLUMN[received.topic]]),
        version=version,
        digest=signature,
        broker_time=received.broker_time,
        row=row,
        dependencies=dependencies(event),
        touched=touched(event),
    )


def _identity(event: Event) -> tuple[Row, int]:
    match event:
        case IncidentSnapshot():
            return {"ref": event.incident_ref, "revision": event.revision}, event.revision
        case CrimeSnapshot():
            return {"ref": event.crime_ref, "revision": event.revision}, event.revision
        case Decision():
            return {"decision_id": event.decision_id, "incident_ref": event.incident_ref}, 0
        case Heartbeat():
            raise AssertionError("a heartbeat is no snapshot")
