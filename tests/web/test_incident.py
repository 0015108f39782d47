"""The page of one incident."""

from typing import Any
from urllib.parse import unquote

import httpx2
import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import Page

from monitor.contract.identity import canonical_ref
from monitor.links import incident_link
from monitor.store.audit import entries
from monitor.store.suggestions import bring_up_to_date
from monitor.web.incident.offers import case_link
from tests.builders import DEADLINE, FORCE, REPORTED, Line, at, crime, decision, heartbeat, incident, reason
from tests.web.axe import violations
from tests.web.browsing import Visitor, text_of
from tests.web.conftest import Served, Site, sign_in

PAGE = f"/incidents/{FORCE}/INC-1"
MATCHES = ("Possible matches", "Time line")


def shown(site: Site, *lines: Line, page: str = PAGE) -> str:
    """The page after these have arrived and were judged, as a reader sees it."""
    site.desk.receive(*lines)
    site.desk.review(now=site.clock.at)
    answer = site.visitor().sign_in().get(page)
    assert answer.status_code == 200, text_of(answer.text)
    return text_of(answer.text)


def section(text: str, start: str, end: str) -> str:
    return text.partition(start)[2].partition(end)[0]


def test_the_verdict_is_a_sentence_with_its_rule_and_page(site: Site) -> None:
    text = shown(site, incident(status="closed", closed_at=at(3)))
    assert "A crime should have been recorded by 15 January 2026, 9:02pm, and none is: 1 day 12 hours overdue." in text
    assert "NCRS: record within 24 hours of the first report (p10)" in text
    assert "The log was closed two hours ago or more, and there is neither a crime record nor a reason" in text
    assert "A crime record is expected because its opening type asks for one." in text


@pytest.mark.parametrize(
    ("lines", "hours", "sentence"),
    [
        ([], 20, "A crime must be recorded by 15 January 2026, 9:02pm: 4 hours left."),
        ([heartbeat(10)], 30, "and crime records are known only up to 15 January 2026, 7:02am: whether one is missing"),
        ([crime()], 30, "A crime was recorded 12 hours after the report, in time."),
        ([crime(recorded_at=at(-2))], 30, "A crime was recorded 2 hours before the report, in time."),
        ([crime(recorded_at=at(26))], 30, "A crime was recorded 1 day 2 hours after the report: 2 hours too late."),
        (
            [crime(), incident(revision=2, victims=[{"person_key": "a"}, {"person_key": "b"}])],
            30,
            "Fewer crimes are recorded than this incident needs, 6 hours after the deadline.",
        ),
        (
            [incident(revision=2, no_crime_reason=reason("contrary_evidence"))],
            30,
            "and the reason that the log gives holds: credible evidence shows that no crime happened.",
        ),
        (
            [decision("no_crime", code="not_notifiable", hours=3)],
            30,
            "and the reason that a decision gives holds: what was reported is no notifiable offence.",
        ),
        (
            [incident(revision=2, closing_type="nsir.duplicate", duplicate_of="INC-2"), incident("INC-2")],
            30,
            "No crime is recorded: the log is a duplicate of INC-2.",
        ),
        (
            [
                crime(
                    status="cancelled",
                    cancellation={"code": "C4", "decided_by_role": "ddm", "decided_at": at(20), "independent": True},
                )
            ],
            30,
            "No crime stands: C1 was cancelled as the rules ask.",
        ),
        ([incident(revision=2, status="open")], -1, "A crime must be recorded by"),
    ],
)
def test_each_status_has_its_sentence(site: Site, lines: list[Line], hours: float, sentence: str) -> None:
    site.clock.at = REPORTED + (DEADLINE - REPORTED) * hours / 24
    assert sentence in shown(site, incident(), *lines)


def test_a_log_that_expects_no_crime_says_so(site: Site) -> None:
    text = shown(site, incident(opening_type="nsir.alarm"))
    assert "Nothing that this log says, or ever said, expects a crime record." in text


def test_a_reason_that_does_not_hold_is_told_with_why(site: Site) -> None:
    text = shown(site, incident(no_crime_reason=reason("victim_declined")))
    assert "The reason given for no crime record does not hold for this log." in text
    assert "It holds only where nobody but a third party reported" in text


def test_a_log_that_is_not_judged_yet_is_shown_all_the_same(site: Site) -> None:
    site.desk.receive(incident())
    text = text_of(site.visitor().sign_in().get(PAGE).text)
    assert "The monitor has not judged this incident yet" in text
    assert "Reported to the police" in text


def test_the_time_line_tells_what_happened_in_its_order(site: Site) -> None:
    site.desk.receive(incident(qualifiers=["domestic_abuse"], victims=[{"person_key": "p1"}]))
    site.desk.review(1)
    closed = {"status": "closed", "closed_at": at(2), "closing_type": "nsir.asb_personal", "updated_at": at(2)}
    site.desk.receive(incident(revision=2, victims=[{"person_key": "p1"}, {"person_key": "p2"}], **closed))
    site.desk.review(5)
    site.desk.receive(crime(recorded_at=at(6), updated_at=at(6)))
    cancelled = {"code": "C3", "decided_by_role": "officer", "decided_at": at(9)}
    site.desk.receive(crime(revision=2, recorded_at=at(6), status="cancelled", cancellation=cancelled))
    site.desk.receive(decision("note", hours=12, text="Rang the officer."))
    text = section(shown(site), "Time line", "The log as it was received")
    told = [
        "Reported to the police",
        "Log, revision 1",
        "Marked as domestic abuse.",
        "Verdict",
        "Status: awaiting record. Severity: high.",
        "Because of the log INC-1, revision 1.",
        "Log, revision 2",
        "Closing type: ASB personal.",
        "No longer marked as domestic abuse.",
        "From 1 victim to 2 victims.",
        "The alert fires.",
        "New: closed without a crime.",
        "Crime C1 recorded",
        "8N 008/06: Assault occasioning actual bodily harm.",
        "Crime C1 cancelled",
        "C3, recorded twice.",
        "Left a note",
        "registrar-7, force crime registrar",
        "Rang the officer.",
        "Time to record ends",
        "Status: from awaiting record to unrecorded.",
    ]
    places = [text.find(each) for each in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


def test_the_time_line_tells_of_a_feed_that_was_behind(site: Site) -> None:
    site.desk.receive(incident(), heartbeat(10))
    site.desk.review(25)
    site.desk.receive(heartbeat(50), hours=50)
    text = section(shown(site), "Time line", "The log as it was received")
    assert "The crime feed was behind" in text
    assert "Crime records were known up to 15 January 2026, 7:02am only." in text
    assert text.find("The crime feed was behind") < text.find("The crime feed had caught up")


def test_crimes_are_shown_with_what_becomes_of_them(site: Site) -> None:
    cancelled: Line = {"status": "cancelled", "cancellation": {"code": "C4"}}
    lines = [
        incident(crime_refs=["C9", "C5"]),
        crime("C1"),
        crime("C2", **cancelled),
        crime("C3", recorded_at=at(-30)),
        crime("C4"),
        decision("reject_link", crime_ref="C4"),
        crime("C5", incident_refs=[]),
    ]
    text = section(shown(site, *lines), "Crime records", "Possible matches")
    assert "C1 Counts" in text
    assert "C2 Cancelled wrongly" in text
    assert "C4, recorded in error, by nobody who is named. It does not hold: it does not say when" in text
    assert "Accept the cancellation of C2" in text
    assert "C3 Linked, does not count" in text
    assert "C4 Link rejected" in text
    assert "C5 Counts" in text
    assert "The log names it." in text
    assert "C9 Not known yet" in text


def test_a_message_about_it_that_could_not_be_read_is_told(site: Site) -> None:
    site.desk.receive(incident(crime_refs=["C9"]), hours=0)
    site.desk.receive(incident(revision=2, updated_at=None), crime("C9", recorded_at="yesterday"), hours=3)
    site.desk.receive(heartbeat(1, as_of=None), hours=3)
    site.desk.review()
    text = section(text_of(site.visitor().sign_in().get(PAGE).text), "Verdict", "Decide")
    assert (
        "Not read A message about this log came on 15 January 2026, 12:02am and could not be read (missing field: "
        "updated_at). What is said here may be old. Operations find it as incidents/0/1."
    ) in text
    assert "about the crime record C9 came on 15 January 2026, 12:02am and could not be read (bad time" in text
    site.desk.receive(incident(revision=3), hours=4)
    assert "(missing field: updated_at). A later one could be read." in text_of(site.visitor().sign_in().get(PAGE).text)


def test_an_incident_of_which_nothing_could_be_read_is_not_said_to_be_unknown(site: Site) -> None:
    site.desk.receive(incident(updated_at=None))
    answer = site.visitor().sign_in().get(PAGE)
    assert answer.status_code == 404
    assert "A message about this incident has come, and cannot be read." in text_of(answer.text)


def test_other_logs_of_the_same_people_are_told_and_a_course_of_conduct_is_asked_for(site: Site) -> None:
    asb = incident("INC-2", opening_type="nsir.asb_personal", suspects=[{"person_key": "p1"}], victims=[])
    here = incident(opening_type="crime.harassment")
    text = shown(site, here, asb, incident("INC-3", victims=[{"person_key": "p7"}]))
    others = section(text, "Other logs of the same people or place", "Time line")
    assert "INC-2" in others
    assert "victim here is suspect there: p1" in others
    assert "Course of conduct?" in others
    assert "INC-3" not in others


def test_of_many_other_logs_the_earlier_are_folded(site: Site) -> None:
    text = shown(
        site, incident(), *(incident(f"OTHER-{number:02}", reported_at=at(-number)) for number in range(1, 13))
    )
    first, _, folded = section(text, "Other logs of the same people or place", "Time line").partition("2 earlier logs")
    assert "OTHER-10" in first
    assert "OTHER-11" in folded
    assert "OTHER-12" in folded


def test_the_last_log_of_what_may_be_a_course_of_conduct_says_so_and_what_to_do(site: Site) -> None:
    for hours, ref in ((0, "INC-1"), (30, "INC-2")):
        people: dict[str, Any] = {"victims": [{"person_key": "p1"}], "suspects": [{"person_key": "p2"}]}
        site.desk.receive(incident(ref, opening_type="nsir.asb_personal", reported_at=at(hours), **people))
    site.desk.review(hours=60)
    bring_up_to_date(site.store, site.app.state.parts.rulebook, {})
    site.desk.review(hours=60)
    visitor = site.visitor().sign_in()
    text = text_of(visitor.get(f"/incidents/{FORCE}/INC-2").text)
    assert "This may be a course of conduct An earlier log names the same victim or suspect" in text
    assert "INC-1 , reported 14 January 2026, 9:02pm" in text
    assert "require a crime record" in text
    assert "This may be a course of conduct" not in text_of(visitor.get(f"/incidents/{FORCE}/INC-1").text)
    queue = text_of(visitor.get("/?filter=course_of_conduct").text)
    assert "May be a course of conduct with earlier logs" in queue
    assert "INC-1" not in queue


def test_a_possible_match_says_why_and_is_one_decision_away(site: Site) -> None:
    assert "No crime record that is not linked looks like" in section(shown(site, incident()), *MATCHES)
    text = section(shown(site, crime("C7", incident_refs=[], recorded_at=at(2))), *MATCHES)
    for words in ("C7", "Very likely", "The same victim.", "Recorded 2 hours after the report."):
        assert words in text
    answer = site.visitor().sign_in().get(PAGE)
    for action in ("accept_link", "reject_link"):
        assert f"/decide/{action}/{FORCE}/INC-1?crime_ref=C7" in answer.text
    auditor = site.visitor().sign_in(name="Ann Auditor", role="auditor").get(PAGE)
    assert "The same victim." in auditor.text
    assert "crime_ref=C7" not in auditor.text


def test_a_cancelled_record_says_so(site: Site) -> None:
    text = shown(site, incident(), crime("C7", incident_refs=[], recorded_at=at(2), status="cancelled"))
    assert "It is cancelled." in section(text, *MATCHES)


def test_where_nothing_is_waited_for_nothing_is_looked_for(site: Site) -> None:
    loose = crime("C7", incident_refs=[])
    assert "waits for no crime record" in section(shown(site, incident(), crime(), loose), *MATCHES)


def test_every_look_is_in_the_audit_log_and_what_was_not_seen_is_not(site: Site) -> None:
    site.desk.receive(incident())
    visitor = site.visitor().sign_in(name="Ann Auditor", role="auditor")
    visitor.get(PAGE)
    visitor.get(f"/incidents/{FORCE}/INC-404")
    (entry,) = entries(site.store, FORCE)
    said = orjson.loads(entry.content)
    assert (said["action"], said["by"], said["role"]) == ("looked", "development:Ann Auditor", "auditor")
    assert (said["incident_ref"], said["detail"]) == ("INC-1", {"page": "incident"})


def test_what_is_in_another_force_is_not_there(site: Site) -> None:
    site.desk.receive(incident(), incident(force="synthetic-southshire"))
    visitor = site.visitor().sign_in(force=FORCE)
    elsewhere = visitor.get("/incidents/synthetic-southshire/INC-1")
    missing = visitor.get("/incidents/synthetic-southshire/INC-404")
    assert elsewhere.status_code == missing.status_code == 404
    assert text_of(elsewhere.text) == text_of(missing.text)
    assert [*entries(site.store, "synthetic-southshire")] == []


@pytest.mark.parametrize(("role", "status"), [("operations", 403), ("auditor", 200), ("supervisor", 200)])
def test_operations_see_no_incidents(site: Site, role: str, status: int) -> None:
    site.desk.receive(incident())
    assert site.visitor().sign_in(role=role).get(PAGE).status_code == status


def test_an_auditor_is_offered_no_decisions(site: Site) -> None:
    site.desk.receive(incident(), crime())
    text = site.visitor().sign_in(role="auditor").get(PAGE).text
    assert "/decide/" not in text
    assert "/take/" not in text


@pytest.mark.parametrize("ref", ["NSH 2026/0001", "A/B/../C", "100% & MORE?#=+", "Ø-ÅÄ 1", "%2F", "<B>X</B>"])
def test_any_reference_has_an_address(served: Served, ref: str) -> None:
    served.site.desk.receive(incident(ref))
    served.site.desk.review()
    cookies = dict(served.site.visitor().sign_in().client.cookies)
    for address in (incident_link("", FORCE, ref), case_link("/decide/note", (FORCE, ref))):
        page = httpx2.get(served.address + address, cookies=cookies)
        assert page.status_code == 200
        assert "<b>x</b>" not in page.text.lower()
    assert {entry.incident_ref for entry in entries(served.site.store, FORCE)} == {ref}


@given(st.text(min_size=1, max_size=40).filter(lambda text: text.isprintable() and text.strip() not in {"", ".", ".."}))
def test_an_address_leads_back_to_its_reference(text: str) -> None:
    ref = canonical_ref(text)
    _, _, rest = incident_link("", FORCE, ref).partition(f"/incidents/{FORCE}/")
    assert unquote(rest) == ref


def test_the_raw_log_cannot_break_out_of_the_page(site: Site) -> None:
    site.desk.receive(incident(unit="</pre><script>alert(1)</script>"))
    site.desk.review()
    assert "<script>alert" not in site.visitor().sign_in().get(PAGE).text


def test_a_case_is_taken_handed_over_and_put_back(site: Site) -> None:
    site.desk.receive(incident())
    ann, ben = (site.visitor().sign_in(name=name) for name in ("Ann", "Ben"))
    stale = ben.get(PAGE)
    assert "Nobody holds this case" in text_of(stale.text)
    send(ann, "take")
    assert "You hold this case" in text_of(ann.get(PAGE).text)
    assert "Ann holds this case" in text_of(ben.get(PAGE).text)
    late = ben.send(stale, f"/take/{FORCE}/INC-1", do="take")
    assert late.status_code == 409
    assert "Ann has held the case since" in text_of(late.text)
    send(ann, "hand_over", colleague="development:Ben")
    assert "You hold this case" in text_of(ben.get(PAGE).text)
    send(ben, "put_back")
    assert "Nobody holds this case" in text_of(ann.get(PAGE).text)


def send(visitor: Visitor, do: str, **fields: str) -> None:
    answer = visitor.send(visitor.get(PAGE), f"/take/{FORCE}/INC-1", do=do, **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, PAGE)


def test_a_case_goes_to_nobody_who_does_not_work_there(site: Site) -> None:
    site.desk.receive(incident())
    ann = site.visitor().sign_in(name="Ann")
    answer = ann.send(ann.get(PAGE), f"/take/{FORCE}/INC-1", do="hand_over", colleague="somebody")
    assert answer.status_code == 400
    assert "Nobody holds this case" in text_of(ann.get(PAGE).text)


def test_the_page_has_no_barriers_and_fits_a_phone(browser_page: Page, served: Served) -> None:
    desk = served.site.desk
    desk.receive(
        incident("NSH 2026/1", qualifiers=["domestic_abuse"], location={"lat": 51.5, "lon": 0.1}),
        incident("NSH 2026/2", location={"lat": 51.5, "lon": 0.1}),
        crime(incident_refs=["NSH 2026/1"]),
    )
    desk.review()
    sign_in(browser_page)
    browser_page.goto(incident_link("", FORCE, "NSH 2026/1"))
    assert violations(browser_page) == []
    browser_page.set_viewport_size({"width": 320, "height": 700})  # 1280 at 400 %
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(browser_page) == []
    browser_page.get_by_text("The log as it was received").click()
    assert browser_page.get_by_role("region", name="The log as it was received").is_visible()
