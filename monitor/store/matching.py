"""Crime records, linked to nothing, that may be those of an incident which waits for one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from sqlalchemy import Connection, and_, exists, func, select

from monitor.compliance.case import Crime
from monitor.compliance.cases import Cases
from monitor.contract.verdict import Status
from monitor.matching.compare import EARLIEST, LATEST
from monitor.matching.score import SHOWN_FROM, Scored, score
from monitor.matching.sides import Side, side_of_log, side_of_record
from monitor.matching.weights import learnt_weights
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.store.bulk import Key, keys
from monitor.store.crime_marks import RECORD, area_marks, person_mark, spot_marks
from monitor.store.desk_tables import person_logs
from monitor.store.engine import reading, recent
from monitor.store.knowledge import load_knowledge
from monitor.store.match_tables import crime_marks
from monitor.store.persons import Kind, short
from monitor.store.recent import Recent
from monitor.store.scope import Store
from monitor.store.tables import cases, dependencies, verdicts

WAITING = frozenset({Status.AWAITING_RECORD, Status.FEED_BEHIND, Status.UNRECORDED, Status.PARTLY_RECORDED})
AREA_HOURS = 72.0  # after the report, that records are looked for by beat alone
MOST_RECORDS = 500  # that are compared with one log: the first made
MOST_SHOWN = 5
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Match:
    log: Side
    crime: Crime
    found: Scored


@dataclass(frozen=True)
class Looking:
    """By which rules logs and records are read, and how late it is."""

    rulebook: Rulebook
    mappings: ForceMappings
    now: datetime


def matches_for(store: Store, key: Key, looking: Looking) -> list[Match] | None:
    """The likeliest first; None where the incident waits for no record, or is not known: nothing is looked for."""
    with reading(store) as connection:
        return find_matches(connection, key, looking, recent(store))


def waiting(store: Store) -> list[Key]:
    """All incidents that wait for a record, by force and reference. Reads every case: for measuring, not for pages."""
    query = select(cases.c.force, cases.c.ref).where(cases.c.status.in_([status.value for status in sorted(WAITING)]))
    with reading(store) as connection:
        return [(force, ref) for force, ref in connection.execute(query.order_by(cases.c.force, cases.c.ref))]


def find_matches(connection: Connection, key: Key, looking: Looking, known: Recent) -> list[Match] | None:
    if not _waits(connection, key):
        return None
    opened = _cases(connection, [key], looking, known)
    case = opened.case(key[1])
    if case is None:
        return None
    table = looking.rulebook.offences
    log = side_of_log(case, table)
    refs = _unlinked(connection, key[0], _found_by_marks(connection, key[0], log)) - case.ruling.rejected_links
    crimes = _crimes(connection, key[0], refs, looking, known)
    if not crimes:
        return []
    records = [side_of_record(crime, table) for crime in crimes.values()]
    per_day = _unlinked_per_day(connection, key[0], min(looking.now, log.at + _DAY))
    scored = score(log, records, learnt_weights(), _named(connection, key[0], log.persons), per_day)
    likely = [each for each in scored if each.probability >= SHOWN_FROM]
    return [Match(log, crimes[each.record.ref], each) for each in likely[:MOST_SHOWN]]


def _waits(connection: Connection, key: Key) -> bool:
    status = connection.scalar(select(cases.c.status).where(cases.c.force == key[0], cases.c.ref == key[1]))
    return status in WAITING


def _cases(connection: Connection, wanted: Iterable[Key], looking: Looking, known: Recent) -> Cases:
    """Of one force."""
    wanted = list(wanted)
    force = wanted[0][0]
    holdings = load_knowledge(connection, wanted, known).holdings[force]
    return Cases(holdings, looking.rulebook, looking.mappings.of(force))


def _found_by_marks(connection: Connection, force: str, log: Side) -> set[str]:
    """Records that name somebody whom the log names, or of the same place; and of its area, made soon after it."""
    near = {person_mark(key) for key in log.persons} | {*(spot_marks(log.place) if log.place else ())}
    areas = {*(area_marks(log.place) if log.place else ())}
    return {*_refs(connection, force, near, log.at, LATEST), *_refs(connection, force, areas, log.at, AREA_HOURS)}


def _refs(connection: Connection, force: str, marks: set[str], at: datetime, hours: float) -> list[str]:
    if not marks:
        return []
    these, own = keys(connection, [(force, mark) for mark in marks]), crime_marks.c
    same = and_(own.force == these.c.force, own.key == these.c.name)
    span = own.recorded_at.between(at + timedelta(hours=EARLIEST), at + timedelta(hours=hours))
    query = select(own.ref).select_from(these.join(crime_marks, and_(same, span)))
    return [*connection.scalars(query.order_by(own.recorded_at, own.ref).limit(MOST_RECORDS))]


def _unlinked(connection: Connection, force: str, refs: set[str]) -> set[str]:
    """Those that are in the verdict of no incident. Who only refers to a record is not linked to it."""
    these, on = keys(connection, [(force, ref) for ref in refs]), dependencies.c
    pairs = these.join(dependencies, and_(on.force == these.c.force, on.depends_on == these.c.name))
    judged = pairs.join(verdicts, and_(verdicts.c.force == on.force, verdicts.c.ref == on.dependent))
    rows = connection.execute(select(on.depends_on, verdicts.c.content).select_from(judged))
    return refs - {ref for ref, content in rows if ref in orjson.loads(content)["crime_refs"]}


def _crimes(connection: Connection, force: str, refs: set[str], looking: Looking, known: Recent) -> dict[str, Crime]:
    """As they stand, cancelled ones too; without those that are no crimes."""
    if not refs:
        return {}
    opened = _cases(connection, [(force, ref) for ref in sorted(refs)], looking, known)
    found = {ref: crime for ref in sorted(refs) if (crime := opened.crime(ref))}
    return {ref: crime for ref, crime in found.items() if not crime.left_aside}


def _unlinked_per_day(connection: Connection, force: str, until: datetime) -> float:
    """How many records of the day before this nothing refers to."""
    own, on = crime_marks.c, dependencies.c
    linked = exists().where(on.force == own.force, on.depends_on == own.ref)
    of_day = (own.force == force, own.key == RECORD, own.recorded_at.between(until - _DAY, until))
    return float(connection.scalar(select(func.count()).select_from(crime_marks).where(*of_day, ~linked)) or 0)


def _named(connection: Connection, force: str, persons: Iterable[str]) -> dict[str, int]:
    """How many logs name each."""
    known = {short(key): key for key in persons}
    own = person_logs.c
    roles = own.kind.in_([Kind.VICTIM.value, Kind.SUSPECT.value])
    of_them = (own.force == force, roles, own.key.in_(sorted(known)))
    query = select(own.key, func.count(own.ref.distinct())).where(*of_them).group_by(own.key)
    return {known[key]: number for key, number in connection.execute(query)}
