"""The queue as it is served."""

import csv
import io
from datetime import timedelta

import pytest

from monitor.contract.verdict import Status
from monitor.rulebook import load_rulebook
from monitor.rulebook.findings import FINDINGS
from monitor.rulebook.mapping import ForceMappings
from monitor.store.concerns import Concern
from monitor.store.match_suggestions import Round, look_on
from monitor.store.matching import Looking
from monitor.store.presence import Presence, Work, leave, present, stay
from monitor.web.queue import labels
from monitor.web.queue.export import harmless
from tests.builders import DEADLINE, FORCE, at, crime, heartbeat, incident
from tests.web.browsing import Visitor, forms, text_of
from tests.web.conftest import Site

ELSEWHERE = "synthetic-elsewhere"


@pytest.fixture
def registrar(site: Site) -> Visitor:
    return site.visitor().sign_in()


def fill(site: Site) -> None:
    """An unrecorded rape, a re-coded assault due soon, a crime too few, and one that needs nobody."""
    base = site.clock.now()
    two = [{"person_key": "p1", "confirmed": True}, {"person_key": "p2", "confirmed": True}]
    site.desk.receive(
        incident("INC-RAPE", opening_type="crime.rape", unit="North", channel="999"),
        incident(
            "INC-SOON", reported_at=(base - timedelta(hours=21, minutes=30)).isoformat(), unit="South", channel="online"
        ),
        incident("INC-TWO", victims=two, unit="South"),
        crime("C-TWO", incident_refs=["INC-TWO"]),
        incident("INC-FINE"),
        crime("C-FINE", incident_refs=["INC-FINE"]),
    )
    site.desk.review()


def rows(page: str) -> list[str]:
    """The text of each row of the table."""
    body = page.partition("<tbody")[2].partition("</tbody>")[0]
    return [text_of("<p" + row) for row in body.split('<tr class="govuk-table__row" role="row"')[1:]]


def test_the_worst_comes_first_and_each_row_says_why_it_is_there(site: Site, registrar: Visitor) -> None:
    fill(site)
    first, second, third = rows(registrar.get("/").text)
    assert "Critical INC-RAPE Unrecorded No crime record 1 day 12 hours overdue" in first
    assert "High INC-TWO Partly recorded Fewer crimes are recorded (1) than there are victims (2)." in second
    assert "Medium INC-SOON Awaiting record No crime record yet Due within 4 hours 2 hours 30 minutes left" in third
    assert "Type: Violence crime.violence Unit: South Channel: Online" in third


def test_every_filter_tells_how_many_it_would_show(site: Site, registrar: Visitor) -> None:
    fill(site)
    page = text_of(registrar.get("/").text)
    for tab in ("Everything 3", "Alert firing 3", "Due soon 1", "Unrecorded 1", "Too few crimes 1", "Re-coded 0"):
        assert tab in page
    for choice in ("Critical 1", "High 1", "Medium 1", "Low 0", "North 1", "South 2", "Online 1", "999 2"):
        assert choice in page


def test_filters_go_together_and_count_beside_each_other(site: Site, registrar: Visitor) -> None:
    fill(site)
    page = registrar.get("/?filter=firing&unit=South&severity=medium&severity=high").text
    assert [row.split()[1] for row in rows(page)] == ["INC-TWO", "INC-SOON"]
    said = text_of(page)
    assert "Due soon 1" in said
    assert "Unrecorded 0" in said
    assert "North 0" in said


def test_possible_matches_have_a_tab_that_counts_them(site: Site, registrar: Visitor) -> None:
    site.desk.receive(incident("INC-ONE"), crime("C-LOOSE", incident_refs=[]), incident("INC-TWO", victims=[]))
    site.desk.review()
    looking = Looking(load_rulebook(), ForceMappings(), site.clock.at)
    look_on(site.store, looking, Round(), lambda: False)
    site.desk.review()
    page = registrar.get("/?filter=possible_match").text
    assert "Possible matches 1" in text_of(page)
    (row,) = rows(page)
    assert "INC-ONE" in row
    assert "A crime record that is not linked may be its own" in row


def test_a_filter_that_finds_nothing_says_so_and_shows_the_way_back(site: Site, registrar: Visitor) -> None:
    fill(site)
    page = text_of(registrar.get("/?filter=n100").text)
    assert "No incident as of" in page
    assert "Nothing in the queue is like this. Show everything in the queue" in page


def test_an_empty_queue_says_that_nobody_is_needed(registrar: Visitor) -> None:
    assert "No incident needs a person at the moment." in text_of(registrar.get("/").text)


def test_a_page_beyond_the_last_leads_back(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert "There is no such page any more. Go to the first page" in text_of(registrar.get("/?page=9").text)


def test_what_is_recorded_late_but_wrongly_shows_no_time_left(site: Site, registrar: Visitor) -> None:
    site.desk.receive(incident(), crime(recorded_at=at(-1)))
    site.desk.review()
    (row,) = rows(registrar.get("/").text)
    assert "Recorded in time Nothing is missing: recorded in time Crime record older than the report – Not asked" in row


def test_search_finds_incidents_by_a_part_and_by_crime_reference(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert [row.split()[1] for row in rows(registrar.get("/?search=rap").text)] == ["INC-RAPE"]
    assert [row.split()[1] for row in rows(registrar.get("/?search=c-two").text)] == ["INC-TWO"]


def test_search_leads_to_an_incident_that_needs_nobody(site: Site, registrar: Visitor) -> None:
    fill(site)
    for wanted in ("inc-fine", "C-FINE"):
        page = registrar.get(f"/?search={wanted}").text
        assert rows(page) == []
        assert '<a class="govuk-link" href="/incidents/synthetic-northshire/INC-FINE">INC-FINE</a>' in page


def test_what_a_page_shows_already_is_not_offered_twice(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert "not in the list below" not in registrar.get("/?search=INC-RAPE").text


def test_another_force_is_neither_shown_nor_counted_nor_found(site: Site) -> None:
    fill(site)
    site.desk.receive(incident("INC-THEIRS", force=ELSEWHERE, unit="Their unit"))
    site.desk.review()
    ours = site.visitor().sign_in(force="synthetic-northshire")
    for address in ("/", "/?search=INC-THEIRS", f"/?force={ELSEWHERE}", "/?unit=Their+unit", "/queue.csv"):
        said = ours.get(address).text
        assert "/INC-THEIRS" not in said
        assert "Everything 4" not in text_of(said)
    assert "Their unit" not in ours.get("/").text
    theirs = site.visitor().sign_in(force=ELSEWHERE).get("/").text
    assert [row.split()[1] for row in rows(theirs)] == ["INC-THEIRS"]


def test_a_force_that_sent_nothing_has_an_empty_queue(site: Site) -> None:
    fill(site)
    nobody = site.visitor().sign_in(force="*")
    nobody.client.cookies.clear()
    page = nobody.get("/sign-in")
    nobody.send(page, "/sign-in/development", force="synthetic-nowhere")
    assert "No incident needs a person" in text_of(nobody.get("/").text)


def test_forces_are_named_where_there_are_several(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert "Synthetic Northshire" not in text_of(registrar.get("/").text)
    site.desk.receive(incident("INC-THEIRS", force=ELSEWHERE))
    site.desk.review()
    page = text_of(registrar.get("/").text)
    assert "Synthetic Northshire 3" in page
    assert "INC-RAPE Synthetic Northshire" in page


def test_a_late_crime_feed_is_told_on_the_page(site: Site, registrar: Visitor) -> None:
    site.desk.receive(incident(), heartbeat(30))
    site.desk.review()
    assert "Crime records of Synthetic Northshire are known up to 16 January 2026, 3:02am only." in text_of(
        registrar.get("/").text
    )


@pytest.mark.parametrize("path", ["/", "/overview", f"/incidents/{FORCE}/INC-1"])
def test_where_no_worker_is_at_work_the_page_says_so(site: Site, registrar: Visitor, path: str) -> None:
    site.desk.receive(incident())
    site.desk.review()
    assert "No worker is at work" not in registrar.get(path).text
    for each in present(site.store):
        leave(site.store, each)
    stay(site.store, Presence(Work.WEB))
    assert "No worker is at work: nothing new is read or judged." in text_of(registrar.get(path).text)


def test_a_feed_in_time_is_not_worth_a_line(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert "Feed late" not in registrar.get("/").text


def test_times_are_told_as_londons(site: Site, registrar: Visitor) -> None:
    site.desk.receive(incident(reported_at="2026-07-01T08:00:00Z"))
    site.clock.at = site.clock.now().replace(month=7, day=3)
    site.desk.review(now=site.clock.now())
    assert "Deadline: 2 July 2026, 9:00am" in registrar.get("/").text


def test_names_from_the_feed_are_text_and_nothing_else(site: Site, registrar: Visitor) -> None:
    site.desk.receive(incident("INC-<B>&", unit="<script>alert(1)</script>", opening_type='"><img src=x>'))
    site.desk.review()
    page = registrar.get("/").text
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="/incidents/synthetic-northshire/INC-%3CB%3E%26"' in page


def test_the_export_holds_all_pages_of_what_is_shown(site: Site, registrar: Visitor) -> None:
    site.desk.receive(
        *(incident(f"INC-{number:03}", unit="North") for number in range(120)), incident("X", unit="South")
    )
    site.desk.review()
    answer = registrar.get("/queue.csv?unit=North&sort=-incident&page=2")
    assert answer.headers["content-disposition"] == 'attachment; filename="queue-20260117-0902.csv"'
    header, *lines = csv.reader(io.StringIO(answer.text.removeprefix("\ufeff")))
    assert [line[1] for line in lines] == [f"INC-{number:03}" for number in reversed(range(120))]
    cells = dict(zip(header, lines[0], strict=True))
    assert cells == {
        "Force": "synthetic-northshire",
        "Incident": "INC-119",
        "Severity": "medium",
        "Status": "Unrecorded",
        "Missing": "No crime record",
        "Findings": "",
        "Deadline (UTC)": DEADLINE.isoformat().replace("+00:00", "Z"),
        "Time left or overdue": "1 day 12 hours overdue",
        "Type": "Violence",
        "Type code": "crime.violence",
        "Unit": "North",
        "Channel": "999",
        "Crime records": "",
        "Held by": "",
    }


def test_no_cell_of_the_export_is_run_by_a_spreadsheet(site: Site, registrar: Visitor) -> None:
    site.desk.receive(incident("=1+1", unit="@SUM(A1)", opening_type="-2"))
    site.desk.review()
    _, line = csv.reader(io.StringIO(registrar.get("/queue.csv").text))
    assert {"'=1+1", "'@SUM(A1)", "'-2"} <= set(line)


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@a", "\t=1", "\r=1", "\n=1"])
def test_what_could_be_a_formula_is_made_text(cell: str) -> None:
    assert harmless(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["", "INC-1", "1 = 1", "2 hours left"])
def test_what_cannot_be_a_formula_is_left_alone(cell: str) -> None:
    assert harmless(cell) == cell


def test_operations_see_no_incident(site: Site) -> None:
    fill(site)
    operator = site.visitor().sign_in("operations")
    for address in ("/", "/queue.csv", "/queue/changes"):
        answer = operator.get(address)
        assert answer.status_code == 403
        assert "INC-" not in answer.text


def test_there_are_words_for_every_concern_status_and_finding() -> None:
    assert set(labels.CONCERNS) == set(Concern)
    assert set(labels.STATUSES) == set(labels.STATUS_COLOURS) == set(Status)
    assert set(labels.FINDINGS) == set(FINDINGS)
    assert len(set(labels.CONCERNS.values())) == len(Concern)


def take(registrar: Visitor, ref: str) -> None:
    path = f"/take/synthetic-northshire/{ref}"
    token = forms(registrar.get("/").text)[0].fields["csrf_token"]
    answer = registrar.post(path, {"csrf_token": token, "do": "take", "seen": "0"})
    assert answer.status_code == 303


def test_who_holds_a_case_is_shown_and_filtered_by(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert "Nobody’s" not in text_of(registrar.get("/").text)
    take(registrar, "INC-RAPE")
    page = text_of(registrar.get("/").text)
    assert "Anybody’s 3 Yours 1 Nobody’s 2" in page
    assert "INC-RAPE Held by Sam Example" in page
    yours = registrar.get("/?holder=development%3ASam+Example")
    assert [row.split()[1] for row in rows(yours.text)] == ["INC-RAPE"]
    assert [row.split()[1] for row in rows(registrar.get("/?holder=").text)] == ["INC-TWO", "INC-SOON"]
    assert "Do without You" in text_of(yours.text)
    other = site.visitor().sign_in("bureau", name="Alex Example")
    assert "Anybody’s 3 Yours 0 Nobody’s 2" in text_of(other.get("/").text)


def test_a_database_put_back_to_an_earlier_state_is_read_anew(site: Site, registrar: Visitor) -> None:
    fill(site)
    assert "of 3 incidents" in text_of(registrar.get("/").text)
    with site.store.begin() as connection:
        connection.exec_driver_sql("DELETE FROM queue WHERE ref = 'INC-TWO'")
        connection.exec_driver_sql("UPDATE queue_version SET version = 0")
    assert "of 2 incidents" in text_of(registrar.get("/").text)
