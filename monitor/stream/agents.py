"""One agent a topic. It hands each message on, waits where there is no room, and knows nothing else."""

from typing import Any, Protocol

from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.settings import Settings


class Sink(Protocol):
    async def add(self, topic: Topic, message: Any) -> bool: ...


def add_agents(app: Any, settings: Settings, sink: Sink) -> None:
    for topic in INPUT_TOPICS:
        # No acks by message: the offsets that are committed are those that were merged (see `consumer`).
        channel = app.topic(settings.topic(topic), value_type=bytes, acks=False)
        app.agent(channel, name=topic.value, concurrency=1)(_agent(app, topic, sink))


def _agent(app: Any, topic: Topic, sink: Sink) -> Any:
    async def take(stream: Any) -> None:
        async for event in stream.noack().events():
            if app.should_stop:
                return  # the next app reads it
            for message in event.value:  # a chunk, see `consumer`
                if not await sink.add(topic, message):
                    app.consumer.pause_partitions({event.message.tp})
                    break

    return take
