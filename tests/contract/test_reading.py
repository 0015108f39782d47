"""What a message must hold, what it may hold, and what is said of one that cannot be read."""

import base64
import json
from dataclasses import MISSING, fields
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import ValidationError

from monitor.contract.codec import EVENTS, LARGEST, READERS, Decoded, Unreadable, canonical, decode, key_of, read
from monitor.contract.events import CrimeSnapshot, Decision, IncidentSnapshot
from monitor.contract.topics import Topic
from tests.builders import crime, decision, heartbeat, incident


def log(**fields: Any) -> IncidentSnapshot:
    event = read(Topic.INCIDENTS, incident(**fields)["value"]).event
    assert isinstance(event, IncidentSnapshot)
    return event


def refusal(line: dict[str, Any], field: str, value: object) -> Unreadable:
    changed = {name: given for name, given in (line["value"] | {field: value}).items() if given is not MISSING}
    with pytest.raises(Unreadable) as refused:
        read(Topic(line["topic"]), changed)
    return refused.value


@pytest.mark.parametrize(
    ("line", "field", "value", "reason"),
    [
        (incident(), "force", MISSING, "missing_field"),
        (incident(), "force", "  ", "missing_field"),
        (incident(), "incident_ref", 7, "wrong_type"),
        (incident(), "incident_ref", "x" * 300, "bad_name"),
        (incident(), "incident_ref", "\U00020000" * 101, "bad_name"),
        (incident(), "incident_ref", "INC\u0007", "bad_name"),
        (decision("note", text="Seen."), "decision_id", "x" * 300, "bad_name"),
        (incident(), "revision", "3", "wrong_type"),
        (incident(), "revision", True, "wrong_type"),
        (incident(), "revision", 1.5, "wrong_type"),
        (incident(), "revision", -1, "out_of_range"),
        (incident(), "revision", 2**63, "out_of_range"),
        (incident(), "revision", None, "missing_field"),
        (incident(), "reported_at", MISSING, "missing_field"),
        (incident(), "reported_at", "2026-01-14T21:02:00", "bad_time"),
        (incident(), "reported_at", "2026-01-14", "bad_time"),
        (incident(), "reported_at", "20260114T210200Z", "bad_time"),
        (incident(), "reported_at", "2026-02-30T21:02:00Z", "bad_time"),
        (incident(), "reported_at", "9999-12-31T23:59:59Z", "out_of_range"),
        (incident(), "reported_at", "0001-01-01T00:00:00+14:00", "bad_time"),
        (incident(), "reported_at", 1768424520, "wrong_type"),
        (incident(), "updated_at", "soon", "bad_time"),
        (incident(), "closed_at", "yesterday", "bad_time"),
        (incident(), "status", "resulted", "unknown_value"),
        (incident(), "status", MISSING, "missing_field"),
        (incident(), "channel", 101, "wrong_type"),
        (incident(), "victims", MISSING, "missing_field"),
        (incident(), "victims", {"person_key": "p1"}, "wrong_type"),
        (incident(), "victims", ["p1"], "wrong_type"),
        (incident(), "victims", [{"confirmed": "yes"}], "wrong_type"),
        (incident(), "crime_refs", "C1", "wrong_type"),
        (incident(), "crime_refs", [1], "wrong_type"),
        (incident(), "location", {"lat": "51.8"}, "wrong_type"),
        (incident(), "no_crime_reason", "none", "wrong_type"),
        (incident(), "unit", "a\x00b", "bad_text"),
        (crime(), "offence", MISSING, "missing_field"),
        (crime(), "recorded_at", "2026-01-14T21:02:00", "bad_time"),
        (crime(), "status", "undetected", "unknown_value"),
        (heartbeat(1), "feed", "custody", "unknown_value"),
        (heartbeat(1), "as_of", None, "missing_field"),
        (decision("note", text="seen"), "role", "constable", "unknown_value"),
        (decision("note", text="seen"), "action", "shred", "unknown_value"),
        (decision("note"), "text", " ", "missing_field"),
        (decision("accept_link"), "crime_ref", MISSING, "missing_field"),
        (decision("require_crime"), "crimes", 0, "out_of_range"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_reason_and_field(
    line: dict[str, Any], field: str, value: object, reason: str
) -> None:
    refused = refusal(line, field, value)
    assert refused.reason == reason
    assert field in refused.detail


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"\xff\xfe", "not_json"),
        (b"{", "not_json"),
        (b"[]", "not_an_object"),
        (b'"text"', "not_an_object"),
        (b" " * (2 * LARGEST), "too_large"),
        (b'{"specversion":"1.0","data_base64":"?"}', "bad_cloudevent"),
    ],
)
def test_bytes_that_are_no_event_are_refused(value: bytes | None, reason: str) -> None:
    with pytest.raises(Unreadable) as refused:
        decode(Topic.INCIDENTS, value)
    assert refused.value.reason == reason
    assert refused.value.force is None


@pytest.mark.parametrize(
    ("field", "item"),
    [("crime_refs", 1), ("crime_refs", "\0"), ("qualifiers", 1), ("victims", {"vulnerable": 2})],
)
def test_a_long_list_of_wrong_items_is_refused_at_the_first(field: str, item: object) -> None:
    few, many = (refusal(incident(), field, [item] * number) for number in (2, 20_000))
    assert (few.reason, few.detail) == (many.reason, many.detail)
    with pytest.raises(ValidationError) as errors:
        READERS[Topic.INCIDENTS].validate_python(incident()["value"] | {field: [item] * 20_000}, context=[])
    assert errors.value.error_count() <= 3


def test_a_refusal_says_whom_it_is_about_where_that_can_be_read() -> None:
    refused = refusal(incident(ref=" inc  9 "), "status", "resulted")
    assert (refused.force, refused.ref) == ("synthetic-northshire", "INC 9")


def test_no_refusal_repeats_the_value_that_was_sent() -> None:
    refused = refusal(incident(), "unit", {"name": "Somebody Real"})
    assert "Somebody" not in refused.detail


@pytest.mark.parametrize(
    ("fields", "noted"),
    [
        ({"channel": "webchat"}, ("channel",)),
        ({"channel": None}, ("channel",)),
        ({"channel": ""}, ("channel",)),
        ({"dash_risk": "extreme"}, ("dash_risk",)),
        ({"dash_risk": 3}, ("dash_risk",)),
        ({"victims": [{"age_band": "teen"}]}, ("age_band",)),
        ({"suspects": [{"relationship": "cousin"}]}, ("relationship",)),
        ({"no_crime_reason": {"code": "boredom", "rationale": "x"}}, ("code",)),
        ({"qualifiers": ["a_new_one"], "dash_risk": " ", "closing_type": ""}, ()),
    ],
)
def test_what_nobody_knows_is_read_and_noted(fields: dict[str, Any], noted: tuple[str, ...]) -> None:
    assert log(**fields).unmapped == noted


def test_a_channel_nobody_knows_is_other() -> None:
    assert log(channel="webchat").channel == log(channel=None).channel == "other"


def test_blank_and_missing_and_null_are_one() -> None:
    plain = log()
    blank = log(closing_type=" ", unit="", duplicate_of=" ", crime_refs=["", None, " "], no_crime_reason={"code": ""})
    assert (blank.closing_type, blank.unit, blank.duplicate_of, blank.crime_refs) == (None, None, None, ())
    assert blank.no_crime_reason is None
    assert blank == plain


@pytest.mark.parametrize("none", [None, "", []])
def test_a_list_that_is_null_or_blank_is_empty_and_one_that_is_missing_cannot_be_read(none: object) -> None:
    lists = ("qualifiers", "reported_offences", "victims", "suspects", "crime_refs")
    assert log(**dict.fromkeys(lists, none)) == log(**{name: [] for name in lists})
    of_crimes = ("incident_refs", "victims", "suspects", "flags")
    given, empty = (crime()["value"] | dict.fromkeys(of_crimes, each) for each in (none, []))
    assert read(Topic.CRIME_RECORDS, given).event == read(Topic.CRIME_RECORDS, empty).event


def test_a_time_that_stands_for_never_is_as_late_as_can_be() -> None:
    assert log(closed_at="9999-12-31T23:59:59Z").closed_at == datetime(9998, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)
    assert log(closed_at="9998-12-31T23:59:59Z").closed_at == datetime(9998, 12, 31, 23, 59, 59, tzinfo=UTC)


LINES = (incident(), crime(), decision("note", text="Seen."), decision("no_crime"), heartbeat(1))
OPTIONAL = [
    (line, name)
    for line in LINES
    for name, default in ((field.name, field.default) for field in fields(EVENTS[Topic(line["topic"])]))
    if default is not MISSING and name not in {"unmapped", "text"}
]


@pytest.mark.parametrize(("line", "name"), OPTIONAL, ids=lambda part: part if isinstance(part, str) else part["topic"])
@pytest.mark.parametrize("blank", [None, "", " "])
def test_every_optional_field_may_be_blank(line: dict[str, Any], name: str, blank: str | None) -> None:
    topic, given = Topic(line["topic"]), {field: value for field, value in line["value"].items() if field != name}
    assert read(topic, {**given, name: blank}).event == read(topic, given).event


@pytest.mark.parametrize("said", [{}, {"code": None, "rationale": " "}, {"other": "field"}])
def test_a_reason_that_says_nothing_is_none(said: dict[str, Any]) -> None:
    assert log(no_crime_reason=said).no_crime_reason is None


@pytest.mark.parametrize("said", [{"code": "bogus"}, {"supervisor_reviewed": False}])
def test_a_reason_that_says_something_is_one_though_its_code_be_unknown(said: dict[str, Any]) -> None:
    assert log(no_crime_reason=said).no_crime_reason is not None


def test_names_and_enumerated_values_are_read_in_any_spelling() -> None:
    event = log(
        force=" Synthetic-NORTHSHIRE ",
        ref=" inc  1\t2 ",
        channel="Professional Third-Party",
        status="Open",
        qualifiers=["Domestic Abuse", "domestic-abuse"],
        crime_refs=["41/1 ", "41/1"],
    )
    assert (event.force, event.incident_ref, event.channel) == (
        "synthetic-northshire",
        "INC 1 2",
        "professional_third_party",
    )
    assert (event.status, event.qualifiers, event.crime_refs) == ("open", ("domestic_abuse",), ("41/1",))


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("8/6", "008/06"),
        ("8/06", "008/06"),
        ("008/06", "008/06"),
        ("8.06", "008/06"),
        ("00806", "008/06"),
        ("806", "?"),
        ("8-06", "?"),
        ("assault", "?"),
        (" ", None),
        (None, None),
    ],
)
def test_offence_codes_are_read_in_every_known_form(written: str | None, read_as: str | None) -> None:
    event = read(Topic.CRIME_RECORDS, crime(offence={"ho_code": written, "category": " 8 n "})["value"]).event
    assert isinstance(event, CrimeSnapshot)
    assert (event.offence.ho_code, event.offence.category) == (read_as, "8N")


@pytest.mark.parametrize(
    ("written", "microsecond", "hour"),
    [
        ("2026-01-14T22:02:00+01:00", 0, 21),
        ("2026-01-14t21:02:00.5z", 500_000, 21),
        ("2026-01-14 21:02:00.123456789Z", 123_456, 21),
        ("2026-01-14T20:59:60Z", 0, 21),
    ],
)
def test_times_are_compared_in_utc(written: str, microsecond: int, hour: int) -> None:
    time = log(reported_at=written).reported_at
    assert (time.hour, time.microsecond, str(time.tzinfo)) == (hour, microsecond, "UTC")


def test_unknown_fields_are_ignored_but_tell_two_snapshots_apart() -> None:
    plain, more = incident()["value"], incident(colour="blue")["value"]
    assert read(Topic.INCIDENTS, plain).event == read(Topic.INCIDENTS, more).event
    assert read(Topic.INCIDENTS, plain).canonical != read(Topic.INCIDENTS, more).canonical


def test_canonical_json_sorts_keys_by_code_point_and_escapes_only_what_it_must() -> None:
    assert (
        canonical({"é": "ü/\u2028", "a": [1, {"z": 0, "B": "\n"}]}).decode()
        == '{"a":[1,{"B":"\\n","z":0}],"é":"ü/\u2028"}'
    )


def test_both_modes_of_cloudevents_read_as_the_plain_value_does() -> None:
    value = incident()["value"]
    plain = decode(Topic.INCIDENTS, json.dumps(value).encode())
    head = {"specversion": "1.0", "id": "1", "source": "/cad", "type": "incident"}
    structured = json.dumps(head | {"data": value}).encode()
    in_base64 = json.dumps(head | {"data_base64": base64.b64encode(json.dumps(value).encode()).decode()}).encode()
    kind = [("content-type", b"application/cloudevents+json")]
    binary = [("ce_specversion", b"1.0"), ("ce_id", b"1"), ("content-type", b"application/json")]
    assert decode(Topic.INCIDENTS, structured, kind) == decode(Topic.INCIDENTS, in_base64, kind) == plain
    assert decode(Topic.INCIDENTS, json.dumps(value).encode(), binary) == plain


def test_a_batch_of_cloudevents_is_refused() -> None:
    with pytest.raises(Unreadable, match="one event a message"):
        decode(Topic.INCIDENTS, b"[]", [("content-type", b"application/cloudevents-batch+json")])


@pytest.mark.parametrize(
    ("line", "key"),
    [
        (incident(), "synthetic-northshire:INC-1"),
        (crime("41/1/26"), "synthetic-northshire:41/1/26"),
        (decision("note", text="seen"), "synthetic-northshire:INC-1"),
        (heartbeat(1), "synthetic-northshire:crime-records"),
    ],
)
def test_each_event_has_its_key(line: dict[str, Any], key: str) -> None:
    decoded = read(Topic(line["topic"]), line["value"])
    assert isinstance(decoded, Decoded)
    assert key_of(decoded.event) == key


def test_a_no_crime_decision_gives_a_reason_with_the_role_of_who_decided() -> None:
    event = read(Topic.DECISIONS, decision("no_crime", code="prison", role="ddm")["value"]).event
    assert isinstance(event, Decision)
    assert (event.as_reason().code, event.as_reason().decided_by_role) == ("prison", "ddm")
