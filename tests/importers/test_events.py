"""What a row becomes."""

from datetime import UTC, datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.importers.persons import Pseudonyms
from monitor.importers.reader import Export
from monitor.importers.run import Import
from tests.importers.exports import HEADER, MAPPING, SECRET, Desk, row


def test_a_row_becomes_an_incident_with_its_crime_record_linked_both_ways(desk: Desk) -> None:
    made = desk.run(row(crime="C9", at="14/01/2026 23:30", offence="abh"))
    assert made.incident["incident_ref"] == "A1"
    assert made.incident["reported_at"] == "2026-01-14T21:02:00Z"
    assert (made.incident["channel"], made.incident["status"]) == ("101", "open")
    assert (made.incident["opening_type"], made.incident["closing_type"]) == ("VIOL", None)
    assert made.incident["crime_refs"] == ["C9"]
    assert made.crime["incident_refs"] == ["A1"]
    assert made.crime["offence"] == {"category": "8N", "ho_code": "8/6"}
    assert made.crime["recorded_at"] == "2026-01-14T23:30:00Z"
    assert made.tally.complete


def test_every_line_can_be_read_by_the_monitor(desk: Desk) -> None:
    made = desk.run(row("A1", crime="C1;C2", at="14/01/2026 23:30"), row("A2", surname="Madeup", role="VIC"))
    assert [read(Topic(line["topic"]), line["value"]).event.force for line in made.lines] == ["testshire"] * 4


def test_several_crime_numbers_in_one_cell_are_several_records(desk: Desk) -> None:
    made = desk.run(row(crime="C1; C2 ;C1", at="14/01/2026 23:30", offence="ABH"))
    assert [crime["crime_ref"] for crime in made.values("crime-records")] == ["C1", "C2"]
    assert made.incident["crime_refs"] == ["C1", "C2"]


def test_a_record_that_is_no_crime_by_the_mapping_makes_none_and_is_counted(desk: Desk) -> None:
    made = desk.run(row(crime="C1", at="14/01/2026 23:30", offence="Lost  dog"))
    assert made.values("crime-records") == []
    assert made.incident["crime_refs"] == []
    assert made.tally.not_crimes == 1


def test_an_offence_that_no_table_has_is_passed_on_for_the_monitor_to_find(desk: Desk) -> None:
    made = desk.run(row(crime="C1", at="14/01/2026 23:30", offence="MAYHEM"))
    assert made.crime["offence"] == {"category": "MAYHEM"}
    assert made.tally.unmapped["offence"] == {"MAYHEM": 1}


def test_a_channel_that_no_table_has_is_passed_on_and_counted(desk: Desk) -> None:
    made = desk.run(row(how="PIGEON"))
    assert made.incident["channel"] == "PIGEON"
    assert made.tally.unmapped["channel"] == {"PIGEON": 1}
    assert made.tally.unknown["channel"].first == [2]


def test_codes_of_the_force_are_kept_and_those_without_a_mapping_counted(desk: Desk) -> None:
    made = desk.run(row("A1", opened="viol", closing="ODD1"), row("A2", opened="ODD1"))
    assert made.values("incidents")[0]["opening_type"] == "viol"
    assert made.tally.unmapped["types"] == {"ODD1": 2}
    assert made.tally.codes["types"] == {"viol": 1}


def test_a_time_of_closing_closes_the_log(desk: Desk) -> None:
    made = desk.run(row(closed="15/01/2026 02:00"))
    assert (made.incident["status"], made.incident["closed_at"]) == ("closed", "2026-01-15T02:00:00Z")


def test_the_revision_grows_with_the_version_of_the_source(desk: Desk) -> None:
    before = desk.run(row()).incident
    after = desk.run(row(closed="15/01/2026 02:00")).incident
    assert before["updated_at"] == "2026-01-14T21:02:00Z"
    assert after["revision"] > before["revision"] > 0


def test_importing_twice_gives_the_same_lines(desk: Desk) -> None:
    rows = [
        row("A1", surname="Madeup", role="VIC"),
        row("A1", closing="ASB"),
        row("A2", crime="C2", at="15/01/2026 10:00"),
    ]
    assert desk.run(*rows).lines == desk.run(*rows).lines


def test_rows_of_one_incident_fold_into_one_wherever_they_stand(desk: Desk) -> None:
    made = desk.run(
        row("A1", crime="C1", at="14/01/2026 23:30", surname="Madeup", role="VIC"),
        row("A2"),
        row("a1 ", crime="C2", at="14/01/2026 23:40", surname="Other", role="VIC", call="14/01/2026 21:00"),
    )
    first, second = made.values("incidents")
    assert (first["incident_ref"], second["incident_ref"]) == ("A1", "A2")
    assert first["crime_refs"] == ["C1", "C2"]
    assert len(first["victims"]) == 2
    assert first["reported_at"] == "2026-01-14T21:00:00Z", "the clock starts at the earliest report"
    assert made.tally.differing["reported_at"].first == [4]


def test_a_type_that_another_row_has_is_sent_as_an_earlier_revision(desk: Desk) -> None:
    made = desk.run(row(opened="ASB"), row(opened="VIOL"), row(opened="ASB"))
    earlier, last = made.values("incidents")
    assert (earlier["opening_type"], last["opening_type"]) == ("VIOL", "ASB")
    assert earlier["revision"] == last["revision"] - 1
    assert made.tally.incidents == 1


def test_rows_that_stand_together_are_sent_as_soon_as_the_next_incident_begins(desk: Desk) -> None:
    desk.mapping = 'rows = "together"\n' + MAPPING
    made = desk.run(row("A1"), row("A1", crime="C1", at="14/01/2026 23:30"), row("A2"), row("A1"))
    assert [line["topic"] for line in made.lines] == ["incidents", "crime-records", "incidents", "incidents"]
    assert made.tally.again.first == [5]


def test_an_export_whose_rows_stand_together_is_never_read_far_ahead(desk: Desk) -> None:
    desk.mapping = 'rows = "together"\n' + MAPPING
    path = desk.write(*[row(f"A{number}", crime=f"C{number}", at="14/01/2026 23:30") for number in range(500)])
    with Export(path, None, ",") as export:
        work = Import(desk.given(), export, "export.csv", Pseudonyms(SECRET, "testshire"))
        for sent, _ in enumerate(work.lines()):
            assert work.tally.rows <= sent // 2 + 2
    assert (work.tally.incidents, work.tally.crime_records) == (500, 500)


def test_heartbeats_of_both_feeds_come_last_where_the_time_of_the_export_is_given(desk: Desk) -> None:
    desk.options = {"exported_at": datetime(2026, 1, 16, tzinfo=UTC)}
    made = desk.run(row())
    assert [line["topic"] for line in made.lines] == ["incidents", "feed-heartbeats", "feed-heartbeats"]
    assert {beat["feed"]: beat["as_of"] for beat in made.values("feed-heartbeats")} == {
        "incidents": "2026-01-16T00:00:00Z", "crime-records": "2026-01-16T00:00:00Z",
    }  # fmt: skip
    assert made.incident["updated_at"] == "2026-01-16T00:00:00Z"


def test_heartbeats_can_stand_at_the_latest_time_in_the_export(desk: Desk) -> None:
    desk.mapping = 'heartbeats = "latest"\n' + MAPPING
    made = desk.run(row("A1", crime="C1", at="16/01/2026 08:00"), row("A2"))
    assert {beat["as_of"] for beat in made.values("feed-heartbeats")} == {"2026-01-16T08:00:00Z"}


def test_without_either_there_is_no_heartbeat(desk: Desk) -> None:
    assert desk.run(row()).values("feed-heartbeats") == []


def test_free_text_can_stay_out_and_still_be_told(desk: Desk) -> None:
    desk.mapping = MAPPING.replace(
        "[crime]",
        '[incident.no_crime_reason]\nrationale = { column = "Notes", present = "held in the source" }\n[crime]',
    )
    made = desk.run(row("A1", notes="Mr Madeup said so"), row("A2"))
    reasons = [value["no_crime_reason"] for value in made.values("incidents")]
    assert reasons == [{"rationale": "held in the source"}, None]


def test_a_crime_file_of_its_own_needs_no_incident(desk: Desk) -> None:
    start = MAPPING.index("[incident]")
    crime = MAPPING[MAPPING.index("[crime]") :].replace("[crime.offence]", 'incident_refs = "Ref"\n[crime.offence]')
    desk.mapping = MAPPING[:start] + crime
    made = desk.run(row("A7", crime="C1", at="14/01/2026 23:30"), row("A8"))
    assert made.crime["incident_refs"] == ["A7"]
    assert made.values("incidents") == []
    assert made.tally.unusable["crime_ref_missing"].first == [3]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=60)
@given(rows=st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=14), max_size=6))
def test_no_export_stops_an_import_and_whatever_is_sent_can_be_read(desk: Desk, rows: list[list[str]]) -> None:
    text = [",".join(cells).encode("utf-8", "replace").decode() for cells in rows]
    made = desk.run(*text, header=HEADER)
    assert made.tally.used + sum(kind.count for kind in made.tally.unusable.values()) == made.tally.rows
    for line in made.lines:
        read(Topic(line["topic"]), line["value"])
