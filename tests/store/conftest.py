"""Databases for tests. Every test of the store runs on each database named here."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.store import open_store
from tests.store.desk import Desk, NewDesk

DATABASES = ("sqlite",)

NewStore = Callable[[], Engine]


@pytest.fixture(scope="session", params=DATABASES)
def new_store(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[NewStore]:
    """Makes empty stores, quickly: a property test needs hundreds."""
    folder = tmp_path_factory.mktemp("stores")
    template = folder / "template.db"
    open_store(f"sqlite:///{template}").dispose()
    made: list[Engine] = []

    def make() -> Engine:
        for each in made:
            each.dispose()  # nobody uses one after asking for the next, unless it opens connections anew
        path = shutil.copy(template, folder / f"{len(made)}.db")
        made.append(open_store(f"sqlite:///{path}"))
        return made[-1]

    yield make
    for each in made:
        each.dispose()


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
