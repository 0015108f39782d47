"""Events that were read lately, so that the review need not read again what the merge has just read."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock

from monitor.compliance.dependencies import Judged
from monitor.contract.topics import Topic

Recalled = tuple[Topic, bytes, Judged]  # with the digest of its content

KEPT = 5000  # events; some 5 kB each


class Recent:
    """By topic and digest of the content; the oldest makes room. Events are frozen: threads may share them."""

    def __init__(self, size: int = KEPT) -> None:
        self._size = size
        self._events: OrderedDict[tuple[Topic, bytes], Judged] = OrderedDict()
        self._guard = Lock()

    def get(self, topic: Topic, digest: bytes) -> Judged | None:
        return self._events.get((topic, digest))

    def put(self, events: Iterable[Recalled]) -> None:
        with self._guard:
            self._events.update({(topic, digest): event for topic, digest, event in events})
            for _ in range(len(self._events) - self._size):
                self._events.popitem(last=False)
