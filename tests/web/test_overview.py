"""The overview: figures that fit together, each with the queue that makes it up."""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

import pytest
from playwright.sync_api import Page

from tests.builders import Line, at, crime, heartbeat, incident, reason
from tests.web.axe import violations
from tests.web.browsing import Visitor, text_of
from tests.web.conftest import PHONE, Served, Site, sign_in

UNITS = ("Response North", "Response South", "Safeguarding")


def some_force() -> Iterator[Line]:
    """Some weeks of it: recorded, late, missing, re-coded, justified."""
    for number in range(60):
        ref, reported = f"INC-{number}", -24.0 * (number % 30)
        fields: dict[str, Any] = {
            "reported_at": at(reported),
            "unit": UNITS[number % 3],
            "channel": ("999", "101")[number % 2],
        }
        closed: dict[str, Any] = {"status": "closed", "closed_at": at(reported + 2)}
        match number % 6:
            case 0 | 1:
                yield incident(ref, **fields)
                yield crime(f"C{number}", incident_refs=[ref], recorded_at=at(reported + 1 + number / 10))
            case 2:
                yield incident(ref, **fields)
                yield crime(f"C{number}", incident_refs=[ref], recorded_at=at(reported + 30))
            case 3:
                yield incident(ref, opening_type=("crime.violence", "crime.rape")[number % 2], **fields)
            case 4:
                yield incident(ref, **fields, **closed, closing_type="nsir.asb_personal")
            case _:
                yield incident(ref, **fields, **closed, no_crime_reason=reason("contrary_evidence"))
    yield heartbeat(60)


@pytest.fixture
def filled(site: Site) -> Site:
    site.desk.receive(*some_force())
    site.desk.review(now=site.clock.at)
    return site


class Links(HTMLParser):
    """Of each link to the queue, the number that it stands on."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, int]] = []
        self._href: str | None = None
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href") or ""
        if tag == "a":
            self._href = href if href.startswith("/?") else None

    def handle_data(self, data: str) -> None:
        if self._href and data.strip().replace(",", "").isdigit():
            self.found.append((self._href, int(data.strip().replace(",", ""))))
            self._href = None


def opened(site: Site, role: str = "registrar") -> str:
    answer = site.visitor().sign_in(role).get("/overview")
    assert answer.status_code == 200
    return str(answer.text)


def test_every_number_leads_to_the_queue_that_makes_it_up(filled: Site) -> None:
    visitor: Visitor = filled.visitor().sign_in()
    links = Links(visitor.get("/overview").text).found
    assert len(links) > 12
    for href, number in dict.fromkeys(links):
        shown = text_of(visitor.get(href).text)
        assert re.search(rf"(?<![\d,]){number:,} incidents?\b", shown), (href, number)


# Of some_force(), by hand: ten of each sixth; those of one sixth were reported 5.5, 11.5, 17.5, 23.5 and 29.5 days ago,
# or half a day or more beside that, two each.
FIGURES = (
    "20 Alerts firing 20 Unrecorded 0 Due soon",
    "Critical 0 0 2 (Critical, 3 to 7 days) 6 (Critical, 1 to 4 weeks) 2 (Critical, Over 4 weeks) 10 (Critical, all)",
    "High 0 0 0 0 0 0",
    "Week from Due Within 24 hours Later Not recorded Share in time 15 Dec 8 2 2 4 25.0 %",
    "12 Jan (so far) 8 4 2 2 50.0 %",
    "to 1 h 1 1–4 h 10 4–12 h 9 12–24 h 0 24–48 h 10 48–72 h 0 over 72 h 0",
    "Response North 10 (Response North) 10 Response South 10 (Response South) 0",
    "101 10 (101) 10 999 10 (999) 0",
    "Credible evidence shows that no crime happened 10 0",
    "Opened as ASB personal (nsir.asb_personal) All Violence (crime.violence) 10",
)


@pytest.mark.parametrize("figures", FIGURES)
def test_the_figures_are_those_of_what_was_sent(filled: Site, figures: str) -> None:
    assert figures in text_of(opened(filled))


def test_whoever_may_not_see_the_queue_sees_the_numbers_without_links(filled: Site) -> None:
    page = opened(filled, "operations")
    assert Links(page).found == []
    assert "Credible evidence" in page


def test_an_empty_store_has_an_overview(site: Site) -> None:
    page = text_of(opened(site))
    assert "Nothing has fallen due yet." in page
    assert "Nothing is unrecorded." in page


def test_a_force_that_one_may_not_see_is_not_counted(filled: Site) -> None:
    elsewhere = filled.visitor().sign_in(force="synthetic-elsewhere")
    page = text_of(elsewhere.get("/overview").text)
    assert "Nothing has fallen due yet." in page
    assert Links(elsewhere.get("/overview").text).found == []


def test_nobody_sees_it_without_signing_in(visitor: Visitor) -> None:
    assert visitor.get("/overview").status_code == 303


@pytest.mark.parametrize("width", [1280, 640, 390])
def test_axe_finds_nothing_and_nothing_is_cut_off(browser_page: Page, served: Served, width: int) -> None:
    served.site.desk.receive(*some_force())
    served.site.desk.review(now=served.site.clock.at)
    sign_in(browser_page)
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.goto("/overview")
    assert violations(browser_page) == []
    assert browser_page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_it_asks_for_itself_anew_and_keeps_the_place(browser_page: Page, served: Served) -> None:
    served.site.desk.receive(*some_force())
    served.site.desk.review(now=served.site.clock.at)
    sign_in(browser_page)
    browser_page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    browser_page.clock.install()
    browser_page.goto("/overview")
    browser_page.evaluate("scrollTo(0, 700)")
    before = browser_page.locator(".monitor-big__number").first.inner_text()
    served.site.desk.receive(incident("NEW-1", opening_type="crime.rape"))
    served.site.desk.review(now=served.site.clock.at)
    browser_page.clock.run_for(61_000)
    browser_page.wait_for_function(
        "before => document.querySelector('.monitor-big__number').innerText !== before", arg=before
    )
    assert browser_page.evaluate("scrollY") == 700
