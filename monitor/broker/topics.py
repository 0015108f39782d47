from collections.abc import Callable
from typing import Any, NamedTuple

from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.errors import KafkaError, NoError, TopicAlreadyExistsError, for_code

from monitor.broker.admin import admin_client
from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.contract.topics import Topic
from monitor.errors import UserError
from monitor.settings import Settings

_CONFIGS = {
    # Progress is held in broker time; a producer's clock says nothing about how far the feed is read.
    "message.timestamp.type": "LogAppendTime",
    # A verdict depends on every revision of a log, so none may be compacted away.
    "cleanup.policy": "delete",
    # A message far too large still arrives, and becomes a dead letter with a reason.
    "max.message.bytes": str(MAX_MESSAGE_BYTES),
}


class TopicsMade(NamedTuple):
    made: tuple[str, ...]
    present: tuple[str, ...]
    differences: tuple[str, ...]


def create_topics(
    settings: Settings,
    partitions: int = 4,
    replication: int = 1,
    say: Callable[[str], None] = lambda _: None,
    timeout: float | None = None,
) -> TopicsMade:
    """Makes the topics that are missing; one that is there is left as it is. Returns once each has a leader."""
    names = [settings.topic(topic) for topic in Topic]
    with admin_client(settings, say, timeout) as client:
        known = set(client.list_topics())
        missing = [name for name in names if name not in known]
        present = [name for name in names if name in known]
        if missing:
            _create(client, missing, partitions, replication)
        return TopicsMade(tuple(missing), tuple(present), _differences(client, present))


def _create(client: KafkaAdminClient, names: list[str], partitions: int, replication: int) -> None:
    wanted = {"num_partitions": partitions, "replication_factor": replication, "configs": _CONFIGS}
    try:
        answer = client.create_topics(dict.fromkeys(names, wanted), raise_errors=False)
        for topic in answer["topics"]:
            _refuse(topic)
        client.wait_for_topics(names)
    except KafkaError as error:
        raise UserError(f"The broker did not make the topics: {error}.") from None


def _refuse(topic: dict[str, Any]) -> None:
    error = for_code(topic["error_code"])
    if error not in {NoError, TopicAlreadyExistsError}:  # another worker may make them at the same moment
        raise UserError(f"The broker refused to make {topic['name']}: {topic['error_message'] or error.description}")


def _differences(client: KafkaAdminClient, names: list[str]) -> tuple[str, ...]:
    """What topics made by others have set otherwise; changing that is for whoever owns them."""
    if not names:
        return ()
    resources = [ConfigResource("TOPIC", name, dict.fromkeys(_CONFIGS)) for name in names]
    found = client.describe_configs(resources, config_filter="all")["topic"]
    return tuple(
        f"{name} has {key}={found[name][key]['value']}, and the monitor counts on {value}"
        for name in names
        for key, value in _CONFIGS.items()
        if not _serves(key, found[name][key]["value"], value)
    )


def _serves(key: str, found: str, wanted: str) -> bool:
    return found == wanted or (key == "max.message.bytes" and int(found) >= int(wanted))
