"""Occasions of conduct in the database: written with the review of their logs, read whole by force."""

from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime
from zlib import crc32

import orjson
from sqlalchemy import Connection, delete, func, select, tuple_

from monitor.compliance.conduct import Occasion
from monitor.contract.kept_json import kept_json
from monitor.contract.verdict import rfc3339
from monitor.store.bulk import Asked, Insertion, Key, Row
from monitor.store.crime_marks import RECORD
from monitor.store.judging import Judged
from monitor.store.match_tables import crime_marks
from monitor.store.suggestion_tables import occasions

_OCCASIONS = Insertion(
    occasions,
    ("force", "ref", "content", "mark"),
    replace=("content", "mark"),
    only_if=lambda old, new: old.content != new.content,
)

_FORGET = Asked(
    lambda these: delete(occasions).where(
        tuple_(occasions.c.force, occasions.c.ref).in_(select(these.c.force, these.c.name))
    )
)

State = tuple[int, int, int]  # how many occasions a force has, the sum of their marks, how many unlinked records


def note_occasions(connection: Connection, judged: Sequence[Judged]) -> None:
    _OCCASIONS.run(connection, [_row(each.taken.key, each.occasion) for each in judged if each.occasion])
    forget_occasions(connection, [each.taken.key for each in judged if not each.occasion and each.taken.judged_at])


def forget_occasions(connection: Connection, logs: Collection[Key]) -> None:
    if logs:
        _FORGET.of(connection, logs)


def states(connection: Connection) -> dict[str, State]:
    """By force: another state than before says that an occasion came, went or changed, or an unlinked record came."""
    query = select(occasions.c.force, func.count(), func.sum(occasions.c.mark)).group_by(occasions.c.force)
    own = crime_marks.c
    unlinked = select(own.force, func.count()).where(own.key == RECORD).group_by(own.force)
    records = {force: number for force, number in connection.execute(unlinked)}  # noqa: C416 - rows, not pairs
    return {force: (number, int(marks), records.get(force, 0)) for force, number, marks in connection.execute(query)}


def occasions_of(connection: Connection, force: str) -> Iterator[Occasion]:
    for ref, content in connection.execute(
        select(occasions.c.ref, occasions.c.content).where(occasions.c.force == force)
    ):
        yield _occasion(ref, orjson.loads(content))


def _row(key: Key, occasion: Occasion) -> Row:
    content = kept_json(
        {
            "reported_at": rfc3339(occasion.reported_at),
            "victims": sorted(occasion.victims),
            "suspects": sorted(occasion.suspects),
            "concern": occasion.concern,
            "decided": occasion.decided,
            "recorded": occasion.recorded,
        }
    )
    return *key, content, crc32(content) & 0x7FFFFFFF


def _occasion(ref: str, content: dict[str, object]) -> Occasion:
    return Occasion(
        reported_at=datetime.fromisoformat(str(content["reported_at"])).astimezone(UTC),
        ref=ref,
        victims=frozenset(content["victims"]),  # type: ignore[call-overload]
        suspects=frozenset(content["suspects"]),  # type: ignore[call-overload]
        concern=bool(content["concern"]),
        decided=bool(content["decided"]),
        recorded=bool(content["recorded"]),
    )
