"""Says so while the database does not even refuse: it is halted, or out of reach, and all who asked it hang."""

from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import Any

from monitor import store
from monitor.store.schema_check import has_current_tables
from monitor.stream.loops import Loop

ANSWER_SECONDS = 5.0  # within which the database must answer


class DatabaseWatch(Loop):
    def __init__(self, engine: Any) -> None:
        super().__init__("database")
        self._engine = engine
        self._asking = ThreadPoolExecutor(1, thread_name_prefix="database-watch")  # this thread hangs, not the loop's
        self._asked: Future[bool] | None = None

    def step(self) -> float:
        asked = self._asked = self._asked or self._asking.submit(has_current_tables, self._engine)
        try:
            asked.result(ANSWER_SECONDS)
        except Late:
            raise store.DatabaseAway(f"it has not answered for {ANSWER_SECONDS:.0f} s") from None
        finally:
            self._asked = None if asked.done() else asked
        return ANSWER_SECONDS

    def close(self) -> None:
        self._asking.shutdown(wait=False)
