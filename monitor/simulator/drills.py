"""Stories for a live demonstration: each raises an alert at a moment that is planned, and most take it back soon after.

Nothing in them is out of the ordinary. They are the faults of `faults`, met at the moment when they show.
"""

from datetime import datetime

from monitor.simulator.faults import cancel_wrongly, put_right
from monitor.simulator.offences import CONTACTS, SERIOUS, pick
from monitor.simulator.plans import Failure, Fault, Plan
from monitor.simulator.story import Log, Story, open_log, record_of

LONGEST_LEAD = 6.0  # hours from the first event of a drill to its moment
_HEEDED_SOON = 0.85  # share that somebody puts right in minutes; the rest in hours


def read_too_late(story: Story) -> None:
    """An e-mail is opened a day after it came in: the clock had started when it did."""
    crime = pick(story.rng, CONTACTS)
    channel = story.rng.choice(["professional_third_party", "email", "online"])
    log = story.log(
        crime.type, reported_at=story.after(-30.0, -20.5), channel=channel, victims=[story.victim(vulnerable=True)]
    )
    log.revise(story.begun)
    _record_after(story, log, story.begun)


def closed(story: Story) -> None:
    """A log closed two hours ago, of which there is still no record."""
    closed_at = story.after(-2.0, -2.0)
    crime = pick(story.rng, SERIOUS)
    reported_at = story.after(-3.5, -0.5, closed_at)
    log = open_log(story, crime, reported_at=reported_at)
    log.close(closed_at)
    _record_after(story, log, story.begun)


def wrong_cancellation(story: Story) -> None:
    """A record is cancelled by somebody who may not, and the registrar looks at it."""
    crime = pick(story.rng, SERIOUS)
    reported_at = story.after(-5.0, -3.0)
    log = open_log(story, crime, reported_at=reported_at)
    record = record_of(log, story, crime.offence(story.rng), story.after(0.3, 2.0, reported_at))
    cancel_wrongly(story, record, story.begun)
    put_right(story, log, record, _heeded(story, story.begun))


def _record_after(story: Story, log: Log, moment: datetime) -> None:
    record_of(log, story, SERIOUS[0].offence(story.rng), _heeded(story, moment))


def _heeded(story: Story, moment: datetime) -> datetime:
    soon = story.rng.random() < _HEEDED_SOON
    return story.after(0.03, 0.15, moment) if soon else story.after(1.0, 5.0, moment)


DRILLS = (
    Plan(read_too_late, 4, Fault(Failure.RECORDED_LATE)),
    Plan(closed, 3, Fault(Failure.CLOSED_WITHOUT_CRIME_NUMBER)),
    Plan(wrong_cancellation, 3, Fault(Failure.CANCELLED_WRONGLY)),
)
