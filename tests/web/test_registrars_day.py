"""A registrar's day in Chromium, on the real broker, worker and PostgreSQL."""

import csv
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest
from playwright.sync_api import Locator, Page, Route, expect

from monitor.contract.topics import Topic
from monitor.settings import Settings
from tests.builders import FORCE, at, crime, incident
from tests.postgres import Postgres
from tests.system.running import READY, RunningWorker, messages, send, settled, until, worker
from tests.web.conftest import Served, sign_in

SURE = "Checked against the account given."
OUR_CASE: dict[str, Any] = {
    "victims": [{"person_key": "p7", "confirmed": True}],
    "unit": "Response North",
    "location": {"beat": "N1"},
}


@pytest.fixture
def settings(kafka_settings: Settings, postgres: Postgres) -> Settings:
    """The clock stands 60 hours after the report, as that of `site` does."""
    given = kafka_settings.model_dump() | {"database_url": postgres.fresh(), "development_sign_in": True}
    return Settings.model_validate(given | {"clock": at(60)})


@pytest.fixture
def running(settings: Settings, tmp_path: Path) -> Iterator[RunningWorker]:
    with worker(settings, tmp_path / "worker.log") as found:
        found.wait_for(READY)
        yield found


def told(settings: Settings, topic: Topic, ref: str) -> list[dict[str, Any]]:
    found = (orjson.loads(each.value or b"{}") for each in messages(settings, topic))
    return [each for each in found if each.get("incident_ref") == ref]


def changes(settings: Settings, ref: str) -> list[str]:
    return [alert["change"] for alert in told(settings, Topic.ALERTS, ref)]


def test_a_registrars_day(
    running: RunningWorker,
    settings: Settings,
    served: Served,
    browser_page: Page,
    postgres: Postgres,
    problems: list[str],
) -> None:
    page = browser_page
    send([incident(f"INC-{number}") for number in range(1, 4)], settings)
    send([incident("FAR-1", force="synthetic-elsewhere")], settings)
    settled(settings)
    sign_in(page, force=FORCE)

    _a_new_alert_appears(page, settings)
    _its_record_is_found_and_the_alert_is_resolved(page, settings)
    _a_reason_is_refused_with_why_and_another_is_withdrawn(page, settings)
    _what_is_shown_is_exported(page)
    _another_force_is_not_there(page, problems)
    _no_decision_is_lost_with_the_database(page, settings, postgres, problems)
    _a_decision_whose_answer_is_lost_is_made_once(page, settings)
    assert running.process.poll() is None


def _a_new_alert_appears(page: Page, settings: Settings) -> None:
    expect(page.locator("tbody tr")).to_have_count(3)
    page.wait_for_timeout(500)  # the line to the server is open
    send([incident("INC-NEW", opening_type="crime.rape", **OUR_CASE)], settings)
    expect(page.get_by_role("status")).to_contain_text("1 change since this was shown.")
    page.get_by_role("status").get_by_role("link", name="Show").click()
    expect(page.locator("tbody tr").first).to_contain_text("INC-NEW")
    assert changes(settings, "INC-NEW") == ["raised"]


def _its_record_is_found_and_the_alert_is_resolved(page: Page, settings: Settings) -> None:
    rape: dict[str, Any] = {"offence": {"ho_code": "019/08", "category": "19C"}, "victims": [{"person_key": "p7"}]}
    here: dict[str, Any] = {"unit": "Response North", "location": {"beat": "N1"}}
    send([crime("C77", incident_refs=[], recorded_at=at(3), updated_at=at(3), **rape, **here)], settings)
    settled(settings)
    page.get_by_role("link", name="INC-NEW").click()
    matches = page.get_by_role("region", name="Possible matches")
    expect(matches).to_contain_text("C77")
    matches.get_by_role("link", name="Link C77").click()
    page.get_by_label("Why").first.fill(SURE)
    _see_and_make(page)
    until(lambda: changes(settings, "INC-NEW")[-1] == "resolved", 20, "the alert is resolved on the topic")
    page.reload()
    expect(page.get_by_text("A crime was recorded 3 hours after the report, in time.")).to_be_visible()


def _see_and_make(page: Page) -> None:
    page.get_by_role("button", name="See what it will do").click()
    page.locator("form button.govuk-button:not(.govuk-button--secondary)").last.click()
    expect(page.get_by_role("alert").get_by_text("Done")).to_be_visible()


def _a_reason_is_refused_with_why_and_another_is_withdrawn(page: Page, settings: Settings) -> None:
    page.goto(f"/incidents/{FORCE}/INC-1")
    page.get_by_role("button", name="No crime", exact=True).click()
    page.get_by_label("The victim declined to confirm what somebody else reported").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Why").fill(SURE)
    page.get_by_role("button", name="See what it will do").click()
    expect(page.get_by_text("The rules do not accept this reason here.")).to_be_visible()
    expect(page.get_by_text("reports by third parties (p8)")).to_be_visible()
    page.goto(f"/decide/no_crime/{FORCE}/INC-1")
    page.get_by_label("What was reported is no notifiable offence").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Why").fill(SURE)
    _see_and_make(page)
    assert [each["action"] for each in _decided(settings, "INC-1", 1)] == ["no_crime"]
    page.get_by_role("link", name="Withdraw").first.click()
    _see_and_make(page)
    assert [each["action"] for each in _decided(settings, "INC-1", 2)] == ["no_crime", "withdraw"]
    expect(page.get_by_text("none is: 1 day 12 hours overdue")).to_be_visible()


def _decided(settings: Settings, ref: str, number: int) -> list[dict[str, Any]]:
    """The decisions that came to the topic, once there are so many."""
    until(lambda: len(told(settings, Topic.DECISIONS, ref)) >= number, 20, f"{number} decisions on {ref} on the topic")
    return told(settings, Topic.DECISIONS, ref)


def _what_is_shown_is_exported(page: Page) -> None:
    page.goto("/?search=INC-2")
    with page.expect_download() as download:
        page.get_by_role("link", name="Download as CSV").click()
    rows = list(csv.reader(Path(download.value.path()).read_text("utf-8-sig").splitlines()))
    assert [row for row in rows if "INC-2" in row] == rows[1:]
    assert len(rows) == 2


def _another_force_is_not_there(page: Page, problems: list[str]) -> None:
    answer = page.goto("/incidents/synthetic-elsewhere/FAR-1")
    assert answer is not None
    assert answer.status == 404
    assert "FAR-1" not in page.locator("main").inner_text()
    problems.clear()


def _no_decision_is_lost_with_the_database(
    page: Page, settings: Settings, postgres: Postgres, problems: list[str]
) -> None:
    page.goto(f"/incidents/{FORCE}/INC-2")
    page.get_by_role("button", name="Require a crime", exact=True).click()
    page.get_by_label("How many crimes?").fill("2")
    page.get_by_label("Why").fill(SURE)
    preview = page.get_by_role("button", name="See what it will do")
    _send_while_the_database_is_away(page, preview, settings, postgres, problems)
    makes = page.locator("form button.govuk-button:not(.govuk-button--secondary)").last
    _send_while_the_database_is_away(page, makes, settings, postgres, problems)
    expect(page.get_by_role("alert").get_by_text("Done")).to_be_visible()
    expect(page.get_by_text(SURE).first).to_be_visible()
    (made,) = _decided(settings, "INC-2", 1)
    assert (made["action"], made["crimes"]) == ("require_crime", 2)
    settled(settings)
    assert len(told(settings, Topic.DECISIONS, "INC-2")) == 1


def _send_while_the_database_is_away(
    page: Page, button: Locator, settings: Settings, postgres: Postgres, problems: list[str]
) -> None:
    """And once more, with what the page has kept, when it is back."""
    postgres.shut_out(settings.database_url)
    threading.Timer(4, lambda: postgres.let_in(settings.database_url)).start()
    button.click()
    expect(page.get_by_role("heading", name="The database does not answer")).to_be_visible()
    expect(page.get_by_text("nothing you just sent was saved")).to_be_visible()
    until(lambda: page.request.get("/").status == 200, 30, "the pages answer again")
    problems.clear()
    page.get_by_role("button", name="Send it again").click()


def _a_decision_whose_answer_is_lost_is_made_once(page: Page, settings: Settings) -> None:
    """It was committed; the page still stands there, and they press the button again."""
    page.goto(f"/decide/require_crime/{FORCE}/INC-3")
    page.get_by_label("How many crimes?").fill("2")
    page.get_by_label("Why").fill(SURE)
    page.get_by_role("button", name="See what it will do").click()
    makes = page.locator("form button.govuk-button:not(.govuk-button--secondary)").last
    lost: list[int] = []

    def lose(route: Route) -> None:
        lost.append(route.fetch(max_redirects=0).status)
        route.fulfill(status=204)  # to which a browser does nothing

    page.route("**/decide/**", lose, times=1)
    makes.click()
    until(lambda: bool(lost), 10, "the first answer is lost")
    assert lost == [303]
    page.wait_for_timeout(1100)  # the button takes a second click sooner than that for a slip
    makes.click()
    expect(page.get_by_role("alert").get_by_text("Done")).to_be_visible()
    settled(settings)
    assert [each["action"] for each in _decided(settings, "INC-3", 1)] == ["require_crime"]
