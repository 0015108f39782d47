from datetime import timedelta
from importlib import import_module

import orjson
import pytest

from monitor.store import tables
from monitor.store.case_file import CaseFile, case_file
from monitor.store.desk_tables import person_logs
from monitor.store.engine import writing
from monitor.store.other_logs import MOST
from monitor.store.persons import LONGEST, Named, Shared
from monitor.store.persons import Kind as Names
from tests.builders import FORCE, REPORTED, Line, crime, decision, incident
from tests.store.desk import Desk


def file_of(desk: Desk, *lines: Line, ref: str = "INC-1") -> CaseFile:
    desk.receive(*lines)
    desk.review()
    found = case_file(desk.engine, (FORCE, ref))
    assert found is not None
    return found


def test_there_is_no_file_of_an_incident_that_is_not_known(desk: Desk) -> None:
    desk.receive(crime(), decision("note", text="Early."))
    assert case_file(desk.engine, (FORCE, "INC-1")) is None
    assert case_file(desk.engine, ("synthetic-southshire", "INC-1")) is None


def test_a_log_that_was_not_judged_yet_has_a_file_without_a_verdict(desk: Desk) -> None:
    desk.receive(incident())
    found = case_file(desk.engine, (FORCE, "INC-1"))
    assert found is not None
    assert found.verdict is None
    assert found.state.due


def test_it_holds_every_revision_the_standing_one_last(desk: Desk) -> None:
    later = incident(revision=3, unit="B")
    conflict = incident(revision=3, unit="A", updated_at=(REPORTED + timedelta(days=9)).isoformat())
    found = file_of(desk, conflict, later, incident(), incident(revision=2))
    assert [each.event.revision for each in found.log] == [1, 2, 3, 3]
    assert found.log[-1].event.unit == "A"
    assert orjson.loads(found.log[-1].content) == conflict["value"]


def test_it_holds_the_crimes_that_either_side_or_a_decision_names(desk: Desk) -> None:
    found = file_of(
        desk,
        incident(crime_refs=["C2"]),
        crime("C1"),
        crime("C1", revision=2, status="cancelled", cancellation={"code": "C4"}),
        crime("C2", incident_refs=[]),
        crime("C3", incident_refs=[]),
        decision("reject_link", crime_ref="C3"),
        crime("C4", incident_refs=["INC-9"]),
    )
    assert {ref: [each.event.revision for each in all_of] for ref, all_of in found.crimes.items()} == {
        "C1": [1, 2],
        "C2": [1],
        "C3": [1],
    }


def test_it_holds_every_decision_and_what_took_it_back(desk: Desk) -> None:
    found = file_of(
        desk,
        incident(),
        decision("no_crime", hours=1, code="prison"),
        decision("withdraw", hours=2, withdraws="no_crime-1", incident_ref="INC-7"),
        decision("note", hours=3, text="Seen."),
        decision("note", hours=4, text="Elsewhere.", incident_ref="INC-8"),
    )
    assert [(each.event.decision_id, each.withdrawn_by) for each in found.decisions] == [
        ("no_crime-1", "withdraw-2"),
        ("withdraw-2", None),
        ("note-3", None),
    ]
    assert not any(each.here for each in found.decisions)


def test_it_holds_how_the_verdict_came_about(desk: Desk) -> None:
    found = file_of(desk, incident())
    assert found.verdict is not None
    assert orjson.loads(found.verdict)["status"] == "unrecorded"
    assert found.state.alert == "firing"
    assert [change.cause for change in found.history] == ["incidents"]
    assert found.version.change == found.history[-1].number
    assert found.known is not None


@pytest.mark.parametrize(
    ("other", "shared"),
    [
        ({"victims": [{"person_key": "p1"}]}, [Shared("INC-2", Named(Names.VICTIM, "p1"), Names.VICTIM)]),
        (
            {"victims": [], "suspects": [{"person_key": "p1"}]},
            [Shared("INC-2", Named(Names.VICTIM, "p1"), Names.SUSPECT)],
        ),
        (
            {"victims": [], "location": {"lat": 51.50001, "lon": -0.12}},
            [Shared("INC-2", Named(Names.PLACE, "51.5000,-0.1200"), Names.PLACE)],
        ),
        ({"victims": [{"person_key": "p9"}], "location": {"lat": 51.6, "lon": -0.12}}, []),
        ({"victims": [{"person_key": "p1"}], "force": "synthetic-southshire"}, []),
        ({"victims": [], "suspects": [], "location": {"lsoa": "E01000001"}}, []),
    ],
    ids=["the victim", "a victim who is a suspect there", "the place", "nothing", "in another force", "only an area"],
)
def test_it_finds_the_other_logs_that_name_the_same(desk: Desk, other: Line, shared: list[Shared]) -> None:
    here = incident(location={"lat": 51.5, "lon": -0.12, "lsoa": "E01000001"})
    found = file_of(desk, here, incident("INC-2", **other))
    assert [each for log in found.others for each in log.shared] == shared


def test_whom_a_log_once_named_it_named(desk: Desk) -> None:
    emptied = incident(revision=2, victims=[])
    found = file_of(desk, incident(), emptied, incident("INC-2"), incident("INC-2", revision=2, victims=[], unit="X"))
    (other,) = found.others
    assert (other.log.incident_ref, other.log.revision, other.log.unit) == ("INC-2", 2, "X")
    assert other.verdict is not None


def test_who_is_named_very_often_does_not_fill_the_page(desk: Desk) -> None:
    found = file_of(desk, *(incident(f"INC-{number}") for number in range(1, MOST + 20)))
    assert len(found.others) == MOST


def test_a_key_of_any_length_fits_the_index(desk: Desk) -> None:
    lengthy = [{"person_key": "p" * 5000}]
    found = file_of(desk, incident(victims=lengthy), incident("INC-2", victims=lengthy))
    assert [other.log.incident_ref for other in found.others] == ["INC-2"]
    assert all(len(row[2]) <= LONGEST for row in desk.rows(person_logs))


def test_looking_writes_nothing(desk: Desk) -> None:
    file_of(desk, incident())
    before = [desk.rows(table) for table in tables.metadata.sorted_tables]
    case_file(desk.engine, (FORCE, "INC-1"))
    assert [desk.rows(table) for table in tables.metadata.sorted_tables] == before


def test_logs_from_before_the_index_are_in_it_after_the_migration(desk: Desk) -> None:
    place = {"lat": 51.5, "lon": -0.12}
    lines = [
        incident(f"INC-{number}", victims=[{"person_key": f" p{number} "}], location=place) for number in range(40)
    ]
    desk.receive(*lines, incident("INC-X", suspects=[{"person_key": "p" * 900}], victims=[], location=None))
    noted = desk.rows(person_logs)
    migration = import_module("monitor.store.migrations.versions.0003_the_registrars_desk")
    with writing(desk.engine) as connection:
        connection.execute(person_logs.delete())
        migration._note_whom_the_logs_name(connection)
    assert desk.rows(person_logs) == noted
