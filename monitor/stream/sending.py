"""A producer for many messages: aiokafka in a thread of its own, for callers that are not asynchronous."""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Condition, Thread
from typing import Any, NamedTuple

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.partitioner import DefaultPartitioner

from monitor.broker.server_properties import MAX_MESSAGE_BYTES
from monitor.settings import Settings

MOST_AT_ONCE = 10_000  # messages that are not confirmed yet
SAY_EVERY = 5.0  # seconds
_BATCH_BYTES = 256 * 1024
_LINGER_MS = 20
_STOP_SECONDS = 2.0


class Message(NamedTuple):
    topic: str
    key: bytes | None
    value: bytes | None


class Sender:
    """Sends in the background; a message that fails for a reason that passes is sent again, however long it takes.

    Order is kept while the broker answers. Used by one thread.
    """

    def __init__(self, settings: Settings, say: Callable[[str], None]) -> None:
        logging.getLogger("aiokafka").setLevel(logging.CRITICAL)  # what it tries again is not worth a line each
        self._settings, self._say = settings, say
        self._unsent: deque[Message] = deque()
        self._unconfirmed = 0
        self._failure: BaseException | None = None
        self._changed = Condition()
        self._loop = asyncio.new_event_loop()
        self._news, self._closing = asyncio.Event(), False
        self._thread = Thread(target=self._run, name="sender", daemon=True)
        self._thread.start()

    def send(self, message: Message) -> None:
        """Returns when there is room for another. Raises KafkaError if this one or an earlier one can never be sent."""
        self._wait_until(lambda: self._unconfirmed < MOST_AT_ONCE)
        with self._changed:
            self._unconfirmed += 1
        self._unsent.append(message)
        self._loop.call_soon_threadsafe(self._news.set)

    def flush(self) -> None:
        """Returns when the broker has confirmed all that was sent."""
        self._wait_until(lambda: self._unconfirmed == 0)

    def close(self) -> None:
        """Gives up what is not confirmed."""
        self._closing = True
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._news.set)
        self._thread.join()

    def _wait_until(self, is_so: Callable[[], bool]) -> None:
        with self._changed:
            while not self._changed.wait_for(lambda: self._failure or is_so(), SAY_EVERY):
                self._say(f"Waiting for the broker at {self._settings.broker} ({self._unconfirmed} not confirmed yet).")
            if self._failure:
                raise self._failure

    def _run(self) -> None:
        try:
            self._loop.run_until_complete(self._pump())
        except BaseException as error:
            self._fail(error)
        finally:
            self._loop.close()

    async def _pump(self) -> None:
        producer = self._producer()
        await producer.start()
        try:
            while not self._closing:
                await self._news.wait()
                self._news.clear()
                while self._unsent and not self._closing:
                    await self._hand_over(producer, self._unsent.popleft())
        finally:
            with suppress(TimeoutError):
                await asyncio.wait_for(producer.stop(), _STOP_SECONDS)

    def _producer(self) -> Any:
        return AIOKafkaProducer(
            bootstrap_servers=self._settings.bootstrap_servers,
            client_id="monitor",
            acks="all",
            enable_idempotence=True,
            linger_ms=_LINGER_MS,
            max_batch_size=_BATCH_BYTES,
            max_request_size=2 * MAX_MESSAGE_BYTES,  # the broker is the one that says what is too large
            partitioner=DefaultPartitioner(),
        )

    async def _hand_over(self, producer: Any, message: Message) -> None:
        try:
            sending = await producer.send(message.topic, key=message.key, value=message.value)
        except KafkaError as error:
            self._answered(message, error)
        else:
            sending.add_done_callback(partial(self._done, message))

    def _done(self, message: Message, sending: asyncio.Future[Any]) -> None:
        if not sending.cancelled():
            self._answered(message, sending.exception())

    def _answered(self, message: Message, error: BaseException | None) -> None:
        if error is None:
            with self._changed:
                self._unconfirmed -= 1
                self._changed.notify()
        elif getattr(error, "retriable", False):
            self._unsent.append(message)
            self._loop.call_later(1, self._news.set)
        else:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._failure = self._failure or error
            self._changed.notify()
