"""Opening the database, and transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, ExceptionContext, create_engine, event, exc, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from monitor.errors import UserError
from monitor.store.migrations import migrate
from monitor.store.recent import Recent
from monitor.store.turns import Turns

BUSY_SECONDS = 10  # how long to wait for another process that writes
CONNECT_SECONDS = 10
# Milliseconds. A statement that PostgreSQL ends is tried again as one that it did not answer.
_TIMEOUTS = {"statement_timeout": 60_000, "lock_timeout": 10_000}
# Internal errors, as psycopg calls them, that pass: it ended a transaction that stood idle; it takes no writes, as one
# that became a standby.
_PASSES = {"25P03", "25006"}
# Operational errors that no waiting ends: what was given is too large for PostgreSQL, such as a name for an index.
_TOO_LARGE = "54"
# What psycopg calls programming errors: there is no such table or column, or no right to it; there is no such schema.
_UNFIT = ("42", "3F")
# What it refuses for what stands in it: data errors, and rows that break a constraint.
_REFUSED = ("22", "23")
# A host that vanished is noticed within half a minute, not after the hours that TCP would wait.
_KEEPALIVE = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
IDLE_SECONDS = 15  # within a transaction that writes: a process that was halted there must not hold up the others
_PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",  # what is acked to the broker must outlive a power cut; batches make it cheap
    "wal_autocheckpoint=8000",  # pages
    "journal_size_limit=67108864",
    "cache_size=-16384",  # KiB
    "temp_store=MEMORY",
)


class DatabaseAway(Exception):  # noqa: N818 - a state to wait out, not a mistake
    """The database does not answer, takes nothing, or is locked for too long. Nothing was written: call again later."""


class TablesUnfit(DatabaseAway):
    """It answers, and its tables are not this program's, or are closed to its user. A person must see to that."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"its tables are of another version of the monitor, or its user lacks a right: {reason}")


def open_store(database_url: str) -> Engine:
    """Connect, and make or migrate the tables. Raises UserError with one sentence."""
    url, engine = make_url(database_url), store_at(database_url)
    try:
        with writing(engine) as connection:
            migrate(connection, shown(url))
    except DatabaseAway as away:
        engine.dispose()
        raise UserError(_why_not(url, away)) from None
    except UserError:
        engine.dispose()
        raise
    return engine


def store_at(database_url: str) -> Engine:
    """Without a look at its tables, or whether it is there. Raises UserError with one sentence."""
    url = make_url(database_url)
    return _sqlite_engine(url) if url.get_backend_name() == "sqlite" else _server_engine(url)


def shown(url: URL) -> str:
    """How a database is named to people: without its password, and without the query, which may hold another."""
    return url.set(query={}).render_as_string(hide_password=True)


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """One transaction that may write. In SQLite it is the only one; in one process they come in turn."""
    with (
        _translated(),
        _turn(engine),
        engine.connect().execution_options(writes=True) as connection,
        connection.begin(),
    ):
        yield connection


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """One transaction that sees one state throughout."""
    options = engine.get_execution_options()["reading"]
    with _translated(), engine.connect().execution_options(**options) as connection, connection.begin():
        yield connection


def recent(engine: Engine) -> Recent:
    found: Recent = engine.get_execution_options()["recent"]
    return found


def _turn(engine: Engine) -> AbstractContextManager[None]:
    turns: Turns | None = engine.get_execution_options().get("turns")
    return turns.turn() if turns else nullcontext()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (exc.OperationalError, exc.InterfaceError, exc.TimeoutError) as error:
        if _sqlstate(error).startswith(_TOO_LARGE):
            raise
        raise DatabaseAway(str(getattr(error, "orig", None) or error)) from error
    except exc.InternalError as error:
        if _sqlstate(error) not in _PASSES:
            raise
        raise DatabaseAway(str(error.orig)) from error
    except exc.ProgrammingError as error:
        if not _sqlstate(error).startswith(_UNFIT):
            raise
        raise TablesUnfit(str(error.orig).partition("\n")[0]) from error
    except exc.DatabaseError as error:
        if type(error) is not exc.DatabaseError:  # its subclasses are mistakes of ours; it itself: a broken file
            raise
        raise DatabaseAway(str(error.orig)) from error


def _sqlstate(error: exc.SQLAlchemyError) -> str:
    """PostgreSQL's code of what went wrong; empty where nobody says it."""
    return getattr(getattr(error, "orig", None), "sqlstate", None) or ""


def _server_engine(url: URL) -> Engine:
    engine = create_engine(
        url,
        hide_parameters=True,  # people's keys are among them, and errors go to the log
        pool_pre_ping=True,
        isolation_level="READ COMMITTED",
        connect_args={"options": _with_timeouts(url), "connect_timeout": CONNECT_SECONDS, **_KEEPALIVE},
        execution_options={"recent": Recent(), "reading": {"isolation_level": "REPEATABLE READ"}},
    )
    event.listen(engine, "handle_error", _leave_out_the_row)
    event.listen(engine, "connect", _arrays_in_binary)
    event.listen(engine, "begin", _free_what_a_halted_writer_holds)
    return engine


def _leave_out_the_row(context: ExceptionContext) -> None:
    """Below its first line PostgreSQL quotes the row or the value that it refuses."""
    error, wrapped = context.original_exception, context.sqlalchemy_exception
    if wrapped is not None and _sqlstate(wrapped).startswith(_REFUSED):
        for each in (error, wrapped):
            each.args = (str(each.args[0]).partition("\n")[0],)


def _with_timeouts(url: URL) -> str:
    """What the address itself says stands behind them, and so above them."""
    given = url.query.get("options", "")
    limits = " ".join(f"-c {name}={milliseconds}" for name, milliseconds in _TIMEOUTS.items())
    return f"{limits} {given if isinstance(given, str) else ' '.join(given)}".strip()


def _free_what_a_halted_writer_holds(connection: Connection) -> None:
    if connection.get_execution_options().get("writes"):
        connection.exec_driver_sql(f"SET LOCAL idle_in_transaction_session_timeout = {1000 * IDLE_SECONDS:.0f}")


def _arrays_in_binary(connection: Any, _: ConnectionPoolEntry) -> None:
    from psycopg.types.array import ListBinaryDumper

    connection.adapters.register_dumper(list, ListBinaryDumper)


def _sqlite_engine(url: URL) -> Engine:
    if url.database in (None, "", ":memory:"):
        raise UserError("MONITOR_DATABASE_URL must name a file, such as sqlite:///data/monitor.db.")
    try:
        Path(url.database).parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(_why_not(url, DatabaseAway(error.strerror or str(error)))) from None
    engine = create_engine(
        url,
        hide_parameters=True,  # as above
        connect_args={"timeout": BUSY_SECONDS},
        execution_options={"turns": Turns(), "recent": Recent(), "reading": {}},
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    return engine


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    connection.isolation_level = None  # the driver begins nothing of its own: `_begin` does
    for pragma in _PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    """A writer takes the lock at once: one that first reads could find at its first write that it read too early."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def _why_not(url: URL, away: DatabaseAway) -> str:
    """The sentence for the user."""
    reason = str(away)
    if url.get_backend_name() != "sqlite":
        reason = " ".join(reason.split())
        if isinstance(away, TablesUnfit):
            return f"The database {shown(url)} cannot be used: {reason}."
        return f"The database {shown(url)} does not answer ({reason}): start it, or change MONITOR_DATABASE_URL."
    if "locked" in reason:
        return (
            f"The database file {url.database} is locked by another program: "
            "end that one, or name another file in MONITOR_DATABASE_URL."
        )
    if "not a database" in reason or "malformed" in reason:
        return (
            f"The file {url.database} is damaged or no database ({reason}): "
            "restore it from a backup, or name another file in MONITOR_DATABASE_URL."
        )
    return (
        f"The database file {url.database} cannot be opened ({reason}): "
        "name a file that can be written in MONITOR_DATABASE_URL."
    )
