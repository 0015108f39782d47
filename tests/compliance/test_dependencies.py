"""Which judgements an event bears on."""

import pytest

from monitor.compliance.dependencies import dependencies, touched
from monitor.contract.codec import read
from monitor.contract.events import Heartbeat
from monitor.contract.topics import Topic
from tests.builders import Line, crime, decision, incident, reason


@pytest.mark.parametrize(
    ("line", "node", "pairs"),
    [
        (incident(), "INC-1", set()),
        (incident(crime_refs=["C1"], duplicate_of="INC-0"), "INC-1", {("INC-1", "C1"), ("INC-1", "INC-0")}),
        (incident(no_crime_reason=reason("duplicate", related_ref="X")), "INC-1", {("INC-1", "X")}),
        (
            incident(no_crime_reason=reason("continuation", related_ref="C1")),
            "INC-1",
            {("INC-1", "C1"), ("C1", "INC-1")},
        ),
        (crime(incident_refs=["INC-1", "INC-2"]), "C1", {("INC-1", "C1"), ("INC-2", "C1")}),
        (crime(incident_refs=[], cancellation={"related_ref": "C2"}), "C1", {("C1", "C2")}),
        (
            decision("accept_link", crime_ref="C1"),
            "decision:accept_link-30",
            {("INC-1", "decision:accept_link-30"), ("INC-1", "C1")},
        ),
        (
            decision("no_crime", decision_id="d", code="continuation", related_ref="C1"),
            "decision:d",
            {("INC-1", "decision:d"), ("INC-1", "C1"), ("C1", "INC-1")},
        ),
        (
            decision("withdraw", decision_id="d2", withdraws="d1", incident_ref="INC-2"),
            "decision:d2",
            {("INC-2", "decision:d2"), ("decision:d1", "decision:d2")},
        ),
    ],
)
def test_what_an_event_touches_and_who_depends_on_whom(line: Line, node: str, pairs: set[tuple[str, str]]) -> None:
    event = read(Topic(line["topic"]), line["value"]).event
    assert not isinstance(event, Heartbeat)
    assert touched(event) == node
    assert dependencies(event) == pairs
