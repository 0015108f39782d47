"""Events that were read lately, so that the review need not read again what the merge has just read."""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import NamedTuple

from monitor.compliance.dependencies import Judged
from monitor.contract.topics import Topic

KEPT, KEPT_BYTES = 5000, 16 * 1024 * 1024  # events, and bytes of the contents that they were read from
# For whoever merges. Events take two to three times their contents, and at the worst nine times.
KEPT_OF_MERGED, BYTES_OF_MERGED = 100_000, 64 * 1024 * 1024


class Recalled(NamedTuple):
    topic: Topic
    digest: bytes  # of its content
    event: Judged
    size: int  # of its content, in bytes


class Recent:
    """By topic and digest of the content; the oldest makes room. Events are frozen: threads may share them."""

    def __init__(self, most: int = KEPT, most_bytes: int = KEPT_BYTES) -> None:
        self._most, self._most_bytes = most, most_bytes
        self._kept: OrderedDict[tuple[Topic, bytes], Recalled] = OrderedDict()
        self._bytes = 0
        self._guard = Lock()

    def keep_more(self) -> None:
        """A night's backlog, until it is judged."""
        self._most, self._most_bytes = KEPT_OF_MERGED, BYTES_OF_MERGED

    def get(self, topic: Topic, digest: bytes) -> Judged | None:
        found = self._kept.get((topic, digest))
        return found.event if found else None

    def put(self, events: Iterable[Recalled]) -> None:
        with self._guard:
            for each in events:
                if (each.topic, each.digest) not in self._kept:
                    self._kept[each.topic, each.digest] = each
                    self._bytes += each.size
            while len(self._kept) > self._most or self._bytes > self._most_bytes:
                _, oldest = self._kept.popitem(last=False)
                self._bytes -= oldest.size
