"""Sessions of the web pages. `now` is the machine's time: a clock that stands still must keep nobody signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from monitor.store.engine import reading, writing
from monitor.store.tables import web_sessions as table


@dataclass(frozen=True, slots=True)
class StoredSession:
    content: bytes
    seen_at: datetime
    expires_at: datetime


def read_session(engine: Engine, token_digest: bytes, now: datetime) -> StoredSession | None:
    query = select(table.c.content, table.c.seen_at, table.c.expires_at)
    query = query.where(table.c.token_digest == token_digest, table.c.expires_at > now)
    with reading(engine) as connection:
        row = connection.execute(query).first()
    return StoredSession(row.content, row.seen_at, row.expires_at) if row else None


def begin_session(engine: Engine, token_digest: bytes, session: StoredSession, replaces: bytes | None) -> None:
    """The one it replaces ends with it, and so does what has expired."""
    with writing(engine) as connection:
        ended = table.c.expires_at <= session.seen_at
        connection.execute(delete(table).where(ended | (table.c.token_digest == replaces) if replaces else ended))
        connection.execute(
            insert(table).values(
                token_digest=token_digest,
                content=session.content,
                seen_at=session.seen_at,
                expires_at=session.expires_at,
            )
        )


def session_seen(engine: Engine, token_digest: bytes, now: datetime, expires_at: datetime) -> None:
    with writing(engine) as connection:
        connection.execute(
            update(table).where(table.c.token_digest == token_digest).values(seen_at=now, expires_at=expires_at)
        )


def end_session(engine: Engine, token_digest: bytes) -> None:
    with writing(engine) as connection:
        connection.execute(delete(table).where(table.c.token_digest == token_digest))
