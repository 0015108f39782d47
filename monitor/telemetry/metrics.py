"""Every metric that the monitor exports, each with a sentence. Base units; no incident, crime or person in a label.

Those made here are counted where the thing happens. Those in STORED are read from the database when they are scraped
(see `stored.py`), so each worker of a group exports the same numbers: take the maximum over workers, not the sum.
"""

from typing import NamedTuple

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.gc_collector import GCCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

disable_created_metrics()

PREFIX = "recording_monitor_"
REGISTRY = CollectorRegistry()
ProcessCollector(registry=REGISTRY)
PlatformCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

_DURATIONS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_DELAYS = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800, 7200, 43200)

_HOURS = tuple(3600.0 * hours for hours in (1, 2, 4, 8, 12, 16, 20, 24, 30, 36, 48, 72, 168, 720))


def _counter(name: str, sentence: str, *labels: str) -> Counter:
    return Counter(PREFIX + name, sentence, labels, registry=REGISTRY)


def _gauge(name: str, sentence: str, *labels: str) -> Gauge:
    return Gauge(PREFIX + name, sentence, labels, registry=REGISTRY)


def _histogram(name: str, sentence: str, buckets: tuple[float, ...], *labels: str) -> Histogram:
    return Histogram(PREFIX + name, sentence, labels, buckets=buckets, registry=REGISTRY)


MESSAGES = _counter(
    "messages_merged_total",
    "Messages of the input topics that were merged; outcome is merged, repeat, stale, conflict or unreadable.",
    "topic", "outcome",
)  # fmt: skip
DEAD_LETTERS = _counter("dead_letters_total", "Messages that could not be read, by reason.", "reason")
MERGE_SECONDS = _histogram("merge_duration_seconds", "How long it took to decode and merge a batch.", _DURATIONS)
LAST_MERGE = _gauge(
    "last_merge_timestamp_seconds",
    "When this worker last merged messages of the partition; it stands still when the worker stalls.",
    "topic", "partition",
)  # fmt: skip
REVIEWS = _counter("reviews_total", "Incidents that were judged.")
REVIEW_SECONDS = _histogram("review_duration_seconds", "How long it took to judge a batch of incidents.", _DURATIONS)
REVIEW_FAILURES = _counter("review_failures_total", "Incidents that could not be judged and were put off for an hour.")
VERDICT_CHANGES = _counter("verdict_changes_total", "Reviews whose verdict differs from the one before.")
ALERT_CHANGES = _counter("alert_changes_total", "Changes of alerts; change is raised, changed or resolved.", "change")
VERDICT_DELAY = _histogram(
    "event_to_verdict_seconds", "Time from the broker's receipt of an event to the verdict that knows it.", _DELAYS
)
SENT = _counter(
    "sent_total", "Messages sent to the broker; kind is alert, dead_letter, decision or audit_head.", "kind"
)
POSTS = _counter(
    "alertmanager_posts_total",
    "Posts of the alerts of single incidents to Alertmanager; outcome is taken or failed.",
    "outcome",
)
RECORDING_DELAY = _histogram(
    "recording_delay_seconds",
    "Time from the report to the record that was enough, of each incident once.",
    _HOURS,
    "force",
)
LOOP_ERRORS = _counter(
    "loop_errors_total", "Unexpected errors in a loop of the worker, which went on after a pause.", "loop"
)
OUTAGE_SECONDS = _counter("outage_seconds_total", "Time spent waiting for what was away: broker or database.", "away")
CONSUMER_STARTS = _counter("consumer_starts_total", "Starts of the consumer: the first, and each after it ended.")
BUILD = _gauge("build_info", "Always 1; the labels name the version and the rulebook's edition.", "version", "rulebook")


class Stored(NamedTuple):
    """A gauge that is read from the database when scraped."""

    name: str
    sentence: str
    labels: tuple[str, ...] = ()


def _stored(name: str, sentence: str, *labels: str) -> Stored:
    return Stored(PREFIX + name, sentence, labels)


DUE_CASES = _stored("due_cases", "Incidents that wait for a review.")
OLDEST_DUE = _stored("oldest_due_case_timestamp_seconds", "Since when the oldest due incident waits; else absent.")
LAST_MERGED = _stored(
    "last_merged_broker_timestamp_seconds", "Broker time of the last message merged.", "topic", "partition"
)
LAG = _stored("partition_lag_messages", "Messages of the partition that are not merged yet.", "topic", "partition")
KNOWN_TIME = _stored(
    "known_time_timestamp_seconds",
    "Up to when the force's crime records are known; absent if not at all.",
    "force",
)
HEARTBEAT = _stored("heartbeat_timestamp_seconds", "The newest as_of of the feed's heartbeats.", "force", "feed")
OPEN_INCIDENTS = _stored(
    "open_incidents", "Incidents whose log is open, by their verdict.", "force", "status", "severity"
)
INCIDENTS = _stored("incidents", "All incidents, open and closed, by their verdict.", "force", "status", "severity")
FIRING = _stored("alerts_firing", "Incidents whose alert fires.", "force", "severity")
FINDINGS = _stored("incidents_with_finding", "Incidents with the finding, by severity.", "force", "finding", "severity")
UNATTENDED = _stored(
    "due_soon_unattended", "Incidents whose alert fires as due soon, and that nobody holds.", "force", "severity"
)
DEADLINES = _stored(
    "deadlines_7d",
    "Incidents that expect a crime, due in the seven days before known time; outcome is in_time, late or missing.",
    "force", "outcome", "severity",
)  # fmt: skip
OLDEST_UNRECORDED = _stored(
    "oldest_unrecorded_deadline_timestamp_seconds", "The earliest deadline of what is unrecorded.", "force", "severity"
)
STOPPED = _stored(
    "partition_stopped",
    "Whether (always 1) the partition is not read on, since too many of its messages could not be read.",
    "topic",
    "partition",
)
LETTERS_WAITING = _stored(
    "dead_letters_waiting",
    "Dead letters that nobody has settled, by what they are about; force is empty where that cannot be told.",
    "force", "reason",
)  # fmt: skip
SCHEMA_CURRENT = _stored("schema_current", "Whether the tables are of the version that this worker needs.")
UNSENT = _stored("outbox_messages", "Messages that the broker has not confirmed yet, by kind as of those sent.", "kind")
DATABASE_UP = _stored(
    "database_up", "Whether the database answered this scrape; if 0, the gauges read from it are absent."
)
BROKER_ASKED = _stored("broker_answered_timestamp_seconds", "When the broker last told how far its topics reach.")

STORED = (
    DUE_CASES, OLDEST_DUE, LAST_MERGED, LAG, KNOWN_TIME, HEARTBEAT,
    OPEN_INCIDENTS, INCIDENTS, FIRING, FINDINGS, UNATTENDED, DEADLINES, OLDEST_UNRECORDED,
    LETTERS_WAITING, STOPPED, UNSENT, SCHEMA_CURRENT, DATABASE_UP, BROKER_ASKED,
)  # fmt: skip
