"""What is to be sent: written in the transaction that found it, sent by the relay, at least once."""

from base64 import b64decode, b64encode
from bisect import bisect
from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import accumulate

import orjson
from sqlalchemy import Engine, Row, bindparam, func, literal, select, update

from monitor.contract.kept_json import kept_json
from monitor.contract.topics import Topic
from monitor.store.bulk import Insertion
from monitor.store.engine import reading, writing
from monitor.store.shapes import Kind, OutboxMessage
from monitor.store.tables import outbox

OUTBOX = Insertion(outbox, ("id", "kind", "topic", "key", "value", "headers", "created_at"))
MOST_BYTES = 16 * 1024 * 1024  # that are handed out at once

_WAITS = outbox.c.sent_at.is_(None)
_PARTS = (outbox.c.key, outbox.c.value, outbox.c.headers)
_SIZE = sum((func.coalesce(func.length(part), 0) for part in _PARTS), start=literal(0))
_SIZES = select(outbox.c.number, _SIZE.label("size")).order_by(outbox.c.number)


def unsent(
    engine: Engine, limit: int = 500, most_bytes: int = MOST_BYTES, topic: Topic | None = None
) -> list[OutboxMessage]:
    """The oldest that wait (for that topic), ascending by number; of one incident in the order of its changes.

    No more than `limit`, nor than `most_bytes` together; but one at least.
    """
    waits = _WAITS if topic is None else _WAITS & (outbox.c.topic == topic.value)
    with reading(engine) as connection:
        sizes = connection.execute(_SIZES.where(waits).limit(limit)).all()
        if not sizes:
            return []
        so_many = max(1, bisect(list(accumulate(row.size for row in sizes)), most_bytes))
        query = select(outbox).where(waits, outbox.c.number <= sizes[so_many - 1].number)
        return [_message(row) for row in connection.execute(query.order_by(outbox.c.number).limit(so_many))]


def mark_sent(engine: Engine, numbers: Iterable[int], at: datetime) -> None:
    """The broker has confirmed them. What was marked before is left as it is."""
    rows = [{"sent": number, "at": at} for number in numbers]
    if rows:
        with writing(engine) as connection:
            connection.execute(_MARK_SENT, rows)


def unsent_count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).where(_WAITS)) or 0


def unsent_by_kind(engine: Engine) -> dict[Kind, int]:
    """Of each kind, also where none wait."""
    query = select(outbox.c.kind, func.count()).where(_WAITS).group_by(outbox.c.kind)
    with reading(engine) as connection:
        return dict.fromkeys(Kind, 0) | {Kind(kind): number for kind, number in connection.execute(query)}


_MARK_SENT = update(outbox).where(outbox.c.number == bindparam("sent"), _WAITS).values(sent_at=bindparam("at"))


def packed(headers: Sequence[tuple[str, bytes]]) -> bytes:
    return kept_json([(name, b64encode(value or b"").decode()) for name, value in headers])


def _message(row: Row[tuple[object, ...]]) -> OutboxMessage:
    headers = ((name, b64decode(value)) for name, value in orjson.loads(row.headers))
    return OutboxMessage(
        number=row.number,
        id=row.id,
        kind=Kind(row.kind),
        topic=Topic(row.topic),
        key=row.key,
        value=row.value,
        headers=(*headers, ("id", row.id.encode())),
        created_at=row.created_at,
    )
