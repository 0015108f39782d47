"""SQL: what was received, what is due, what was found. The only room that knows SQLAlchemy.

The way of the data: `merge` -> a case is due -> `review_due` -> verdict, history, alert -> `unsent` -> `mark_sent`.
Every call is one transaction and may be made from any thread. All raise `DatabaseAway` while the database does not
answer (wait and call again with the same arguments: nothing was written), `open_store` raises `UserError` instead.

    open_store(database_url) -> Engine                       makes or migrates the tables
    judge_with(rulebook, mappings) -> Judge

Stream in
    place(engine, positions: Places, ends: Ends | None)      when partitions are assigned: the offset of each that is
                                                             read next. Exact, also downwards: call before merging.
                                                             `ends` of crime-records, if at hand, mends fences of a
                                                             topic that was made anew.
    skip(engine, positions: Places)                          nothing is left to merge before them; never downwards
    merge(engine, batch: Sequence[Received], ends: Ends | None = None) -> Merged
                                                             up to some 2,000 messages of any topics; those of one
                                                             partition in order and without holes. Ack after it.
                                                             `ends`: the end offsets of all partitions of
                                                             crime-records, taken after the batch was read; needed only
                                                             if it holds a crime-records heartbeat (`needs_ends`).
    needs_ends(batch) -> bool
    progress(engine) -> dict[(Topic, partition), Progress]   next offset and broker time of the last merged message

Review
    review_due(engine, judge, now, broker: BrokerEnds | None, limit=1000, patience=timedelta()) -> Reviewed
                                                             one batch: first what is due by the clock or by known time,
                                                             then what events marked. Known times are brought up to
                                                             `now` in the same transaction. Call again while `.more`.
                                                             `broker` None = not asked yet: known times stand still;
                                                             ends older than `known_time.GOOD_FOR` hold known time at
                                                             their `taken_at`. No broker at all: BrokerEnds({}, now).
    next_due(engine, now) -> datetime | None                 when the clock alone next makes something due (may be past)

Relay
    unsent(engine, limit=500, most_bytes=16 MiB, topic=None) -> list[OutboxMessage]
                                                             ascending by number; no more than that, but one at least
    mark_sent(engine, numbers, at)                           after the broker confirmed them

Questions
    unsettled(engine, ends: Places, now) -> list[str]        what is still awaited, as sentences; [] = settled. `ends`:
                                                             end offsets of all partitions of all input topics.
    stored_verdicts(engine, force=None) -> Iterator[bytes]   JSON as `assess` prints it, by force and ref
    history(engine, force, incident_ref) -> list[Change]

Gauges (cheap: no scan of the cases)
    due_cases(engine, now) -> Due                            by mark, by clock and by known time
    case_counts(engine) -> list[CaseCount]
    known_times(engine) -> dict[force, datetime | None]      None: nothing is known yet
    heartbeats(engine) -> dict[(force, feed), datetime]      newest as_of per feed
    unsent_count(engine) -> int
    unsent_by_kind(engine) -> dict[Kind, int]
"""

from monitor.store.engine import DatabaseAway, open_store
from monitor.store.gauges import case_counts_now as case_counts
from monitor.store.gauges import due_cases
from monitor.store.gauges import known_times_now as known_times
from monitor.store.heartbeats import heartbeats, needs_ends
from monitor.store.judging import judge_with
from monitor.store.merge import keep_merged, merge
from monitor.store.outbox import mark_sent, unsent, unsent_by_kind, unsent_count
from monitor.store.progress import Progress, place, progress, skip
from monitor.store.review import review_due
from monitor.store.shapes import (
    BrokerEnds,
    CaseCount,
    Change,
    Due,
    Ends,
    Failure,
    Judge,
    Judgement,
    Kind,
    Merged,
    OutboxMessage,
    Outcome,
    Places,
    Received,
    Reviewed,
)
from monitor.store.verdicts import history, stored_verdicts, unsettled
from monitor.store.waiting import next_due

__all__ = [
    "BrokerEnds",
    "CaseCount",
    "Change",
    "DatabaseAway",
    "Due",
    "Ends",
    "Failure",
    "Judge",
    "Judgement",
    "Kind",
    "Merged",
    "OutboxMessage",
    "Outcome",
    "Places",
    "Progress",
    "Received",
    "Reviewed",
    "case_counts",
    "due_cases",
    "heartbeats",
    "history",
    "judge_with",
    "keep_merged",
    "known_times",
    "mark_sent",
    "merge",
    "needs_ends",
    "next_due",
    "open_store",
    "place",
    "progress",
    "review_due",
    "skip",
    "stored_verdicts",
    "unsent",
    "unsent_by_kind",
    "unsent_count",
    "unsettled",
]
