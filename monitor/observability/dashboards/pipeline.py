"""Pipeline: what those who run the monitor look at."""

from typing import Any

from monitor.observability import recordings as r
from monitor.observability.dashboards.spec import BoardSpec, Kind, PanelSpec, Query, RowSpec, Steps
from monitor.observability.promql import STARTED, UP, known, name, or_none
from monitor.observability.rule import Board
from monitor.telemetry import metrics

WINDOW = "$__rate_interval"
CHOSEN = 'force=~"$force"'
TOPIC = "{{topic}} {{partition}}"


def _rate(metric: Any, by: str, matchers: str = "") -> str:
    return f"sum by ({by}) (rate({name(metric)}{matchers}[{WINDOW}]))"


def _quantile(share: str, metric: Any) -> Query:
    return Query(
        f"histogram_quantile({share}, sum by (le) (rate({name(metric)}_bucket[{WINDOW}])))", f"p{100 * float(share):g}"
    )


def _lines(key: str, title: str, description: str, unit: str, *queries: Query, width: int = 8) -> PanelSpec:
    return PanelSpec(key, title, description, unit, Kind.LINES, queries, width=width)


def _stat(key: str, title: str, description: str, unit: str, *queries: Query, steps: Steps | None = None) -> PanelSpec:
    return PanelSpec(key, title, description, unit, Kind.STAT, queries, width=6, height=5, steps=steps)


HEALTH = RowSpec(
    "Is it well?",
    (
        _stat(
            "workers_up",
            "Workers that answer",
            "Workers that Prometheus reaches. With none, no event is merged and no deadline is watched.",
            "short",
            Query(f"sum({UP}) or vector(0)", "workers"),
            steps=Steps(2, 1, bad_below=True),
        ),
        _stat(
            "servers",
            "Database, broker and tables",
            (
                "Whether the database answers, whether the broker did in the last two minutes, and whether the tables "
                "fit the worker: 1 is yes, 0 is no."
            ),
            "none",
            Query(f"max({name(metrics.DATABASE_UP)})", "database"),
            Query(f"time() - max({name(metrics.BROKER_ASKED)}) < bool 120", "broker"),
            Query(f"min({name(metrics.SCHEMA_CURRENT)})", "tables"),
            steps=Steps(1, 0.5, bad_below=True),
        ),
        _stat(
            "restarts",
            "Restarts in the last hour",
            "How often each worker began anew. A roll-out restarts each once.",
            "short",
            Query(f"changes({STARTED}[1h])", "{{instance}}"),
            steps=Steps(2, 4),
        ),
        _stat(
            "version",
            "Version and rulebook",
            "What the workers run, and the edition of the rules they judge by.",
            "none",
            Query(f"max by (version, rulebook) ({name(metrics.BUILD)})", "{{version}}, rules {{rulebook}}"),
        ),
    ),
)

FLOW = RowSpec(
    "In and out",
    (
        _lines(
            "flow_in",
            "Messages merged, by outcome",
            "Messages of the input topics each second. Stale and repeated ones change nothing; conflicts and "
            "unreadable ones want looking at.",
            "cps",
            Query(_rate(metrics.MESSAGES, "topic, outcome"), "{{topic}} {{outcome}}"),
        ),
        _lines(
            "flow_out",
            "Messages sent",
            "What left for the broker each second, by kind.",
            "cps",
            Query(_rate(metrics.SENT, "kind"), "{{kind}}"),
        ),
        _lines(
            "alerts",
            "Alert changes",
            "Alerts raised, changed and resolved in the course of an hour.",
            "short",
            Query(f"sum by (change) (increase({name(metrics.ALERT_CHANGES)}[1h]))", "{{change}}"),
        ),
        _lines(
            "lag",
            "Messages not merged yet",
            (
                "By topic and partition. It rises in a burst and falls again; one that only rises belongs to a "
                "stalled worker."
            ),
            "short",
            Query(r.LAG, TOPIC),
        ),
        _lines(
            "last_merged",
            "Age of the last message merged",
            "By the broker's time. A quiet topic grows old without harm while nothing waits in it.",
            "s",
            Query(f"time() - {r.MERGED}", TOPIC),
        ),
        _lines(
            "dead_letters",
            "Dead letters in the last hour",
            "Messages that could not be read, by reason.",
            "short",
            Query(f"sum by (reason) (increase({name(metrics.DEAD_LETTERS)}[1h]))", "{{reason}}"),
        ),
        _lines(
            "letters_waiting",
            "Dead letters that wait",
            "Messages that could not be read and that nobody has sent again with success or put away, by reason.",
            "short",
            Query(known(or_none(f"sum by (reason) ({r.LETTERS})", "reason")), "{{reason}}"),
        ),
        _lines(
            "stopped",
            "Partitions that are not read on",
            "Stopped since more of their messages could not be read than the limit allows. Empty is as it should be.",
            "short",
            Query(f"max by (topic, partition) ({name(metrics.STOPPED)})", TOPIC),
        ),
        _lines(
            "outbox",
            "Waiting to be sent",
            "Messages that the broker has not confirmed yet, by kind.",
            "short",
            Query(r.UNSENT, "{{kind}}"),
        ),
        _lines(
            "posts",
            "Posts to Alertmanager",
            "Posts of the alerts of single incidents each second, by outcome.",
            "cps",
            Query(_rate(metrics.POSTS, "outcome"), "{{outcome}}"),
        ),
        _lines(
            "errors",
            "Errors in the last hour",
            "Unexpected errors by loop, and incidents that could not be judged.",
            "short",
            Query(f"sum by (loop) (increase({name(metrics.LOOP_ERRORS)}[1h]))", "{{loop}} loop"),
            Query(f"sum(increase({name(metrics.REVIEW_FAILURES)}[1h]))", "not judged"),
        ),
    ),
)

KNOWN = RowSpec(
    "What is known, and how soon",
    (
        _lines(
            "known_time",
            "Known time behind the clock",
            "How far back the monitor must stay with what it says is missing, by force.",
            "s",
            Query(known(f"{r.BEHIND}{{{CHOSEN}}}"), "{{force}}"),
        ),
        _lines(
            "feed_age",
            "Age of the last heartbeat",
            "By force and feed. A heartbeat says that everything up to then was sent.",
            "s",
            Query(known(f"{r.SILENCE}{{{CHOSEN}}}"), "{{force}} {{feed}}"),
        ),
        _lines(
            "review",
            "Incidents due for review",
            "How many wait, and how long the oldest has waited.",
            "short",
            Query(f"max({name(metrics.DUE_CASES)})", "incidents"),
            Query(f"time() - max({name(metrics.OLDEST_DUE)})", "seconds, the oldest"),
        ),
        _lines(
            "judged",
            "Incidents judged",
            "Reviews each second, and those of them that changed a verdict.",
            "cps",
            Query(f"sum(rate({name(metrics.REVIEWS)}[{WINDOW}]))", "judged"),
            Query(f"sum(rate({name(metrics.VERDICT_CHANGES)}[{WINDOW}]))", "changed"),
        ),
        _lines(
            "verdict_delay",
            "From event to verdict",
            "Time from the broker's receipt of an event to the verdict that knows it.",
            "s",
            _quantile("0.5", metrics.VERDICT_DELAY),
            _quantile("0.99", metrics.VERDICT_DELAY),
        ),
        _lines(
            "outages",
            "Waiting for what is away",
            "Seconds in each minute that a loop of a worker waited for the broker or the database.",
            "s",
            Query(f"60 * sum by (away) (rate({name(metrics.OUTAGE_SECONDS)}[{WINDOW}]))", "{{away}}"),
        ),
        _lines(
            "merge_seconds",
            "Merging a batch",
            "How long it took to decode and merge a batch of messages.",
            "s",
            _quantile("0.5", metrics.MERGE_SECONDS),
            _quantile("0.99", metrics.MERGE_SECONDS),
        ),
        _lines(
            "review_seconds",
            "Judging a batch",
            "How long it took to judge a batch of incidents.",
            "s",
            _quantile("0.5", metrics.REVIEW_SECONDS),
            _quantile("0.99", metrics.REVIEW_SECONDS),
        ),
        _lines(
            "partitions",
            "Since a worker last merged",
            "By partition, in the worker that has it. It stands still with the worker.",
            "s",
            Query(f"time() - max by (topic, partition) ({name(metrics.LAST_MERGE)})", TOPIC),
        ),
    ),
)

PIPELINE = BoardSpec(
    board=Board.PIPELINE,
    title="Pipeline",
    description="Events in, verdicts and alerts out: flow, lag, known time, review, relay and errors. For operations.",
    tags=("recording-monitor", "operations"),
    rows=(HEALTH, FLOW, KNOWN),
    since="now-6h",
    variables=("force",),
)
