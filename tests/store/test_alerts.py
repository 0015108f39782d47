"""What is told of an alert: each change once, in order, for each incident."""

from datetime import datetime, timedelta

import orjson
import pytest

from monitor import store
from monitor.contract.topics import Topic
from monitor.contract.verdict import Alert, Severity, Status, Verdict
from monitor.store.alerts import AlertState, alert_change, alert_id, alert_now
from tests.builders import FORCE, crime, decision, heartbeat, incident
from tests.store.desk import Desk, clock, failing_for

NOW, EARLIER = clock(60), clock(25)
NEVER_TOLD = AlertState()
FIRING = AlertState("firing", "unrecorded", "medium", 1, EARLIER)
RESOLVED = AlertState("resolved", "recorded_late", "medium", 2, EARLIER)


def verdict(alert: Alert, status: Status = Status.UNRECORDED, severity: Severity = Severity.MEDIUM) -> Verdict:
    return Verdict(FORCE, "INC 1", status, severity, alert, NOW, None, None, (), True, (), (), None, "r")


@pytest.mark.parametrize(
    ("before", "judged", "now", "change"),
    [
        (NEVER_TOLD, verdict(Alert.NONE), "none", None),
        (NEVER_TOLD, verdict(Alert.FIRING), "firing", ("raised", 1, NOW)),
        (FIRING, verdict(Alert.FIRING), "firing", None),
        (FIRING, verdict(Alert.FIRING, severity=Severity.HIGH), "firing", ("changed", 2, EARLIER)),
        (FIRING, verdict(Alert.FIRING, Status.PARTLY_RECORDED), "firing", ("changed", 2, EARLIER)),
        (FIRING, verdict(Alert.NONE), "resolved", ("resolved", 2, EARLIER)),
        (RESOLVED, verdict(Alert.NONE), "resolved", None),
        (RESOLVED, verdict(Alert.NONE, severity=Severity.HIGH), "resolved", None),
        (RESOLVED, verdict(Alert.FIRING), "firing", ("raised", 3, NOW)),
    ],
)
def test_what_is_told_next(
    before: AlertState, judged: Verdict, now: str, change: tuple[str, int, datetime] | None
) -> None:
    found = alert_change(before, judged, NOW)
    assert alert_now(before, judged) == now
    assert (found and (found.change, found.number, found.since)) == change


def test_an_id_is_one_of_a_kind_whatever_the_names() -> None:
    change = alert_change(NEVER_TOLD, verdict(Alert.FIRING), NOW)
    assert change
    assert alert_id(verdict(Alert.FIRING), change) == "synthetic-northshire/INC%201/1"


def test_an_alert_is_raised_changed_and_resolved_each_once_and_in_order(desk: Desk) -> None:
    desk.receive(incident())
    for hours in (1, 19, 20, 21, 24, 25, 30, 31):  # four hours before its deadline it is due soon
        desk.review(hours=hours)
        desk.review(hours=hours)
    assert desk.changes() == ["raised", "changed"]  # due soon; then unrecorded

    desk.receive(incident(revision=2, qualifiers=["domestic_abuse"]))
    desk.review(hours=32)
    desk.receive(crime(recorded_at=clock(33).isoformat()))
    desk.review(hours=33)
    desk.review(hours=34)
    assert desk.changes() == ["raised", "changed", "changed", "resolved"]
    assert [alert["severity"] for alert in desk.alerts()] == ["medium", "medium", "high", "high"]
    assert [alert["status"] for alert in desk.alerts()] == [
        "awaiting_record",
        "unrecorded",
        "unrecorded",
        "recorded_late",
    ]
    assert desk.verdicts()["INC-1"]["alert"] == "resolved"


def test_one_that_never_fired_is_never_told(desk: Desk) -> None:
    desk.receive(incident(), crime(), incident("INC-2", opening_type="nsir.asb_nuisance"))
    for hours in (1, 21, 25, 60):
        desk.review(hours=hours)
    assert desk.alerts() == []
    assert {verdict["alert"] for verdict in desk.verdicts().values()} == {"none"}


def test_an_alert_fires_again_when_its_crime_is_taken_away(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    desk.receive(crime())
    desk.review(hours=31)
    desk.receive(crime(revision=2, incident_refs=[]))
    desk.review(hours=32)
    assert desk.changes() == ["raised", "resolved", "raised"]
    assert [alert["since"] for alert in desk.alerts()] == [f"2026-01-{each}Z" for each in _times(30, 30, 32)]


def _times(*hours: float) -> list[str]:
    return [clock(each).strftime("%dT%H:%M:%S") for each in hours]


def test_the_message_says_whom_what_since_when_and_why(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=30)
    message = store.unsent(desk.engine)[0]
    told = orjson.loads(message.value or b"")
    assert (message.kind, message.topic, message.key) == (store.Kind.ALERT, Topic.ALERTS, f"{FORCE}:INC-1".encode())
    assert told["id"] == message.id == "synthetic-northshire/INC-1/1"
    assert ("id", message.id.encode()) in message.headers
    rulebook = told.pop("rulebook")
    assert rulebook == desk.verdicts()["INC-1"]["rulebook"]
    assert told == {
        "id": message.id,
        "force": FORCE,
        "incident_ref": "INC-1",
        "alert": "firing",
        "change": "raised",
        "severity": "medium",
        "status": "unrecorded",
        "findings": [],
        "crime_refs": [],
        "deadline": "2026-01-15T21:02:00Z",
        "since": "2026-01-16T03:02:00Z",
        "caused_by": {"kind": "incidents", "ref": "INC-1", "revision": 1},
        "decided_at": "2026-01-16T03:02:00Z",
    }


def test_what_caused_it_is_named(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=1)
    desk.review(hours=25)  # due soon went unseen: the clock alone
    desk.receive(crime())
    desk.review(hours=26)
    desk.receive(decision("reject_link", crime_ref="C1", decision_id="d9"))
    desk.review(hours=27)
    assert [alert["caused_by"] for alert in desk.alerts()] == [
        {"kind": "clock", "ref": None, "revision": None},
        {"kind": "crime-records", "ref": "C1", "revision": 1},
        {"kind": "recording-decisions", "ref": "d9", "revision": None},
    ]


def test_known_time_is_named_as_the_cause_where_the_feed_caught_up(desk: Desk) -> None:
    desk.receive(incident(), heartbeat(1))
    desk.review(hours=26)
    desk.receive(heartbeat(25))
    desk.review(hours=26)
    assert desk.alerts()[-1]["caused_by"]["kind"] == "known_time"


def test_alerts_are_told_of_many_incidents_in_their_own_order(desk: Desk) -> None:
    logs = [incident(f"INC-{number}") for number in range(30)]
    desk.receive(*logs)
    desk.review(hours=30, limit=7)
    desk.receive(*(crime(f"C{number}", incident_refs=[f"INC-{number}"]) for number in range(0, 30, 2)))
    desk.review(hours=31, limit=7)
    for number in range(30):
        assert desk.changes(f"INC-{number}") == (["raised", "resolved"] if number % 2 == 0 else ["raised"])
    assert len({alert["id"] for alert in desk.alerts()}) == 45


def test_a_review_that_is_undone_tells_nothing(desk: Desk) -> None:
    desk.receive(incident())
    desk.review(hours=1)
    broken = failing_for("INC-1")
    desk.judge = broken
    desk.receive(incident(revision=2))
    assert desk.review(hours=30).failures
    assert desk.alerts() == []


def test_an_alert_that_is_told_again_after_a_put_off_is_told_once(desk: Desk) -> None:
    sound = desk.judge
    desk.receive(incident())
    desk.review(hours=30)
    desk.judge = failing_for("INC-1")
    desk.receive(crime())
    desk.review(hours=31)
    desk.judge = sound
    desk.review(now=clock(32) + timedelta(seconds=1))
    assert desk.changes() == ["raised", "resolved"]
