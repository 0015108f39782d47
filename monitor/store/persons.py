"""Which logs name the same person or the same place. Whom a log once named, it named, until it is purged."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from hashlib import blake2b
from typing import NamedTuple

from sqlalchemy import Connection, select

from monitor.contract.events import IncidentSnapshot
from monitor.store.arrivals import Arrival
from monitor.store.bulk import Insertion, Key, Row
from monitor.store.desk_tables import person_logs

LONGEST = 200  # characters of a key: what is longer stands as its digest, for an index takes no more
MOST_LOGS = 50  # that are looked up of one person or place

_PERSON_LOGS = Insertion(person_logs, ("force", "kind", "key", "ref"))


class Kind(StrEnum):
    VICTIM = "victim"
    SUSPECT = "suspect"
    PLACE = "place"


class Named(NamedTuple):
    kind: Kind
    key: str


class Shared(NamedTuple):
    """Another log that names somebody or a place that this one names."""

    ref: str
    here: Named  # as this log has it
    there: Kind  # as the other has it: who is a victim here may be a suspect there


def note_persons(connection: Connection, fresh: Iterable[Arrival]) -> None:
    rows = {row for each in fresh if isinstance(each.event, IncidentSnapshot) for row in _rows(each.event)}
    _PERSON_LOGS.run(connection, sorted(rows))


def named_by(log: IncidentSnapshot) -> set[Named]:
    """Whom and what it names, each as it stands in the index."""
    return {Named(Kind(kind), key) for _, kind, key, _ in _rows(log)}


def shared_with(connection: Connection, case: Key, named: Iterable[Named]) -> list[Shared]:
    """The other logs of the force that name any of these; of each at most MOST_LOGS, the last by reference."""
    return [
        found
        for each in sorted(named)
        for kind in _kinds_beside(each.kind)
        for found in _logs(connection, case, each, kind)
    ]


def _logs(connection: Connection, case: Key, here: Named, there: Kind) -> Iterator[Shared]:
    table, (force, ref) = person_logs.c, case
    query = select(table.ref).where(table.force == force, table.kind == there, table.key == here.key, table.ref != ref)
    for other in connection.scalars(query.order_by(table.ref.desc()).limit(MOST_LOGS)):
        yield Shared(other, here, there)


def _kinds_beside(kind: Kind) -> tuple[Kind, ...]:
    return (Kind.PLACE,) if kind is Kind.PLACE else (Kind.VICTIM, Kind.SUSPECT)


def _rows(log: IncidentSnapshot) -> Iterator[Row]:
    """On the way of every merge: plain, and short where a log names nobody."""
    force, ref, place = log.force, log.incident_ref, log.location
    for victim in log.victims:
        if victim.person_key:
            yield force, "victim", short(victim.person_key), ref
    for suspect in log.suspects:
        if suspect.person_key:
            yield force, "suspect", short(suspect.person_key), ref
    if place and place.lat is not None and place.lon is not None:  # some ten metres: an address, however it is rounded
        yield force, "place", short(f"{place.lat:.4f},{place.lon:.4f}"), ref


def short(key: str) -> str:
    return key if len(key) <= LONGEST else blake2b(key.encode(), digest_size=16).hexdigest()
