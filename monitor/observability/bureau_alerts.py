"""What the force crime bureau is told of, by the numbers of each force."""

from monitor.contract.verdict import Severity
from monitor.observability import narrowed
from monitor.observability import recordings as r
from monitor.observability.configuration import Configuration, shown
from monitor.observability.promql import TELLS
from monitor.observability.rule import Alert, Audience, Board, Panel
from monitor.store.concerns import Concern
from monitor.store.heartbeats import CRIME_RECORDS_FEED

FORCE = "<force>"
OF_FORCE = {"force": FORCE}
SERIOUS = 'severity=~"critical|high"'


def bureau_alerts(configuration: Configuration) -> list[Alert]:
    bureau = configuration.bureau
    return [
        _unrecorded(),
        _partly_recorded(),
        _due_soon(bureau.due_soon_lasting),
        _recorded_in_time(configuration),
        _closures(configuration),
        _feed_silent(configuration),
        _unmapped(configuration),
        _monitor_silent(bureau.monitor_silent_after),
    ]


def _unrecorded() -> Alert:
    return Alert(
        name="SeriousCrimeUnrecorded",
        audience=Audience.BUREAU,
        severity=None,
        expr=f"{r.UNRECORDED}{{{SERIOUS}}} > 0",
        summary="<force>: reports of <severity> severity with no crime record after 24 hours: <number>.",
        description=(
            "Past their deadline in <force> with no crime record: <number> that the rules call <severity>. The crime "
            "feed is known up to then: the records are missing, not late to arrive. The queue lists them, the longest "
            "overdue first, each with the rule it rests on."
        ),
        panel=Panel(Board.COMPLIANCE, "unrecorded"),
        queue={**OF_FORCE, "severity": "<severity>", **narrowed.UNRECORDED},
    )


def _partly_recorded() -> Alert:
    return Alert(
        name="SeriousCrimePartlyRecorded",
        audience=Audience.BUREAU,
        severity=None,
        expr=f"{r.PARTLY}{{{SERIOUS}}} > 0",
        summary="<force>: reports of <severity> severity with too few crime records after 24 hours: <number>.",
        description=(
            "Past their deadline in <force> with a crime record and fewer than the rules ask for: <number> that they "
            "call <severity>. The crime feed is known up to then. The queue says of each what is missing; beside them "
            "it lists those whose deadline the crime feed has not reached yet."
        ),
        panel=Panel(Board.COMPLIANCE, "too_few"),
        queue={**OF_FORCE, "severity": "<severity>", **narrowed.TOO_FEW},
    )


def _due_soon(lasting: str) -> Alert:
    return Alert(
        name="DueSoonUnattended",
        audience=Audience.BUREAU,
        severity=Severity.HIGH,
        expr=f"{r.UNATTENDED} > 0",
        lasting=lasting,
        summary="<force>: incidents due within four hours that nobody has taken: <number>.",
        description=(
            "Without a crime record in <force>, of at least medium severity, less than four hours from the "
            f"deadline, and for {shown(lasting)} in nobody's hands: <number>. Take each in the queue, or hand it "
            "over."
        ),
        panel=Panel(Board.COMPLIANCE, "due_soon"),
        queue={**OF_FORCE, **narrowed.UNATTENDED},
    )


def _recorded_in_time(configuration: Configuration) -> Alert:
    share = configuration.recorded_in_time
    below = f"{r.IN_TIME} < on (force) {r.AIM} and on (force) {r.DUE} >= {share.least_reports}"
    return Alert(
        name="RecordedInTimeBelowThreshold",
        audience=Audience.BUREAU,
        severity=Severity.MEDIUM,
        # To the power of nought: only the label with the threshold is wanted of the right side.
        expr=f"({below}) * on (force) group_left (threshold) {r.AIM} ^ 0",
        lasting=share.lasting,
        summary="<force>: <share> of a week's crimes were recorded within 24 hours.",
        description=(
            f"Of the reports in <force> whose 24 hours ended in the last seven days and that expect a crime record, "
            "<share> had it in time. The force's own threshold is <threshold>; fewer "
            f"than {share.least_reports} reports would not have been counted."
        ),
        panel=Panel(Board.COMPLIANCE, "in_time"),
        queue={**OF_FORCE, **narrowed.UNRECORDED},
    )


def _closures(configuration: Configuration) -> Alert:
    bureau, usual = configuration.bureau, f"avg_over_time({r.CLOSED}[7d])"
    many = f"{r.CLOSED} > {bureau.closures_factor:g} * {usual}"
    enough = f"{r.CLOSED} - {usual} >= {bureau.closures_more_than_usual}"
    return Alert(
        name="ClosuresWithoutCrimeRising",
        audience=Audience.BUREAU,
        severity=Severity.MEDIUM,
        # A day of history, or there is no usual number to speak of.
        expr=f"({many} and {enough}) and on (force) {r.CLOSED} offset 1d",
        lasting=bureau.closures_lasting,
        summary="<force>: crime-type logs closed without a crime record, far more than usual: <number>.",
        description=(
            "Logs in <force> that expect a crime record, were closed more than two hours ago and have none: "
            f"<number>, over {bureau.closures_factor:g} times the average of the last seven days. Look for one unit, "
            "shift or closing code behind it."
        ),
        panel=Panel(Board.COMPLIANCE, "closed_without_crime"),
        queue={**OF_FORCE, "filter": Concern.CLOSED_WITHOUT_CRIME},
    )


def _feed_silent(configuration: Configuration) -> Alert:
    bureau = configuration.bureau
    return Alert(
        name="CrimeFeedSilent",
        audience=Audience.BUREAU,
        severity=Severity.HIGH,
        expr=f'{r.SILENCE}{{feed="{CRIME_RECORDS_FEED}"}} > {bureau.seconds("feed_silent_after")}',
        lasting=bureau.feed_silent_lasting,
        summary="<force>: the crime system has said nothing for <length>, so verdicts are held.",
        description=(
            "The newest heartbeat of <force>'s crime records that the monitor holds is <length> old; "
            f"{shown(bureau.feed_silent_after)} is the limit. What was recorded since is not known, so nothing that "
            "fell due since is called unrecorded: it waits as feed_behind. No alert does not mean no missing crime."
        ),
        panel=Panel(Board.COMPLIANCE, "feed_age"),
        queue={**OF_FORCE, "filter": Concern.FEED_BEHIND},
    )


def _unmapped(configuration: Configuration) -> Alert:
    bureau = configuration.bureau
    a_share = f"{r.UNMAPPED} >= {bureau.unmapped_least} and {r.UNMAPPED} >= {bureau.unmapped_share:g} * {r.ALL}"
    more = f"{r.UNMAPPED} >= {bureau.unmapped_new} + min_over_time({r.UNMAPPED}[{bureau.unmapped_within}])"
    return Alert(
        name="UnmappedCodesAppearing",
        audience=Audience.BUREAU,
        severity=Severity.MEDIUM,
        expr=f"{r.UNMAPPED} >= {bureau.unmapped_most} or {a_share} or {more}",
        summary="<force>: incidents with a code or value that nobody has mapped: <number>.",
        description=(
            "In <force> a type code or a value that the monitor does not know stands on <number> incidents: "
            f"{bureau.unmapped_most} or more, {100 * bureau.unmapped_share:g} % of all or more, or "
            f"{bureau.unmapped_new} more than there were within {shown(bureau.unmapped_within)}. Until it is mapped "
            "such a type expects a crime record, so there are false alarms; and severity falls to low where nothing "
            "else on the log says how grave it is, so violence under such a code alerts nobody."
        ),
        panel=Panel(Board.COMPLIANCE, "unmapped"),
    )


def _monitor_silent(lasting: str) -> Alert:
    return Alert(
        name="MonitorSilent",
        audience=Audience.BUREAU,
        severity=Severity.HIGH,
        expr=f"absent{TELLS}",
        lasting=lasting,
        summary="The monitor has told nothing of any force for a while: no alert does not mean no missing crime.",
        description=(
            f"For {shown(lasting)} no worker of the monitor has been able to say what is unrecorded. Alerts by force "
            "that stood before stand until it tells again, whatever has become of them; new ones cannot come. "
            "Operations have been told; until it is mended, work from the force's own lists."
        ),
        panel=Panel(Board.COMPLIANCE, "unrecorded"),
        queue={},
    )
