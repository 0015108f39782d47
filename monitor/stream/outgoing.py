import asyncio
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.settings import Settings
from monitor.store import OutboxMessage

_TIMEOUT_MS = 5_000
_MOST_SECONDS = 20.0
_STOP_SECONDS = 1.0


class Outgoing:
    """An idempotent producer for one thread that is not asynchronous. Its event loop turns while it sends."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._runner = asyncio.Runner()
        self._producer: Any = None

    def send(self, messages: Sequence[OutboxMessage]) -> list[BaseException | None]:
        """What became of each, in their order: None where the broker has confirmed it. Raises KafkaError, OSError."""
        return self._runner.run(asyncio.wait_for(self._send(messages), _MOST_SECONDS))

    def close(self) -> None:
        """Gives up what is not confirmed."""
        with suppress(KafkaError, TimeoutError), self._runner:
            if self._producer is not None:
                self._runner.run(asyncio.wait_for(self._producer.stop(), _STOP_SECONDS))

    async def _send(self, messages: Sequence[OutboxMessage]) -> list[BaseException | None]:
        if self._producer is None:
            self._producer = self._new_producer()
            await self._producer.start()
        sending = [await self._hand_over(message) for message in messages]
        answers = await asyncio.gather(*sending, return_exceptions=True)
        return [answer if isinstance(answer, BaseException) else None for answer in answers]

    async def _hand_over(self, message: OutboxMessage) -> Any:
        value = b"" if message.key is None and message.value is None else message.value
        topic, headers = self._settings.topic(message.topic), list(message.headers)
        return await self._producer.send(topic, key=message.key, value=value, headers=headers)

    def _new_producer(self) -> Any:
        return AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap_servers,
            client_id="monitor-relay",
            acks="all",
            enable_idempotence=True,
            max_request_size=2 * MAX_MESSAGE_BYTES,  # the broker is the one that says what is too large
            max_batch_size=128 * 1024,
            request_timeout_ms=_TIMEOUT_MS,
        )
