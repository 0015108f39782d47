"""Hearing what a page that is open is told."""

import threading
from queue import Queue

import httpx2

from tests.web.browsing import Visitor
from tests.web.conftest import Served


class Listener:
    """Hears one stream in a thread of its own."""

    def __init__(self, served: Served, visitor: Visitor, path: str) -> None:
        self.heard: Queue[str] = Queue()
        self._client = httpx2.Client(base_url=served.address, cookies=dict(visitor.client.cookies), timeout=10)
        self._thread = threading.Thread(target=self._listen, args=(path,), daemon=True)
        self._thread.start()

    def _listen(self, path: str) -> None:
        headers = {"accept": "text/html, text/event-stream"}
        with self._client, self._client.stream("GET", path, headers=headers) as answer:
            self.heard.put(f"{answer.status_code} {answer.headers.get('content-type')}")
            for line in answer.iter_lines():
                if line:
                    self.heard.put(line)
        self.heard.put("the end")

    def hears(self) -> str:
        return self.heard.get(timeout=10)

    def hears_next(self) -> str:
        """What is said next, whatever breaks the silence before it."""
        while (line := self.hears()) == ": still here":
            pass
        return line
