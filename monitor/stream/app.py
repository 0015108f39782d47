"""The Faust app: consumer groups and partitions, and nothing else of it."""

import asyncio
from typing import Any

import faust
from faust.app.base import BootStrategy

from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.stream.agents import add_agents
from monitor.stream.batches import Batches
from monitor.stream.consumer import FAUST_LOG, Transport
from monitor.stream.parts import Parts
from monitor.stream.reading import Place

# How long a worker may be silent before its partitions go to another.
SESSION_SECONDS = 8.0
LEADER = (Topic.HEARTBEATS, 0)  # whoever reads this partition relays for the group


class ConsumerOnly(BootStrategy):
    """No web server (Faust's own shows its insides to anyone), and no producer: the relay has its own."""

    enable_web = False
    enable_kafka_producer = False


class WorkerApp(faust.App):
    """Runs inside our own event loop: it takes over neither signals nor logs nor standard output."""

    BootStrategy = ConsumerOnly
    logger = FAUST_LOG

    def __init__(self, settings: Settings, parts: Parts, batches: Batches) -> None:
        # Not `settings`: Faust has a property of that name.
        self.monitor_settings, self.parts, self.batches = settings, parts, batches
        super().__init__(settings.consumer_group, **_options(settings))
        add_agents(self, settings, batches)
        self.on_partitions_revoked.connect(self._stand_down)
        self.on_partitions_assigned.connect(self._lead_if_first)

    def assigned(self) -> set[Place]:
        return set(self.consumer.places())

    async def _stand_down(self, *_: Any, **__: Any) -> None:
        """Every rebalance begins with this, before any partition goes to another worker."""
        await asyncio.get_running_loop().run_in_executor(None, self.parts.stand_down)

    async def _lead_if_first(self, *_: Any, **__: Any) -> None:
        self.parts.lead(LEADER in self.assigned())

    def _new_transport(self) -> Any:
        return Transport(self.conf.broker_consumer, self)

    def _create_directories(self) -> None:
        """Faust keeps nothing on disk here: there are no tables."""


def _options(settings: Settings) -> dict[str, Any]:
    return {
        "broker": [f"kafka://{server}" for server in settings.bootstrap_servers],
        "broker_client_id": "monitor-worker",
        "broker_session_timeout": SESSION_SECONDS,
        "broker_heartbeat_interval": SESSION_SECONDS / 5,
        "broker_check_crcs": True,
        "consumer_auto_offset_reset": "earliest",
        # Small, so that no partition runs far ahead of the others; a message larger than this still comes, alone.
        "consumer_max_fetch_size": 512 * 1024,
        "stream_buffer_maxsize": 8,  # chunks of each topic
        "key_serializer": "raw",
        "value_serializer": "raw",
        "topic_allow_declare": False,
        "topic_disable_leader": True,
        "web_enabled": False,
    }
