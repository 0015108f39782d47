"""The development sign-in, sessions, and what guards every page."""

from playwright.sync_api import Page

from tests.web.axe import violations
from tests.web.browsing import Visitor, text_of
from tests.web.conftest import Site, sign_in


def test_who_is_not_signed_in_is_led_to_the_sign_in_page_and_back(visitor: Visitor) -> None:
    answer = visitor.get("/?severity=high")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2F%3Fseverity%3Dhigh"
    form = visitor.get(answer.headers["location"])
    back = visitor.send(form, "/sign-in/development", name="Sam Example", role="registrar")
    assert (back.status_code, back.headers["location"]) == (303, "/?severity=high")


def test_a_signed_in_person_sees_the_queue(visitor: Visitor) -> None:
    answer = visitor.sign_in().get("/")
    assert answer.status_code == 200
    assert "Sam Example (Registrar)" in text_of(answer.text)


def test_the_sign_in_page_has_no_barriers(browser_page: Page) -> None:
    browser_page.goto("/sign-in")
    assert violations(browser_page) == []
    sign_in(browser_page)
    assert browser_page.get_by_role("heading", level=1).inner_text() == "Incidents that need a person"


def test_who_may_not_see_the_queue_lands_on_what_they_may_see(site: Site) -> None:
    visitor = site.visitor().sign_in(role="operations")
    refused = visitor.get("/")
    assert refused.status_code == 403
    assert '<a class="govuk-link" href="/overview">Go to the overview</a>' in refused.text
    form = site.visitor()
    landed = form.send(form.get("/sign-in"), "/sign-in/development", name="Olu", role="operations", force="*")
    assert (landed.status_code, landed.headers["location"]) == (303, "/overview")
