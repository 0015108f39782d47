"""Whether an incident is still what it was when somebody looked at it."""

from dataclasses import dataclass

from sqlalchemy import Engine, select

from monitor.store.bulk import Key
from monitor.store.casework import holder_of
from monitor.store.decisions import Version, version_of
from monitor.store.engine import reading
from monitor.store.tables import cases


@dataclass(frozen=True, slots=True)
class Glance:
    version: Version
    handovers: int  # how often it changed hands
    due: bool  # an event waits to be judged


def glance(engine: Engine, key: Key) -> Glance | None:
    """None where there is no such incident."""
    with reading(engine) as connection:
        query = select(cases.c.due_since).where(cases.c.force == key[0], cases.c.ref == key[1])
        row = connection.execute(query).first()
        if row is None:
            return None
        return Glance(version_of(connection, key), holder_of(connection, key).changes, row.due_since is not None)
