"""Messages that cannot be read: each becomes a dead letter that names what is wrong, and the next is not held up."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
import pytest
from kafka import KafkaProducer

from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.relay import CUT_TO
from tests.builders import crime, decision, heartbeat, incident
from tests.system.running import Message, messages, metric, settled, until, worker

NOW = "2026-01-17T12:00:00Z"


@dataclass(frozen=True)
class Bad:
    topic: Topic
    value: bytes | None
    reason: str
    names: str  # a word of the sentence: the field at fault, where it is one


def log(**fields: Any) -> bytes:
    return orjson.dumps(incident("BAD-1", **fields)["value"])


def record(**fields: Any) -> bytes:
    return orjson.dumps(crime("BAD-C", **fields)["value"])


def beat(**fields: Any) -> bytes:
    return orjson.dumps(heartbeat(12, **fields)["value"])


BAD = {
    "bytes that are no text": Bad(Topic.INCIDENTS, b"\xff\xfe\x00\x81", "not_json", "UTF-8"),
    "half of a message": Bad(Topic.CRIME_RECORDS, b'{"force": "x', "not_json", "JSON"),
    "a list": Bad(Topic.INCIDENTS, b"[1, 2]", "not_an_object", "object"),
    "a number": Bad(Topic.HEARTBEATS, b"7", "not_an_object", "object"),
    "a missing time": Bad(Topic.INCIDENTS, log(reported_at=None), "missing_field", "reported_at"),
    "a naive time": Bad(Topic.INCIDENTS, log(reported_at="2026-01-14T21:02:00"), "bad_time", "reported_at"),
    "a time that is none": Bad(Topic.CRIME_RECORDS, record(recorded_at="yesterday"), "bad_time", "recorded_at"),
    "a time that leaves no day after it": Bad(
        Topic.INCIDENTS, log(reported_at="9999-12-31T23:30:00Z"), "out_of_range", "reported_at"
    ),
    "an unknown status": Bad(Topic.INCIDENTS, log(status="pondered"), "unknown_value", "status"),
    "an unknown feed": Bad(Topic.HEARTBEATS, beat(feed="weather"), "unknown_value", "feed"),
    "a negative revision": Bad(Topic.INCIDENTS, log(revision=-1), "out_of_range", "revision"),
    "text in a number": Bad(Topic.CRIME_RECORDS, record(revision="two"), "wrong_type", "revision"),
    "two megabytes": Bad(Topic.INCIDENTS, log(unit="x" * 2_000_000), "too_large", "bytes"),
    "a tombstone": Bad(Topic.INCIDENTS, None, "empty", "tombstone"),
    "an unknown action": Bad(Topic.DECISIONS, orjson.dumps(decision("guess")["value"]), "unknown_value", "action"),
}
# What the contract reads leniently is never a dead letter.
LENIENT: dict[str, Any] = {
    "channel": "pigeon",
    "dash_risk": "enormous",
    "opening_type": "ZZ99",
    "reported_offences": [{"ho_code": "?"}],
}


@pytest.fixture
def sent(kafka_settings: Settings) -> Settings:
    """Every kind of bad message to one partition, and a good one after each."""
    producer = KafkaProducer(bootstrap_servers=kafka_settings.bootstrap_servers, max_request_size=4_000_000)
    for number, (name, bad) in enumerate(BAD.items()):
        topic, headers = kafka_settings.topic(bad.topic), [("source", b"test")]
        producer.send(topic, key=name.encode(), value=bad.value, partition=0, headers=headers)
        good = orjson.dumps(incident(f"GOOD-{number}", **LENIENT)["value"])
        producer.send(kafka_settings.topic(Topic.INCIDENTS), value=good, partition=0)
    producer.close()
    return kafka_settings.model_copy(update={"clock": incident_clock()})


def incident_clock() -> Any:
    return Settings.model_validate({"clock": NOW}).clock


def test_each_bad_message_is_a_dead_letter_and_holds_up_nothing(sent: Settings, tmp_path: Path) -> None:
    with worker(sent, tmp_path / "log") as running:
        verdicts = settled(sent)
        until(lambda: len(messages(sent, Topic.DEAD_LETTERS)) >= len(BAD), 30, "all dead letters are sent")
        page = running.metrics()
        assert running.stop() == 0
    assert {verdict["incident_ref"] for verdict in verdicts} == {f"GOOD-{number}" for number in range(len(BAD))}
    letters = {(one.key or b"").decode(): one for one in messages(sent, Topic.DEAD_LETTERS)}
    assert {name: said_of(letters[name]) for name in BAD} == {name: expected(bad) for name, bad in BAD.items()}
    assert [name for name, bad in BAD.items() if bad.names not in letters[name].headers["detail"]] == []
    assert metric(page, "dead_letters_total") == len(BAD)
    assert metric(page, "messages_merged_total", topic="incidents", outcome="merged") == len(BAD)
    assert not any("Traceback" in line.get("exception", "") for line in running.lines())


def said_of(letter: Message) -> tuple[bytes | None, dict[str, str]]:
    return letter.value, {name: letter.headers.get(name, "") for name in ("reason", "topic", "partition", "source")}


def expected(bad: Bad) -> tuple[bytes | None, dict[str, str]]:
    return bad.value, {"reason": bad.reason, "topic": bad.topic.value, "partition": "0", "source": "test"}


def test_a_message_that_only_just_fits_its_topic_becomes_a_dead_letter_cut_short(
    kafka_settings: Settings, tmp_path: Path
) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka_settings.bootstrap_servers, max_request_size=5_000_000)
    topic, largest = kafka_settings.topic(Topic.INCIDENTS), b"x" * (MAX_MESSAGE_BYTES - 200)
    for key, value in ((b"large", largest), (b"small", b"y")):
        producer.send(topic, key=key, value=value, partition=0).get(timeout=30)
    producer.close()
    with worker(kafka_settings, tmp_path / "log") as running:
        until(lambda: len(messages(kafka_settings, Topic.DEAD_LETTERS)) >= 2, 30, "both dead letters are sent")
        assert running.stop() == 0
    letters = {one.key: one for one in messages(kafka_settings, Topic.DEAD_LETTERS)}
    assert letters[b"large"].headers["cut-from"] == str(len(largest))
    assert letters[b"large"].value == largest[:CUT_TO]
    assert (letters[b"small"].value, letters[b"small"].headers.get("cut-from")) == (b"y", None)
