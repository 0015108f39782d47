"""For which incidents of the queue there is a possible match: asked one after the other, again and again.

The page of an incident asks anew each time. Here what differs from what was found last is written, and the case becomes
due, so that its review marks its row of the queue. Whatever changed in the queue is asked for soon,
and all of it in turn, since a record may have come.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, and_, select, tuple_

from monitor.contract.events import Decision
from monitor.contract.kept_json import kept_json
from monitor.store.arrivals import Arrival
from monitor.store.bulk import Key, keys
from monitor.store.engine import reading, recent
from monitor.store.matching import WAITING, Looking, find_matches
from monitor.store.paging import BEGINNING
from monitor.store.queue_tables import queue, queue_version
from monitor.store.suggestion_tables import suggestions
from monitor.store.suggestions import Suggested, take_back, write_suggestions

AT_ONCE = 10  # incidents, of the news and of the round each
_KIND = Suggested.POSSIBLE_MATCH
_LINKS = ("accept_link", "reject_link")


@dataclass
class Round:
    """How far the looking has come. It begins with what was suggested before, for that may be gone."""

    seen: int | None = None  # the version of the queue up to which all changes are among the news, or were
    news: list[Key] = field(default_factory=list)
    after: Key = BEGINNING


def look_on(engine: Engine, looking: Looking, round_: Round, enough: Callable[[], bool]) -> None:
    """Ask for some more incidents, and write what has changed; at least for a few, if there are any."""
    _hear_news(engine, round_)
    while page := _next_page(engine, round_):
        with reading(engine) as connection:
            found = {key: _found(connection, engine, key, looking) for key in page}
            stands = _standing(connection, page)
        changed = {key: content for key, content in found.items() if content and stands.get(key) != content}
        gone = [key for key in page if key in stands and not found[key]]
        write_suggestions(engine, _KIND, changed, gone)
        if enough():
            return


def forget_matches(connection: Connection, fresh: Iterable[Arrival]) -> None:
    """Where a registrar has just linked or rejected a record: what else there may be is found by the next look."""
    decided = [each.event for each in fresh if isinstance(each.event, Decision) and each.event.action in _LINKS]
    if decided:
        take_back(connection, _KIND, [(each.force, each.incident_ref) for each in decided])


def _hear_news(engine: Engine, round_: Round) -> None:
    with reading(engine) as connection:
        latest = connection.scalar(select(queue_version.c.version)) or 0
        if round_.seen is None:
            own = suggestions.c
            query = select(own.force, own.ref).where(own.kind == _KIND.value)
        else:
            query = select(queue.c.force, queue.c.ref).where(queue.c.version > round_.seen)
        known = set(round_.news)
        round_.news += [(force, ref) for force, ref in connection.execute(query) if (force, ref) not in known]
        round_.seen = latest


def _next_page(engine: Engine, round_: Round) -> list[Key]:
    """Some of the news and some of the round, so that neither waits for the other; none where both end."""
    news, round_.news = round_.news[:AT_ONCE], round_.news[AT_ONCE:]
    return [*dict.fromkeys((*news, *_further(engine, round_)))]


def _further(engine: Engine, round_: Round) -> list[Key]:
    """After the last it begins anew with the next look."""
    own = queue.c
    waits = (~own.gone, own.status.in_(sorted(WAITING)), tuple_(own.force, own.ref) > round_.after)
    query = select(own.force, own.ref).where(*waits).order_by(own.force, own.ref).limit(AT_ONCE)
    with reading(engine) as connection:
        page = [(force, ref) for force, ref in connection.execute(query)]
    round_.after = page[-1] if page else BEGINNING
    return page


def _found(connection: Connection, engine: Engine, key: Key, looking: Looking) -> bytes | None:
    matches = find_matches(connection, key, looking, recent(engine))
    return kept_json({"crime_refs": [each.crime.ref for each in matches]}) if matches else None


def _standing(connection: Connection, wanted: Iterable[Key]) -> dict[Key, bytes]:
    these, own = keys(connection, wanted), suggestions.c
    same = and_(own.force == these.c.force, own.ref == these.c.name, own.kind == _KIND.value)
    rows = connection.execute(select(own.force, own.ref, own.content).select_from(these.join(suggestions, same)))
    return {(force, ref): content for force, ref, content in rows}
