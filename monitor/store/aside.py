"""A fresh store beside the one in use, and putting it in its place in one step.

SQLite: a file beside, whose pages are copied over the old ones in one transaction; who has the file open sees the one
or the other. PostgreSQL: a schema beside, whose tables change places with the old ones in one transaction. Until then
nothing of the old store is changed, and what a broken-off attempt left aside is dropped by the next.
"""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, event, make_url, text

from monitor.store.engine import BUSY_SECONDS, DatabaseAway, open_store, reading, shown, store_at, writing
from monitor.store.migrations import migrate
from monitor.store.rights import keep_rights, must_be_free
from monitor.store.tables import metadata

_STEPS = 100  # in which a file is copied; more than one

Check = Callable[[Connection], None]  # raises, where the old store must not be replaced


def open_aside(old: Engine, database_url: str) -> Engine:
    """An empty store. What was left aside before is dropped.

    Raises UserError where anything of others rests on the tables of the old one, which could then not be replaced.
    """
    drop_aside(old)
    if old.dialect.name == "sqlite":
        return open_store(f"sqlite:///{_file_aside(old)}")
    schema = _aside(_schema(old))
    with writing(old) as connection:
        must_be_free(connection, _schema(old), metadata.tables)
        connection.execute(text(f'CREATE SCHEMA "{schema}"'))
    engine = store_at(database_url)

    def look_there(connection: Any, _: object) -> None:
        connection.execute(f'SET search_path TO "{schema}"')
        connection.commit()

    event.listen(engine, "connect", look_there)
    with writing(engine) as connection:
        migrate(connection, shown(make_url(database_url)))
    return engine


def drop_aside(old: Engine) -> None:
    if old.dialect.name == "sqlite":
        _remove(_file_aside(old))
        return
    with writing(old) as connection:
        connection.execute(text(f'DROP SCHEMA IF EXISTS "{_aside(_schema(old))}" CASCADE'))


def swap(old: Engine, fresh: Engine, check: Check) -> None:
    """Put the fresh store in the place of the old, unless `check` raises. The fresh engine is done with."""
    fresh.dispose()
    if old.dialect.name == "sqlite":
        _swap_files(old, check)
    else:
        _swap_schemas(old, check)


def _swap_files(old: Engine, check: Check) -> None:
    """The first of the pages locks the old file against whoever writes, until the last; only then is it looked at."""
    old.dispose()
    checked = False

    def check_once(status: int, _: int, __: int) -> None:
        nonlocal checked
        if status == sqlite3.SQLITE_OK and not checked:
            with reading(old) as connection:
                check(connection)
            old.dispose()
            checked = True

    try:
        with closing(sqlite3.connect(_file_aside(old))) as fresh, closing(_connect(str(old.url.database))) as present:
            (pages,) = fresh.execute("PRAGMA page_count").fetchone()
            fresh.backup(present, pages=max(1, pages // _STEPS), progress=check_once)
    except sqlite3.Error as error:
        raise DatabaseAway(str(error)) from error
    _remove(_file_aside(old))


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _swap_schemas(old: Engine, check: Check) -> None:
    """Each table by itself, because a schema may hold others' as well."""
    present = _schema(old)
    aside, before = _aside(present), f"{present}_replaced"
    with writing(old) as connection:
        for name in sorted(metadata.tables):
            connection.execute(text(f'LOCK TABLE "{present}"."{name}" IN ACCESS EXCLUSIVE MODE'))
        must_be_free(connection, present, metadata.tables)
        check(connection)
        ours = {things: [*_things(connection, query, aside)] for things, query in _THINGS.items()}
        connection.execute(text(f'CREATE SCHEMA "{before}"'))
        for (kind, query), names in zip(_THINGS.items(), ours.values(), strict=True):
            for name in sorted({*names} & {*_things(connection, query, present)}):
                connection.execute(text(f'ALTER {kind} "{present}".{name} SET SCHEMA "{before}"'))
            for name in names:
                connection.execute(text(f'ALTER {kind} "{aside}".{name} SET SCHEMA "{present}"'))
        keep_rights(connection, before, present)
        for schema in (before, aside):
            connection.execute(text(f'DROP SCHEMA "{schema}" CASCADE'))


_THINGS = {
    "TABLE": """
        SELECT quote_ident(relname) FROM pg_class WHERE relkind = 'r' AND relnamespace = CAST(:of AS regnamespace)
    """,
    "FUNCTION": """
        SELECT quote_ident(proname) || '(' || pg_get_function_identity_arguments(oid) || ')'
        FROM pg_proc WHERE pronamespace = CAST(:of AS regnamespace)
    """,
}


def _things(connection: Connection, query: str, schema: str) -> Iterator[str]:
    found = connection.execute(text(query), {"of": f'"{schema}"'})
    return (str(name) for (name,) in found)


def _schema(engine: Engine) -> str:
    with reading(engine) as connection:
        return str(connection.scalar(text("SELECT current_schema()")))


def _aside(schema: str) -> str:
    return f"{schema}_rebuild"


def _file_aside(engine: Engine) -> Path:
    return Path(f"{engine.url.database}.rebuild")


def _remove(path: Path) -> None:
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink(missing_ok=True)
