"""The stream that tells a page how much has changed since it was shown."""

import pytest

from monitor.web import telling
from tests.builders import incident
from tests.web.browsing import Visitor
from tests.web.conftest import Served
from tests.web.listening import Listener


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY", 0.05)
    monkeypatch.setattr(telling, "PULSE", 0.3)
    monkeypatch.setattr(telling, "AT_MOST", 20.0)


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
    assert listener.hears_next() == (
        'data: 1 change since this was shown. <a class="govuk-link" href="/?filter=unrecorded">Show</a>'
    )
    site.desk.receive(incident("INC-2"))
    site.desk.review()
    assert listener.hears_next().startswith("data: 2 changes since")


def test_it_breaks_its_silence_now_and_then(listener: Listener) -> None:
    assert listener.hears() == ": still here"


def test_it_ends_so_that_the_page_connects_anew(
    served: Served, visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(telling, "AT_MOST", 0.2)
    hearing = Listener(served, visitor, "/queue/changes?since=0")
    hearing.hears()
    assert hearing.hears() == "the end"


def test_it_says_that_the_database_is_away_and_goes_on(served: Served, listener: Listener) -> None:
    assert listener.hears() == ": still here"  # so it has looked once
    with served.site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE queue RENAME TO away")
    assert "The database does not answer at the moment" in listener.hears_next()
    with served.site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO queue")
    assert listener.hears_next() == "data: "
    served.site.desk.receive(incident("INC-1"))
    served.site.desk.review()
    assert "1 change since" in listener.hears_next()


def test_it_tells_nobody_who_is_not_signed_in(served: Served) -> None:
    stranger = Listener(served, served.site.visitor(), "/queue/changes?since=0")
    assert stranger.hears().startswith("303")


def test_where_more_changed_than_is_remembered_it_says_much(served: Served, visitor: Visitor) -> None:
    served.site.desk.receive(incident("INC-1"))
    served.site.desk.review()
    served.site.app.state.queue.warm_up(served.site.clock.now())  # loaded at version 1: nothing before is remembered
    hearing = Listener(served, visitor, "/queue/changes?since=0")
    hearing.hears()
    assert hearing.hears_next().startswith("data: Much has changed since")


def test_it_does_not_keep_the_server_from_stopping(served: Served, listener: Listener) -> None:
    served.site.app.state.stopping.set()
    while listener.hears() != "the end":
        pass
