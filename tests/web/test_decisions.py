"""Deciding, as a registrar does it in a browser."""

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import orjson
import pytest
from playwright.sync_api import Browser, Page

from monitor.contract.codec import decode
from monitor.contract.events import NEEDED, Decision
from monitor.contract.topics import Topic
from monitor.store import DatabaseAway, Kind, Outcome, tables, unsent
from monitor.store.audit import entries
from monitor.store.decisions import decide
from tests.builders import FORCE, Line, at, crime, decision, incident
from tests.store.desk import failing_for
from tests.web.axe import violations
from tests.web.browsing import Visitor, text_of
from tests.web.conftest import Served, Site, sign_in

PAGE = f"/incidents/{FORCE}/INC-1"
TWO_VICTIMS: Line = {"victims": [{"person_key": "p1"}, {"person_key": "p2"}]}
SURE = "Checked against the account given."


def address(action: str, **query: str) -> str:
    asked = "&".join(f"{name}={value}" for name, value in query.items())
    return f"/decide/{action}/{FORCE}/INC-1" + (f"?{asked}" if asked else "")


def prepare(site: Site, *lines: Line) -> None:
    site.desk.receive(incident(), *lines)
    site.desk.review(now=site.clock.at)


def decisions_sent(site: Site) -> list[Decision]:
    """As whoever reads the topic reads them."""
    waiting = [each.value for each in unsent(site.store, 1000) if each.kind is Kind.DECISION]
    events = [decode(Topic.DECISIONS, value).event for value in waiting]
    return [event for event in events if isinstance(event, Decision)]


def status(site: Site) -> str:
    return site.desk.status()


# Each action: what has arrived, which button or link, what is filled in, the last button, what is sent, what follows.
def _fill_no_crime(page: Page) -> None:
    page.get_by_label("Credible evidence shows that no crime happened").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Why").fill(SURE)
    for part, value in zip(("Day", "Month", "Year", "Hour", "Minute"), ("15", "1", "2026", "9", "05"), strict=True):
        page.get_by_label(part, exact=True).fill(value)


def _fill_duplicate(page: Page) -> None:
    page.get_by_label("It is the same report as another log or crime record").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Which crime or log?").fill(" inc-2 ")
    page.get_by_label("Why").fill(SURE)


def _fill_require(page: Page) -> None:
    page.get_by_label("How many crimes?").fill("2")
    page.get_by_label("Why").fill(SURE)


def _fill_complete(page: Page) -> None:
    page.get_by_label("Fewer crimes than victims").check()
    assert page.get_by_label("For up to how many victims?").input_value() == "2"
    page.get_by_label("Why").fill(SURE)


def _fill_time(page: Page) -> None:
    assert page.get_by_label("Hour").input_value() == "21"
    page.get_by_label("Hour").fill("8")
    page.get_by_label("Why").fill(SURE)


def _fill_link(page: Page) -> None:
    page.get_by_label("Crime reference").fill("c1")


def _fill_why(page: Page) -> None:
    page.get_by_label("Why").fill(SURE)


def _fill_nothing(page: Page) -> None:
    assert page.get_by_label("Why (optional)").is_visible()


def _fill_note(page: Page) -> None:
    page.get_by_label("Note").fill("Rang the officer.")


WALKS: dict[str, tuple[list[Line], str, Callable[[Page], None], str, dict[str, Any], str]] = {
    "accept_link": (
        [crime(incident_refs=[])],
        "Link a crime",
        _fill_link,
        "Link this crime",
        {"crime_ref": "C1"},
        "recorded_in_time",
    ),
    "reject_link": (
        [crime()],
        "Not this one (reject the link to C1)",
        _fill_nothing,
        "Reject this link",
        {"crime_ref": "C1"},
        "unrecorded",
    ),
    "no_crime": (
        [],
        "No crime",
        _fill_no_crime,
        "Decide that no crime is recorded",
        {"code": "contrary_evidence", "rationale": SURE},
        "no_crime_justified",
    ),
    "no_crime as a duplicate": (
        [incident("INC-2")],
        "No crime",
        _fill_duplicate,
        "Decide that no crime is recorded",
        {"code": "duplicate", "related_ref": "INC-2"},
        "no_crime_justified",
    ),
    "require_crime": (
        [crime()],
        "Require a crime",
        _fill_require,
        "Require it",
        {"crimes": 2, "rationale": SURE},
        "partly_recorded",
    ),
    "accept_as_complete": (
        [incident(revision=2, **TWO_VICTIMS), crime()],
        "Accept as complete",
        _fill_complete,
        "Accept it",
        {"accepts": ("fewer_crimes_than_victims",), "victims": 2},
        "recorded_in_time",
    ),
    "accept_cancellation": (
        [crime(status="cancelled", cancellation={"code": "C4"})],
        "Accept the cancellation of C1",
        _fill_why,
        "Accept it",
        {"crime_ref": "C1", "rationale": SURE},
        "unrecorded",
    ),
    "set_reported_at": (
        [crime(recorded_at=at(20))],
        "Set the time of report",
        _fill_time,
        "Set this time",
        {"rationale": SURE},
        "recorded_late",
    ),
    "withdraw": (
        [decision("no_crime", hours=3, code="prison")],
        "Withdraw this decision: Decided that no crime is recorded",
        _fill_nothing,
        "Withdraw it",
        {"withdraws": "no_crime-3"},
        "unrecorded",
    ),
}


@pytest.mark.parametrize(("lines", "opens", "fill", "makes", "said", "then"), WALKS.values(), ids=WALKS)
def test_a_registrar_decides(
    browser_page: Page,
    served: Served,
    lines: list[Line],
    opens: str,
    fill: Callable[[Page], None],
    makes: str,
    said: dict[str, Any],
    then: str,
) -> None:
    site, page = served.site, browser_page
    prepare(site, *lines)
    before = status(site)
    sign_in(page)
    page.goto(PAGE)
    page.get_by_role("button", name=opens, exact=True).or_(page.get_by_role("link", name=opens, exact=True)).click()
    assert violations(page) == []
    fill(page)
    page.get_by_role("button", name="See what it will do").click()
    assert violations(page) == []
    foreseen = page.locator(".monitor-compare__side--after .monitor-tags strong").all_inner_texts()
    assert decisions_sent(site) == []
    assert status(site) == before, "a preview changes nothing"
    page.get_by_role("button", name=makes, exact=True).click()
    assert page.get_by_role("alert").get_by_text("Done").is_visible()
    assert violations(page) == []
    now = page.locator(".monitor-tags strong").all_inner_texts()
    assert foreseen in ([], [each for each in now if each != "Log closed"])
    assert status(site) == then
    (made,) = decisions_sent(site)
    assert {name: getattr(made, name) for name in said} == said
    assert (made.role, made.decided_by) == ("fcr", "development:Sam Example")


def matches(page: Page) -> str:
    return page.get_by_role("region", name="Possible matches").inner_text()


def test_a_possible_match_is_linked_and_the_alert_ends(browser_page: Page, served: Served) -> None:
    site, page = served.site, browser_page
    prepare(site, crime(incident_refs=[], recorded_at=at(2)))
    assert site.desk.changes() == ["raised"]
    sign_in(page)
    page.goto(PAGE)
    assert violations(page) == []
    assert "The same victim." in matches(page)
    page.get_by_role("link", name="Link C1", exact=True).click()
    assert page.get_by_label("Crime reference").input_value() == "C1"
    page.get_by_role("button", name="See what it will do").click()
    assert page.get_by_text("is known: the link counts once it is").count() == 0
    page.get_by_role("button", name="Link this crime", exact=True).click()
    assert page.get_by_role("alert").get_by_text("Done").is_visible()
    assert "waits for no crime record" in matches(page)
    assert (status(site), site.desk.changes()) == ("recorded_in_time", ["raised", "resolved"])
    assert [(each.action, each.crime_ref) for each in decisions_sent(site)] == [("accept_link", "C1")]


def test_not_this_one_takes_it_away_and_the_alert_stands(browser_page: Page, served: Served) -> None:
    """Also where other crimes are linked, among which a rejection is otherwise chosen."""
    site, page = served.site, browser_page
    loose = crime("C2", incident_refs=[], recorded_at=at(2), victims=[{"person_key": "p2"}])
    prepare(site, incident(revision=2, **TWO_VICTIMS), crime(), loose)
    sign_in(page)
    page.goto(PAGE)
    page.get_by_role("link", name="Not this one (C2)", exact=True).click()
    assert page.get_by_label("Crime reference").input_value() == "C2"
    page.get_by_role("button", name="See what it will do").click()
    page.get_by_role("button", name="Reject this link", exact=True).click()
    assert page.get_by_role("alert").get_by_text("Done").is_visible()
    assert "No crime record that is not linked looks like" in matches(page)
    assert (status(site), site.desk.changes()) == ("partly_recorded", ["raised"])


def test_every_action_but_the_note_was_walked() -> None:
    assert {name.partition(" ")[0] for name in WALKS} == NEEDED.keys() - {"note"}


def test_a_note_is_left_without_a_preview(browser_page: Page, served: Served) -> None:
    prepare(served.site)
    sign_in(browser_page)
    browser_page.goto(PAGE)
    browser_page.get_by_role("button", name="Leave a note").click()
    assert violations(browser_page) == []
    _fill_note(browser_page)
    browser_page.get_by_role("button", name="Leave this note").click()
    assert browser_page.get_by_text("Rang the officer.").is_visible()
    assert [each.text for each in decisions_sent(served.site)] == ["Rang the officer."]
    assert status(served.site) == "unrecorded"


def test_it_works_without_javascript(chromium: Browser, served: Served) -> None:
    prepare(served.site)
    context = chromium.new_context(base_url=served.address, java_script_enabled=False)
    page = context.new_page()
    sign_in(page)
    page.goto(PAGE)
    page.get_by_role("button", name="No crime", exact=True).click()
    _fill_no_crime(page)
    page.get_by_role("button", name="See what it will do").click()
    assert page.get_by_text("The verdict with it").is_visible()
    page.get_by_role("button", name="Decide that no crime is recorded").click()
    assert page.get_by_text("No crime is recorded, and the reason that a decision gives holds").is_visible()
    context.close()
    assert status(served.site) == "no_crime_justified"


def test_a_reason_that_the_rules_refuse_is_told_before_it_is_sent(browser_page: Page, served: Served) -> None:
    prepare(served.site)
    page = browser_page
    sign_in(page)
    page.goto(address("no_crime"))
    refused = page.get_by_label("The victim declined to confirm what somebody else reported")
    described = page.locator(f"#{refused.get_attribute('aria-describedby')}").inner_text()
    assert described.startswith("Does not hold here. It holds only where nobody but a third party reported")
    assert page.get_by_label("The prison protocol applies").get_attribute("aria-describedby") is None
    refused.check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_label("Why").fill(SURE)
    page.get_by_role("button", name="See what it will do").click()
    assert page.get_by_text("The rules do not accept this reason here.").is_visible()
    assert page.get_by_text("reports by third parties (p8)").is_visible()
    assert page.get_by_text("New: reason does not hold.").is_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Change it").click()
    assert page.get_by_label("Why").input_value() == SURE
    assert decisions_sent(served.site) == []


def test_a_form_asks_only_for_what_the_reason_needs(site: Site) -> None:
    prepare(site)
    visitor = site.visitor().sign_in()
    asks = {
        "duplicate": ["Which crime or log?", "Why"],
        "continuation": ["Which crime or log?", "Why"],
        "other_force": ["The other force’s reference", "Why", "told? (optional)"],
        "prison": ["Why", "told? (optional)"],
        "victim_not_traced": ["Why"],
    }
    everything = {each for asked in asks.values() for each in asked}
    for code, asked in asks.items():
        text = text_of(visitor.get(address("no_crime", code=code)).text)
        assert {each for each in everything if each in text} == set(asked), code


@pytest.mark.parametrize(
    ("action", "query", "fields", "problem"),
    [
        ("no_crime", {"code": "prison"}, {"code": "prison"}, "Say why: inspectors will read it"),
        ("no_crime", {"code": "duplicate"}, {"code": "duplicate", "rationale": "x"}, "Enter the reference"),
        ("require_crime", {}, {"crimes": "0", "rationale": "x"}, "Enter a whole number from 1 to 1,000"),
        ("require_crime", {}, {"crimes": "two", "rationale": "x"}, "Enter a whole number from 1 to 1,000"),
        ("set_reported_at", {}, {"reported_at-day": "31", "reported_at-month": "2", "rationale": "x"}, "that exist"),
        ("set_reported_at", {}, {"reported_at-day": "x", "rationale": "x"}, "in numbers"),
        (
            "set_reported_at",
            {},
            {"reported_at-day": "29", "reported_at-month": "3", "reported_at-hour": "1", "rationale": "x"},
            "the clocks went forward then",
        ),
        ("set_reported_at", {}, {"reported_at-year": "26", "rationale": "x"}, "Enter the year in four digits"),
        ("accept_link", {}, {"crime_ref": " "}, "Enter the reference of the crime record"),
        ("accept_link", {}, {"crime_ref": "x" * 300}, "Use 256 characters or fewer; these are 300"),
        ("accept_link", {}, {"crime_ref": "a\x01b"}, "This cannot be used: holds a control character"),
        ("note", {}, {"text": "x" * 4001}, "Use 4,000 characters or fewer; these are 4,001"),
    ],
)
def test_what_cannot_be_used_is_told_beside_its_field_and_kept(
    site: Site, action: str, query: dict[str, str], fields: dict[str, str], problem: str
) -> None:
    prepare(site)
    visitor = site.visitor().sign_in()
    answer = visitor.send(
        visitor.get(address(action, **query)), f"/decide/{action}/{FORCE}/INC-1", step="check", **fields
    )
    assert answer.status_code == 422
    assert text_of(answer.text).count(problem) == 2, text_of(answer.text)
    assert decisions_sent(site) == []
    assert site.desk.rows(tables.decisions) == []


def test_no_reason_chosen_is_told(site: Site) -> None:
    prepare(site)
    answer = site.visitor().sign_in().get(address("no_crime", asked="1"))
    assert answer.status_code == 422
    assert "Choose a reason" in text_of(answer.text)


def checked(visitor: Visitor, action: str, **fields: str) -> Any:
    """The page that shows what a decision will do."""
    form = visitor.get(address(action, **({"code": fields["code"]} if "code" in fields else {})))
    return visitor.send(form, f"/decide/{action}/{FORCE}/INC-1", step="check", **fields)


def made(visitor: Visitor, page: Any, action: str) -> Any:
    return visitor.send(page, f"/decide/{action}/{FORCE}/INC-1", step="make")


def test_the_preview_says_that_the_time_to_record_moves(site: Site) -> None:
    prepare(site)
    text = text_of(
        checked(site.visitor().sign_in(), "set_reported_at", **{"reported_at-hour": "20"}, rationale="x").text
    )
    assert "Time to record: until 15 January 2026, 8:02pm, not 15 January 2026, 9:02pm." in text
    assert "The verdict stays as it is" not in text


def test_the_preview_says_that_recording_took_longer(site: Site) -> None:
    prepare(site, crime(recorded_at=at(2)))
    text = text_of(
        checked(site.visitor().sign_in(), "set_reported_at", **{"reported_at-hour": "16"}, rationale="x").text
    )
    assert "Recorded: 7 hours after the report, not 2 hours after the report." in text


AGAINST: dict[str, tuple[list[Line], str, dict[str, str], str]] = {
    "a report that lies ahead": (
        [], "set_reported_at", {"reported_at-year": "2062", "rationale": "x"},
        "It is said to be reported on 14 January 2062",
    ),
    "a cancelled crime": (
        [crime(incident_refs=[], status="cancelled", cancellation={"code": "C4"})], "accept_link", {"crime_ref": "C1"},
        "C1 will be linked and not count: it is cancelled.",
    ),
    "an N200": (
        [crime(incident_refs=[], offence={"ho_code": "200/00"})], "accept_link", {"crime_ref": "C1"},
        "C1 will be linked and not count: N200 and N300 are no records of a crime.",
    ),
    "no cancellation": (
        [crime()], "accept_cancellation", {"crime_ref": "C1", "rationale": "x"}, "C1 is not cancelled",
    ),
    "a cancellation that holds": (
        [crime(status="cancelled", cancellation={
            "code": "C4", "decided_by_role": "ddm", "decided_at": at(3), "independent": True,
        })],
        "accept_cancellation", {"crime_ref": "C1", "rationale": "x"},
        "The cancellation of C1 holds as it is: there is nothing to accept.",
    ),
    "a crime that is not linked": (
        [], "accept_cancellation", {"crime_ref": "C9", "rationale": "x"}, "C9 is no crime record that is linked",
    ),
    "more victims than accepted": (
        [incident(revision=2, victims=[{"person_key": f"p{number}"} for number in range(5)]), crime()],
        "accept_as_complete", {"accepts": "fewer_crimes_than_victims", "victims": "3", "rationale": "x"},
        "This is missing all the same: Fewer crimes are recorded (1) than there are victims (5).",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("lines", "action", "fields", "against"), AGAINST.values(), ids=AGAINST)
def test_what_a_decision_will_not_do_is_said_before_it_is_made(
    site: Site, lines: list[Line], action: str, fields: dict[str, str], against: str
) -> None:
    prepare(site, *lines)
    answer = checked(site.visitor().sign_in(), action, **fields)
    assert against in text_of(answer.text)
    assert "all the same</button>" in answer.text


def test_what_is_known_of_a_crime_is_shown_before_it_is_linked(site: Site) -> None:
    prepare(site, incident("INC-2"), crime(incident_refs=["INC-2"], offence={"ho_code": "8/6", "category": "8N"}))
    text = text_of(checked(site.visitor().sign_in(), "accept_link", crime_ref="C1").text)
    assert "C1: 8N 008/06: Assault occasioning actual bodily harm, recorded 15 January 2026, 9:02am." in text
    assert "C1 names INC-2." in text


def test_an_accepted_link_makes_an_old_record_count(site: Site) -> None:
    """Its card says why it does not count, and offers the way out."""
    prepare(site, crime(recorded_at=at(-30)))
    visitor = site.visitor().sign_in()
    page = visitor.get(PAGE).text
    assert "It does not count: it was recorded more than 24 hours before the report" in text_of(page)
    assert "/decide/accept_link/" in page.partition('class="monitor-card"')[2].partition("</li>")[0]
    assert "not count" not in text_of(checked(visitor, "accept_link", crime_ref="C1").text)


def test_a_withdrawn_decision_is_said_to_be_done_no_longer(site: Site) -> None:
    prepare(site)
    visitor = site.visitor().sign_in()
    done = made(visitor, checked(visitor, "require_crime", crimes="1", rationale="x"), "require_crime")
    (event,) = decisions_sent(site)
    withdraw = address("withdraw", withdraws=event.decision_id)
    for _ in range(2):
        page = visitor.send(visitor.get(withdraw), f"/decide/withdraw/{FORCE}/INC-1", step="check")
        assert visitor.send(page, f"/decide/withdraw/{FORCE}/INC-1", step="make").status_code == 303
    assert "It was withdrawn already." in text_of(page.text)
    assert "Done" not in text_of(visitor.get(done.headers["location"]).text)


@pytest.mark.parametrize("ref", ["T2/../T24", "50%2F7?#É", "A/B/."])
def test_a_decision_goes_to_the_incident_of_its_form_whatever_its_reference(
    browser_page: Page, served: Served, ref: str
) -> None:
    """Also after signing in, which leads back to the page that was asked for."""
    served.site.desk.receive(incident(ref), incident("T24"))
    page = browser_page
    page.goto(f"/decide/note/{FORCE}/{quote(ref, safe='')}")
    page.get_by_label("Name").fill("Sam Example")
    page.get_by_role("button", name="Sign in").click()
    _fill_note(page)
    page.get_by_role("button", name="Leave this note").click()
    assert page.get_by_role("alert").get_by_text("Done").is_visible()
    assert [each.incident_ref for each in decisions_sent(served.site)] == [ref]


def test_the_second_of_two_people_is_told_what_the_first_did(site: Site) -> None:
    prepare(site)
    ann, ben = site.visitor().sign_in(name="Ann"), site.visitor().sign_in(name="Ben", role="bureau")
    of_ann = checked(ann, "no_crime", code="contrary_evidence", rationale="CCTV.")
    of_ben = checked(ben, "require_crime", crimes="1", rationale="She told the nurse.")
    assert made(ann, of_ann, "no_crime").status_code == 303
    told = made(ben, of_ben, "require_crime")
    assert told.status_code == 409
    text = text_of(told.text)
    assert "Nothing has been decided yet" in text
    assert "Ann (force crime registrar), 17 January 2026, 9:02am: Decided that no crime is recorded." in text
    assert "CCTV." in text
    assert "Status: from unrecorded to no crime, justified." in text
    assert "She told the nurse." in text
    assert status(site) == "no_crime_justified"
    assert len(decisions_sent(site)) == 1
    assert made(ben, told, "require_crime").status_code == 303, "after looking again he may"
    assert status(site) == "unrecorded"


def test_what_arrived_while_the_form_was_open_is_told(site: Site) -> None:
    prepare(site)
    ann = site.visitor().sign_in()
    form = ann.get(address("require_crime"))
    site.desk.receive(incident(revision=2, dash_risk="high"), crime())
    site.desk.review(now=site.clock.at)
    text = text_of(ann.send(form, f"/decide/require_crime/{FORCE}/INC-1", step="check", rationale="x").text)
    assert "A new revision of the log has arrived. DASH risk: from not assessed to high." in text
    assert "Status: from unrecorded to recorded in time." in text


def test_a_form_that_is_sent_twice_decides_once(site: Site) -> None:
    prepare(site)
    ann = site.visitor().sign_in()
    page = checked(ann, "require_crime", crimes="1", rationale="x")
    first, again = made(ann, page, "require_crime"), made(ann, page, "require_crime")
    assert (first.status_code, first.headers["location"]) == (again.status_code, again.headers["location"])
    assert len(decisions_sent(site)) == 1
    assert "Required a crime." in text_of(ann.get(first.headers["location"]).text)


def test_a_form_that_was_sent_and_says_otherwise_now_is_not_taken_for_done(site: Site) -> None:
    """Somebody went back to the page before, chose another crime, and sent the same form again."""
    prepare(site, crime("C1", incident_refs=[]), crime("C2", incident_refs=[]))
    ann = site.visitor().sign_in()
    page = checked(ann, "accept_link", crime_ref="C1")
    assert made(ann, page, "accept_link").status_code == 303
    other = ann.send(page, f"/decide/accept_link/{FORCE}/INC-1", step="check", crime_ref="C2")
    answer = made(ann, other, "accept_link")
    assert answer.status_code == 409
    assert "This form was sent before" in text_of(answer.text)
    assert [each.crime_ref for each in decisions_sent(site)] == ["C1"]


def test_a_decision_that_comes_back_from_its_topic_is_a_repeat(site: Site) -> None:
    prepare(site)
    ann = site.visitor().sign_in()
    made(ann, checked(ann, "no_crime", code="contrary_evidence", rationale="Ø “CCTV”\r\nline 2"), "no_crime")
    (message,) = [each for each in unsent(site.store, 1000) if each.kind is Kind.DECISION]
    merged = site.desk.receive({"topic": Topic.DECISIONS, "value": message.value})
    assert merged.outcomes == {(Topic.DECISIONS, Outcome.REPEAT): 1}
    assert orjson.loads(message.value or b"")["rationale"] == "Ø “CCTV”\nline 2"


MAY: dict[str, set[str]] = {
    "registrar": set(NEEDED),
    "bureau": set(NEEDED) - {"accept_as_complete", "accept_cancellation", "set_reported_at"},
    "supervisor": set(NEEDED) - {"accept_as_complete", "accept_cancellation", "set_reported_at"},
    "decision_maker": set(NEEDED) - {"accept_as_complete", "accept_cancellation", "set_reported_at"},
    "auditor": set(),
    "operations": set(),
}


@pytest.mark.parametrize("role", MAY)
def test_each_role_decides_what_it_may_and_nothing_else(site: Site, role: str) -> None:
    prepare(site, decision("note", hours=1, text="?", decided_by="development:Sam Example"))
    visitor = site.visitor().sign_in(role=role)
    opened = {
        action
        for action in NEEDED
        if visitor.get(address(action, **({"withdraws": "note-1"} if action == "withdraw" else {}))).status_code == 200
    }
    assert opened == MAY[role]


def test_a_role_is_checked_again_when_the_form_is_sent(site: Site) -> None:
    prepare(site)
    registrar, bureau = site.visitor().sign_in(), site.visitor().sign_in(name="Ben", role="bureau")
    page = checked(registrar, "set_reported_at", rationale="x")
    own = bureau.get(address("note"))
    token = own.text.partition('name="csrf_token" value="')[2].partition('"')[0]
    forged = bureau.send(page, f"/decide/set_reported_at/{FORCE}/INC-1", step="make", csrf_token=token)
    assert forged.status_code == 403
    assert decisions_sent(site) == []


def test_each_role_decides_in_its_own_name(site: Site) -> None:
    prepare(site)
    for role, expected in {"bureau": "bureau", "supervisor": "supervisor", "decision_maker": "ddm"}.items():
        visitor = site.visitor().sign_in(role=role, name=role)
        form = visitor.get(address("note"))
        visitor.send(form, f"/decide/note/{FORCE}/INC-1", step="make", text="Seen.")
        assert (decisions_sent(site)[-1].role, decisions_sent(site)[-1].decided_by) == (expected, f"development:{role}")


def test_only_ones_own_decisions_are_withdrawn_by_any_but_the_registrar(site: Site) -> None:
    prepare(site, decision("no_crime", hours=3, code="prison"), decision("withdraw", hours=4, withdraws="x"))
    bureau, registrar = site.visitor().sign_in(role="bureau"), site.visitor().sign_in()
    assert bureau.get(address("withdraw", withdraws="no_crime-3")).status_code == 403
    assert registrar.get(address("withdraw", withdraws="no_crime-3")).status_code == 200
    assert registrar.get(address("withdraw", withdraws="unknown")).status_code == 404
    assert registrar.get(address("withdraw", withdraws="withdraw-4")).status_code == 404, "it cannot be withdrawn"


def test_nobody_decides_in_another_force_or_without_the_forms_token(site: Site) -> None:
    prepare(site)
    elsewhere = site.visitor().sign_in(force="synthetic-southshire")
    assert elsewhere.get(address("note")).status_code == 404
    here = site.visitor().sign_in()
    assert here.post(address("note"), {"step": "make", "text": "x"}).status_code == 403
    assert here.get("/decide/anything/x/y").status_code == 404
    assert site.desk.rows(tables.decisions) == []
    assert [*entries(site.store, FORCE)] == []


@pytest.mark.parametrize("field", ["decision_id", "seen"])
def test_a_form_of_somebody_elses_making_is_refused(site: Site, field: str) -> None:
    prepare(site)
    visitor = site.visitor().sign_in()
    answer = visitor.send(
        visitor.get(address("note")), f"/decide/note/{FORCE}/INC-1", step="make", text="x", **{field: "mine"}
    )
    assert answer.status_code == 403
    assert decisions_sent(site) == []


def test_a_link_to_a_crime_that_is_not_known_is_told_to_wait(site: Site) -> None:
    prepare(site)
    page = checked(site.visitor().sign_in(), "accept_link", crime_ref="c-404")
    assert "No crime record C-404 is known: the link counts once it is." in text_of(page.text)


def test_a_database_that_goes_away_before_the_decision_stands_loses_nothing(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(*_: Any) -> None:
        raise DatabaseAway("it went away")

    prepare(site)
    ann = site.visitor().sign_in()
    page = checked(ann, "require_crime", crimes="1", rationale="x")
    with monkeypatch.context() as patched:
        patched.setattr("monitor.web.decide.pages.decide", away)
        told = made(ann, page, "require_crime")
    assert told.status_code == 503
    assert "nothing you just sent was saved" in text_of(told.text)
    assert decisions_sent(site) == []
    assert made(ann, page, "require_crime").status_code == 303
    assert len(decisions_sent(site)) == 1


def test_a_database_that_goes_away_once_it_stands_has_it_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody knows then whether it was written: sending the form again must be safe."""

    def written_and_gone(*args: Any) -> None:
        decide(*args)
        raise DatabaseAway("it went away")

    prepare(site)
    ann = site.visitor().sign_in()
    page = checked(ann, "require_crime", crimes="1", rationale="x")
    with monkeypatch.context() as patched:
        patched.setattr("monitor.web.decide.pages.decide", written_and_gone)
        assert made(ann, page, "require_crime").status_code == 503
    assert made(ann, page, "require_crime").status_code == 303
    assert len(decisions_sent(site)) == 1


def test_a_case_that_cannot_be_judged_can_be_decided_on(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        return failing_for("INC-1")

    prepare(site)
    ann = site.visitor().sign_in()
    monkeypatch.setattr("monitor.web.decide.check.judge_with", broken)
    monkeypatch.setattr("monitor.web.decide.pages.judge_with", broken)
    page = checked(ann, "require_crime", crimes="1", rationale="x")
    assert "cannot say what the verdict will be" in text_of(page.text)
    answer = made(ann, page, "require_crime")
    assert answer.status_code == 303
    assert len(decisions_sent(site)) == 1
    assert "could not judge this incident" in text_of(ann.get(answer.headers["location"]).text)
