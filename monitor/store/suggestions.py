"""What is suggested to a person beside the verdicts. It silences nothing and changes no verdict.

The worker that leads looks at all occasions of a force whenever one has changed, and writes what differs. The cases
that this bears on become due, so that their review puts them into the queue or takes them out.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

import orjson
from sqlalchemy import CTE, Connection, Engine, Select, and_, bindparam, delete, func, select, update

from monitor.compliance.case import Crime
from monitor.compliance.conduct import Course, courses, occasion_of_record
from monitor.contract.kept_json import kept_json
from monitor.contract.verdict import rfc3339
from monitor.rulebook import Rulebook
from monitor.store.bulk import Asked, Insertion, Key, keys
from monitor.store.crime_marks import person_mark
from monitor.store.engine import reading, recent, writing
from monitor.store.instants import wall_clock
from monitor.store.knowledge import load_knowledge
from monitor.store.match_tables import crime_marks
from monitor.store.occasions import State, occasions_of, states
from monitor.store.recent import Recent
from monitor.store.suggestion_tables import suggestions
from monitor.store.tables import cases


class Suggested(StrEnum):
    COURSE_OF_CONDUCT = "course_of_conduct"
    POSSIBLE_MATCH = "possible_match"


_SUGGESTIONS = Insertion(suggestions, ("force", "ref", "kind", "content"), replace=("content",))
Contents = dict[str, bytes]  # by ref


def bring_up_to_date(engine: Engine, rulebook: Rulebook, seen: Mapping[str, State]) -> dict[str, State]:
    """Of every force whose occasions are not as they were `seen`. Answers how they are now.

    Who has seen none looks also at forces that have suggestions, and it may be no occasions any more.
    """
    with reading(engine) as connection:
        now = states(connection)
        changed = {force for force in now.keys() | seen.keys() if now.get(force) != seen.get(force)}
        if not seen:
            changed.update(connection.scalars(select(suggestions.c.force).distinct()))
    for force in sorted(changed):
        _update(engine, rulebook, force)
    return now


def suggested(connection: Connection, wanted: Iterable[Key]) -> dict[Key, frozenset[Suggested]]:
    found: dict[Key, frozenset[Suggested]] = {}
    for force, ref, kind in _KINDS.of(connection, wanted):
        found[force, ref] = found.get((force, ref), frozenset()) | {Suggested(kind)}
    return found


def _kinds(these: CTE) -> Select[Any]:
    own = suggestions.c
    same = and_(own.force == these.c.force, own.ref == these.c.name)
    return select(own.force, own.ref, own.kind).select_from(these.join(suggestions, same))


_KINDS = Asked(_kinds)


def earlier_logs(connection: Connection, key: Key) -> tuple[str, ...]:
    """Refs of the logs that may be one course of conduct with this one, the last of it; by time."""
    own = suggestions.c
    is_it = (own.force == key[0], own.ref == key[1], own.kind == Suggested.COURSE_OF_CONDUCT.value)
    content = connection.scalar(select(own.content).where(*is_it))
    return tuple(orjson.loads(content)["earlier"]) if content else ()


def _update(engine: Engine, rulebook: Rulebook, force: str) -> None:
    with reading(engine) as connection:
        found = _courses(connection, rulebook, force, recent(engine))
        ought = {course.last.ref: _content(course) for course in found}
        stands = _standing(connection, force)
    changed = {(force, ref): content for ref, content in ought.items() if stands.get(ref) != content}
    gone = [(force, ref) for ref in stands.keys() - ought.keys()]
    write_suggestions(engine, Suggested.COURSE_OF_CONDUCT, changed, gone)


def write_suggestions(engine: Engine, kind: Suggested, changed: Mapping[Key, bytes], gone: Sequence[Key]) -> None:
    """And make due the cases that they bear on."""
    if not changed and not gone:
        return
    with writing(engine) as connection:
        _SUGGESTIONS.run(connection, [(*key, kind.value, content) for key, content in sorted(changed.items())])
        if gone:
            take_back(connection, kind, gone)
        at = wall_clock()
        connection.execute(_MAKE_DUE, [{"f": force, "r": ref, "at": at} for force, ref in sorted({*changed, *gone})])


def take_back(connection: Connection, kind: Suggested, gone: Sequence[Key]) -> None:
    """At least one."""
    connection.execute(_TAKE_BACK, [{"f": force, "r": ref, "k": kind.value} for force, ref in sorted(gone)])


def _courses(connection: Connection, rulebook: Rulebook, force: str, known: Recent) -> list[Course]:
    """Without those of which a conduct crime is recorded, be it with no log at all."""
    told = [*occasions_of(connection, force)]
    found = [*courses(told)]
    persons = {key for course in found for key in course.last.victims | course.last.suspects}
    refs = _refs_naming(connection, force, persons)
    if not refs:
        return found
    holdings = load_knowledge(connection, [(force, ref) for ref in refs], known).holdings[force]
    records = (record for ref in sorted(refs) if (record := holdings.crime(ref)))
    crimes = (Crime(record, rulebook.offences.facts(record.offence)) for record in records)
    recorded = [occasion for crime in crimes if (occasion := occasion_of_record(crime))]
    return [*courses([*told, *recorded])] if recorded else found


def _refs_naming(connection: Connection, force: str, persons: Iterable[str]) -> set[str]:
    """Crime records that state no link and name any of these persons."""
    these, own = keys(connection, [(force, person_mark(key)) for key in persons]), crime_marks.c
    same = and_(own.force == these.c.force, own.key == these.c.name)
    return {*connection.scalars(select(own.ref).select_from(these.join(crime_marks, same)))}


def _standing(connection: Connection, force: str) -> Contents:
    own = suggestions.c
    query = select(own.ref, own.content).where(own.force == force, own.kind == Suggested.COURSE_OF_CONDUCT.value)
    return {row.ref: row.content for row in connection.execute(query)}


def _content(course: Course) -> bytes:
    return kept_json(
        {
            "reported_at": rfc3339(course.last.reported_at),
            "earlier": [each.ref for each in course.earlier],
        }
    )


_TAKE_BACK = delete(suggestions).where(
    suggestions.c.force == bindparam("f"), suggestions.c.ref == bindparam("r"), suggestions.c.kind == bindparam("k")
)
_MAKE_DUE = (
    update(cases)
    .where(cases.c.force == bindparam("f"), cases.c.ref == bindparam("r"))
    .values(
        due_since=func.coalesce(cases.c.due_since, bindparam("at", type_=cases.c.due_since.type)),
        due_event_time=func.coalesce(cases.c.due_event_time, bindparam("at", type_=cases.c.due_event_time.type)),
    )
)
