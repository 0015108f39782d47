"""Whether a log expects a crime record, why, and how severe it is."""

from typing import Any

import pytest

from monitor.contract.verdict import Severity, Status
from tests.builders import at, codes, crime, decision, incident, reason, verdict

QUIET = "nsir.asb_nuisance"


@pytest.mark.parametrize(
    ("fields", "because"),
    [
        ({}, ()),
        ({"opening_type": "crime.theft"}, ("opening_type",)),
        ({"closing_type": "crime.theft"}, ("closing_type",)),
        ({"opening_type": "nsir.domestic_incident"}, ("opening_type",)),
        ({"opening_type": "Z99"}, ("opening_type",)),
        ({"opening_type": None}, ("opening_type",)),
        ({"opening_type": None, "closing_type": QUIET}, ("opening_type",)),
        ({"channel": "nrm"}, ("channel",)),
        ({"channel": "sarc"}, ("channel",)),
        ({"qualifiers": ["domestic_abuse"]}, ("qualifier",)),
        ({"qualifiers": ["mental_health"]}, ()),
        ({"reported_offences": [{"ho_code": "8/6"}]}, ("reported_offence",)),
        ({"reported_offences": [{"category": "8N"}]}, ("reported_offence",)),
        ({"reported_offences": [{"ho_code": "assault"}]}, ("reported_offence",)),
        ({"reported_offences": [{"ho_code": "999/99"}]}, ()),
        ({"reported_offences": [{"ho_code": "300/02"}]}, ()),
        ({"reported_offences": [{}]}, ()),
        ({"channel": "nrm", "qualifiers": ["domestic_abuse"]}, ("channel", "qualifier")),
    ],
)
def test_what_makes_a_log_expect_a_crime(fields: dict[str, Any], because: tuple[str, ...]) -> None:
    judged = verdict(incident(**{"opening_type": QUIET} | fields))
    assert judged.because == because
    assert (judged.status == Status.NO_CRIME_EXPECTED) == (not because)


def test_an_earlier_revision_expects_until_the_end() -> None:
    judged = verdict(incident(revision=1), incident(revision=2, opening_type=QUIET))
    assert judged.because == ("earlier_revision",)
    assert codes(judged) == ["recoded_without_reason"]


def test_an_earlier_revision_without_a_type_expects_nothing() -> None:
    judged = verdict(incident(revision=1, opening_type=None), incident(revision=2, opening_type=QUIET))
    assert (judged.because, codes(judged)) == ((), [])


def test_the_loser_of_a_conflict_has_still_been_said() -> None:
    loser = incident(revision=1, updated_at=at(1))
    winner = incident(revision=1, updated_at=at(2), opening_type=QUIET)
    assert verdict(winner, loser).because == verdict(loser, winner).because == ("earlier_revision",)


def test_of_two_snapshots_made_at_once_the_canonical_json_that_sorts_last_stands() -> None:
    first, last = incident(opening_type="crime.theft"), incident(opening_type="nsir.alarm")
    assert verdict(first, last).because == verdict(last, first).because == ("earlier_revision",)


def test_n200_and_n300_are_listed_and_otherwise_left_out_of_account() -> None:
    other = crime(offence={"ho_code": "300/02"}, flags=["domestic_abuse"], status="cancelled", recorded_at=at(-1))
    judged = verdict(incident(opening_type="nsir.sudden_death"), other)
    assert (judged.status, judged.crime_refs, judged.because) == (Status.NO_CRIME_EXPECTED, ("C1",), ())
    assert (judged.severity, codes(judged)) == (Severity.LOW, [])


SEVERITIES = [
    ({"opening_type": "crime.theft"}, Severity.LOW),
    ({"opening_type": "crime.violence"}, Severity.MEDIUM),
    ({"opening_type": "crime.robbery"}, Severity.MEDIUM),
    ({"opening_type": "crime.malicious_communications"}, Severity.MEDIUM),
    ({"opening_type": "crime.stalking"}, Severity.HIGH),
    ({"opening_type": "crime.modern_slavery"}, Severity.HIGH),
    ({"opening_type": "crime.sexual"}, Severity.CRITICAL),
    ({"opening_type": "crime.homicide"}, Severity.CRITICAL),
    ({"opening_type": "nsir.domestic_incident"}, Severity.HIGH),
    ({"opening_type": "nsir.domestic_incident", "dash_risk": "high"}, Severity.CRITICAL),
    ({"opening_type": "crime.theft", "dash_risk": "high"}, Severity.LOW),
    ({"opening_type": "crime.theft", "channel": "professional_third_party"}, Severity.MEDIUM),
    ({"opening_type": "crime.theft", "qualifiers": ["vulnerable_adult"]}, Severity.MEDIUM),
    ({"opening_type": "crime.stalking", "victims": [{"vulnerable": True}]}, Severity.CRITICAL),
    ({"opening_type": "crime.sexual", "victims": [{"vulnerable": True}]}, Severity.CRITICAL),
    ({"opening_type": "crime.theft", "victims": [{"age_band": "child"}]}, Severity.LOW),
    ({"opening_type": "crime.violence", "victims": [{"age_band": "child"}]}, Severity.CRITICAL),
    ({"opening_type": "crime.robbery", "victims": [{"age_band": "child"}]}, Severity.MEDIUM),
    ({"reported_offences": [{"ho_code": "2/0"}]}, Severity.CRITICAL),
    ({"reported_offences": [{"ho_code": "8/77"}]}, Severity.CRITICAL),
    ({"reported_offences": [{"ho_code": "8/6"}]}, Severity.HIGH),
    ({"reported_offences": [{"ho_code": "100/01"}]}, Severity.CRITICAL),
]


@pytest.mark.parametrize(("fields", "severity"), SEVERITIES)
def test_how_severe_a_log_is(fields: dict[str, Any], severity: Severity) -> None:
    assert verdict(incident(**{"opening_type": QUIET} | fields)).severity == severity


@pytest.mark.parametrize(("fields", "severity"), SEVERITIES)
def test_a_later_revision_never_makes_it_less_severe(fields: dict[str, Any], severity: Severity) -> None:
    loud = incident(revision=1, **{"opening_type": QUIET} | fields)
    assert verdict(loud, incident(revision=2, opening_type=QUIET)).severity == severity


def test_a_linked_crime_makes_it_severe_whatever_its_status() -> None:
    linked = crime(status="cancelled", flags=["Domestic Abuse"], offence={"ho_code": "49/10"})
    assert verdict(incident(opening_type="crime.theft"), linked).severity == Severity.HIGH


def test_a_registrar_who_requires_a_crime_makes_it_expect_one_of_medium_severity() -> None:
    judged = verdict(incident(opening_type=QUIET, no_crime_reason=reason("prison")), decision("require_crime"))
    assert (judged.because, judged.severity) == (("decision",), Severity.MEDIUM)
    assert (judged.status, codes(judged)) == (Status.UNRECORDED, ["reason_rejected"])


@pytest.mark.parametrize(
    ("latest", "found"),
    [
        ({"dash_risk": "extreme"}, ["unmapped_value"]),
        ({"reported_offences": [{"ho_code": "49/10", "category": "ZZ9"}]}, ["unmapped_value"]),
        ({}, []),
    ],
)
def test_only_the_latest_snapshot_is_told_of_values_nobody_knows(latest: dict[str, Any], found: list[str]) -> None:
    older = incident(revision=1, opening_type=QUIET, channel="webchat")
    judged = verdict(older, incident(revision=2, opening_type=QUIET, **latest), hours=1)
    assert codes(judged) == found


def test_a_value_nobody_knows_on_a_linked_crime_is_told() -> None:
    judged = verdict(incident(), crime(cancellation={"code": "C9"}), hours=1)
    assert codes(judged) == ["unmapped_value"]
