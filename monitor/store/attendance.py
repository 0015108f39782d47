"""Being present in the store for as long as one works with it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event, Thread

from sqlalchemy import Engine

from monitor.errors import UserError
from monitor.store.engine import DatabaseAway
from monitor.store.presence import SAY_EVERY, Occupied, Presence, Work, come, leave, stay

_log = logging.getLogger(__name__)


@contextmanager
def attending(engine: Engine, kind: Work, judges_by: str = "") -> Iterator[None]:
    """Raises UserError during a rebuild, for a shadow beside workers, or if the database does not answer."""
    who = Presence(kind, judges_by)
    try:
        come(engine, who, unless=_NOT_BESIDE.get(kind, {Work.REBUILD}))
    except Occupied as occupied:
        raise UserError(_why_not(who, occupied.others[0])) from None
    except DatabaseAway as away:
        raise UserError(f"The database does not answer ({away}); see to it, or change MONITOR_DATABASE_URL.") from None
    with staying(engine, who):
        yield


# What a shadow judged counts as told: of one store, either shadows work or those that tell.
_NOT_BESIDE = {Work.WORKER: {Work.REBUILD, Work.SHADOW}, Work.SHADOW: {Work.REBUILD, Work.WORKER}}


def _why_not(who: Presence, other: Presence) -> str:
    if other.kind is Work.REBUILD:
        return "`monitor rebuild` is at work on this database: wait until it has ended."
    if who.kind is Work.SHADOW:
        return (
            f"There is {other} that raises alerts from this database, and a shadow would keep them from being told: "
            "name another in MONITOR_DATABASE_URL."
        )
    return (
        f"There is {other} on this database, which keeps alerts from being told: stop it, or give it a database of "
        "its own, and start this worker half a minute later."
    )


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
        try:
            stay(engine, who)
        except DatabaseAway:  # who cannot say it cannot write anything else either
            pass
        except Exception:  # such as a table that is just being changed: work goes on, and so must this
            _log.exception("The database was not told who works with it; it is told again.")
