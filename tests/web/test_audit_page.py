"""The audit log as auditors and registrars read it."""

import re
from hashlib import sha256
from urllib.parse import quote

import orjson
import pytest
from playwright.sync_api import Page

from monitor.store.audit import GENESIS, Deed, append, entries, forces
from monitor.store.people import Actor
from tests.builders import FORCE, incident
from tests.web.axe import violations
from tests.web.browsing import text_of
from tests.web.conftest import Served, Site, sign_in

ELSEWHERE = "synthetic-southshire"


def looked_at(site: Site, times: int = 1, force: str = FORCE) -> None:
    site.desk.receive(incident(force=force))
    visitor = site.visitor().sign_in(name="Ann")
    for _ in range(times):
        assert visitor.get(f"/incidents/{force}/INC-1").status_code == 200


def test_who_looked_and_who_decided_is_told_the_newest_first(site: Site) -> None:
    looked_at(site)
    ann = site.visitor().sign_in(name="Ann")
    ann.send(ann.get(f"/decide/note/{FORCE}/INC-1"), f"/decide/note/{FORCE}/INC-1", step="make", text="x")
    text = text_of(site.visitor().sign_in(role="auditor", name="Olu").get(f"/audit/{FORCE}").text)
    told = [
        "Olu (Auditor) Read the audit log",
        "Ann (Registrar) Left a note INC-1",
        "Ann (Registrar) Looked at it to decide: note INC-1",
        "Ann (Registrar) Looked at it INC-1",
    ]
    places = [text.find(each) for each in told]
    assert -1 not in places, told[places.index(-1)]
    assert places == sorted(places)


def test_it_is_narrowed_to_one_incident_and_turned_page_by_page(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.web.audit.PAGE", 2)
    looked_at(site, 3)
    visitor = site.visitor().sign_in(role="auditor")
    first = visitor.get(f"/audit/{FORCE}?incident=inc-1")
    assert "Audit log of INC-1" in text_of(first.text)
    address = first.text.partition("Earlier entries")[0].rpartition('href="')[2].partition('"')[0]
    assert address == f"/audit/{FORCE}?before=3&amp;incident=INC-1"
    second = text_of(visitor.get(address.replace("&amp;", "&")).text)
    assert re.findall(r"INC-1 Entry (\d+)", second) == ["2", "1"]
    nothing = text_of(visitor.get(f"/audit/{FORCE}?incident=INC-2").text)
    assert "Looked at it" not in nothing


def test_a_force_of_any_name_has_an_export(site: Site) -> None:
    force = 'heddlu-ŵ"x'
    looked_at(site, force=force)
    answer = site.visitor().sign_in(role="auditor").get(f"/audit/{quote(force, safe='')}/export.jsonl")
    assert answer.status_code == 200
    assert "filename*=UTF-8''audit-heddlu-%C5%B5%22x.jsonl" in answer.headers["content-disposition"]


@pytest.mark.parametrize("before", ["0", "x", str(10**20)])
def test_a_number_that_no_entry_has_is_a_problem_of_the_address(site: Site, before: str) -> None:
    looked_at(site)
    answer = site.visitor().sign_in(role="auditor").get(f"/audit/{FORCE}?before={before}")
    assert answer.status_code == 400
    assert "There is a problem with this request" in text_of(answer.text)


def test_who_exports_the_queue_is_in_the_audit_log(site: Site) -> None:
    looked_at(site)
    site.desk.review()
    assert site.visitor().sign_in(name="Ben").get("/queue.csv").status_code == 200
    said = orjson.loads([*entries(site.store, FORCE)][-1].content)
    assert (said["action"], said["name"]) == ("exported the queue", "Ben")


def test_the_export_can_be_checked_by_anybody(site: Site) -> None:
    looked_at(site, 2)
    answer = site.visitor().sign_in(role="auditor").get(f"/audit/{FORCE}/export.jsonl")
    assert answer.headers["content-disposition"] == f"attachment; filename*=UTF-8''audit-{FORCE}.jsonl"
    before = GENESIS
    lines = [orjson.loads(line) for line in answer.content.splitlines()]
    for line in lines:
        before = sha256(before + orjson.dumps(line["entry"], option=orjson.OPT_SORT_KEYS)).digest()
        assert line["hash"] == before.hex()
    assert [line["entry"]["action"] for line in lines] == ["looked", "looked", "exported the audit log"]


def test_one_force_is_opened_at_once_and_of_several_one_is_chosen(site: Site) -> None:
    visitor = site.visitor().sign_in(role="auditor")
    assert "Nobody has looked at an incident yet." in text_of(visitor.get("/audit").text)
    looked_at(site)
    assert visitor.get("/audit").headers["location"] == f"/audit/{FORCE}"
    looked_at(site, force=ELSEWHERE)
    text = text_of(visitor.get("/audit").text)
    assert "Synthetic Northshire 1" in text
    assert "Synthetic Southshire 1" in text


def test_another_forces_log_is_not_there(site: Site) -> None:
    looked_at(site)
    looked_at(site, force=ELSEWHERE)
    visitor = site.visitor().sign_in(role="auditor", force=ELSEWHERE)
    assert visitor.get("/audit").headers["location"] == f"/audit/{ELSEWHERE}"
    for path in (f"/audit/{FORCE}", f"/audit/{FORCE}/export.jsonl"):
        assert visitor.get(path).status_code == 404
    assert len([*entries(site.store, FORCE)]) == 1


@pytest.mark.parametrize("role", ["bureau", "supervisor", "decision_maker", "operations"])
def test_only_registrars_and_auditors_read_it(site: Site, role: str) -> None:
    looked_at(site)
    visitor = site.visitor().sign_in(role=role)
    for path in ("/audit", f"/audit/{FORCE}", f"/audit/{FORCE}/export.jsonl"):
        assert visitor.get(path).status_code == 403
    assert len([*entries(site.store, FORCE)]) == 1


def test_the_pages_have_no_barriers(browser_page: Page, served: Served) -> None:
    looked_at(served.site)
    looked_at(served.site, force=ELSEWHERE)
    sign_in(browser_page, role="auditor")
    browser_page.get_by_role("link", name="Audit log").click()
    assert violations(browser_page) == []
    browser_page.get_by_role("link", name="Synthetic Northshire").click()
    assert violations(browser_page) == []
    browser_page.set_viewport_size({"width": 320, "height": 700})
    assert browser_page.evaluate("document.documentElement.scrollWidth") <= 320
    assert violations(browser_page) == []


def test_a_force_that_nobody_knows_has_no_audit_log(site: Site) -> None:
    looked_at(site)
    visitor = site.visitor().sign_in(role="auditor")
    assert visitor.get("/audit/kent").status_code == 404
    assert forces(site.store) == [FORCE]


def test_who_was_handed_a_case_and_what_a_program_looked_at_is_told_in_words(site: Site) -> None:
    looked_at(site)
    bob = Actor("development:Bob", "Bob", "fcr")
    append(site.store, Deed(FORCE, "looked", bob, "INC-1", {"page": "api: decide: require_crime"}))
    append(site.store, Deed(FORCE, "looked", bob, "INC-1", {"page": "api: history"}))
    site.visitor().sign_in(name="Bob").get(f"/incidents/{FORCE}/INC-1")
    append(site.store, Deed(FORCE, "handed over", bob, "INC-1", {"to": "development:Bob"}))
    text = text_of(site.visitor().sign_in(role="auditor").get(f"/audit/{FORCE}").text)
    assert "Handed it over to Bob INC-1" in text
    assert "Looked at it to decide: require crime, through the API INC-1" in text
    assert "Looked at its history, through the API INC-1" in text
