"""Being present in the store for as long as one works with it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import Engine

from monitor.errors import UserError
from monitor.store.engine import DatabaseAway
from monitor.store.presence import SAY_EVERY, Occupied, Presence, Work, come, leave, stay


@contextmanager
def attending(engine: Engine, kind: Work, judges_by: str = "") -> Iterator[None]:
    """Raises UserError while the store is made anew, or if the database does not answer."""
    who = Presence(kind, judges_by)
    try:
        come(engine, who, unless={Work.REBUILD})
    except Occupied:
        raise UserError("`monitor rebuild` is at work on this database: wait until it has ended.") from None
    except DatabaseAway as away:
        raise UserError(f"The database does not answer ({away}); see to it, or change MONITOR_DATABASE_URL.") from None
    with staying(engine, who):
        yield


@contextmanager
def staying(engine: Engine, who: Presence) -> Iterator[None]:
    """For who has come already."""
    ended = Event()
    thread = Thread(target=_stay, args=(engine, who, ended), name="attendance", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(SAY_EVERY.total_seconds())
        with suppress(DatabaseAway):
            leave(engine, who)


def _stay(engine: Engine, who: Presence, ended: Event) -> None:
    while not ended.wait(SAY_EVERY.total_seconds()):
        with suppress(DatabaseAway):  # who cannot say it cannot write anything else either
            stay(engine, who)
