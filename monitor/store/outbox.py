"""What is to be sent: written in the transaction that found it, sent by the relay, at least once."""

from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson
from sqlalchemy import Engine, Row, bindparam, func, select, update

from monitor.contract.kept_json import kept_json
from monitor.contract.topics import Topic
from monitor.store.bulk import Insertion
from monitor.store.engine import reading, writing
from monitor.store.shapes import Kind, OutboxMessage
from monitor.store.tables import outbox

OUTBOX = Insertion(outbox, ("id", "kind", "topic", "key", "value", "headers", "created_at"))


def unsent(engine: Engine, limit: int = 500) -> list[OutboxMessage]:
    """The oldest that wait, ascending by number; of one incident in the order of its changes."""
    query = select(outbox).where(outbox.c.sent_at.is_(None)).order_by(outbox.c.number).limit(limit)
    with reading(engine) as connection:
        return [_message(row) for row in connection.execute(query)]


def mark_sent(engine: Engine, numbers: Iterable[int], at: datetime) -> None:
    """The broker has confirmed them. What was marked before is left as it is."""
    rows = [{"sent": number, "at": at} for number in numbers]
    if rows:
        with writing(engine) as connection:
            connection.execute(_MARK_SENT, rows)


def unsent_count(engine: Engine) -> int:
    with reading(engine) as connection:
        return connection.scalar(select(func.count()).where(outbox.c.sent_at.is_(None))) or 0


_MARK_SENT = (
    update(outbox)
    .where(outbox.c.number == bindparam("sent"), outbox.c.sent_at.is_(None))
    .values(sent_at=bindparam("at"))
)


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
