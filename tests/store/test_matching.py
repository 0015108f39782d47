"""Crime records that nothing links are found for the incidents that wait; both databases."""

from itertools import islice, permutations
from typing import Any

import pytest

from monitor.contract.events import Location
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.store.crime_marks import RECORD, spot_marks
from monitor.store.engine import writing
from monitor.store.match_tables import crime_marks
from monitor.store.matching import Looking, matches_for, waiting
from monitor.store.migrations import migrate, migrate_down
from tests.builders import FORCE, Line, at, crime, decision, incident
from tests.store.desk import Desk, NewDesk, clock

PLACE = {"beat": "N4", "lsoa": "E01", "lat": 51.75, "lon": -0.33}


def looking(hours: float = 60) -> Looking:
    return Looking(load_rulebook(), ForceMappings(), clock(hours))


def found(desk: Desk, ref: str = "INC-1", hours: float = 60) -> list[str]:
    desk.review(hours=hours)
    return [match.crime.ref for match in matches_for(desk.engine, (FORCE, ref), looking(hours)) or ()]


def loose(ref: str = "C1", **fields: Any) -> Line:
    return crime(ref, **{"incident_refs": [], "recorded_at": at(2), "location": PLACE, "unit": "north", **fields})


def log(ref: str = "INC-1", **fields: Any) -> Line:
    return incident(ref, **{"location": PLACE, "unit": "north", **fields})


def test_a_record_of_the_same_victim_is_found_and_says_why(desk: Desk) -> None:
    desk.receive(log(), loose())
    desk.review(hours=60)
    (match,) = matches_for(desk.engine, (FORCE, "INC-1"), looking()) or []
    assert (match.crime.ref, match.found.probability > 0.99) == ("C1", True)
    assert desk.status() == "unrecorded"


def test_a_suggestion_changes_nothing(desk: Desk) -> None:
    desk.receive(log(), loose())
    desk.review(hours=60)
    before = desk.verdicts(), desk.alerts()
    assert found(desk) == ["C1"]
    desk.review(hours=60)
    assert (desk.verdicts(), desk.alerts()) == before
    assert before[0]["INC-1"]["alert"] == "firing"
    assert "possible_match" not in {finding["code"] for finding in before[0]["INC-1"]["findings"]}


def test_a_record_is_found_by_the_place_alone(desk: Desk) -> None:
    beside = {"lat": 51.7503, "lon": -0.3302}
    desk.receive(log(), loose(victims=[], location=beside))
    assert found(desk) == ["C1"]


def test_a_record_is_found_by_beat_and_unit_where_records_are_few(desk: Desk) -> None:
    desk.receive(log(location={"beat": "N4"}), loose(victims=[], location={"beat": "n4"}))
    assert found(desk) == ["C1"]


def test_among_many_alike_none_is_suggested(desk: Desk) -> None:
    alike = [loose(f"C{number}", victims=[], location={"beat": "N4"}) for number in range(6)]
    desk.receive(log(location={"beat": "N4"}), *alike)
    assert found(desk) == []


@pytest.mark.parametrize("side", ["log", "record", "decision"])
def test_what_is_linked_to_any_incident_is_not_suggested(desk: Desk, side: str) -> None:
    other = log("INC-2", victims=[{"person_key": "p9"}], location=None)
    lines = {
        "log": [log(), loose(), {**other, "value": {**other["value"], "crime_refs": ["C1"]}}],
        "record": [log(), other, loose(incident_refs=["INC-2"])],
        "decision": [log(), other, loose(), decision("accept_link", incident_ref="INC-2", crime_ref="C1")],
    }[side]
    desk.receive(*lines)
    assert found(desk) == []


def test_what_is_only_referred_to_is_suggested_nevertheless(desk: Desk) -> None:
    reason = {"code": "continuation", "rationale": "Goes on.", "related_ref": "C1"}
    desk.receive(log(), loose(), log("INC-2", victims=[], no_crime_reason=reason))
    assert found(desk) == ["C1"]


def test_a_record_that_states_a_link_is_found_once_a_revision_states_none(desk: Desk) -> None:
    desk.receive(log(), loose(incident_refs=["INC-1X"]))
    assert (found(desk), desk.rows(crime_marks)) == ([], [])
    desk.receive(loose(revision=2, updated_at=at(13)))
    assert found(desk) == ["C1"]


@pytest.mark.parametrize("order", [*permutations(range(3))])
def test_a_link_that_is_rejected_frees_the_record_for_another_incident(desk: Desk, order: tuple[int, ...]) -> None:
    other = log("INC-2", victims=[{"person_key": "p9"}], location=None, unit="south")
    lines = (other, loose(incident_refs=["INC-2"]), decision("reject_link", incident_ref="INC-2", crime_ref="C1"))
    desk.receive(log())
    for number in order:
        desk.receive(lines[number])
        desk.review(hours=60)
    assert (found(desk), found(desk, "INC-2")) == (["C1"], [])


def test_not_this_one_takes_it_away_and_a_withdrawal_brings_it_back(desk: Desk) -> None:
    desk.receive(log(), loose())
    assert found(desk) == ["C1"]
    rejected = decision("reject_link", crime_ref="C1")
    desk.receive(rejected)
    assert found(desk) == []
    desk.receive(decision("withdraw", 31, withdraws=rejected["value"]["decision_id"]))
    assert found(desk) == ["C1"]


def test_what_one_incident_rejects_is_suggested_to_another(desk: Desk) -> None:
    desk.receive(log(), log("INC-2"), loose(), decision("reject_link", crime_ref="C1"))
    assert (found(desk), found(desk, "INC-2")) == ([], ["C1"])


def test_a_link_that_is_accepted_is_no_suggestion_any_more(desk: Desk) -> None:
    desk.receive(log(), loose(), decision("accept_link", crime_ref="C1"))
    assert found(desk) == []
    assert desk.status() == "recorded_in_time"


def test_an_incident_that_waits_for_nothing_is_given_nothing(desk: Desk) -> None:
    desk.receive(log(opening_type="nsir.alarm"), log("INC-2"), loose(), crime("C2", incident_refs=["INC-2"]))
    desk.review(hours=60)
    asked = [matches_for(desk.engine, (FORCE, ref), looking()) for ref in ("INC-1", "INC-2", "INC-404")]
    assert asked == [None, None, None]
    assert waiting(desk.engine) == []


def test_the_second_of_two_victims_is_found_while_the_first_is_linked(desk: Desk) -> None:
    people = [{"person_key": "p1"}, {"person_key": "p2"}]
    desk.receive(log(victims=people), crime("C1"), loose("C2", victims=people[1:]))
    assert found(desk) == ["C2"]
    assert desk.status() == "partly_recorded"


def test_a_cancelled_record_is_found_and_what_is_no_crime_is_not(desk: Desk) -> None:
    desk.receive(log(), loose("C1", status="cancelled"), loose("C2", offence={"category": "N200"}))
    assert found(desk) == ["C1"]


def test_of_another_force_nothing_is_found(desk: Desk) -> None:
    desk.receive(log(), loose(force="synthetic-southshire"))
    assert found(desk) == []


def test_it_is_compared_as_it_stands(desk: Desk) -> None:
    stranger: dict[str, Any] = {"victims": [{"person_key": "p9"}], "location": {"beat": "S1"}, "unit": "south"}
    desk.receive(log(), loose())
    desk.receive(loose(revision=2, updated_at=at(13), **stranger))
    assert found(desk) == []


def test_in_any_order_the_same_is_found(new_desk: NewDesk) -> None:
    lines = [log(), loose("C1"), loose("C1", revision=2, unit="south"), decision("reject_link", crime_ref="C2")]
    for order in islice(permutations([*lines, loose("C2")]), 0, None, 5):
        desk = new_desk()
        for line in order:
            desk.receive(line)
        assert found(desk) == ["C1"]


def test_of_a_record_without_people_or_place_only_its_time_is_noted(desk: Desk) -> None:
    desk.receive(crime(victims=[], incident_refs=[]))
    assert [(row[1], row[3]) for row in desk.rows(crime_marks)] == [(RECORD, "C1")]


def test_a_cell_beside_is_looked_at_too() -> None:
    here = set(spot_marks(Location(lat=51.7504, lon=-0.33)))
    assert len(here) == 9
    assert {"spot:51750,-330", "spot:51751,-330", "spot:51749,-331"} <= here
    assert "spot:51752,-330" not in here
    assert set(spot_marks(Location(beat="N4"))) == set()


def test_records_that_are_there_already_are_found_after_the_migration(desk: Desk) -> None:
    desk.receive(log(), loose(suspects=[{"person_key": " p2 "}, {}], location=PLACE))
    before = desk.rows(crime_marks)
    assert len(before) == 6
    with writing(desk.engine) as connection:
        migrate_down(connection, "0010")
    with writing(desk.engine) as connection:
        migrate(connection, "test")
    assert desk.rows(crime_marks) == before
    assert found(desk) == ["C1"]
