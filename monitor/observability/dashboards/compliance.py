"""Recording compliance: what the force crime bureau looks at."""

from monitor.observability import narrowed
from monitor.observability import recordings as r
from monitor.observability.dashboards.spec import BoardSpec, Kind, PanelSpec, Query, RowSpec, Steps
from monitor.observability.dashboards.which_ones import WHICH_ONES
from monitor.observability.promql import known, name, or_none
from monitor.observability.rule import Board
from monitor.store.concerns import Concern
from monitor.store.heartbeats import CRIME_RECORDS_FEED
from monitor.telemetry import metrics

CHOSEN = 'force=~"$force"'
SERIOUS = 'force=~"$force", severity=~"$severity"'
SEVERITY, FORCE = "{{severity}}", "{{force}}"
RECODED = f'{r.FINDINGS}{{{SERIOUS}, finding="recoded_without_reason"}}'
_NONE_IS_GOOD = Steps(1, 5)


def _by_force(series: str) -> tuple[Query, ...]:
    return (Query(known(f"{series}{{{CHOSEN}}}"), FORCE),)


def _count_by_force(series: str) -> tuple[Query, ...]:
    return (Query(known(or_none(f"{series}{{{CHOSEN}}}", "force")), FORCE),)


def _by(label: str, series: str) -> Query:
    """How many there are, nought included."""
    return Query(known(or_none(f"sum by ({label}) ({series}{{{SERIOUS}}})", label)), f"{{{{{label}}}}}")


def _each_severity(expr: str) -> Query:
    """Nought of a severity that incidents have and none of these."""
    nought = f"0 * sum by (severity) ({r.INCIDENTS}{{{SERIOUS}}})"
    return Query(known(or_none(f"{expr} or {nought}", "severity")), SEVERITY)


def _count_by_severity(series: str) -> Query:
    return _each_severity(f"sum by (severity) ({series}{{{SERIOUS}}})")


NOW = RowSpec(
    "Now",
    (
        PanelSpec(
            "unrecorded",
            "Unrecorded",
            "Incidents past their 24 hours with no crime record, by severity. The crime feed is known up to then.",
            "short",
            Kind.STAT,
            (_count_by_severity(r.UNRECORDED),),
            width=6,
            steps=_NONE_IS_GOOD,
            queue=narrowed.UNRECORDED,
            by=("severity",),
        ),
        PanelSpec(
            "too_few",
            "Too few crimes",
            (
                "Incidents past their 24 hours with a crime record and fewer than the rules ask for, by severity. The "
                "queue also lists those whose deadline the crime feed has not reached yet."
            ),
            "short",
            Kind.STAT,
            (_count_by_severity(r.PARTLY),),
            width=6,
            steps=_NONE_IS_GOOD,
            queue=narrowed.TOO_FEW,
            by=("severity",),
        ),
        PanelSpec(
            "oldest",
            "Longest overdue",
            (
                "How long ago the oldest incident of each severity with no crime record, or too few, passed its "
                "deadline; nought where there is none."
            ),
            "s",
            Kind.STAT,
            (_each_severity(f"time() - min by (severity) ({r.OLDEST}{{{SERIOUS}}})"),),
            width=6,
            steps=Steps(3600, 86400),
            queue=narrowed.UNRECORDED,
            also_too_few=True,
            by=("severity",),
        ),
        PanelSpec(
            "due_soon",
            "Due within four hours, nobody on it",
            (
                "Incidents of at least medium severity that reach their deadline within four hours and that nobody "
                "has taken."
            ),
            "short",
            Kind.STAT,
            _count_by_force(r.UNATTENDED),
            width=6,
            steps=Steps(1, 3),
            queue=narrowed.UNATTENDED,
            by=("force",),
        ),
        PanelSpec(
            "in_time",
            "Recorded within 24 hours, last seven days",
            "Of the reports whose 24 hours ended in the last seven days and that expect a crime, the share recorded "
            "in time. What is not yet due, or not yet known, is left out.",
            "percentunit",
            Kind.STAT,
            _by_force(r.IN_TIME),
            steps=Steps(0.9, 0.8, bad_below=True),
            queue=narrowed.UNRECORDED,
            by=("force",),
        ),
        PanelSpec(
            "waiting",
            "Waiting for the crime feed",
            (
                "Incidents past their deadline of which nothing can be said, because crime records are not known up "
                "to then."
            ),
            "short",
            Kind.STAT,
            _count_by_force(r.WAITING),
            steps=Steps(1, 50),
            queue={"filter": Concern.FEED_BEHIND},
            by=("force",),
        ),
        PanelSpec(
            "feed_age",
            "Age of the crime feed's last heartbeat",
            "How long ago each force's crime system last said that everything up to then was sent.",
            "s",
            Kind.STAT,
            (Query(known(f'{r.SILENCE}{{{CHOSEN}, feed="{CRIME_RECORDS_FEED}"}}'), FORCE),),
            steps=Steps(900, 1800),
            queue={"filter": Concern.FEED_BEHIND},
            by=("force",),
        ),
    ),
)

COURSE = RowSpec(
    "How it goes",
    (
        PanelSpec(
            "unrecorded_course",
            "Unrecorded, by severity",
            "Incidents past their deadline with no crime record, over time.",
            "short",
            Kind.AREAS,
            (_count_by_severity(r.UNRECORDED),),
            width=12,
            queue=narrowed.UNRECORDED,
            by=("severity",),
        ),
        PanelSpec(
            "firing",
            "Alerts that fire, by severity",
            "All that needs a person: unrecorded, too few crimes, due soon, closed without a crime, wrongly cancelled.",
            "short",
            Kind.AREAS,
            (_count_by_severity(r.FIRING),),
            width=12,
            queue={"filter": Concern.FIRING},
            by=("severity",),
        ),
        PanelSpec(
            "in_time_course",
            "Share recorded within 24 hours, against the force's threshold",
            (
                "The share of the last seven days at each moment. The second line of each force is the threshold it "
                "set itself."
            ),
            "percentunit",
            Kind.LINES,
            (*_by_force(r.IN_TIME), Query(known(f"{r.AIM}{{{CHOSEN}}}"), "{{force}}: threshold {{threshold}}")),
            width=12,
            queue=narrowed.UNRECORDED,
            by=("force",),
        ),
        PanelSpec(
            "delay",
            "Delay from report to record",
            (
                "How many incidents were recorded after how long, at the time when the record came. 24 hours is "
                "86,400 seconds."
            ),
            "s",
            Kind.HEATMAP,
            (
                Query(
                    f"sum by (le) (increase({name(metrics.RECORDING_DELAY)}_bucket{{{CHOSEN}}}[$__rate_interval]))",
                    "{{le}}",
                ),
            ),
            width=12,
            queue={},
        ),
        PanelSpec(
            "closed_without_crime",
            "Closed without a crime",
            "Logs that expect a crime record, closed more than two hours ago, with none.",
            "short",
            Kind.LINES,
            _count_by_force(r.CLOSED),
            queue={"filter": Concern.CLOSED_WITHOUT_CRIME},
            by=("force",),
        ),
        PanelSpec(
            "recoded",
            "Re-coded to something quieter",
            (
                "Logs that were once of a crime type or a domestic incident, no longer say so, and give no reason "
                "that holds."
            ),
            "short",
            Kind.LINES,
            (Query(known(or_none(f"sum by (force) ({RECODED})", "force")), FORCE),),
            queue={"filter": Concern.RECODED},
            by=("force",),
        ),
        PanelSpec(
            "unmapped",
            "Codes and values that nobody mapped",
            (
                "Incidents that hold a type code or a value the monitor does not know. Such a type expects a crime "
                "until it is mapped, of low severity where nothing else says more: it may hide violence."
            ),
            "short",
            Kind.LINES,
            _count_by_force(r.UNMAPPED),
        ),
        PanelSpec(
            "findings",
            "Findings",
            "Incidents with each finding now: what is wrong, beside what is missing.",
            "short",
            Kind.BARS,
            (_by("finding", r.FINDINGS),),
            width=12,
            height=12,
            queue={},
        ),
        PanelSpec(
            "verdicts",
            "Verdicts",
            "All incidents that are known, by the status of their verdict.",
            "short",
            Kind.BARS,
            (_by("status", r.INCIDENTS),),
            width=12,
            height=12,
            queue={},
        ),
    ),
)

COMPLIANCE = BoardSpec(
    board=Board.COMPLIANCE,
    title="Recording compliance",
    description=(
        "Which reports have no crime record, how late records are, and what else is wrong. For the force crime bureau."
    ),
    tags=("recording-monitor", "bureau"),
    rows=(NOW, WHICH_ONES, COURSE),
    since="now-7d",
    variables=("force", "severity"),
)
