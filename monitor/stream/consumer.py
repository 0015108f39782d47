"""What is made of Faust's consumer. Each change is here, with the reason why.

1. The store says where to read on. Progress stands in the transaction that merged, so the offsets committed to the
   broker are for its tools alone; a new database is filled from the beginning, whatever the group has committed.
2. Messages go through Faust in chunks. Its way is long (six tasks and two queues a message, `Consumer._drain_messages`
   onward), and is gone once a chunk: what 250 messages cost is then what one did.
3. A full buffer holds up the delivery and nothing else. Faust would stop fetching the partition, and sleep for a
   second once all of them are stopped.
4. A broker that is away fails a commit and nothing else. Faust would crash the worker.
5. A fetch waits a fifth of a second for news, not 1.5: one that asks only for quiet partitions holds up the others.
6. Its thread is not waited for without end: a broker that hangs would keep the worker from stopping.
"""

import asyncio
import logging
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from aiokafka.errors import KafkaError
from aiokafka.structs import OffsetAndMetadata, TopicPartition
from faust.transport.drivers import aiokafka as driver
from mode.threads import WorkerThread

from monitor.contract.topics import INPUT_TOPICS
from monitor.store import Places
from monitor.stream.reading import Place, Reading
from monitor.telemetry.logs import get_logger

_log = get_logger(__name__)
FAUST_LOG = logging.getLogger("faust.worker")  # what Faust says of its services is not for ours, which is at info

CHUNK = 250  # messages
FETCH_WAIT_MS = 200
THREAD_STOP_SECONDS = 3.0
PLACING_SECONDS = 30.0  # less than Faust waits, which then goes on as if the places had been found


class PatientThread(WorkerThread):
    def __init__(self, service: Any, **options: Any) -> None:
        super().__init__(service, **options)
        self.daemon = True

    def stop(self) -> None:
        if not self.is_stopped.wait(THREAD_STOP_SECONDS):
            _log.warning("The consumer's thread does not end, and is left behind.")


class ConsumerThread(driver.AIOKafkaConsumerThread):
    logger = FAUST_LOG
    Worker = PatientThread

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = FETCH_WAIT_MS
        return consumer

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        ours = {TopicPartition(*place): OffsetAndMetadata(at, "") for place, at in offsets.items()}
        try:
            await self._ensure_consumer().commit(ours)
        except (KafkaError, OSError) as error:
            _log.warning("The offsets could not be committed; that is tried again.", reason=str(error))
            return False
        return True

    async def _fetch_records(self, consumer: Any, *arguments: Any, **options: Any) -> Any:
        records = await super()._fetch_records(consumer, *arguments, **options)
        if self.consumer.flow_active:  # else the positions are not ours yet
            last = {tp: found[-1].offset for tp, found in records.items() if found}
            self.consumer.note_read(_positions(consumer), last)
        return {tp: list(_chunks(found)) for tp, found in records.items()}

    def on_crash(self, msg: str, *fmt: Any, **_: Any) -> None:
        _log.error("The consumer's thread ended.", reason=msg.format(*fmt))


def _chunks(records: Sequence[Any]) -> Iterator[Any]:
    """Records as Faust sees them: each with the place of its last message, and as value the list of all."""
    for first in range(0, len(records), CHUNK):
        chunk = records[first : first + CHUNK]
        yield replace(chunk[-1], key=None, value=chunk, headers=())


def _positions(consumer: Any) -> Mapping[Any, int]:
    """Without awaiting anything, so that they fit what was just fetched."""
    subscription = consumer._subscription.subscription
    assignment = subscription.assignment if subscription else None
    states = {tp: assignment.state_value(tp) for tp in assignment.tps} if assignment else {}
    return {tp: state.position for tp, state in states.items() if state.has_valid_position}


class Consumer(driver.Consumer):
    logger = FAUST_LOG

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        settings = self.app.monitor_settings
        self._topics = {settings.topic(topic): topic for topic in INPUT_TOPICS}
        self._reading: Reading = self.app.batches.reading
        self._committed: dict[Any, int] = {}

    def _new_consumer_thread(self) -> ConsumerThread:
        return ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    def on_buffer_full(self, tp: Any) -> None:
        pass

    def places(self) -> Iterable[Place]:
        return self._places(self.assignment()).values()

    async def commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Of the partitions that are still ours, what was merged and is not committed yet."""
        merged = self._reading.merged
        at = {tp: merged[place] for tp, place in self._places(self.assignment()).items() if place in merged}
        news = {tp: offset for tp, offset in at.items() if self._committed.get(tp) != offset}
        if not news or not await self._commit(news):
            return False
        self._committed.update(news)
        return True

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Faust calls this after each assignment, before it reads on."""
        assigned = self._places(self.assignment())
        places = await asyncio.wait_for(self._starting_places(assigned), PLACING_SECONDS) if assigned else {}
        at = {tp: places[place] for tp, place in assigned.items()}
        await self._thread.seek_wait(at)
        self._reading.placed(places)
        return at

    def note_read(self, positions: Mapping[Any, int], last: Mapping[Any, int]) -> None:
        """Called in the consumer's thread."""
        self._reading.was_read(self._by_place(positions), self._by_place(last))

    async def _starting_places(self, assigned: Mapping[Any, Place]) -> Places:
        """Where to read each partition on; noted in the store by the merge thread, in turn with what it merges."""
        begins, ends = await self.earliest_offsets(*assigned), await self.highwaters(*assigned)
        merger, loop = self.app.parts.merger, asyncio.get_running_loop()
        bounds = self._by_place(begins), self._by_place(ends)
        return await loop.run_in_executor(merger.thread, merger.starting_places, *bounds)

    def _places(self, tps: Iterable[Any]) -> dict[Any, Place]:
        return {tp: (self._topics[tp.topic], tp.partition) for tp in tps}

    def _by_place(self, offsets: Mapping[Any, int]) -> dict[Place, int]:
        return {place: offsets[tp] for tp, place in self._places(offsets).items()}


class Transport(driver.Transport):
    Consumer = Consumer
