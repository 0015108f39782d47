"""`monitor doctor` on a real broker and database, with faults planted in both."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ConfigResource, KafkaAdminClient
from sqlalchemy import text

from monitor.broker.topics import create_topics
from monitor.settings import Settings
from monitor.simulator import mapping_path
from monitor.store import heartbeats, open_store
from monitor.store.engine import writing
from monitor.store.letter_questions import open_letters
from monitor.store.stops import stops
from tests.builders import FORCE, heartbeat, incident
from tests.system.commanding import Commands
from tests.system.running import READY, send, settled, until, worker

PLANTED = (
    "incidents is compacted",
    "crime-records bears the producers' times (CreateTime)",
    "crime-records keeps messages for 60 min",
    "feed-heartbeats takes messages up to 2000 bytes",
    "recording-alerts is missing",
    "recording-decisions 7",
)
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
def settings(kafka_settings: Settings) -> Settings:
    return kafka_settings.model_copy(update={"force_mappings": mapping_path()})


def diagnosed(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> tuple[int, dict[str, list[str]]]:
    """The exit code, and the sentences of all that is not well, by check."""
    done = Commands(settings, monkeypatch)("doctor", "--format", "json")
    found: dict[str, list[str]] = {}
    for finding in json.loads(done.out):
        if finding["level"] != "ok":
            assert finding["advice"]
            found.setdefault(finding["check"], []).append(finding["sentence"])
    return done.code, found


def now(**ahead: float) -> str:
    return (datetime.now(UTC) + timedelta(**ahead)).isoformat()


def configure(settings: Settings, topic: str, **configs: str) -> None:
    given = {name.replace("_", "."): value for name, value in configs.items()}
    client = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    client.alter_configs([ConfigResource("TOPIC", settings.topic(topic), given)])
    client.close()


def test_a_monitor_that_works_is_found_well(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    beat = {**heartbeat(0)["value"], "as_of": now()}
    with worker(settings, tmp_path / "log") as running:
        running.wait_for(READY)
        send(
            [incident("INC-1", reported_at=now(), updated_at=now()), {"topic": "feed-heartbeats", "value": beat}],
            settings,
        )
        settled(settings)
        assert diagnosed(settings, monkeypatch) == (0, {})
        table = Commands(settings, monkeypatch)("doctor")
        assert table.code == 0
        assert table.lines[-1].startswith("0 fail, 0 warn, ")
        assert "1 worker; 0 messages not merged yet." in table.out
        assert "This machine's clock agrees with the broker's" in table.out
        assert running.stop() == 0


def test_faults_of_the_broker_are_found(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    configure(settings, "incidents", cleanup_policy="compact")
    configure(settings, "crime-records", message_timestamp_type="CreateTime", retention_ms="3600000")
    configure(settings, "feed-heartbeats", max_message_bytes="2000")
    client = KafkaAdminClient(bootstrap_servers=settings.bootstrap_servers)
    client.create_partitions({settings.topic("recording-decisions"): 7})
    client.delete_topics([settings.topic("recording-alerts")])
    client.close()
    # A broker shows a change some time after it took it.
    until(lambda: len(diagnosed(settings, monkeypatch)[1].get("topics", [])) >= len(PLANTED), 30, "they are found")
    code, found = diagnosed(settings, monkeypatch)
    assert code == 1
    for part in PLANTED:
        assert [sentence for sentence in found["topics"] if part in sentence], (part, found)
    assert len(found["topics"]) == len(PLANTED)
    assert found["worker"] == ["No worker has read yet."]


def test_nothing_is_made_or_changed(
    bare_kafka_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, found = diagnosed(bare_kafka_settings, monkeypatch)
    assert code == 1
    assert len(found["topics"]) == 7
    assert "is not there yet" in found["database"][0]
    assert list(tmp_path.iterdir()) == []
    create_topics(bare_kafka_settings)
    assert diagnosed(bare_kafka_settings, monkeypatch)[1].keys() == {"database", "worker"}


def test_faults_of_the_database_the_feed_and_what_is_set_are_found(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    lines = [incident("INC-1"), *(incident(f"BAD-{each}", updated_at="x") for each in range(4))]
    send([*lines, {"topic": "feed-heartbeats", "value": {**heartbeat(0)["value"], "as_of": now(hours=-3)}}], settings)
    strict = settings.model_copy(update={"dead_letter_run": 1, "dead_letter_share": 0.1, "alertmanager_url": NOBODY})
    with worker(strict.model_copy(update={"alertmanager_url": None}), tmp_path / "log") as running:
        running.wait_for(READY)
        until(lambda: all(held(settings)), 30, "the heartbeat is merged, letters wait, and a partition is stopped")
        assert running.stop() == 0
    code, found = diagnosed(strict, monkeypatch)
    assert code == 1
    assert found["known time"] == [f"{FORCE}'s crime system last said 3 h ago that it had sent everything."]
    assert "is stopped for" in found["dead letters"][0]
    assert "bad_time" in found["dead letters"][-1]
    assert "No worker reads" in found["worker"][0]
    assert "does not answer as it should" in found["alertmanager"][0]

    engine = open_store(settings.database_url)
    with writing(engine) as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    engine.dispose()
    (sentence,) = diagnosed(settings, monkeypatch)[1]["database"]
    assert "The tables are of version 0001" in sentence
    Path(settings.database_url.removeprefix("sqlite:///")).write_text("no database at all, only text" * 100)
    (sentence,) = diagnosed(settings, monkeypatch)[1]["database"]
    assert "does not answer" in sentence


def test_a_broker_that_is_away_and_a_broken_mapping_are_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mapping = tmp_path / "types.toml"
    mapping.write_text('[northshire.types]\n"CR02" = "crime.nonsense"\n')
    code, found = diagnosed(Settings(broker="127.0.0.1:9", data_dir=tmp_path, force_mappings=mapping), monkeypatch)
    assert code == 1
    assert "no broker answers at 127.0.0.1:9" in found["broker"][0]
    assert "types.toml, line 2" in found["mappings"][0]


def held(settings: Settings) -> list[Any]:
    """Heartbeats, letters and stops, as the database has them."""
    engine = open_store(settings.database_url)
    try:
        return [heartbeats(engine), open_letters(engine), stops(engine)]
    finally:
        engine.dispose()
