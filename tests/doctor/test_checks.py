"""Each check over facts that are well, and over the same facts with one fault."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.doctor.examine import examine
from monitor.doctor.facts import BrokerFacts, DiskFacts, Facts, StoreFacts, TopicFacts
from monitor.doctor.finding import Finding, Level
from monitor.rulebook.mapping import ForceMappings, TypeMapping
from monitor.settings import Settings
from monitor.store import Due, Progress
from monitor.store.inspection import DatabaseFacts
from monitor.store.stops import Stop

NOW = datetime(2026, 11, 22, 3, 30, tzinfo=UTC)
FORCE, FIRST = "synthetic-northshire", (Topic.INCIDENTS, 0)
GIB = 2**30
CONFIGS = {
    "message.timestamp.type": "LogAppendTime",
    "cleanup.policy": "delete",
    "max.message.bytes": "4194304",
    "retention.ms": "-1",
    "retention.bytes": "-1",
    "min.insync.replicas": "1",
}
TOPIC = TopicFacts(partitions=4, copies=3, out_of_step=0, leaderless=0, configs=CONFIGS)
BROKER = BrokerFacts(
    version=(4, 3),
    brokers=3,
    topics={topic.value: TOPIC for topic in Topic},
    group_state="Stable",
    members=2,
    ends={(topic, number): 100 for topic in INPUT_TOPICS for number in range(4)},
    ahead=timedelta(milliseconds=20),
    disks=(DiskFacts("broker 1, /var/kafka", 50 * GIB, 100 * GIB),),
)
DATABASE = DatabaseFacts("postgresql://monitor:***@db/monitor", version="0007", wanted="0007", ahead=timedelta(0))
STORE = StoreFacts(
    progress={place: Progress(100, NOW - timedelta(seconds=5)) for place in BROKER.ends},
    known={FORCE: NOW - timedelta(minutes=1)},
    heartbeats={(FORCE, "crime_records"): NOW - timedelta(minutes=1)},
)
MAPPED = ForceMappings({FORCE: TypeMapping()})
WELL = Facts(Settings(), NOW, NOW, BROKER, DATABASE, STORE, MAPPED)


def faults(facts: Facts) -> list[Finding]:
    return [finding for finding in examine(facts) if finding.level is not Level.OK]


def with_settings(**given: Any) -> Facts:
    return replace(WELL, settings=Settings.model_validate(given))


def with_broker(**given: Any) -> Facts:
    return replace(WELL, broker=replace(BROKER, **given))


def with_topic(topic: Topic, configs: Mapping[str, str] | None = None, **given: Any) -> Facts:
    changed = replace(TOPIC, configs={**CONFIGS, **(configs or {})}, **given)
    return with_broker(topics={**BROKER.topics, topic.value: changed})


def with_database(**given: Any) -> Facts:
    held = None if given.keys() & {"away", "version", "is_there"} else STORE
    return replace(WELL, database=replace(DATABASE, **given), store=held)


def with_store(**given: Any) -> Facts:
    return replace(WELL, store=replace(STORE, **given))


def ago(**length: float) -> datetime:
    return NOW - timedelta(**length)


ALERTMANAGER = "http://127.0.0.1:9093"
ISSUER = {
    "oidc_issuer": "https://id.example.org",
    "oidc_client_id": "monitor",
    "oidc_client_secret": "s",
    "web_address": "https://monitor.example.org",
}
STOP = Stop(held_from=40, free_to=None, criterion="run", letters=50, since=ago(hours=3))

FAULTS: dict[str, tuple[Facts, Level, str]] = {
    "clock stands": (with_settings(clock=NOW), Level.WARN, "The clock stands at 2026-11-22 03:30 UTC"),
    "no limit": (
        with_settings(dead_letter_run=0, dead_letter_share=1), Level.WARN, "There is no limit to dead letters",
    ),
    "open metrics": (with_settings(metrics_host="0.0.0.0"), Level.WARN, "Metrics are served at 0.0.0.0 to anybody"),
    "sign-in for all": (with_settings(development_sign_in=True), Level.WARN, "Anybody on this machine may sign in"),
    "half a sign-in": (with_settings(oidc_client_id="monitor"), Level.FAIL, "The sign-in is set in part"),
    "an API without a provider": (with_settings(oidc_api_audience="api"), Level.FAIL, "The API has an audience"),
    "no way back": (
        with_settings(**{**ISSUER, "web_address": None}, web_host="0.0.0.0"), Level.FAIL, "an address that is not set",
    ),
    "provider silent": (
        replace(
            with_settings(**ISSUER),
            answers={"https://id.example.org/.well-known/openid-configuration": "it answers 404 Not Found"},
        ),
        Level.FAIL, "provider at id.example.org does not answer as it should: it answers 404 Not Found",
    ),
    "alertmanager silent": (
        replace(with_settings(alertmanager_url=ALERTMANAGER), answers={f"{ALERTMANAGER}/-/ready": "refused"}),
        Level.FAIL, "Alertmanager at 127.0.0.1:9093 does not answer",
    ),
    "broker away": (with_broker(away="no broker answers at kafka:9092"), Level.FAIL, "no broker answers at kafka:9092"),
    "old broker": (with_broker(version=(2, 8)), Level.WARN, "Kafka 2.8 is older"),
    "broker's disk": (
        with_broker(disks=(DiskFacts("broker 1, /k", GIB, 100 * GIB),)), Level.WARN, "1.0 GiB free of 100.0 GiB",
    ),
    "broker's disk full": (
        with_broker(disks=(DiskFacts("broker 1, /k", 2**20, 100 * GIB),)), Level.FAIL, "1.0 MiB free",
    ),
    "topic missing": (
        with_broker(topics={name: each for name, each in BROKER.topics.items() if name != "incidents"}),
        Level.FAIL, "incidents is missing",
    ),
    "partitions differ": (with_topic(Topic.INCIDENTS, partitions=2), Level.WARN, "incidents 2, crime-records 4"),
    "one copy": (with_topic(Topic.INCIDENTS, copies=1), Level.WARN, "incidents is kept by one broker only"),
    "copy behind": (with_topic(Topic.ALERTS, out_of_step=2), Level.WARN, "2 partitions with a copy that is not up to"),
    "no leader": (with_topic(Topic.ALERTS, leaderless=1), Level.FAIL, "1 partition without a leader"),
    "too few copies to write": (
        with_topic(Topic.DECISIONS, {"min.insync.replicas": "4"}), Level.FAIL, "wants 4 copies in step and has 3",
    ),
    "producers' times": (
        with_topic(Topic.CRIME_RECORDS, {"message.timestamp.type": "CreateTime"}), Level.FAIL, "the producers' times",
    ),
    "compacted": (
        with_topic(Topic.INCIDENTS, {"cleanup.policy": "compact,delete"}), Level.FAIL, "incidents is compacted",
    ),
    "kept for a day": (with_topic(Topic.INCIDENTS, {"retention.ms": "86400000"}), Level.FAIL, "messages for 24 h"),
    "kept for eight days": (
        with_topic(Topic.DEAD_LETTERS, {"retention.ms": "691200000"}), Level.WARN, "keeps messages for 8 d",
    ),
    "kept by size": (with_topic(Topic.INCIDENTS, {"retention.bytes": str(GIB)}), Level.WARN, "keeps 1.0 GiB a"),
    "small messages": (with_topic(Topic.INCIDENTS, {"max.message.bytes": "1000"}), Level.FAIL, "up to 1000 bytes"),
    "middling messages": (
        with_topic(Topic.INCIDENTS, {"max.message.bytes": "1048588"}), Level.WARN, "a larger one fails at its source",
    ),
    "nobody reads": (with_broker(members=0, group_state="Empty"), Level.FAIL, "No worker reads, and 0 messages wait"),
    "nobody ever read": (with_broker(members=0, group_state=None), Level.WARN, "No worker has read yet"),
    "rebalancing": (
        with_broker(group_state="PreparingRebalance"), Level.WARN, "out anew (PreparingRebalance)",
    ),
    "behind": (
        with_store(progress={**STORE.progress, FIRST: Progress(40, ago(hours=3))}),
        Level.WARN, "60 messages not merged yet, up to 3 h old, in incidents 0",
    ),
    "another broker's database": (
        with_store(progress={**STORE.progress, FIRST: Progress(900, NOW)}),
        Level.FAIL, "merged more of incidents 0 than the broker holds",
    ),
    "database not there": (with_database(is_there=False, version=None), Level.WARN, "is not there yet"),
    "database away": (with_database(away="connection refused"), Level.FAIL, "does not answer: connection refused"),
    "no tables": (with_database(version=None), Level.WARN, "has no tables yet"),
    "old tables": (with_database(version="0004"), Level.FAIL, "version 0004, and this program wants 0007"),
    "later tables": (with_database(version="0009"), Level.FAIL, "made by a later monitor"),
    "read-only": (with_database(read_only="attempt to write"), Level.FAIL, "cannot be written: attempt to write"),
    "disk": (with_database(free_bytes=GIB), Level.WARN, "1.0 GiB are free where the database lies"),
    "disk full": (with_database(free_bytes=2**20), Level.FAIL, "1.0 MiB are free"),
    "nothing sent": (
        with_store(unsent=7, unsent_since=ago(minutes=20)), Level.WARN, "7 messages for the broker wait to be sent",
    ),
    "nothing judged": (
        with_store(due=Due(9, ago(minutes=20))), Level.WARN, "9 incidents wait to be judged, the first for 20 min",
    ),
    "broker's clock": (with_broker(ahead=timedelta(hours=-3)), Level.FAIL, "The broker's clock is 3 h behind"),
    "database's clock": (with_database(ahead=timedelta(seconds=5)), Level.WARN, "database's clock is 5.0 s ahead of"),
    "broken mapping": (replace(WELL, mappings="types.toml, line 3: no"), Level.FAIL, "types.toml, line 3: no."),
    "broken rulebook": (replace(WELL, rulebook="no edition 1999"), Level.FAIL, "no edition 1999."),
    "no mapping": (replace(WELL, mappings=ForceMappings()), Level.WARN, f"No force mapping is set: of {FORCE} only"),
    "no heartbeats": (with_store(heartbeats={}, known={FORCE: NOW}), Level.WARN, "sends no heartbeats"),
    "silent feed": (
        with_store(heartbeats={(FORCE, "crime_records"): ago(hours=5)}, known={FORCE: ago(hours=5)}),
        Level.WARN, "last said 5 h ago that it had sent everything",
    ),
    "feed from the future": (
        with_store(heartbeats={(FORCE, "crime_records"): NOW + timedelta(days=3)}, known={FORCE: NOW}),
        Level.WARN, "up to a time 3 d from now",
    ),
    "known time behind": (
        with_store(known={FORCE: ago(hours=4)}), Level.WARN, "only up to 4 h before what was sent",
    ),
    "nothing known": (with_store(known={FORCE: None}), Level.WARN, "Nothing is known of"),
    "letters": (
        with_store(letters={("", "not_json"): 3, (FORCE, "bad_time"): 9}),
        Level.WARN, "12 dead letters wait: 9 bad_time, 3 not_json",
    ),
    "stopped": (
        with_store(stopped={FIRST: STOP}), Level.FAIL, "incidents, partition 0, is stopped for 3 h: too many",
    ),
}  # fmt: skip


def test_a_healthy_installation_has_no_fault() -> None:
    assert faults(WELL) == []
    assert {each.check for each in examine(WELL)} == {
        *("settings", "broker", "topics", "worker", "database", "clocks", "known time", "dead letters"),
    }


def test_one_broker_with_one_copy_is_no_fault() -> None:
    single = {topic.value: replace(TOPIC, copies=1) for topic in Topic}
    assert faults(with_broker(brokers=1, topics=single)) == []


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_with_what_to_do_and_nothing_else_is(name: str) -> None:
    facts, level, sentence = FAULTS[name]
    found = faults(facts)
    assert len(found) == 1, found
    assert (found[0].level, bool(found[0].advice)) == (level, True)
    assert sentence in found[0].sentence
    assert found[0].sentence.endswith(".")


def test_what_answers_is_said() -> None:
    facts = replace(with_settings(alertmanager_url=ALERTMANAGER), answers={f"{ALERTMANAGER}/-/ready": None})
    assert faults(facts) == []
    assert "Alertmanager at 127.0.0.1:9093 answers." in [each.sentence for each in examine(facts)]


def test_up_to_when_crime_records_are_known_is_said_by_the_clock() -> None:
    late = with_store(known={FORCE: ago(minutes=25)}, heartbeats={(FORCE, "crime_records"): ago(minutes=25)})
    for facts, said in ((WELL, "are known up to now."), (late, "are known up to 25 min ago.")):
        (sentence,) = [each.sentence for each in examine(facts) if each.check == "known time"]
        assert sentence == f"The crime records of 1 force {said}"


def test_no_finding_repeats_a_password() -> None:
    facts = with_settings(database_url="postgresql://monitor:hunter2@db/monitor", **ISSUER)
    assert not [each for each in examine(facts) if "hunter2" in each.sentence + each.advice]
