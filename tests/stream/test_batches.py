"""Messages are collected into batches, in order, and kept until they are merged."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from threading import Event
from typing import Any, ClassVar, NamedTuple

import pytest

from monitor.contract.topics import Topic
from monitor.store import Places
from monitor.stream import batches
from monitor.stream.batches import Batches
from monitor.stream.merger import MOST_BYTES, MOST_MESSAGES, Messages


class Sent(NamedTuple):
    offset: int
    value: bytes | None = b"{}"
    partition: int = 0


class NoStops:
    """No partition is stopped for its dead letters."""

    held: ClassVar[dict[Any, int]] = {}


class FakeMerger:
    """Remembers the offsets of each batch. It merges when `open` is set, and fails as often as it was told to."""

    def __init__(self, failures: int = 0) -> None:
        self.thread = ThreadPoolExecutor(1)
        self.stops = NoStops()
        self.open = Event()
        self.open.set()
        self.failures = failures
        self.merged: list[list[int]] = []
        self.skipped: list[Places] = []

    @property
    def offsets(self) -> list[int]:
        return list(chain.from_iterable(self.merged))

    def merge(self, messages: Messages) -> Messages:
        self.open.wait()
        if self.failures:
            self.failures -= 1
            raise RuntimeError("it does not work yet")
        self.merged.append([message.offset for _, message in messages])
        return messages

    def skip_to(self, places: Places) -> None:
        self.skipped.append(places)


def run(scene: Coroutine[Any, Any, None]) -> None:
    asyncio.run(asyncio.wait_for(scene, 20))


async def until(is_so: Callable[[], bool]) -> None:
    while not is_so():  # noqa: ASYNC110 - what is waited for happens in a thread
        await asyncio.sleep(0.005)


async def until_merged(merger: FakeMerger, messages: int) -> None:
    await until(lambda: len(merger.offsets) >= messages)


async def playing(merger: FakeMerger) -> tuple[Batches, asyncio.Task[None]]:
    collected = Batches(merger)  # type: ignore[arg-type]
    return collected, asyncio.create_task(collected.run())


def test_few_messages_are_merged_soon_and_together() -> None:
    async def scene() -> None:
        merger = FakeMerger()
        collected, task = await playing(merger)
        for offset in range(5):
            await collected.add(Topic.INCIDENTS, Sent(offset))
        await until_merged(merger, 5)
        assert merger.merged == [[0, 1, 2, 3, 4]]
        assert not collected.is_waiting
        assert collected.reading.merged == {(Topic.INCIDENTS, 0): 5}
        task.cancel()

    run(scene())


def test_many_are_merged_in_order_in_batches_that_are_not_too_large() -> None:
    async def scene() -> None:
        merger = FakeMerger()
        collected, task = await playing(merger)
        for offset in range(3 * MOST_MESSAGES + 1):
            await collected.add(Topic.INCIDENTS, Sent(offset))
        await until_merged(merger, 3 * MOST_MESSAGES + 1)
        assert merger.offsets == list(range(3 * MOST_MESSAGES + 1))
        assert max(map(len, merger.merged)) == MOST_MESSAGES
        task.cancel()

    run(scene())


def test_large_messages_make_small_batches_and_leave_no_room_for_more() -> None:
    async def scene() -> None:
        merger = FakeMerger()
        merger.open.clear()
        collected, task = await playing(merger)
        large = b"x" * (MOST_BYTES // 4 + 1)
        adding = asyncio.create_task(add_all(collected, [Sent(offset, large) for offset in range(40)]))
        await asyncio.sleep(0.3)
        assert not adding.done(), "agents wait while nothing is merged"
        merger.open.set()
        await until_merged(merger, 40)
        assert max(map(len, merger.merged)) == 4
        assert merger.offsets == list(range(40))
        await adding
        task.cancel()

    run(scene())


async def add_all(collected: Batches, sent: list[Sent]) -> None:
    for message in sent:
        await collected.add(Topic.INCIDENTS, message)


def test_a_batch_that_fails_is_tried_again_and_what_follows_stays_behind_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batches, "_AFTER_ERROR", 0.01)

    async def scene() -> None:
        merger = FakeMerger(failures=3)
        collected, task = await playing(merger)
        await add_all(collected, [Sent(0)])
        await asyncio.sleep(0.1)
        await add_all(collected, [Sent(1, None)])
        await until_merged(merger, 2)
        assert merger.offsets == [0, 1]
        assert merger.failures == 0
        task.cancel()

    run(scene())


def test_marks_of_a_transaction_are_skipped_when_nothing_is_left_before_them() -> None:
    async def scene() -> None:
        merger = FakeMerger()
        collected, task = await playing(merger)
        place = (Topic.INCIDENTS, 0)
        collected.reading.placed({place: 0})
        collected.reading.was_read({place: 3}, {place: 1})
        await add_all(collected, [Sent(0), Sent(1)])
        await until_merged(merger, 2)
        await until(lambda: bool(merger.skipped))
        assert merger.skipped == [{place: 3}]
        task.cancel()

    run(scene())
