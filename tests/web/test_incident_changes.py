"""An incident page that is open is told what has happened to its incident since."""

import re

import pytest
from playwright.sync_api import Page, expect

from monitor.store.decisions import Version
from monitor.store.glance import Glance
from monitor.web import telling
from monitor.web.incident.changes import since
from tests.builders import FORCE, crime, decision, incident
from tests.web.axe import violations
from tests.web.browsing import Visitor
from tests.web.conftest import DESKTOP, PHONE, Served, Site, sign_in
from tests.web.listening import Listener

PAGE = f"/incidents/{FORCE}/INC-1"
SHOW = f' <a class="govuk-link" href="{PAGE}">Show</a>'
BEFORE = Glance(Version(5, 1, 2), 3, due=True)


@pytest.mark.parametrize(
    ("now", "said"),
    [
        (BEFORE, ""),
        (Glance(Version(5, 1, 2), 3, due=False), "It has been judged since, and its verdict is as it was."),
        (Glance(Version(6, 1, 2), 3, due=False), "Since this was shown, the verdict has changed."),
        (
            Glance(Version(5, 2, 3), 3, due=True),
            "Since this was shown, the log has a new revision and a decision was made.",
        ),
        (Glance(Version(5, 1, 2), 4, due=True), "Since this was shown, the case has changed hands."),
    ],
)
def test_each_thing_that_happened_is_named(now: Glance, said: str) -> None:
    assert since(BEFORE, now, hands=True) == said


def test_who_works_on_no_case_is_not_told_that_one_changed_hands() -> None:
    assert since(BEFORE, Glance(BEFORE.version, 4, due=True), hands=False) == ""


@pytest.fixture
def visitor(served: Served) -> Visitor:
    served.site.desk.receive(incident())
    served.site.desk.review(now=served.site.clock.at)
    return served.site.visitor().sign_in()


def listening(served: Served, visitor: Visitor) -> Listener:
    [address] = re.findall(r'hx-sse:connect="([^"]+)"', visitor.get(PAGE).text)
    hearing = Listener(served, visitor, address.replace("&amp;", "&"))
    assert hearing.hears() == "200 text/event-stream; charset=utf-8"
    return hearing


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "EVERY", 0.05)
    monkeypatch.setattr(telling, "PULSE", 0.3)


@pytest.mark.usefixtures("_quick")
def test_a_page_hears_what_happened_since_it_was_shown(served: Served, visitor: Visitor) -> None:
    desk = served.site.desk
    hearing = listening(served, visitor)
    assert hearing.hears() == ": still here"
    desk.receive(incident(revision=2))
    assert hearing.hears_next() == f"data: Since this was shown, the log has a new revision.{SHOW}"
    desk.receive(crime())
    desk.review(now=served.site.clock.at)
    assert hearing.hears_next() == (
        f"data: Since this was shown, the log has a new revision and the verdict has changed.{SHOW}"
    )


@pytest.mark.usefixtures("_quick")
def test_a_page_that_awaits_a_judgement_hears_of_one_that_changes_nothing(served: Served, visitor: Visitor) -> None:
    served.site.desk.receive(decision("note", text="Rang the officer."))
    hearing = listening(served, visitor)
    served.site.desk.review(now=served.site.clock.at)
    assert hearing.hears_next() == f"data: It has been judged since, and its verdict is as it was.{SHOW}"


def test_only_who_may_see_the_incident_hears_of_it(site: Site) -> None:
    site.desk.receive(incident())
    address = f"/changes/{FORCE}/INC-1?handovers=0&due=0&seen="
    assert site.visitor().sign_in(force="synthetic-elsewhere").get(f"{address}1.0.1").status_code == 404
    assert site.visitor().sign_in().get(f"{address}nothing").status_code == 400


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_what_a_colleague_decides_is_told_and_moves_nothing(
    browser_page: Page, served: Served, visitor: Visitor, size: tuple[int, int]
) -> None:
    browser_page.set_viewport_size({"width": size[0], "height": size[1]})
    sign_in(browser_page, name="Ann")
    browser_page.goto(PAGE)
    told, facts = browser_page.get_by_role("status"), browser_page.locator(".monitor-facts")
    place = facts.bounding_box()
    visitor.send(visitor.get(PAGE), f"/take/{FORCE}/INC-1", do="take")
    expect(told).to_contain_text("Since this was shown, the case has changed hands.")
    if size == DESKTOP:
        assert facts.bounding_box() == place
    assert violations(browser_page) == []
    told.get_by_role("link", name="Show").click()
    expect(browser_page.get_by_role("heading", name="Sam Example holds this case")).to_be_visible()
    expect(browser_page.get_by_role("status")).to_be_empty()
