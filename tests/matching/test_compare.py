from typing import Any

import pytest

from monitor.contract.events import Location, Offence
from monitor.matching.compare import LEVELS, UNKNOWN, Field, compare
from monitor.matching.kinds import kind_of
from monitor.rulebook import load_rulebook
from tests.matching.sides import LOG, NOBODY, log, record

HERE = {"lat": 51.75, "lon": -0.33}
METRES_NORTH = 1 / 111_195


@pytest.mark.parametrize(
    ("field", "of_log", "of_record", "level"),
    [
        (Field.VICTIM, {}, {}, "same"),
        (Field.VICTIM, {"victims": frozenset({"ana", "cy"})}, {}, "same"),
        (Field.VICTIM, {}, {"victims": frozenset({"cy"})}, "other"),
        (Field.VICTIM, {}, {"victims": NOBODY}, UNKNOWN),
        (Field.VICTIM, {}, {"victims": frozenset({"bo"}), "suspects": frozenset({"ana"})}, "other_role"),
        (Field.VICTIM, {}, {"victims": NOBODY, "suspects": frozenset({"ana"})}, "other_role"),
        (Field.SUSPECT, {}, {}, "same"),
        (Field.SUSPECT, {}, {"suspects": frozenset({"dee"})}, "other"),
        (Field.SUSPECT, {"suspects": NOBODY}, {}, UNKNOWN),
        (Field.OFFENCE, {}, {}, "same_kind"),
        (Field.OFFENCE, {"offences": frozenset({"8N"})}, {"offences": frozenset({"8N"})}, "reported"),
        (Field.OFFENCE, {}, {"kinds": frozenset({"crime.harassment"})}, "near_kind"),
        (Field.OFFENCE, {"kinds": frozenset({"nsir.domestic_incident"})}, {}, "near_kind"),
        (Field.OFFENCE, {}, {"kinds": frozenset({"crime.theft"})}, "other"),
        (Field.OFFENCE, {"kinds": NOBODY}, {}, UNKNOWN),
        (Field.DOMESTIC_ABUSE, {}, {}, "neither"),
        (Field.DOMESTIC_ABUSE, {"domestic_abuse": True}, {}, "one"),
        (Field.DOMESTIC_ABUSE, {"domestic_abuse": True}, {"domestic_abuse": True}, "both"),
        (Field.UNIT, {}, {"unit": "Response-North"}, "same"),
        (Field.UNIT, {}, {"unit": "safeguarding"}, "other"),
        (Field.UNIT, {}, {"unit": None}, UNKNOWN),
    ],
)
def test_each_field_has_its_levels(field: Field, of_log: Any, of_record: Any, level: str) -> None:
    levels = compare(log(**of_log), record(**of_record))
    assert levels is not None
    assert levels[field] == level
    assert all(found in {*LEVELS[each], UNKNOWN} for each, found in levels.items())


@pytest.mark.parametrize(
    ("here", "there", "level"),
    [
        (HERE, HERE, "same_spot"),
        (HERE, {"lat": 51.75 + 50 * METRES_NORTH, "lon": -0.33}, "same_spot"),
        (HERE, {"lat": 51.75 + 70 * METRES_NORTH, "lon": -0.33}, "near"),
        (HERE, {"lat": 51.75, "lon": -0.33 + 50 * METRES_NORTH}, "same_spot"),  # a degree of longitude is shorter here
        (HERE | {"beat": "N4"}, {"lat": 51.8, "lon": -0.33, "beat": "n4"}, "same_area"),
        (HERE, {"lat": 51.8, "lon": -0.33}, "elsewhere"),
        ({"beat": "N4"}, {"beat": "N5"}, "elsewhere"),
        ({"beat": "N4", "lsoa": "E1"}, {"beat": "N5", "lsoa": "E1"}, "same_area"),
        ({"beat": "N4"}, {"lsoa": "E1"}, UNKNOWN),
        ({"beat": "N4"}, {}, UNKNOWN),
    ],
)
def test_places_are_compared_by_what_both_have(here: Any, there: Any, level: str) -> None:
    levels = compare(log(place=Location(**here)), record(place=Location(**there)))
    assert levels is not None
    assert levels[Field.PLACE] == level


@pytest.mark.parametrize(
    ("hours", "level"),
    [
        (-24, "before"),
        (-0.01, "before"),
        (0, "within_1_hour"),
        (1, "within_3_hours"),
        (23.99, "within_24_hours"),
        (24, "within_3_days"),
        (719.9, "within_30_days"),
    ],
)
def test_a_span_takes_its_beginning_and_not_its_end(hours: float, level: str) -> None:
    levels = compare(LOG, record(hours=hours))
    assert levels is not None
    assert levels[Field.TIME] == level


@pytest.mark.parametrize("hours", [-24.01, 720])
def test_a_record_of_another_time_is_not_compared(hours: float) -> None:
    assert compare(LOG, record(hours=hours)) is None


@pytest.mark.parametrize(
    ("offence", "kind"),
    [
        ({"category": "8N", "ho_code": "008/06"}, "crime.violence"),
        ({"category": "8L"}, "crime.harassment"),
        ({"category": "8Q"}, "crime.stalking"),
        ({"category": "19C"}, "crime.rape"),
        ({"category": "N100"}, "crime.rape"),
        ({"category": "1"}, "crime.homicide"),
        ({"category": "34B"}, "crime.robbery"),
        ({"category": "28I"}, "crime.burglary"),
        ({"category": "45"}, "crime.vehicle"),
        ({"category": "46"}, "crime.theft"),
        ({"category": "58A"}, "crime.damage"),
        ({"category": "56A"}, "crime.arson"),
        ({"category": "9A"}, "crime.public_order"),
        ({"category": "92E"}, "crime.drugs"),
        ({"category": "10D"}, "crime.weapons"),
        ({"ho_code": "999/99"}, None),
        ({}, None),
    ],
)
def test_an_offence_is_of_the_kind_that_a_log_would_tell_it_by(offence: Any, kind: str | None) -> None:
    table = load_rulebook().offences
    assert kind_of(table.facts(Offence(**offence)), table) == kind
