"""What the agents hand on is collected into batches, which go to the merge thread one after the other."""

import asyncio
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Any, TypeVar

from monitor.contract.topics import Topic
from monitor.stream.merger import MOST_BYTES, MOST_MESSAGES, Merger, Messages
from monitor.stream.outages import Stopped
from monitor.stream.reading import Place, Reading
from monitor.telemetry.logs import get_logger
from monitor.telemetry.metrics import LOOP_ERRORS

_log = get_logger(__name__)
_T = TypeVar("_T")
_R = TypeVar("_R")

MOST_SECONDS = 0.05
IDLE_SECONDS = 1.0
_AFTER_ERROR = 5.0  # seconds


class Batches:
    """In order and without holes within a partition: nothing is taken out except into the next batch.

    After a rebalance a message may come twice; that is harmless. One that was left out would not be.
    """

    def __init__(self, merger: Merger) -> None:
        self._merger = merger
        self._pile: list[tuple[Topic, Any]] = []
        self._bytes = 0
        self._is_merging = False
        self._arrived, self._enough, self._room = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self.reading = Reading()

    async def add(self, topic: Topic, message: Any) -> bool:
        """Returns once there is room for another; False where the partition is stopped and it was not taken."""
        if self._merger.stops.held and self._merger.stops.holds(topic, message.partition, message.offset):
            return False
        self._pile.append((topic, message))
        self._bytes += len(message.value or b"")
        self._arrived.set()
        if self._is_enough():
            self._enough.set()
            while self._is_too_much():
                self._room.clear()
                await self._room.wait()
        return True

    @property
    def is_waiting(self) -> bool:
        """Whether messages lie here that are not merged yet."""
        return bool(self._pile) or self._is_merging

    async def run(self) -> None:
        """Until cancelled, or the merger is stopped."""
        try:
            while True:
                await self._until(self._arrived, IDLE_SECONDS)
                if self._pile:
                    await self._until(self._enough, MOST_SECONDS)
                    await self._merge(self._take())
                await self._skip_marks()
        except Stopped:
            return

    async def _until(self, event: asyncio.Event, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), seconds)

    def _take(self) -> Messages:
        batch, size = [], 0
        for topic, message in self._pile[:MOST_MESSAGES]:
            batch.append((topic, message))
            size += len(message.value or b"")
            if size >= MOST_BYTES:
                break
        del self._pile[: len(batch)]
        self._bytes -= size
        self._set_events()
        return batch

    async def _merge(self, batch: Messages) -> None:
        self._is_merging = True
        merged = await self._in_thread(self._merger.merge, batch)
        self._is_merging = False
        self.reading.was_merged(merged)
        if len(merged) < len(batch):
            self._drop(_left_out(batch, merged))

    def _drop(self, stopped: Collection[Place]) -> None:
        """What else was fetched of partitions that are stopped: Kafka keeps it, and it is read again from there."""
        self._pile = [each for each in self._pile if (each[0], each[1].partition) not in stopped]
        self._bytes = sum(len(message.value or b"") for _, message in self._pile)
        self._set_events()

    async def _skip_marks(self) -> None:
        if places := self.reading.ends_in_marks():
            await self._in_thread(self._merger.skip_to, places)
            self.reading.skipped(places)

    async def _in_thread(self, work: Callable[[_T], _R], on: _T) -> _R:
        """Tried until it is done: messages are kept, whatever goes wrong."""
        loop = asyncio.get_running_loop()
        while True:
            try:
                return await loop.run_in_executor(self._merger.thread, work, on)
            except Stopped:
                raise
            except Exception:
                _log.exception("A batch could not be merged; it is tried again.")
                LOOP_ERRORS.labels("merge").inc()
                await asyncio.sleep(_AFTER_ERROR)

    def _set_events(self) -> None:
        if not self._pile:
            self._arrived.clear()
        if not self._is_enough():
            self._enough.clear()
        if not self._is_too_much():
            self._room.set()

    def _is_enough(self) -> bool:
        return len(self._pile) >= MOST_MESSAGES or self._bytes >= MOST_BYTES

    def _is_too_much(self) -> bool:
        return len(self._pile) >= 2 * MOST_MESSAGES or self._bytes >= 2 * MOST_BYTES


def _left_out(batch: Messages, merged: Messages) -> set[Place]:
    offsets = {(topic, message.partition, message.offset) for topic, message in merged}
    return {
        (topic, message.partition)
        for topic, message in batch
        if (topic, message.partition, message.offset) not in offsets
    }
