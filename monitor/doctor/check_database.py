from collections.abc import Iterator
from datetime import timedelta

from monitor.doctor.amounts import number_of, size, span
from monitor.doctor.check_broker import LITTLE, NEXT_TO_NOTHING
from monitor.doctor.facts import Facts
from monitor.doctor.finding import Finding, fail, ok, warn

LATE = timedelta(minutes=5)


def check_database(facts: Facts) -> Iterator[Finding]:
    database = facts.database
    if not database.is_there:
        sentence = f"{database.name} is not there yet."
        yield warn("database", sentence, "The worker makes it. If there was one, mend MONITOR_DATABASE_URL.")
    elif database.away is not None:
        advice = "See to it, or mend MONITOR_DATABASE_URL. Events wait in Kafka meanwhile."
        yield fail("database", f"{database.name} does not answer: {database.away.rstrip('.')}.", advice)
    else:
        yield from _version(facts)
        if database.read_only is not None:
            sentence = f"{database.name} cannot be written: {database.read_only.rstrip('.')}."
            yield fail("database", sentence, "Give the monitor's user the right to write, or end what holds the lock.")
    yield from _space(facts)


def _version(facts: Facts) -> Iterator[Finding]:
    database = facts.database
    if database.is_current:
        held = f", {size(database.bytes)}" if database.bytes else ""
        yield ok("database", f"{database.name} answers; its tables are current (version {database.version}{held}).")
    elif database.version is None:
        yield warn("database", f"{database.name} has no tables yet.", "The worker makes them when it starts.")
    elif database.version < database.wanted:
        sentence = f"The tables are of version {database.version}, and this program wants {database.wanted}."
        yield fail("database", sentence, "Start the worker of this version: it alters them. Make a copy before that.")
    else:
        sentence = (
            f"The tables are of version {database.version}, made by a later monitor than this ({database.wanted})."
        )
        yield fail("database", sentence, "Install the later version here as well.")


def _space(facts: Facts) -> Iterator[Finding]:
    free = facts.database.free_bytes
    if free is None:
        return
    sentence = f"{size(free)} are free where the database lies."
    if free < NEXT_TO_NOTHING:
        yield fail("database", sentence, "Make room now: nothing is merged once the disk is full.")
    elif free < LITTLE:
        yield warn("database", sentence, "Make room before it is full.")


def check_work(facts: Facts) -> Iterator[Finding]:
    """What the worker should have done by now."""
    if facts.store is None:
        return
    held = facts.store
    since = held.unsent_since
    if since is not None and facts.wall - since > LATE:
        waiting = number_of(held.unsent, "message")
        sentence = f"{waiting} for the broker wait to be sent, the first for {span(facts.wall - since)}."
        yield warn("sending", sentence, "See that a worker runs and that it reaches the broker; its log says why not.")
    oldest = held.due.oldest
    if oldest is not None and facts.now - oldest > LATE:
        sentence = (
            f"{number_of(held.due.cases, 'incident')} wait to be judged, the first for {span(facts.now - oldest)}."
        )
        yield warn("reviews", sentence, "See that a worker runs; if one does, its log says what holds it up.")
