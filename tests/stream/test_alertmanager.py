"""What the worker posts to Alertmanager of single incidents."""

import socket
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from monitor import store
from monitor.contract.verdict import Severity
from monitor.settings import SettingsError, load_settings
from monitor.store.concerns import Concern
from monitor.store.firing import FiringIncident
from monitor.stream.alert_texts import Post, Wording, key_of, what_is_wrong
from monitor.stream.alertmanager import AFTER_FAILURE, REFRESH_SECONDS, Alertmanager, AlertmanagerAway, IncidentAlerts
from monitor.telemetry.metrics import POSTS
from tests.builders import FORCE, crime, incident
from tests.store.desk import Desk

WEB = "https://monitor.example.org"
WORDING = Wording("monitor", WEB, "https://runbooks.example.org")


class FakeAlertmanager:
    """Keeps what stands, and every post that came."""

    def __init__(self) -> None:
        self.alerts: dict[frozenset[tuple[str, str]], Post] = {}
        self.posts: list[list[Post]] = []
        self.is_away = False

    def standing(self) -> list[Post]:
        self._answer()
        return list(self.alerts.values())

    def post(self, alerts: Sequence[Post]) -> None:
        self._answer()
        self.posts.append(list(alerts))
        now = datetime.now(UTC).isoformat()
        self.alerts |= {key_of(alert): alert for alert in alerts}
        self.alerts = {key: alert for key, alert in self.alerts.items() if alert["endsAt"] > now}

    def _answer(self) -> None:
        if self.is_away:
            raise AlertmanagerAway("connection refused")

    def names(self) -> dict[str, str]:
        return {alert["labels"]["incident_ref"]: alert["labels"]["alertname"] for alert in self.alerts.values()}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    engine = store.open_store(f"sqlite:///{tmp_path}/monitor.db")
    yield Desk(engine)
    engine.dispose()


@pytest.fixture
def alertmanager() -> FakeAlertmanager:
    return FakeAlertmanager()


@pytest.fixture
def poster(desk: Desk, alertmanager: FakeAlertmanager) -> IncidentAlerts:
    return leading(desk, alertmanager)


def leading(desk: Desk, alertmanager: FakeAlertmanager) -> IncidentAlerts:
    made = IncidentAlerts(desk.engine, alertmanager, WORDING)
    made.lead(True)
    return made


def test_an_incident_past_its_deadline_is_posted_with_its_labels_times_and_link(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager
) -> None:
    desk.receive(incident("INC 1/2"))
    desk.review(hours=26)
    poster.step()
    ((alert,),) = alertmanager.posts
    assert alert["labels"] == {
        "alertname": "IncidentUnrecorded",
        "audience": "bureau",
        "force": FORCE,
        "incident_ref": "INC 1/2",
        "monitor": "monitor",
        "severity": "medium",
    }
    assert alert["annotations"]["incident_url"] == alert["generatorURL"] == f"{WEB}/incidents/{FORCE}/INC%201%2F2"
    assert alert["annotations"]["runbook_url"] == "https://runbooks.example.org/IncidentUnrecorded.md"
    assert alert["annotations"]["summary"] == f"{FORCE}: no crime record after 24 hours: INC 1/2 (medium)."
    assert alert["annotations"]["description"] == (
        "Reported by 999; a crime record was or is due by 15 January 2026 at 21:02 UTC. Findings: none."
    )
    assert alert["startsAt"] == "2026-01-15T23:02:00Z"
    lasting = datetime.fromisoformat(alert["endsAt"]) - datetime.now(UTC)
    assert timedelta(hours=23) < lasting <= timedelta(hours=24)


def test_what_does_not_fire_is_not_posted(desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager) -> None:
    desk.receive(incident(opening_type="nsir.alarm"), incident("INC-2", opening_type="crime.theft"))
    desk.review(hours=26)
    poster.step()
    poster.step()
    assert alertmanager.posts == []


def test_the_record_resolves_it_at_once_and_with_its_texts(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager
) -> None:
    desk.receive(incident(), incident("INC-2"))
    desk.review(hours=26)
    poster.step()
    desk.receive(crime())
    desk.review(hours=27)
    poster.step()
    assert alertmanager.names() == {"INC-2": "IncidentUnrecorded"}
    first, (over,) = alertmanager.posts
    assert over["labels"] == first[0]["labels"]
    assert over["annotations"] == first[0]["annotations"]
    assert over["startsAt"] == first[0]["startsAt"]
    assert datetime.fromisoformat(over["endsAt"]) <= datetime.now(UTC)


def test_what_is_wrong_by_another_name_ends_the_one_and_begins_the_other(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager
) -> None:
    desk.receive(incident())
    desk.review(hours=21)
    poster.step()
    assert alertmanager.names() == {"INC-1": "IncidentDueSoon"}
    desk.review(hours=25)
    poster.step()
    assert alertmanager.names() == {"INC-1": "IncidentUnrecorded"}
    assert [len(each) for each in alertmanager.posts] == [1, 2]


def test_nothing_new_posts_nothing_until_all_is_sent_again(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receive(incident())
    desk.review(hours=26)
    for _ in range(3):
        poster.step()
    assert len(alertmanager.posts) == 1
    _wait_for_refresh(poster, monkeypatch)
    poster.step()
    assert [key_of(alert) for (alert,) in alertmanager.posts] == [key_of(alertmanager.posts[0][0])] * 2
    assert alertmanager.posts[1][0]["startsAt"] == alertmanager.posts[0][0]["startsAt"]


def test_an_alertmanager_that_forgot_is_told_again(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receive(incident())
    desk.review(hours=26)
    poster.step()
    alertmanager.alerts.clear()
    _wait_for_refresh(poster, monkeypatch)
    poster.step()
    assert alertmanager.names() == {"INC-1": "IncidentUnrecorded"}


def test_a_worker_that_starts_anew_repeats_the_same_alert_and_ends_what_was_resolved_meanwhile(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager
) -> None:
    desk.receive(incident(), incident("INC-2"))
    desk.review(hours=26)
    poster.step()
    before = alertmanager.alerts.copy()
    desk.receive(crime())
    desk.review(hours=27)

    leading(desk, alertmanager).step()
    (key,) = alertmanager.alerts
    assert alertmanager.names() == {"INC-2": "IncidentUnrecorded"}
    assert alertmanager.alerts[key]["startsAt"] == before[key]["startsAt"]


def test_an_alertmanager_that_is_away_is_told_all_once_it_answers(
    desk: Desk, poster: IncidentAlerts, alertmanager: FakeAlertmanager
) -> None:
    desk.receive(incident())
    desk.review(hours=26)
    poster.step()
    failed = POSTS.labels("failed")._value.get()
    alertmanager.is_away = True
    desk.receive(crime(), incident("INC-2"))
    desk.review(hours=27)
    assert poster.step() == AFTER_FAILURE
    assert POSTS.labels("failed")._value.get() == failed + 1
    alertmanager.is_away = False
    poster.step()
    assert alertmanager.names() == {"INC-2": "IncidentUnrecorded"}


@contextmanager
def answering(*answers: bytes) -> Iterator[str]:
    """A server that gives these bytes, one after the other, and its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            for answer in answers:
                connection, _ = server.accept()
                with connection:
                    connection.recv(65536)
                    connection.sendall(answer)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        thread.join(10)


def test_an_answer_that_is_cut_short_or_none_is_an_alertmanager_that_is_away() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: "
    with answering(head + b"100\r\n\r\n[]", b"garbage\r\n\r\n", head + b"6\r\n\r\n<html>", b"") as url:
        for _ in range(4):
            with pytest.raises(AlertmanagerAway, match=r"\w"):
                Alertmanager(url, "monitor").standing()


def test_a_worker_that_does_not_lead_posts_nothing(desk: Desk, alertmanager: FakeAlertmanager) -> None:
    desk.receive(incident())
    desk.review(hours=26)
    follower = IncidentAlerts(desk.engine, alertmanager, WORDING)
    follower.step()
    assert alertmanager.posts == []
    follower.lead(True)
    follower.step()
    assert alertmanager.names() == {"INC-1": "IncidentUnrecorded"}


def test_a_clock_that_is_ahead_starts_no_alert_in_the_future(desk: Desk, alertmanager: FakeAlertmanager) -> None:
    at = datetime.now(UTC) + timedelta(days=400)
    desk.receive(incident(reported_at=(at - timedelta(hours=30)).isoformat()))
    desk.review(now=at)
    leading(desk, alertmanager).step()
    ((alert,),) = alertmanager.posts
    assert alert["startsAt"] <= datetime.now(UTC).isoformat() < alert["endsAt"]


@pytest.mark.parametrize(
    ("status", "concerns", "name"),
    [
        ("unrecorded", [Concern.CLOSED_WITHOUT_CRIME], "IncidentUnrecorded"),
        ("partly_recorded", [Concern.TOO_FEW], "IncidentUnrecorded"),
        ("awaiting_record", [Concern.CLOSED_WITHOUT_CRIME, Concern.DUE_SOON], "IncidentClosedWithoutCrime"),
        ("feed_behind", [Concern.DUE_SOON, Concern.CANCELLED_WRONGLY], "IncidentDueSoon"),
        ("recorded_in_time", [Concern.CANCELLED_WRONGLY], "IncidentWronglyCancelled"),
    ],
)
def test_an_alert_is_called_by_the_worst_of_it(status: str, concerns: list[Concern], name: str) -> None:
    assert what_is_wrong(firing(status=status, concerns=frozenset([Concern.FIRING, *concerns]))) == name


def firing(**fields: Any) -> FiringIncident:
    at = datetime(2026, 1, 15, 21, 2, tzinfo=UTC)
    plain: dict[str, Any] = {
        "force": FORCE, "ref": "INC-1", "version": 1, "fires": True, "since": at, "severity": Severity.HIGH,
        "status": "unrecorded", "deadline": at, "concerns": frozenset([Concern.FIRING]), "findings": (), "unit": "",
        "channel": "999",
    }  # fmt: skip
    return FiringIncident(**plain | fields)


def test_without_an_alertmanager_there_is_no_poster(desk: Desk) -> None:
    assert IncidentAlerts.of(desk.engine, load_settings()) is None
    assert IncidentAlerts.of(desk.engine, load_settings(alertmanager_url="http://127.0.0.1:9093/")) is not None


@pytest.mark.parametrize("url", ["127.0.0.1:9093", "ftp://alerts", "http://", "http://x/?a=1"])
def test_an_address_that_is_none_is_a_sentence(url: str) -> None:
    with pytest.raises(SettingsError, match=r"MONITOR_ALERTMANAGER_URL must be an http:// or https:// address"):
        load_settings(alertmanager_url=url)


def _wait_for_refresh(poster: IncidentAlerts, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(poster, "_refresh_at", poster._refresh_at - REFRESH_SECONDS)
