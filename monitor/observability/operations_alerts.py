"""What those who run the monitor are told of: the worker, its feeds, the broker and the database."""

from monitor.contract.verdict import Severity
from monitor.observability import recordings as r
from monitor.observability.configuration import Configuration, Operations, shown
from monitor.observability.promql import STARTED, UP, increase, name
from monitor.observability.rule import Alert, Audience, Board, Panel
from monitor.store.heartbeats import CRIME_RECORDS_FEED
from monitor.telemetry import metrics


def operations_alerts(configuration: Configuration) -> list[Alert]:
    limits = configuration.operations
    return [_watchdog(), *_workers(limits), *_messages(limits), *_feeds(limits), *_judging(limits), *_servers(limits)]


def _alert(
    name: str,
    severity: Severity,
    expr: str,
    panel: str,
    limits: Operations,
    summary: str,
    description: str,
    **more: str,
) -> Alert:
    """Keeps firing a while: what it is made of is not held over a failed scrape."""
    return Alert(
        name=name,
        audience=Audience.OPERATIONS,
        severity=severity,
        expr=expr,
        summary=summary,
        description=description,
        panel=Panel(Board.PIPELINE, panel),
        lasting=more.get("lasting", "0s"),
        keep_firing=limits.keep_firing,
    )


def _watchdog() -> Alert:
    return Alert(
        name="Watchdog",
        audience=Audience.OPERATIONS,
        severity=None,
        expr="vector(1)",
        summary="Prometheus evaluates its rules and Alertmanager passes them on.",
        description=(
            "This always fires (its value is <value>). Whatever is told of it must raise the alarm when it stops "
            "coming: then nothing else would come either."
        ),
        panel=Panel(Board.PIPELINE, "workers_up"),
    )


def _workers(limits: Operations) -> list[Alert]:
    return [
        _alert(
            "MetricsAbsent",
            Severity.CRITICAL,
            f"absent({UP} == 1)",
            "workers_up",
            limits,
            "No worker answers: no event is merged and no deadline is watched.",
            (
                f"For {shown(limits.absent_after)} Prometheus has reached no worker (absent: <value>). Events wait "
                "in Kafka and are not lost; deadlines pass unseen until a worker runs."
            ),
            lasting=limits.absent_after,
        ),
        _alert(
            "WorkerDown",
            Severity.MEDIUM,
            f"{UP} == 0",
            "workers_up",
            limits,
            "The worker <instance> does not answer.",
            f"Prometheus has not reached <instance> for {shown(limits.worker_down_after)} (up is "
            "<value>). Others of its group take its partitions; with none left, MetricsAbsent fires as well.",
            lasting=limits.worker_down_after,
        ),
        _alert(
            "WorkerRestarting",
            Severity.MEDIUM,
            f"changes({STARTED}[{limits.restarts_within}]) > {limits.restarts_most}",
            "restarts",
            limits,
            f"The worker <instance> began anew again and again in {shown(limits.restarts_within)}: <number> times.",
            f"Restarts in {shown(limits.restarts_within)}: <number>; up to {limits.restarts_most} may be a roll-out. "
            "Its log ends with the reason. Nothing is lost by a restart, but verdicts come late while they go on.",
        ),
        _alert(
            "UnexpectedErrors",
            Severity.MEDIUM,
            f"{increase(metrics.LOOP_ERRORS, 'loop', limits.loop_errors_within)} > 0",
            "errors",
            limits,
            "The <loop> loop of a worker met an error that it does not know.",
            f"Unexpected errors in {shown(limits.loop_errors_within)}: <number> in the <loop> loop, which goes "
            "on after a pause each time. The log has each with its traceback.",
        ),
    ]


def _messages(limits: Operations) -> list[Alert]:
    return [
        _alert(
            "WorkerStalled",
            Severity.CRITICAL,
            f"{r.LAG} > 0 unless on (topic, partition) changes({r.MERGED}[{limits.stalled_after}]) > 0",
            "lag",
            limits,
            "Nothing is merged of <topic>, partition <partition>, though messages wait.",
            f"In <topic>, partition <partition>, messages wait (<number>) and in "
            f"{shown(limits.stalled_after)} none was merged. Known time of every force stands still with it.",
            lasting=limits.stalled_lasting,
        ),
        _alert(
            "LagGrowing",
            Severity.MEDIUM,
            f"{r.LAG_IN_ALL} > {limits.lag_most} and delta({r.LAG_IN_ALL}[{limits.lag_growing_within}]) > 0",
            "lag",
            limits,
            "Messages that wait to be merged become more and more: <number>.",
            f"Of all input topics <number> messages are not merged yet, over the {limits.lag_most} of an ordinary "
            f"burst, and for {shown(limits.lag_growing_within)} more came than were merged. Verdicts come late by as "
            "much.",
            lasting=limits.lag_growing_within,
        ),
        _alert(
            "DeadLetters",
            Severity.MEDIUM,
            f"{increase(metrics.MESSAGES, 'topic', limits.dead_letters_within, UNREADABLE)} > 0",
            "dead_letters",
            limits,
            "Messages of <topic> that could not be read: <number>.",
            f"To the dead letters in {shown(limits.dead_letters_within)}, each with its reason: <number> of "
            "<topic>. The newest state of a log may be among them: then the verdict on it is out of date.",
        ),
        _alert(
            "DeadLettersWaiting",
            Severity.LOW,
            f"sum({r.LETTERS}) > 0",
            "letters_waiting",
            limits,
            "Dead letters that nobody has settled: <number>.",
            f"For {shown(limits.dead_letters_waiting_lasting)} or longer dead letters have waited to be sent again or "
            "put away: <number> now. What they are about may stand otherwise than the monitor thinks, until each is "
            "settled.",
            lasting=limits.dead_letters_waiting_lasting,
        ),
        _alert(
            "DeadLetterStop",
            Severity.CRITICAL,
            f"max by (topic, partition) ({name(metrics.STOPPED)}) == 1",
            "stopped",
            limits,
            "<topic>, partition <partition>, is not read on: too many of its messages could not be read.",
            "More dead letters than the limit allows stopped partition <partition> of <topic> (stopped: <value>), "
            "for a bad release upstream must not divert a day of incidents. Its messages wait in Kafka; nothing of "
            "it is merged.",
        ),
        _alert(
            "RelayFailing",
            Severity.HIGH,
            f"{r.UNSENT} > 0 unless on (kind) {increase(metrics.SENT, 'kind', limits.relay_waiting_after)} > 0",
            "outbox",
            limits,
            "Messages of the kind <kind> wait and none is sent: <number>.",
            f"Messages of the kind <kind> in the outbox: <number>, and for {shown(limits.relay_waiting_after)} the "
            "broker took none. Of the kind alert: whoever reads recording-alerts does not learn of new alerts. Nothing "
            "is lost, they are sent in order once it goes; other kinds are sent meanwhile, if their topics take them.",
            lasting=limits.relay_waiting_lasting,
        ),
        _alert(
            "IncidentAlertsNotPosted",
            Severity.HIGH,
            f"{_posts('failed', limits)} > 0 unless on () {_posts('taken', limits)} > 0",
            "posts",
            limits,
            "Alertmanager takes no alert of single incidents from the worker.",
            f"Posts that failed in {shown(limits.posts_failing_within)}: <number>, and none was taken. Alerts by "
            "force still come, from Prometheus; those that name the incident do not.",
        ),
    ]


UNREADABLE = '{outcome="unreadable"}'


def _posts(outcome: str, limits: Operations) -> str:
    return increase(metrics.POSTS, "", limits.posts_failing_within, f'{{outcome="{outcome}"}}')


def _feeds(limits: Operations) -> list[Alert]:
    behind = limits.seconds("known_time_behind_most")
    silent = limits.seconds("incident_feed_silent_after")
    return [
        _alert(
            "KnownTimeHeldBack",
            Severity.HIGH,
            f'{r.BEHIND} > {behind} unless on (force) {r.SILENCE}{{feed="{CRIME_RECORDS_FEED}"}} > {behind}',
            "known_time",
            limits,
            "<force>: crime records are known only up to <length> ago, though the feed speaks.",
            f"Known time of <force> is <length> behind the clock ({shown(limits.known_time_behind_most)} is the "
            "limit) while its heartbeats are newer: the monitor is behind, not the force. What fell due since waits "
            "as feed_behind.",
            lasting=limits.known_time_behind_lasting,
        ),
        _alert(
            "IncidentFeedSilent",
            Severity.MEDIUM,
            f'{r.SILENCE}{{feed="incidents"}} > {silent}',
            "feed_age",
            limits,
            "<force>: the command-and-control feed has said nothing for <length>.",
            "The newest heartbeat of <force>'s incidents is <length> old "
            f"({shown(limits.incident_feed_silent_after)} is the limit). Logs written since are not watched at all, "
            "and nothing in the queue shows that they are missing.",
        ),
    ]


def _judging(limits: Operations) -> list[Alert]:
    overdue = limits.seconds("review_overdue_after")
    return [
        _alert(
            "ReviewOverdue",
            Severity.CRITICAL,
            f"time() - max({name(metrics.OLDEST_DUE)}) > {overdue}",
            "review",
            limits,
            "An incident has been due for review for <length>.",
            "The oldest incident that an event, the clock or known time made due has waited <length>, against an "
            f"ordinary second and a limit of {shown(limits.review_overdue_after)}. Its verdict is out of date, and "
            "alerts come late.",
            lasting=limits.review_overdue_lasting,
        ),
        _alert(
            "ReviewFailing",
            Severity.HIGH,
            f"{increase(metrics.REVIEW_FAILURES, '', limits.review_failures_within)} > 0",
            "errors",
            limits,
            "Incidents that could not be judged: <number>.",
            f"Reviews that ended in an error in {shown(limits.review_failures_within)}: <number>. Those incidents "
            "keep the verdict they had, and are put off for an hour each: one that became unrecorded since is not "
            "shown as such.",
        ),
    ]


def _servers(limits: Operations) -> list[Alert]:
    answered, away = f"max({name(metrics.BROKER_ASKED)})", limits.seconds("broker_away_after")
    never = f"time() - max({STARTED}) > {away} unless on () {answered}"
    return [
        _alert(
            "DatabaseAway",
            Severity.CRITICAL,
            f"max({name(metrics.DATABASE_UP)}) == 0",
            "servers",
            limits,
            "The database answers no worker.",
            f"For {shown(limits.database_away_after)} no worker has reached the database (database_up is <value>). "
            "Nothing is merged or judged; messages wait in Kafka, and it goes on by itself once the database answers.",
            lasting=limits.database_away_after,
        ),
        _alert(
            "BrokerAway",
            Severity.CRITICAL,
            f"time() - {answered} > {away} or {never}",
            "servers",
            limits,
            "The broker has answered no worker for <length>.",
            f"The last answer of the broker is <length> old ({shown(limits.broker_away_after)} is the limit). No "
            "event comes in and no alert goes out on Kafka; known time of every force stands still, so no false "
            "alarm follows.",
            lasting=limits.broker_away_after,
        ),
        _alert(
            "MigrationMissing",
            Severity.HIGH,
            f"min({name(metrics.SCHEMA_CURRENT)}) == 0",
            "servers",
            limits,
            "The tables of the database are not of the version that a worker needs.",
            f"For {shown(limits.migration_missing_after)} a worker has run on tables of another version than its own "
            "(schema_current is <value>): two releases share one database, or a migration was taken back.",
            lasting=limits.migration_missing_after,
        ),
    ]
