"""The queue in Chromium: what changes under the reader, barriers, keyboard, zoom, paper, and life without scripts."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.builders import crime, incident, reason
from tests.web.axe import violations
from tests.web.conftest import DESKTOP, PHONE, Served, sign_in


@pytest.fixture
def queue_page(served: Served, browser_page: Page) -> Page:
    """Signed in, before a queue of 60."""
    site = served.site
    site.desk.receive(*(incident(f"INC-{number:03}", unit=f"Unit {number % 40}") for number in range(60)))
    site.desk.receive(incident("INC-DA", qualifiers=["domestic_abuse"], no_crime_reason=reason("nonsense")))
    site.desk.review()
    sign_in(browser_page)
    expect(browser_page.get_by_role("row")).to_have_count(51)
    return browser_page


def first_row(page: Page) -> str:
    return page.locator("tbody tr").first.inner_text()


def test_a_new_alert_is_told_and_moves_nothing(served: Served, queue_page: Page) -> None:
    row = queue_page.locator("tbody tr").nth(10)
    row.scroll_into_view_if_needed()
    place, text = row.bounding_box(), row.inner_text()
    served.site.desk.receive(incident("INC-NEW", opening_type="crime.rape"))
    served.site.desk.review()
    told = queue_page.get_by_role("status")
    expect(told).to_contain_text("1 change since this was shown.")
    assert (row.bounding_box(), row.inner_text()) == (place, text)
    assert "INC-DA" in first_row(queue_page)
    told.get_by_role("link", name="Show").click()
    expect(queue_page.locator("tbody tr").first).to_contain_text("INC-NEW")
    expect(queue_page.get_by_role("status")).to_be_empty()


def test_changes_add_up_while_the_page_is_open(served: Served, queue_page: Page) -> None:
    told = queue_page.get_by_role("status")
    served.site.desk.receive(incident("INC-A"))
    served.site.desk.review()
    expect(told).to_contain_text("1 change since")
    served.site.desk.receive(crime("C9", incident_refs=["INC-000"]))
    served.site.desk.review(61)
    expect(told).to_contain_text("2 changes since")


def test_what_does_not_concern_the_view_is_not_told(served: Served, queue_page: Page) -> None:
    queue_page.goto("/?unit=Unit+3")
    served.site.desk.receive(incident("INC-A", unit="Unit 4"))
    served.site.desk.review()
    queue_page.wait_for_timeout(3000)
    expect(queue_page.get_by_role("status")).to_be_empty()
    served.site.desk.receive(incident("INC-B", unit="Unit 3"))
    served.site.desk.review()
    expect(queue_page.get_by_role("status")).to_contain_text("1 change since")


def test_what_was_said_of_the_database_goes_when_it_is_back(served: Served, queue_page: Page) -> None:
    told = queue_page.get_by_role("status")
    with served.site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE queue RENAME TO away")
    expect(told).to_contain_text("The database does not answer at the moment")
    with served.site.store.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO queue")
    expect(told).to_be_empty()


@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_the_queue_has_no_barriers(queue_page: Page, size: tuple[int, int]) -> None:
    queue_page.set_viewport_size({"width": size[0], "height": size[1]})
    for address in ("/", "/?filter=firing&severity=high&search=INC", "/?search=NOTHING", "/?page=2&sort=-unit"):
        queue_page.goto(address)
        for summary in queue_page.locator("summary").all():
            summary.click()
        assert violations(queue_page) == []


def test_the_line_of_changes_has_no_barriers(served: Served, queue_page: Page) -> None:
    served.site.desk.receive(incident("INC-A"))
    served.site.desk.review()
    expect(queue_page.get_by_role("status")).to_contain_text("1 change")
    assert violations(queue_page) == []


def test_other_pages_have_no_barriers(browser_page: Page, problems: list[str]) -> None:
    for path in ("/sign-in", "/signed-out", "/no-such-page"):
        browser_page.goto(path)
        assert violations(browser_page) == []
    problems[:] = [each for each in problems if "404" not in each]


def test_the_day_can_be_worked_by_keyboard(queue_page: Page) -> None:
    queue_page.goto("/")
    queue_page.keyboard.press("Tab")
    expect(queue_page.get_by_role("link", name="Skip to main content")).to_be_focused()
    queue_page.keyboard.press("Enter")
    expect(queue_page.locator("#main-content")).to_be_focused()
    tab_to(queue_page, "Alert firing")
    queue_page.keyboard.press("Enter")
    queue_page.wait_for_url("**/?filter=firing")
    tab_to(queue_page, "Filter by severity")
    queue_page.keyboard.press("Enter")
    tab_to(queue_page, "High")
    queue_page.keyboard.press("Space")
    queue_page.keyboard.press("Enter")
    queue_page.wait_for_url("**/?filter=firing&*severity=high*")
    tab_to(queue_page, "INC-DA")


def tab_to(page: Page, name: str) -> None:
    """Fails if it cannot be reached, or is reached and not seen."""
    for _ in range(150):
        page.keyboard.press("Tab")
        reached = page.evaluate(
            """() => {
                const at = document.activeElement;
                const box = at.getBoundingClientRect();
                const label = at.labels && at.labels[0] ? at.labels[0].innerText : "";
                const top = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2);
                const seen = at.contains(top) || (top && top.contains(at)) || label !== "";
                return [at.innerText || at.value || "", label, seen];
            }"""
        )
        if name in f"{reached[0]} {reached[1]}":
            assert reached[2], f"{name} has the focus and something lies over it"
            return
    raise AssertionError(f"{name} is not reached by the keyboard")


def test_neither_width_nor_enlarged_text_makes_the_page_scroll_sideways(queue_page: Page) -> None:
    """640 and 320 are what a desktop of 1280 leaves at 200 % and 400 %."""
    queue_page.get_by_text("Filter by severity").click()
    for width in (DESKTOP[0], 1100, 1099, 640, PHONE[0], 320):
        queue_page.set_viewport_size({"width": width, "height": 700})
        assert queue_page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_paper_there_is_the_table_and_no_machinery(queue_page: Page) -> None:
    queue_page.emulate_media(media="print")
    expect(queue_page.get_by_text("INC-DA")).to_be_visible()
    for gone in ("Sign out", "Search", "Everything 61"):
        expect(queue_page.get_by_text(gone, exact=True)).not_to_be_visible()


def test_tables_keep_their_meaning_as_cards(queue_page: Page) -> None:
    queue_page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    expect(queue_page.get_by_role("row")).to_have_count(51)
    expect(queue_page.get_by_role("columnheader", name="Time left")).to_have_count(1)


def test_sorting_says_how_it_is_sorted(queue_page: Page) -> None:
    heading = queue_page.get_by_role("columnheader", name="Unit")
    assert heading.get_attribute("aria-sort") is None
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "ascending")
    heading.get_by_role("link").click()
    expect(heading).to_have_attribute("aria-sort", "descending")
    assert queue_page.url.endswith("/?sort=-unit")


def test_the_export_is_a_click_away(queue_page: Page) -> None:
    queue_page.goto("/?search=INC-DA")
    with queue_page.expect_download() as download:
        queue_page.get_by_role("link", name="Download as CSV").click()
    lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
    assert len(lines) == 2
    assert "INC-DA" in lines[1]


def test_it_works_without_scripts(chromium: Browser, served: Served) -> None:
    served.site.desk.receive(incident("INC-1", unit="North"), incident("INC-2", unit="South"))
    served.site.desk.review()
    context = chromium.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    page.goto("/sign-in")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_text("Filter by severity").click()
    page.get_by_label("North").check()
    page.get_by_role("button", name="Apply filters").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_label("Incident or crime reference").fill("inc-2")
    page.get_by_role("button", name="Search").click()
    expect(page.locator("tbody tr")).to_have_count(0)
    page.get_by_role("link", name="Do without North").click()
    expect(page.locator("tbody tr")).to_have_count(1)
    page.get_by_role("link", name="Unrecorded").click()
    assert "filter=unrecorded&search=inc-2" in page.url
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="You are signed out")).to_be_visible()
    context.close()


LONG_CODE = "ASSAULT (AGG) -DISCH FIREARM OCC BLDG/HOUSE/VEH (AGG)"


@pytest.mark.parametrize("width", [DESKTOP[0], 1440, PHONE[0]])
def test_a_long_code_of_the_force_makes_the_page_no_wider(browser_page: Page, served: Served, width: int) -> None:
    """As Dallas has them, with a unit in one word."""
    served.site.desk.receive(incident("PERS-2026-000123456", opening_type=LONG_CODE, unit="dispatch-" * 8))
    served.site.desk.review(now=served.site.clock.at)
    sign_in(browser_page)
    browser_page.set_viewport_size({"width": width, "height": 900})
    browser_page.goto("/")
    browser_page.get_by_text("PERS-2026-000123456").wait_for()
    assert LONG_CODE in browser_page.locator("main").inner_text()
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= width
