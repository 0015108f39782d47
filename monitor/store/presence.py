"""Who works with the store: each says every few seconds that it is there, and what it judges by.

Workers, web servers, and commands that change what is stored. Some work allows nobody else beside it. Whoever begins
writes its row first and looks for others then: of two that begin at once, one sees the other at least. Times are the
database's, so that no other machine's clock matters.
"""

import os
import socket
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import blake2b
from uuid import uuid4

from sqlalchemy import BigInteger, Connection, Engine, delete, func, select, text, type_coerce

from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.store.bulk import Insertion
from monitor.store.engine import reading, writing
from monitor.store.instants import from_micros, to_micros, wall_clock
from monitor.store.upkeep_tables import presences

SAY_EVERY = timedelta(seconds=5)
GONE_AFTER = timedelta(seconds=30)  # without a word

_COLUMNS = ("id", "kind", "host", "pid", "judges_by", "seen_at")
_PRESENT = Insertion(presences, _COLUMNS, replace=("seen_at",))
_NOW = text("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000000 AS BIGINT)")


class Work(StrEnum):
    WORKER = "worker"
    SHADOW = "shadow"  # a worker that tells nobody
    WEB = "web"
    REBUILD = "rebuild"
    COMMAND = "command"  # any other that changes what is stored


_NAMES = {Work.WEB: "web server"}


@dataclass(frozen=True, slots=True)
class Presence:
    kind: Work
    judges_by: str = ""  # see `judging_by`; empty: it judges nothing
    id: str = field(default_factory=lambda: uuid4().hex)
    host: str = field(default_factory=socket.gethostname)
    pid: int = field(default_factory=os.getpid)

    def __str__(self) -> str:
        return f"a {_NAMES.get(self.kind, self.kind.value)} on {self.host}, process {self.pid}"


class Occupied(Exception):  # noqa: N818 - a state to be told, not a mistake
    """Somebody else works with the store. Nothing was written."""

    def __init__(self, others: Collection[Presence]) -> None:
        super().__init__("; ".join(map(str, others)))
        self.others = tuple(others)


def judging_by(rulebook: Rulebook, mappings: ForceMappings) -> str:
    """The same for whoever judges alike."""
    known = sorted((force, sorted(mapping.types.items())) for force, mapping in mappings.forces.items())
    return f"{rulebook.name}; mappings:{blake2b(repr(known).encode(), digest_size=8).hexdigest()}"


def come(engine: Engine, who: Presence, unless: Collection[Work]) -> None:
    """Be present, unless somebody of these kinds is: then Occupied is raised, and one is not."""
    stay(engine, who)
    others = [each for each in present(engine) if each.kind in unless and each.id != who.id]
    if others:
        leave(engine, who)
        raise Occupied(others)


def stay(engine: Engine, who: Presence) -> None:
    """To be called every few seconds."""
    with writing(engine) as connection:
        row = (who.id, who.kind.value, who.host, who.pid, who.judges_by, to_micros(_now(connection)))
        _PRESENT.run(connection, [row])


def leave(engine: Engine, who: Presence) -> None:
    """What was left without a word long ago goes too."""
    with writing(engine) as connection:
        long_ago = _now(connection) - 10 * GONE_AFTER
        connection.execute(delete(presences).where((presences.c.id == who.id) | (presences.c.seen_at < long_ago)))


def present(engine: Engine) -> list[Presence]:
    with reading(engine) as connection:
        silent = func.abs(type_coerce(presences.c.seen_at, BigInteger) - to_micros(_now(connection)))
        heard = silent < GONE_AFTER // timedelta(microseconds=1)  # what seems to come was said before a clock was set
        rows = connection.execute(select(presences).where(heard).order_by(presences.c.kind, presences.c.id))
        return [Presence(Work(row.kind), row.judges_by, row.id, row.host, row.pid) for row in rows]


def _now(connection: Connection) -> datetime:
    """SQLite has no clock but the machine's."""
    return from_micros(int(connection.scalar(_NOW))) if connection.dialect.name == "postgresql" else wall_clock()
