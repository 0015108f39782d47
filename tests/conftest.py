"""One embedded Kafka and one PostgreSQL for all tests; each has topics and databases of its own."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

import pytest

from monitor.broker import EmbeddedBroker, Installation, ensure_kafka
from monitor.broker.topics import create_topics
from monitor.settings import PREFIX, Settings
from tests.postgres import Postgres, postgres_in


@pytest.fixture(autouse=True)
def _no_settings_from_outside(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(variable)
    monkeypatch.setattr("monitor.settings.ENV_FILE", os.devnull)


@pytest.fixture(scope="session")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    return ensure_kafka(tmp_path_factory.mktemp("data"), lambda line: print(line, file=sys.__stderr__))


@pytest.fixture(scope="session")
def broker(installation: Installation, tmp_path_factory: pytest.TempPathFactory) -> Iterator[EmbeddedBroker]:
    with EmbeddedBroker(installation, tmp_path_factory.mktemp("kafka")) as running:
        yield running


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """Apart from pytest's own folder: another run of pytest would shut out the server's user there."""
    with TemporaryDirectory(prefix="monitor-postgres-") as folder, postgres_in(Path(folder)) as running:
        yield running


@pytest.fixture
def prefix() -> str:
    """Put before every topic and consumer group of one test, so that tests share a broker and nothing else."""
    return f"t{uuid4().hex[:10]}."


@pytest.fixture
def bare_kafka_settings(broker: EmbeddedBroker, prefix: str, tmp_path: Path) -> Settings:
    """Settings for the running broker. No topic is made yet; the database is a new SQLite file in `tmp_path`."""
    return Settings(broker=broker.bootstrap, topic_prefix=prefix, data_dir=tmp_path, metrics_port=0)


@pytest.fixture
def kafka_settings(bare_kafka_settings: Settings) -> Settings:
    """The same, with the topics made (4 partitions each)."""
    create_topics(bare_kafka_settings)
    return bare_kafka_settings


@pytest.fixture(params=["sqlite", "postgresql"])
def either_settings(request: pytest.FixtureRequest, kafka_settings: Settings) -> Settings:
    """The same on each kind of database."""
    if request.param == "sqlite":
        return kafka_settings
    postgres: Postgres = request.getfixturevalue("postgres")
    return Settings.model_validate(kafka_settings.model_dump() | {"database_url": postgres.fresh()})


@pytest.fixture
def kafka_environment(kafka_settings: Settings) -> dict[str, str]:
    """The environment with which a `monitor` process sees just what `kafka_settings` says."""
    return {**os.environ, **environment_of(kafka_settings)}


def environment_of(settings: Settings) -> dict[str, str]:
    given = settings.model_dump(mode="json", exclude_none=True)
    return {f"{PREFIX}{name.upper()}": str(value) for name, value in given.items() if value != ""}
