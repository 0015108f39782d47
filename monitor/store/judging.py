"""The judgement of cases that were taken: what each comes to, or why it could not be judged. Writes nothing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from itertools import groupby

from monitor.compliance.assess import Assessment, assess
from monitor.compliance.cases import Cases
from monitor.compliance.conduct import Occasion
from monitor.compliance.holdings import Holdings
from monitor.compliance.known_time import KnownTime
from monitor.contract.verdict import Verdict
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.store.alerts import AlertChange, alert_change, alert_now
from monitor.store.arrivals import digest
from monitor.store.knowledge import Knowledge
from monitor.store.shapes import Failure, Judge, Judgement
from monitor.store.taking import Taken

TICK = timedelta(microseconds=1)


def judge_with(rulebook: Rulebook, mappings: ForceMappings) -> Judge:
    """`assess` with its rulebook and mappings bound."""

    def judge(holdings: Holdings) -> Judgement:
        return partial(assess, Cases(holdings, rulebook, mappings.of(holdings.force)))

    return judge


@dataclass(slots=True)
class Judged:
    taken: Taken
    verdict: Verdict  # as it is kept: its alert may be `resolved`
    content: bytes
    content_digest: bytes
    meaning_digest: bytes  # of all but when to look again and which rulebook
    open: bool
    review_at: datetime | None
    review_at_known: datetime | None
    change: AlertChange | None  # what must be told
    reason: str | None  # the code of the standing reason for no crime
    occasion: Occasion | None  # that may be part of a course of conduct

    @property
    def differs(self) -> bool:
        """Whether the verdict is another than before, not merely to be looked at at another time."""
        return self.meaning_digest != self.taken.meaning_digest

    @property
    def reads_otherwise(self) -> bool:
        return self.content_digest != self.taken.content_digest


def judge_all(
    taken: Sequence[Taken], knowledge: Knowledge, known_times: Mapping[str, KnownTime], judge: Judge, now: datetime
) -> Iterator[Judged | Failure]:
    """One case that cannot be judged stops no other."""
    for force, group in groupby(taken, key=lambda each: each.force):
        judgement = _judgement(judge, knowledge.holdings[force])
        for each in group:
            try:
                yield _judged(each, knowledge, judgement, known_times[force], now)
            except Exception as error:  # whatever is wrong with one case is told of that case
                yield Failure(each.force, each.ref, error)


def _judgement(judge: Judge, holdings: Holdings) -> Judgement:
    """Where a whole force cannot be judged, each of its cases says so."""
    try:
        return judge(holdings)
    except Exception as error:
        reason = error

    def refuse(incident_ref: str, now: datetime, known: KnownTime) -> Assessment:
        raise reason

    return refuse


def _judged(taken: Taken, knowledge: Knowledge, judgement: Judgement, known: KnownTime, now: datetime) -> Judged:
    if knowledge.broken:
        _refuse_broken(taken, knowledge)
    assessment = judgement(taken.ref, now, known)
    alert = alert_now(taken.told, assessment.verdict)
    verdict = assessment.verdict if assessment.verdict.alert is alert else assessment.verdict._replace(alert=alert)
    content = verdict.to_json()
    content_digest = digest(content)
    same = content_digest == taken.content_digest
    return Judged(
        taken=taken,
        verdict=verdict,
        content=content,
        content_digest=content_digest,
        meaning_digest=taken.meaning_digest if same and taken.meaning_digest else digest(_meaning(content)),
        open=knowledge.holdings[taken.force].revisions(taken.ref)[-1].status == "open",
        review_at=_after(assessment.review_at, now),
        review_at_known=_after(assessment.review_at_known, known.at(now)),
        change=alert_change(taken.told, verdict, now),
        reason=assessment.reason,
        occasion=assessment.occasion,
    )


def _refuse_broken(taken: Taken, knowledge: Knowledge) -> None:
    for node in knowledge.reach(taken.key):
        if node in knowledge.broken:
            raise knowledge.broken[node]


def _meaning(content: bytes) -> bytes:
    """A verdict without its last two fields: when to look again, and by which rulebook."""
    return content.rpartition(b',"next_review_at":')[0]


def _after(at: datetime | None, reached: datetime) -> datetime | None:
    """A time that is reached already would be due for ever: whatever asks for it is looked at a moment later."""
    return at if at is None or at > reached else reached + TICK
