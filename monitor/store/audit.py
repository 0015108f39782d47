"""The audit log: who looked at what, and who decided what. Only ever added to; a chain of hashes for each force.

An entry's hash is SHA-256 over the hash before it and its own canonical JSON, so that no entry can be changed, taken
out or put in between without changing every hash after it. That the end was not cut off, or the whole chain not made
anew, is held against the heads that go to the topic `recording-audit-heads` (see audit_check.py).

Only the audit log takes the lock on a force's head, always last in its transaction: no merge or review waits for it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from sqlalchemy import Connection, Engine, Row, bindparam, insert, select, update

from monitor.contract.audit import AuditHead
from monitor.contract.codec import canonical
from monitor.contract.topics import Topic
from monitor.contract.verdict import rfc3339
from monitor.store.bulk import Insertion
from monitor.store.desk_tables import audit_entries, audit_heads
from monitor.store.engine import reading, writing
from monitor.store.instants import to_micros, wall_clock
from monitor.store.outbox import OUTBOX, packed
from monitor.store.people import Actor, note_actor
from monitor.store.scope import Scope, within
from monitor.store.shapes import Kind

GENESIS = bytes(32)  # the hash before the first
NO_FORCE = "-"  # the chain of what concerns no force, such as signing in
TELL_EVERY = 100  # entries, or
TELL_WITHIN = timedelta(minutes=10)
PAGE = 1000

_FIRST = Insertion(audit_heads, ("force", "number", "hash", "at", "told", "told_at"))
_INSERT = insert(audit_entries)
_HEAD = select(audit_heads).where(audit_heads.c.force == bindparam("f")).with_for_update()
_MOVE = (
    update(audit_heads)
    .where(audit_heads.c.force == bindparam("f"))
    .values(number=bindparam("n"), hash=bindparam("h"), at=bindparam("a"), told=bindparam("t"), told_at=bindparam("ta"))
)


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did, to be entered. `detail` is JSON."""

    force: str
    action: str
    by: Actor
    incident_ref: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)

    def with_detail(self, **more: Any) -> "Deed":
        return replace(self, detail={**self.detail, **more})


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it stands: its content is canonical JSON."""

    force: str
    number: int
    at: datetime
    incident_ref: str | None
    content: bytes
    hash: bytes


@dataclass(frozen=True, slots=True)
class _Head:
    number: int
    hash: bytes
    told: int
    told_at: datetime


def append(engine: Engine, deed: Deed) -> Entry:
    """One entry in a transaction of its own."""
    with writing(engine) as connection:
        return append_within(connection, deed)


def append_within(connection: Connection, deed: Deed, *, tell: bool = False) -> Entry:
    """One entry in a transaction that does more; call it last. `tell`: the head goes to its topic at once."""
    head = _locked_head(connection, deed.force)
    entry = _entry(deed, head, wall_clock())
    connection.execute(_INSERT, asdict(entry))
    note_actor(connection, deed.force, deed.by, entry.at)
    tell = tell or entry.number - head.told >= TELL_EVERY or entry.at - head.told_at >= TELL_WITHIN
    told, told_at = (entry.number, entry.at) if tell else (head.told, head.told_at)
    moved = {"n": entry.number, "h": entry.hash, "a": entry.at, "t": told, "ta": told_at}
    connection.execute(_MOVE, {"f": deed.force, **moved})
    if tell:
        _tell(connection, deed.force, entry.number, entry.hash, entry.at)
    return entry


def tell_heads(engine: Engine) -> int:
    """Send the heads of forces that fell silent before they were due to be told; answers how many."""
    late = audit_heads.c.told_at <= wall_clock() - TELL_WITHIN
    query = select(audit_heads).where(audit_heads.c.number > audit_heads.c.told, late).with_for_update()
    with reading(engine) as connection:
        if not connection.execute(query.with_only_columns(audit_heads.c.force).limit(1)).first():
            return 0
    with writing(engine) as connection:
        rows = connection.execute(query).all()
        for row in rows:
            told = update(audit_heads).where(audit_heads.c.force == row.force)
            connection.execute(told.values(told=row.number, told_at=wall_clock()))
            _tell(connection, row.force, row.number, row.hash, row.at)
    return len(rows)


def entries(engine: Engine, force: str, after: int = 0, incident_ref: str | None = None) -> Iterator[Entry]:
    """In the order of their numbers, read in pages: a slow reader holds up nobody."""
    while page := _page(engine, force, after, incident_ref):
        yield from page
        after = page[-1].number


def latest(engine: Engine, force: str, before: int | None, incident_ref: str | None, limit: int) -> list[Entry]:
    """The newest first, of those before a number."""
    query = select(audit_entries).where(audit_entries.c.force == force)
    if before is not None:
        query = query.where(audit_entries.c.number < before)
    if incident_ref is not None:
        query = query.where(audit_entries.c.incident_ref == incident_ref)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(audit_entries.c.number.desc()).limit(limit))
        return [_entry_of(row) for row in rows]


def heads(engine: Engine, scope: Scope) -> list[AuditHead]:
    """The last entry of each force that has any, as the topic of heads would have it."""
    query = select(audit_heads).where(audit_heads.c.number > 0, within(audit_heads.c.force, scope))
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(audit_heads.c.force))
        return [AuditHead(force=row.force, number=row.number, hash=row.hash.hex(), at=row.at) for row in rows]


def forces(engine: Engine) -> list[str]:
    """Those that have an audit log, or should."""
    with reading(engine) as connection:
        heads = connection.scalars(select(audit_heads.c.force)).all()
        return sorted({*heads, *connection.scalars(select(audit_entries.c.force).distinct())})


def exported(entry: Entry) -> bytes:
    """A line of the export: the SHA-256 of the line before's hash and the entry in canonical JSON is its hash."""
    return orjson.dumps({"hash": entry.hash.hex(), "entry": orjson.loads(entry.content)}, option=orjson.OPT_SORT_KEYS)


def next_hash(before: bytes, content: bytes) -> bytes:
    return sha256(before + content).digest()


def _locked_head(connection: Connection, force: str) -> _Head:
    row = connection.execute(_HEAD, {"f": force}).first()
    if row is None:
        at = to_micros(wall_clock())
        _FIRST.run(connection, [(force, 0, GENESIS, at, 0, at)])
        row = connection.execute(_HEAD, {"f": force}).one()
    return _Head(row.number, row.hash, row.told, row.told_at)


def _entry(deed: Deed, head: _Head, at: datetime) -> Entry:
    number = head.number + 1
    who = {"by": deed.by.subject, "name": deed.by.name, "role": deed.by.role}
    said = {"action": deed.action, **who, "detail": dict(deed.detail)}
    place = {"force": deed.force, "number": number, "at": rfc3339(at), "incident_ref": deed.incident_ref}
    content = canonical(place | said)
    return Entry(deed.force, number, at, deed.incident_ref, content, next_hash(head.hash, content))


def _tell(connection: Connection, force: str, number: int, digest: bytes, at: datetime) -> None:
    head = AuditHead(force=force, number=number, hash=digest.hex(), at=at)
    name, topic = f"audit/{force}/{number}", Topic.AUDIT_HEADS.value
    value = head.model_dump_json().encode()
    OUTBOX.run(connection, [(name, Kind.AUDIT_HEAD.value, topic, force.encode(), value, packed([]), to_micros(at))])


def _page(engine: Engine, force: str, after: int, incident_ref: str | None) -> list[Entry]:
    query = select(audit_entries).where(audit_entries.c.force == force, audit_entries.c.number > after)
    if incident_ref is not None:
        query = query.where(audit_entries.c.incident_ref == incident_ref)
    with reading(engine) as connection:
        rows = connection.execute(query.order_by(audit_entries.c.number).limit(PAGE))
        return [_entry_of(row) for row in rows]


def _entry_of(row: Row[Any]) -> Entry:
    return Entry(row.force, row.number, row.at, row.incident_ref, row.content, row.hash)
