"""Who works at the desk of a force: noted with whatever they do there."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, select

from monitor.store.bulk import Insertion
from monitor.store.desk_tables import desk_people
from monitor.store.engine import reading
from monitor.store.instants import to_micros

_PEOPLE = Insertion(desk_people, ("force", "subject", "name", "role", "seen_at"), replace=("name", "role", "seen_at"))


@dataclass(frozen=True, slots=True)
class Actor:
    subject: str  # stable and unique: what decisions and the audit log name
    name: str
    role: str


def note_actor(connection: Connection, force: str, actor: Actor, at: datetime) -> None:
    _PEOPLE.run(connection, [(force, actor.subject, actor.name, actor.role, to_micros(at))])


def names(connection: Connection, force: str) -> dict[str, str]:
    """The names of all who ever worked at the desk of this force, by subject."""
    rows = connection.execute(select(desk_people.c.subject, desk_people.c.name).where(desk_people.c.force == force))
    return {row.subject: row.name for row in rows}


def colleagues(connection: Connection, force: str, roles: Collection[str]) -> list[Actor]:
    """Those of these roles who ever worked at the desk of this force, by name."""
    of = (desk_people.c.force == force, desk_people.c.role.in_(sorted(roles)))
    query = select(desk_people).where(*of).order_by(desk_people.c.name, desk_people.c.subject)
    return [Actor(row.subject, row.name, row.role) for row in connection.execute(query)]


def colleagues_of(engine: Engine, force: str, roles: Collection[str]) -> list[Actor]:
    with reading(engine) as connection:
        return colleagues(connection, force, roles)
