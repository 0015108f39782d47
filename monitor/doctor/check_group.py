from collections.abc import Iterator
from datetime import timedelta

from monitor.contract.topics import Topic
from monitor.doctor.amounts import number_of, some, span
from monitor.doctor.facts import Facts
from monitor.doctor.finding import Finding, fail, ok, warn

LATE = timedelta(minutes=5)  # behind the newest message


def check_group(facts: Facts) -> Iterator[Finding]:
    if facts.broker.away is not None or not facts.broker.ends:
        return
    yield from _another_database(facts)
    broker, waiting = facts.broker, _waiting(facts)
    behind = sum(waiting.values())
    if not broker.members:
        advice = "Start one: `monitor worker`. It goes on where the last one was."
        if behind or broker.group_state is not None:
            yield fail("worker", f"No worker reads, and {number_of(behind, 'message')} wait.", advice)
        else:
            yield warn("worker", "No worker has read yet.", advice)
        return
    if broker.group_state != "Stable":
        sentence = f"The group is sharing its partitions out anew ({broker.group_state})."
        yield warn("worker", sentence, "Wait a minute and look again; if it lasts, read the workers' logs.")
    named = number_of(broker.members, "worker")
    late = _late(facts, waiting)
    if late > LATE:
        places = some(f"{topic.value} {number}" for topic, number in waiting)
        sentence = f"{named} and {number_of(behind, 'message')} not merged yet, up to {span(late)} old, in {places}."
        yield warn("worker", sentence, "If it does not shrink, read the workers' logs; more workers share partitions.")
    else:
        yield ok("worker", f"{named}; {number_of(behind, 'message')} not merged yet.")


def _another_database(facts: Facts) -> Iterator[Finding]:
    progress = facts.store.progress if facts.store else {}
    beyond = [place for place, at in progress.items() if at.next_offset > facts.broker.ends.get(place, at.next_offset)]
    if beyond:
        named = some(f"{topic.value} {number}" for topic, number in sorted(beyond))
        sentence = f"The database has merged more of {named} than the broker holds: they do not belong together."
        advice = (
            "Mend MONITOR_BROKER, MONITOR_DATABASE_URL or MONITOR_TOPIC_PREFIX; if the topics were made anew, go on."
        )
        yield fail("worker", sentence, advice)


def check_stops(facts: Facts) -> Iterator[Finding]:
    if facts.store is None:
        return
    for (topic, number), stop in sorted(facts.store.stopped.items()):
        waiting = max(0, facts.broker.ends.get((topic, number), 0) - (stop.held_from or 0))
        sentence = (
            f"{topic.value}, partition {number}, is stopped for {span(facts.wall - stop.since)}: too many of its "
            f"messages cannot be read. {number_of(waiting, 'message')} wait there."
        )
        advice = (
            f"`monitor dead-letters list --topic {topic.value}` says why. When the source is mended: "
            f"`monitor dead-letters resume {topic.value} {number}`."
        )
        yield fail("dead letters", sentence, advice)


def check_letters(facts: Facts) -> Iterator[Finding]:
    if facts.store is None:
        return
    yield from check_stops(facts)
    letters = facts.store.letters
    if not letters:
        yield ok("dead letters", "No dead letter waits.")
        return
    reasons: dict[str, int] = {}
    for (_, reason), number in letters.items():
        reasons[reason] = reasons.get(reason, 0) + number
    named = some(f"{number} {reason}" for reason, number in sorted(reasons.items(), key=lambda one: -one[1]))
    wait = (
        f"{number_of(sum(letters.values()), 'dead letter')} wait"
        if sum(letters.values()) > 1
        else "1 dead letter waits"
    )
    advice = "`monitor dead-letters list` shows them; mend the source, then replay or discard them."
    yield warn("dead letters", f"{wait}: {named}.", advice)


def _waiting(facts: Facts) -> dict[tuple[Topic, int], int]:
    """How many messages of each partition are not merged; none where all are, or where no store can tell."""
    if facts.store is None:
        return {}
    merged = {place: at.next_offset for place, at in facts.store.progress.items()}
    waiting = {place: end - merged.get(place, 0) for place, end in facts.broker.ends.items()}
    return {place: number for place, number in sorted(waiting.items()) if number > 0}


def _late(facts: Facts, waiting: dict[tuple[Topic, int], int]) -> timedelta:
    """How long ago the last message before those that wait was received: they may be younger, none is older."""
    progress = facts.store.progress if facts.store else {}
    times = [progress[place].broker_time for place in waiting if place in progress]
    return max((facts.wall - at for at in times if at is not None), default=timedelta(0))
