"""Facts of the broker, over one connection of kafka-python's admin client."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from kafka import TopicPartition
from kafka.admin import ConfigResource, KafkaAdminClient, OffsetSpec
from kafka.errors import KafkaError

from monitor.broker.admin import admin_client
from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.doctor.facts import BrokerFacts, DiskFacts, TopicFacts
from monitor.errors import UserError
from monitor.settings import Settings
from monitor.store import Places

CONFIGS = (
    "message.timestamp.type", "cleanup.policy", "max.message.bytes",
    "retention.ms", "retention.bytes", "min.insync.replicas",
)  # fmt: skip


def ask_broker(settings: Settings) -> BrokerFacts:
    try:
        with admin_client(settings, lambda _: None, timeout=0) as client:
            return _facts(client, settings)
    except UserError:
        return BrokerFacts(away=f"no broker answers at {settings.broker}")
    except (KafkaError, OSError) as error:
        return BrokerFacts(away=f"{settings.broker}: {error}")


def _facts(client: KafkaAdminClient, settings: Settings) -> BrokerFacts:
    topics = dict(_topics(client, settings))
    state, members = _group(client, settings.consumer_group)
    cluster = client.describe_cluster()
    version = client.get_broker_version_data(cluster["brokers"][0]["broker_id"]).broker_version
    return BrokerFacts(
        version=tuple(version),
        brokers=len(cluster["brokers"]),
        topics=topics,
        group_state=state,
        members=members,
        ends=_ends(client, settings, topics),
        ahead=_ahead(client),
        disks=tuple(_disks(client)),
    )


def _topics(client: KafkaAdminClient, settings: Settings) -> Iterator[tuple[str, TopicFacts]]:
    names = {settings.topic(topic): topic.value for topic in Topic}
    there = [each for each in client.describe_topics([*names]) if each["error_code"] == 0]
    resources = [ConfigResource("TOPIC", each["name"], dict.fromkeys(CONFIGS)) for each in there]
    configs = client.describe_configs(resources, config_filter="all")["topic"] if there else {}
    for each in there:
        found = {name: str(configs[each["name"]][name]["value"]) for name in CONFIGS}
        partitions = each["partitions"]
        yield (
            names[each["name"]],
            TopicFacts(
                partitions=len(partitions),
                copies=min(len(one["replica_nodes"]) for one in partitions),
                out_of_step=sum(len(one["isr_nodes"]) < len(one["replica_nodes"]) for one in partitions),
                leaderless=sum(one["leader_id"] < 0 for one in partitions),
                configs=found,
            ),
        )


def _group(client: KafkaAdminClient, name: str) -> tuple[str | None, int]:
    """A group that nobody ever joined is unknown, or dead; the broker's own topic of groups may not exist yet."""
    with suppress(KafkaError):
        found = client.describe_groups([name])[name]
        if found["group_state"] != "Dead":
            return found["group_state"], len(found["members"])
    return None, 0


def _ends(client: KafkaAdminClient, settings: Settings, topics: dict[str, TopicFacts]) -> Places:
    wanted = {
        TopicPartition(settings.topic(topic), number): (topic, number)
        for topic in INPUT_TOPICS
        if topic.value in topics
        for number in range(topics[topic.value].partitions)
    }
    if not wanted:
        return {}
    found = client.list_partition_offsets(dict.fromkeys(wanted, OffsetSpec.LATEST))
    return {wanted[place]: at.offset for place, at in found.items()}


def _ahead(client: KafkaAdminClient) -> timedelta | None:
    """The leader of the quorum gives its own time as that at which it last caught up with itself."""
    try:
        before = datetime.now(UTC)
        (topic,) = client.describe_metadata_quorum()["topics"]
        after = datetime.now(UTC)
        (partition,) = topic["partitions"]
        (leader,) = [one for one in partition["current_voters"] if one["replica_id"] == partition["leader_id"]]
        theirs = datetime.fromtimestamp(leader["last_caught_up_timestamp"] / 1000, UTC)
    except (KafkaError, KeyError, ValueError, TypeError):  # it has no quorum, or may not be asked
        return None
    return theirs - (before + (after - before) / 2)


def _disks(client: KafkaAdminClient) -> Iterator[DiskFacts]:
    with suppress(KafkaError):
        for broker in client.describe_log_dirs():
            for disk in broker["log_dirs"]:
                if disk.get("total_bytes", -1) > 0:
                    yield DiskFacts(f"broker {broker['broker']}, {disk['log_dir']}", *_bytes(disk))


def _bytes(disk: dict[str, Any]) -> tuple[int, int]:
    return disk["usable_bytes"], disk["total_bytes"]
