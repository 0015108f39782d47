"""Recording rules: the numbers that alerts and dashboards share, so that both mean the same by them."""

from monitor.observability.configuration import Configuration, RecordedInTime
from monitor.observability.promql import held, name
from monitor.observability.rule import Recording
from monitor.telemetry import metrics

INCIDENTS = "force_status_severity:incidents:max"
FIRING = "force_severity:alerts_firing:max"
FINDINGS = "force_finding_severity:incidents:max"
NOBODYS = "force_severity:due_soon_unattended:max"
OLDEST = "force_severity:oldest_unrecorded_deadline_timestamp_seconds:max"
DEADLINES = "force_outcome_severity:deadlines_7d:max"
KNOWN = "force:known_time_timestamp_seconds:max"
HEARTBEAT = "force_feed:heartbeat_timestamp_seconds:max"
LAG = "topic_partition:lag_messages:max"
MERGED = "topic_partition:last_merged_timestamp_seconds:max"
LAG_IN_ALL = "monitor:lag_messages:sum"
UNSENT = "monitor:outbox_messages:max"

ALL = "force:incidents:sum"
UNRECORDED = "force_severity:incidents_unrecorded:sum"
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
    window = configuration.operations.held_for
    return [*_told(window), *_counts(), *_shares(configuration.recorded_in_time), *_times(window)]


def _told(window: str) -> list[Recording]:
    """What the workers tell, once, and held over a gap."""
    return [
        Recording(INCIDENTS, held(metrics.INCIDENTS, "force, severity, status", window)),
        Recording(FIRING, held(metrics.FIRING, "force, severity", window)),
        Recording(FINDINGS, held(metrics.FINDINGS, "finding, force, severity", window)),
        Recording(NOBODYS, held(metrics.UNATTENDED, "force, severity", window)),
        Recording(OLDEST, held(metrics.OLDEST_UNRECORDED, "force, severity", window)),
        Recording(DEADLINES, held(metrics.DEADLINES, "force, outcome, severity", window)),
        Recording(KNOWN, held(metrics.KNOWN_TIME, "force", window)),
        Recording(LAG, f"max by (topic, partition) ({name(metrics.LAG)})"),
        Recording(MERGED, f"max by (topic, partition) ({name(metrics.LAST_MERGED)})"),
        Recording(LAG_IN_ALL, f"sum({LAG})"),
        Recording(UNSENT, f"max by (kind) ({name(metrics.UNSENT)})"),
    ]


def _counts() -> list[Recording]:
    """Of each force, nought where there is none: what is absent cannot be compared with."""
    return [
        Recording(ALL, f"sum by (force) ({INCIDENTS})"),
        Recording(UNRECORDED, f'sum by (force, severity) ({INCIDENTS}{{status=~"unrecorded|partly_recorded"}})'),
        Recording(WAITING, _of_each_force(f'{INCIDENTS}{{status="feed_behind"}}')),
        Recording(UNATTENDED, _of_each_force(NOBODYS)),
        Recording(CLOSED, _of_each_force(f'{FINDINGS}{{finding="closed_without_crime"}}')),
        Recording(UNMAPPED, _of_each_force(f'{FINDINGS}{{finding=~"unmapped_type|unmapped_value"}}')),
    ]


def _of_each_force(series: str) -> str:
    return f"sum by (force) ({series}) or 0 * {ALL}"


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


def _times(window: str) -> list[Recording]:
    """How long ago; nothing for a force that has never sent a heartbeat."""
    return [
        Recording(HEARTBEAT, held(metrics.HEARTBEAT, "feed, force", window)),
        Recording(SILENCE, f"time() - {HEARTBEAT}"),
        Recording(BEHIND, f"time() - {KNOWN}"),
    ]
