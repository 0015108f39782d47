"""How a database stands, without making or changing anything in it: for `monitor doctor`."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, delete, exc, false, make_url, text

from monitor.errors import UserError
from monitor.store.engine import DatabaseAway, reading, shown, store_at, writing
from monitor.store.letter_tables import letter_stops
from monitor.store.migrations import HEAD


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    name: str  # its address without passwords
    is_there: bool = True  # False: a file that nobody has made yet
    away: str | None = None  # why it does not answer
    version: str | None = None  # of its tables; None: it has none
    wanted: str = HEAD  # by this program
    read_only: str | None = None  # why nothing can be written
    ahead: timedelta | None = None  # its clock, of this machine's; None: it goes by this machine's
    free_bytes: int | None = None  # None: it cannot be told from here
    bytes: int | None = None

    @property
    def is_current(self) -> bool:
        return self.version == self.wanted


@contextmanager
def inspected(database_url: str) -> Iterator[tuple[DatabaseFacts, Engine | None]]:
    """The facts, and the database itself where it answers and its tables are of this version."""
    url = make_url(database_url)
    name, file = shown(url), _file(database_url)
    if file is not None and not file.exists():
        yield DatabaseFacts(name, is_there=False, free_bytes=_free(file)), None
        return
    try:
        engine = store_at(database_url)
    except UserError as error:
        yield DatabaseFacts(name, away=str(error)), None
        return
    try:
        facts = _facts(engine, name, file)
        yield facts, engine if facts.is_current and facts.away is None else None
    finally:
        engine.dispose()


def _facts(engine: Engine, name: str, file: Path | None) -> DatabaseFacts:
    try:
        with reading(engine) as connection:
            version, ahead, size = _version(connection), _ahead(connection), _size(connection, file)
    except DatabaseAway as away:
        return DatabaseFacts(name, away=str(away))
    free = None if file is None else _free(file)
    return DatabaseFacts(
        name, version=version, read_only=_read_only(engine, version == HEAD), ahead=ahead, free_bytes=free, bytes=size
    )


def _version(connection: Connection) -> str | None:
    if not connection.dialect.has_table(connection, "alembic_version"):
        return None
    version: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return version


def _ahead(connection: Connection) -> timedelta | None:
    """Taken between two looks at our own clock, so that the way there and back is left out of it."""
    if connection.dialect.name != "postgresql":
        return None
    before = datetime.now(UTC)
    theirs: datetime = connection.scalar(text("SELECT clock_timestamp()"))
    after = datetime.now(UTC)
    return theirs - (before + (after - before) / 2)


def _size(connection: Connection, file: Path | None) -> int | None:
    if file is not None:
        parts = (file, file.with_name(f"{file.name}-wal"))  # much may still stand in its log
        return sum(part.stat().st_size for part in parts if part.exists())
    size: int | None = connection.scalar(text("SELECT pg_database_size(current_database())"))
    return size


def _read_only(engine: Engine, is_current: bool) -> str | None:
    """Begins to write; deletes nothing."""
    try:
        with writing(engine) as connection:
            if is_current:
                connection.execute(delete(letter_stops).where(false()))
    except DatabaseAway as away:
        return str(away)
    except exc.DBAPIError as error:  # a server that is read-only, or a user without the rights
        return str(error.orig)
    return None


def _file(database_url: str) -> Path | None:
    url = make_url(database_url)
    return Path(url.database) if url.get_backend_name() == "sqlite" and url.database else None


def _free(file: Path) -> int:
    """Bytes on the disk where the file lies, or will lie."""
    folder = next(folder for folder in file.absolute().parents if folder.exists())
    return shutil.disk_usage(folder).free
