"""Recording rules: the numbers that alerts and dashboards share, so that both mean the same by them."""

from monitor.observability.configuration import Configuration, RecordedInTime
from monitor.observability.promql import held, name, told
from monitor.observability.rule import Recording
from monitor.telemetry import metrics

INCIDENTS = "force_status_severity:incidents:max"
FIRING = "force_severity:alerts_firing:max"
FINDINGS = "force_finding_severity:incidents:max"
NOBODYS = "force_severity:due_soon_unattended:max"
OLDEST = "force_severity:oldest_unrecorded_deadline_timestamp_seconds:max"
DEADLINES = "force_outcome_severity:deadlines_7d:max"
LAG = "topic_partition:lag_messages:max"
MERGED = "topic_partition:last_merged_timestamp_seconds:max"
LAG_IN_ALL = "monitor:lag_messages:sum"
UNSENT = "monitor:outbox_messages:max"
LETTERS = "force_reason:dead_letters_waiting:max"

ALL = "force:incidents:sum"
UNRECORDED = "force_severity:incidents_unrecorded:sum"
PARTLY = "force_severity:incidents_partly_recorded:sum"
WAITING = "force:incidents_waiting_for_feed:sum"
UNATTENDED = "force:due_soon_unattended:sum"
CLOSED = "force:incidents_closed_without_crime:sum"
UNMAPPED = "force:incidents_unmapped:sum"
DUE = "force:deadlines_7d:sum"
IN_TIME = "force:recorded_in_time_7d:ratio"
AIM = "force:recorded_in_time_threshold:ratio"
SILENCE = "force_feed:heartbeat_age_seconds:min"
BEHIND = "force:known_time_behind_seconds:max"


def recordings(configuration: Configuration) -> list[Recording]:
    """In the order in which they lean on each other: Prometheus evaluates a group from its top."""
    return [*_told(), *_counts(), *_shares(configuration.recorded_in_time), *_times()]


def _told() -> list[Recording]:
    """What the workers tell, once, and held while none of them can."""
    return [
        _held(INCIDENTS, told(metrics.INCIDENTS, "force, severity, status")),
        _held(FIRING, told(metrics.FIRING, "force, severity")),
        _held(FINDINGS, told(metrics.FINDINGS, "finding, force, severity")),
        _held(NOBODYS, told(metrics.UNATTENDED, "force, severity")),
        _held(OLDEST, told(metrics.OLDEST_UNRECORDED, "force, severity")),
        _held(DEADLINES, told(metrics.DEADLINES, "force, outcome, severity")),
        _held(LETTERS, told(metrics.LETTERS_WAITING, "force, reason")),
        Recording(LAG, f"max by (topic, partition) ({name(metrics.LAG)})"),
        Recording(MERGED, f"max by (topic, partition) ({name(metrics.LAST_MERGED)})"),
        Recording(LAG_IN_ALL, f"sum({LAG})"),
        Recording(UNSENT, f"max by (kind) ({name(metrics.UNSENT)})"),
    ]


def _held(record: str, expr: str) -> Recording:
    return Recording(record, held(record, expr))


def _counts() -> list[Recording]:
    """Of each force, nought where there is none: what is absent cannot be compared with."""
    return [
        Recording(ALL, f"sum by (force) ({INCIDENTS})"),
        Recording(UNRECORDED, _of_each_severity(f'{INCIDENTS}{{status="unrecorded"}}')),
        Recording(PARTLY, _of_each_severity(f'{INCIDENTS}{{status="partly_recorded"}}')),
        Recording(WAITING, _of_each_force(f'{INCIDENTS}{{status="feed_behind"}}')),
        Recording(UNATTENDED, _of_each_force(NOBODYS)),
        Recording(CLOSED, _of_each_force(f'{FINDINGS}{{finding="closed_without_crime"}}')),
        Recording(UNMAPPED, _of_each_force(f'{FINDINGS}{{finding=~"unmapped_type|unmapped_value"}}')),
    ]


def _of_each_force(series: str) -> str:
    return f"sum by (force) ({series}) or 0 * {ALL}"


def _of_each_severity(series: str) -> str:
    return f"sum by (force, severity) ({series}) or 0 * sum by (force, severity) ({INCIDENTS})"


def _shares(share: RecordedInTime) -> list[Recording]:
    in_time = f'(sum by (force) ({DEADLINES}{{outcome="in_time"}}) or 0 * {DUE})'
    named = "|".join(sorted(share.forces))
    others = f'0 * {ALL}{{force!~"{named}"}}' if named else f"0 * {ALL}"
    return [
        Recording(DUE, f"sum by (force) ({DEADLINES})"),
        Recording(IN_TIME, f"{in_time} / {DUE}"),
        *(_aim(f"vector({aim:g})", aim, force=force) for force, aim in sorted(share.forces.items())),
        _aim(f"{others} + {share.default:g}", share.default),
    ]


def _aim(expr: str, aim: float, **labels: str) -> Recording:
    """The share asked of a force. The label says it in words, for the text of the alert."""
    return Recording(AIM, expr, {**labels, "threshold": f"{100 * aim:g} %"})


def _times() -> list[Recording]:
    """How long ago; nothing for a force that has never sent a heartbeat.

    It grows no older while no worker tells: that the monitor does not hear a feed does not make the feed silent.
    """
    return [
        _held(SILENCE, f"time() - {told(metrics.HEARTBEAT, 'feed, force')}"),
        _held(BEHIND, f"time() - {told(metrics.KNOWN_TIME, 'force')}"),
    ]
