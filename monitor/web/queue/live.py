"""The index, kept up with the database and shared by all requests."""

import threading
import time
from datetime import datetime

from fastapi import Request

from monitor.rulebook.mapping import ForceMappings
from monitor.rulebook.types import UNMAPPED
from monitor.store.queue import changed_since, latest_version
from monitor.store.scope import Scope, Store
from monitor.web.queue.address import View
from monitor.web.queue.index import Found, QueueIndex
from monitor.web.words import spoken

PAGE_ROWS = 50


class LiveQueue:
    """What was committed before a question is in its answer. Raises DatabaseAway."""

    def __init__(self, store: Store, mappings: ForceMappings) -> None:
        self._store, self._mappings = store, mappings
        self._lock = threading.Lock()
        self._words: dict[tuple[str, str], str] = {}
        self._index = QueueIndex(self.type_words)
        self._loaded = False
        self._kept_up = float("-inf")

    def find(self, view: View, scope: Scope, now: datetime, rows: int | None = PAGE_ROWS) -> Found:
        """One page; with `rows` None all of them, whatever the page."""
        start = 0 if rows is None else (view.page - 1) * rows
        with self._lock:
            self._keep_up(now)
            return self._index.find(view, scope, now, rows, start)

    def changes(self, view: View, scope: Scope, now: datetime, since: int, old: float = 0) -> int | None:
        """How many incidents of the view changed after a version; None: too many to tell. What was taken in less than
        `old` seconds ago will do.
        """
        with self._lock:
            if time.monotonic() - self._kept_up >= old:
                self._keep_up(now)
            return self._index.changes(view, scope, now, since)

    def warm_up(self, now: datetime) -> None:
        """So that the first reader waits no longer than others."""
        with self._lock:
            self._keep_up(now)
            self._index.warm_up()

    def type_words(self, force: str, code: str) -> str:
        """What a force's own code means."""
        known = self._words.get((force, code))
        if known is None:
            canonical = self._mappings.of(force).canonical(code) if code else UNMAPPED
            known = self._words[force, code] = spoken(canonical)
        return known

    def _keep_up(self, now: datetime) -> None:
        if self._loaded and latest_version(self._store) >= self._index.version:
            self._index.take_in(list(changed_since(self._store, self._index.version)))
        else:  # at first, or where the database was put back to an earlier state
            self._load(now)
        self._kept_up = time.monotonic()

    def _load(self, now: datetime) -> None:
        """Into a fresh index: one that was cut short is thrown away."""
        fresh = QueueIndex(self.type_words)
        fresh.load(changed_since(self._store, 0), now)
        self._index, self._loaded = fresh, True


def live_queue(request: Request) -> LiveQueue:
    found: LiveQueue = request.app.state.queue
    return found
