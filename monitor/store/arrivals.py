"""Messages as rows: what the store keeps of each, and which nodes it bears on."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b

from monitor.compliance.dependencies import Judged, dependencies, touched
from monitor.contract.codec import Decoded
from monitor.contract.events import CrimeSnapshot, Heartbeat, IncidentSnapshot
from monitor.contract.topics import Topic
from monitor.store import tables
from monitor.store.bulk import Insertion, Key, Row
from monitor.store.instants import to_micros
from monitor.store.shapes import Received

DIGEST_BYTES = 16
_REVISION = ("force", "ref", "revision", "digest", "content", "broker_time", "merged_at", "partition", "offset")
_DECISION = ("force", "decision_id", "incident_ref", *_REVISION[3:])

INSERTIONS = {
    Topic.INCIDENTS: Insertion(tables.incident_revisions, _REVISION),
    Topic.CRIME_RECORDS: Insertion(tables.crime_revisions, _REVISION),
    Topic.DECISIONS: Insertion(tables.decisions, _DECISION),
}


def digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=DIGEST_BYTES).digest()


@dataclass(slots=True)
class Arrival:
    """A snapshot or decision of the batch. A decision has one version only, 0."""

    topic: Topic
    key: Key
    version: int
    digest: bytes
    broker_micros: int
    identity: Row  # the first three columns of its row
    received: Received
    content: bytes
    event: Judged
    touched: str  # the node that it changes
    dependencies: set[tuple[str, str]]

    def row(self, merged_at: int) -> Row:
        place = (self.received.partition, self.received.offset)
        return (*self.identity, self.digest, self.content, self.broker_micros, merged_at, *place)

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


def _arrival(received: Received, decoded: Decoded, event: Judged) -> Arrival:
    name, second, version = _identity(event)
    return Arrival(
        topic=received.topic,
        key=(event.force, name),
        version=version,
        digest=digest(decoded.canonical),
        broker_micros=to_micros(received.broker_time),
        identity=(event.force, name, second),
        received=received,
        content=decoded.canonical,
        event=event,
        touched=touched(event),
        dependencies=dependencies(event),
    )


def _identity(event: Judged) -> tuple[str, str | int, int]:
    """Its name in its force, what its table has beside that, and its version."""
    if isinstance(event, IncidentSnapshot):
        return event.incident_ref, event.revision, event.revision
    if isinstance(event, CrimeSnapshot):
        return event.crime_ref, event.revision, event.revision
    return event.decision_id, event.incident_ref, 0
