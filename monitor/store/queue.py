"""The queue: one narrow row for each incident that needs a person, written in the transaction of its review.

Every batch of changes has a version, and the transactions that change the queue come one after the other from where
they take it: who has read up to a version has missed nothing before it, whatever the clocks of the machines say.
A row that has left the queue stays, marked `gone`, so that readers learn of it.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Connection,
    Select,
    Update,
    and_,
    bindparam,
    or_,
    select,
    tuple_,
    type_coerce,
    union,
    update,
)

from monitor.store.bulk import Asked, Insertion, Key, Row, keys
from monitor.store.concerns import Concern, concerns_of, packed
from monitor.store.desk_tables import case_holders, desk_people
from monitor.store.engine import reading
from monitor.store.instants import to_micros
from monitor.store.judging import Judged
from monitor.store.knowledge import Knowledge
from monitor.store.matching import WAITING
from monitor.store.queue_tables import queue, queue_version
from monitor.store.scope import Scope, Store, within
from monitor.store.suggestions import Suggested, suggested
from monitor.store.tables import cases, dependencies, known_times, verdicts

_KEY = ("force", "ref")
_SHOWN = (
    "gone", "severity", "status", "deadline", "concerns", "findings", "type", "unit", "channel", "crime_refs",
    "opened_as", "holder",
)  # fmt: skip
_OF_SUGGESTION = {
    Suggested.COURSE_OF_CONDUCT: Concern.COURSE_OF_CONDUCT,
    Suggested.POSSIBLE_MATCH: Concern.POSSIBLE_MATCH,
}
PAGE = 5000


def _differs(old: Any, new: Any) -> ColumnElement[bool]:
    return or_(*(old[name] != new[name] for name in _SHOWN))


_QUEUE = Insertion(queue, (*_KEY, "version", *_SHOWN), replace=("version", *_SHOWN), only_if=_differs)


class QueueRow(NamedTuple):
    force: str
    ref: str
    version: int
    gone: bool
    severity: int
    status: str
    deadline: int  # microseconds since 1970: 100,000 of these are compared
    concerns: int
    findings: str
    type: str
    unit: str
    channel: str
    crime_refs: str
    opened_as: str
    holder: str

    @property
    def key(self) -> Key:
        return self.force, self.ref


def write_queue(connection: Connection, judged: Sequence[Judged], knowledge: Knowledge) -> None:
    """Who enters, changes in, or leaves the queue by this review."""
    news = [each for each in judged if each.differs or each.taken.due_event_time is not None]
    may_be_suggested = [each.taken.key for each in news if each.occasion or _waits(each)]
    beside = suggested(connection, may_be_suggested) if may_be_suggested else {}
    staying = [(each, bits) for each in news if (bits := _concerns(each, beside))]
    stays = {each.taken.key for each, _ in staying}
    leaving = [each.taken.key for each in news if each.taken.key not in stays and each.taken.told.status]
    if not staying and not leaving:
        return
    version = _next_version(connection)
    if staying:
        held = _holders(connection, stays)
        _QUEUE.run(connection, [_row(each, bits, knowledge, held, version) for each, bits in staying])
    if leaving:
        _LEAVING.of(connection, leaving, new_version=version)


def note_holder(connection: Connection, key: Key, holder: str | None) -> None:
    """To be called where a case changes hands, after that is written and in the same transaction."""
    version = _next_version(connection)
    row = (queue.c.force == key[0], queue.c.ref == key[1])
    connection.execute(update(queue).where(*row).values(holder=holder or "", version=version))


def changed_since(store: Store, version: int) -> Iterator[QueueRow]:
    """What changed after this version, those that left included; after 0 all that is in the queue.

    In order of version and whole versions, unless the reader stops early.
    """
    query = select(
        *(type_coerce(queue.c[name], BigInteger) if name == "deadline" else queue.c[name] for name in QueueRow._fields)
    )
    query = query.where(queue.c.version > version).order_by(queue.c.version)
    with reading(store) as connection:
        rows = connection.execute(query if version else query.where(~queue.c.gone))
        yield from (QueueRow(*row) for row in rows)


def standing_after(store: Store, scope: Scope, after: Key, limit: int) -> list[QueueRow]:
    """What is in the queue, by force and ref."""
    columns = (
        type_coerce(queue.c[name], BigInteger) if name == "deadline" else queue.c[name] for name in QueueRow._fields
    )
    beyond = (within(queue.c.force, scope), tuple_(queue.c.force, queue.c.ref) > after, ~queue.c.gone)
    query = select(*columns).where(*beyond).order_by(queue.c.force, queue.c.ref).limit(limit)
    with reading(store) as connection:
        return [QueueRow(*row) for row in connection.execute(query)]


def latest_version(store: Store) -> int:
    with reading(store) as connection:
        return connection.scalar(select(queue_version.c.version)) or 0


def verdicts_of(store: Store, wanted: Sequence[Key]) -> dict[Key, bytes]:
    """The verdicts (JSON) of these cases."""
    found: dict[Key, bytes] = {}
    for start in range(0, len(wanted), PAGE):
        with reading(store) as connection:
            found.update(_verdicts(connection, wanted[start : start + PAGE]))
    return found


def names_of(store: Store, subjects: Collection[str]) -> dict[str, str]:
    """By subject; of those that ever worked at a desk."""
    query = select(desk_people.c.subject, desk_people.c.name).where(desk_people.c.subject.in_(sorted(subjects)))
    with reading(store) as connection:
        rows = connection.execute(query.order_by(desk_people.c.seen_at))
        return {row.subject: row.name for row in rows}


def incidents_named(store: Store, scope: Scope, reference: str, limit: int = 20) -> list[Key]:
    """The incident of just this (canonical) reference, or those that the crime record of this reference bears on."""
    forces = select(known_times.c.force).where(within(known_times.c.force, scope))  # by force goes by index
    itself = select(cases.c.force, cases.c.ref).where(cases.c.force.in_(forces), cases.c.ref == reference)
    by_crime = select(cases.c.force, cases.c.ref).where(
        dependencies.c.force.in_(forces),
        dependencies.c.depends_on == reference,
        cases.c.force == dependencies.c.force,
        cases.c.ref == dependencies.c.dependent,
    )
    with reading(store) as connection:
        found = connection.execute(union(itself, by_crime).order_by("force", "ref").limit(limit))
        return [(force, ref) for force, ref in found]


def _verdicts(connection: Connection, wanted: Iterable[Key]) -> Iterator[tuple[Key, bytes]]:
    these = keys(connection, wanted)
    same = and_(verdicts.c.force == these.c.force, verdicts.c.ref == these.c.name)
    query = select(verdicts.c.force, verdicts.c.ref, verdicts.c.content).select_from(these.join(verdicts, same))
    for force, ref, content in connection.execute(query):
        yield (force, ref), content


def _concerns(judged: Judged, beside: Mapping[Key, frozenset[Suggested]]) -> int:
    """A possible match brings no incident into the queue, and is no matter where no record is waited for."""
    concerns, kinds = concerns_of(judged.verdict), set(beside.get(judged.taken.key, ()))
    if not (concerns and _waits(judged)):
        kinds.discard(Suggested.POSSIBLE_MATCH)
    return packed(concerns | {_OF_SUGGESTION[kind] for kind in kinds})


def _waits(judged: Judged) -> bool:
    return judged.verdict.status in WAITING


def _next_version(connection: Connection) -> int:
    return int(connection.execute(_NEXT_VERSION).scalar_one())


def _holders(connection: Connection, wanted: Iterable[Key]) -> dict[Key, str]:
    """Asked for under the lock of the version: whoever changes one meanwhile waits, and then changes the row."""
    return {(force, ref): holder for force, ref, holder in _HOLDERS.of(connection, wanted)}


def _holders_of(these: CTE) -> Select[Any]:
    of = case_holders
    same = and_(of.c.force == these.c.force, of.c.ref == these.c.name, of.c.holder.is_not(None))
    return select(of.c.force, of.c.ref, of.c.holder).select_from(these.join(of, same))


def _leaving(these: CTE) -> Update:
    named = tuple_(queue.c.force, queue.c.ref).in_(select(these.c.force, these.c.name))
    return update(queue).where(~queue.c.gone, named).values(gone=True, version=bindparam("new_version"))


_HOLDERS, _LEAVING = Asked(_holders_of), Asked(_leaving)
_NEXT_VERSION = update(queue_version).values(version=queue_version.c.version + 1).returning(queue_version.c.version)


def _row(judged: Judged, concerns: int, knowledge: Knowledge, held: Mapping[Key, str], version: int) -> Row:
    verdict = judged.verdict
    revisions = knowledge.holdings[judged.taken.force].revisions(judged.taken.ref)
    first, log = revisions[0], revisions[-1]
    return (
        *judged.taken.key,
        version,
        False,
        verdict.severity.rank,
        verdict.status.value,
        to_micros(verdict.deadline),
        concerns,
        " ".join(finding.code for finding in verdict.findings),
        log.closing_type or log.opening_type or "",
        log.unit or "",
        log.channel,
        "\n".join(verdict.crime_refs),
        first.opening_type or "",
        held.get(judged.taken.key, ""),
    )
