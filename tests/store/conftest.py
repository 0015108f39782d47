"""Databases for tests. Every test of the store runs on each database named here."""

import shutil
from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.store import open_store
from monitor.store.engine import store_at
from tests.postgres import Postgres
from tests.store.desk import Desk, NewDesk

DATABASES = ("sqlite", "postgresql")

NewStore = Callable[[], Engine]


@pytest.fixture(scope="session", params=DATABASES)
def new_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewStore]:
    """Hands out an empty store: one of two in turn, so that a test can hold one against another.

    The engines stay, and with them the statements that they have compiled: a property test needs hundreds of stores.
    """
    if request.param == "sqlite":
        engines = _sqlite_stores(tmp_path_factory.mktemp("stores"))
    else:
        engines = _postgres_stores(request.getfixturevalue("postgres"))
    made = [next(engines), next(engines)]
    in_turn = cycle(range(2))

    def make() -> Engine:
        place = next(in_turn)
        made[place] = next(engines)
        return made[place]

    yield make
    for each in made:
        each.dispose()


def _sqlite_stores(folder: Path) -> Iterator[Engine]:
    template = folder / "template.db"
    open_store(f"sqlite:///{template}").dispose()
    paths = [folder / "one.db", folder / "other.db"]
    engines = {path: _put(path, template, None) for path in paths}
    yield from engines.values()
    for path in cycle(paths):
        yield _put(path, template, engines[path])


def _put(path: Path, template: Path, engine: Engine | None) -> Engine:
    """A file of that name that is a copy of the template; whoever still has the old one open keeps that one."""
    if engine:
        engine.dispose()
    for old in path.parent.glob(f"{path.name}*"):
        old.unlink()
    shutil.copy(template, path)
    return engine or open_store(f"sqlite:///{path}")


def _postgres_stores(postgres: Postgres) -> Iterator[Engine]:
    engines = {url: store_at(url) for url in (postgres.fresh(), postgres.fresh())}
    yield from engines.values()
    for url, engine in cycle(engines.items()):
        engine.dispose()
        postgres.renew(url)
        yield engine


@pytest.fixture
def engine(new_store: NewStore) -> Engine:
    return new_store()


@pytest.fixture
def desk(engine: Engine) -> Desk:
    return Desk(engine)


@pytest.fixture(scope="session")
def new_desk(new_store: NewStore) -> NewDesk:
    return lambda: Desk(new_store())


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'monitor.db'}"
