"""The stream that tells a page how much has changed since it was shown."""

import threading
from queue import Queue

import httpx2
import pytest

from monitor.web.queue import stream
from tests.builders import incident
from tests.web.browsing import Visitor
from tests.web.conftest import Served


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stream, "EVERY", 0.05)
    monkeypatch.setattr(stream, "PULSE", 0.3)
    monkeypatch.setattr(stream, "AT_MOST", 20.0)


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


@pytest.fixture
def visitor(served: Served) -> Visitor:
    return served.site.visitor().sign_in()


@pytest.fixture
def listener(served: Served, visitor: Visitor) -> Listener:
    hearing = Listener(served, visitor, "/queue/changes?filter=unrecorded&since=0")
    assert hearing.hears() == "200 text/event-stream; charset=utf-8"
    return hearing


def test_it_tells_each_number_of_changes_once_with_the_way_to_see_them(served: Served, listener: Listener) -> None:
    site = served.site
    site.desk.receive(incident("INC-1"))
    site.desk.review()
    assert heard_next(listener) == (
        'data: 1 change since this was shown. <a class="govuk-link" href="/?filter=unrecorded">Show</a>'
    )
    site.desk.receive(incident("INC-2"))
    site.desk.review()
    assert heard_next(listener).startswith("data: 2 changes since")


def test_it_breaks_its_silence_now_and_then(listener: Listener) -> None:
    assert listener.hears() == ": still here"


def test_it_ends_so_that_the_page_connects_anew(
    served: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream, "AT_MOST", 0.2)
    hearing = Listener(served, visitor, "/queue/changes?since=0")
    hearing.hears()
    assert hearing.hears() == "the end"


def test_it_says_that_the_database_is_away_and_goes_on(served: Served, listener: Listener) -> None:
    assert listener.hears() == ": still here"  # so it has looked once
    with served.site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE queue RENAME TO away")
    assert "The database does not answer at the moment" in heard_next(listener)
    with served.site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO queue")
    served.site.desk.receive(incident("INC-1"))
    served.site.desk.review()
    assert "1 change since" in heard_next(listener)


def test_it_tells_nobody_who_is_not_signed_in(served: Served) -> None:
    stranger = Listener(served, served.site.visitor(), "/queue/changes?since=0")
    assert stranger.hears().startswith("303")


def test_where_more_changed_than_is_remembered_it_says_much(served: Served, visitor: Visitor) -> None:
    served.site.desk.receive(incident("INC-1"))
    served.site.desk.review()
    served.site.app.state.queue.warm_up(served.site.clock.now())  # loaded at version 1: nothing before is remembered
    hearing = Listener(served, visitor, "/queue/changes?since=0")
    hearing.hears()
    assert heard_next(hearing).startswith("data: Much has changed since")


def heard_next(listener: Listener) -> str:
    while (line := listener.hears()) == ": still here":
        pass
    return line


def test_it_does_not_keep_the_server_from_stopping(served: Served, listener: Listener) -> None:
    served.site.app.state.stopping.set()
    while listener.hears() != "the end":
        pass
