"""What was purged: revisions that were received and are not kept. Read again from a topic, they are repeats."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import CTE, Connection, Select, and_, bindparam, select

from monitor.contract.topics import Topic
from monitor.store.bulk import Asked, Insertion, Key, Row
from monitor.store.instants import to_micros, wall_clock
from monitor.store.upkeep_tables import purged_revisions

CONDENSED = -2  # the partition and offset of a revision that a purge made

_table = purged_revisions.c
_ANY = select(_table.force).limit(1)
_PURGED = Insertion(purged_revisions, ("force", "ref", "topic", "revision", "digest", "purged_at"))


def note_purged(connection: Connection, topic: Topic, revisions: Iterable[tuple[str, str, int, bytes]]) -> None:
    """By force, ref, revision and digest of the content."""
    at = to_micros(wall_clock())
    rows: list[Row] = [(force, ref, topic.value, revision, digest, at) for force, ref, revision, digest in revisions]
    _PURGED.run(connection, sorted(rows))


def purged_versions(connection: Connection, topic: Topic, wanted: Iterable[Key]) -> Iterable[Any]:
    """Force, ref, revision and digest of what was purged of these.

    To be asked after what is kept was: a purge that commits in between is then seen twice, and not missed.
    """
    if connection.execute(_ANY).first() is None:
        return ()
    return _PURGED_OF.of(connection, wanted, of_topic=topic.value)


def _purged_of(these: CTE) -> Select[Any]:
    matches = and_(_table.force == these.c.force, _table.ref == these.c.name, _table.topic == bindparam("of_topic"))
    query = select(_table.force, _table.ref, _table.revision, _table.digest)
    return query.select_from(these.join(purged_revisions, matches))


_PURGED_OF = Asked(_purged_of)
