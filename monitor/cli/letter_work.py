"""What `monitor dead-letters` does with letters: send them again, put them away, read a stopped partition on."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Any

from monitor.contract.topics import INPUT_TOPICS, Topic
from monitor.errors import UserError
from monitor.settings import Settings
from monitor.store.letter_questions import LetterStanding, letter_standings
from monitor.store.letters import LetterState, adopt, discard
from monitor.store.stops import lift_stop, stops
from monitor.stream.dead_letters.letters import Letter, Wanted, in_parts, read_letters
from monitor.stream.dead_letters.replaying import Replayer
from monitor.stream.ends import EndOffsets

Say = Callable[[str], None]
Standing = tuple[Letter, LetterStanding]

_OPEN = {LetterState.WAITING, LetterState.REPLAYED}
_POLL_SECONDS = 0.2


def standing_letters(engine: Any, settings: Settings, wanted: Wanted) -> Iterator[list[Standing]]:
    """In parts. What no merge into this database has noted is noted now."""
    for part in in_parts(read_letters(settings, wanted)):
        found = letter_standings(engine, [letter.id for letter in part])
        if unknown := [letter.info() for letter in part if letter.id not in found]:
            adopt(engine, unknown)
            found |= letter_standings(engine, [info.id for info in unknown])
        yield [(letter, found[letter.id]) for letter in part]


def replay_letters(
    engine: Any, settings: Settings, wanted: Wanted, again: bool, by: str, wait: float, say: Say
) -> bool:
    """Whether all that were to be sent could be."""
    replayer, passed_over, unknown = Replayer(engine, settings, by), 0, set(wanted.names)
    try:
        for part in standing_letters(engine, settings, wanted):
            chosen = [each for each in part if again or each[1].state is LetterState.WAITING]
            passed_over += len(part) - len(chosen)
            unknown -= _names(part)
            replayer.replay(chosen)
    finally:
        replayer.close()
    sent, gone = replayer.outcome.sent, replayer.outcome.gone
    if not (sent or gone or passed_over):
        _must_be_none(unknown)
    say(f"{_letters(len(sent))} sent again; {passed_over} passed over: sent before, or settled (--again sends them).")
    for letter in gone:
        say(f"{letter.name} was cut short and is not kept on its topic any more: it cannot be sent.")
    _say_stopped(engine, sent, say)
    if wait and sent:
        _say_what_came(engine, sent, wait, say)
    _must_be_none(unknown)
    return not gone


def discard_letters(engine: Any, settings: Settings, wanted: Wanted, why: str, by: str, say: Say) -> None:
    discarded, found, unknown = 0, 0, set(wanted.names)
    for part in standing_letters(engine, settings, wanted):
        found += len(part)
        unknown -= _names(part)
        discarded += discard(engine, [letter.id for letter, standing in part if standing.state in _OPEN], why, by)
    if not found:
        _must_be_none(unknown)
    say(f"{_letters(discarded)} discarded; {found - discarded} were settled before.")
    _must_be_none(unknown)


def _names(part: Sequence[Standing]) -> set[str]:
    return {name for letter, _ in part for name in (letter.name, letter.id)}


def _must_be_none(unknown: Collection[str]) -> None:
    """A name that is mistyped must not look as if it were done."""
    if unknown:
        named = ", ".join(sorted(unknown))
        raise UserError(f"There is no letter {named}: `monitor dead-letters list --settled` names them all.")


def resume_partition(engine: Any, settings: Settings, name: str, partition: int, divert: bool, say: Say) -> None:
    """Raises UserError where it is not stopped."""
    standing = {place: stop for place, stop in stops(engine).items() if stop.held_from is not None}
    topic = name.removeprefix(settings.topic_prefix)
    place = (Topic(topic), partition) if topic in INPUT_TOPICS else None
    if place is None or place not in standing:
        stopped = ", ".join(f"{topic.value} {number}" for topic, number in sorted(standing)) or "none is"
        raise UserError(f"{name}, partition {partition}, is not stopped; stopped: {stopped}.")
    end = _end(settings, *place)
    lift_stop(engine, place, free_to=end if divert else None)
    waiting = max(0, end - (standing[place].held_from or 0))
    say(f"{topic}, partition {partition}, is read on: {waiting} messages wait there.")
    if divert:
        say(f"Whatever of them cannot be read becomes a dead letter; the limit counts from offset {end} on.")
    else:
        say("It stops again if too many of them still cannot be read; --divert makes them dead letters all the same.")


def _end(settings: Settings, topic: Topic, partition: int) -> int:
    source = EndOffsets(settings)
    try:
        return source.ask([topic]).get((topic, partition), 0)
    finally:
        source.close()


def _say_stopped(engine: Any, sent: Sequence[Letter], say: Say) -> None:
    places = {(letter.topic, letter.partition) for letter in sent}
    for (topic, partition), stop in sorted(stops(engine).items()):
        if (topic, partition) in places and stop.held_from is not None:
            say(f"{topic.value}, partition {partition}, is stopped: what was sent there waits until it is resumed.")


def _say_what_came(engine: Any, sent: Sequence[Letter], wait: float, say: Say) -> None:
    deadline, states = time.monotonic() + wait, [LetterState.REPLAYED]
    while True:
        found = letter_standings(engine, [letter.id for letter in sent])
        states = [standing.state for standing in found.values()]
        if LetterState.REPLAYED not in states or time.monotonic() >= deadline:
            break
        time.sleep(_POLL_SECONDS)
    merged, again = states.count(LetterState.MERGED), states.count(LetterState.UNREADABLE_AGAIN)
    say(f"{merged} merged, {again} unreadable again, {states.count(LetterState.REPLAYED)} not read yet.")


def _letters(number: int) -> str:
    return "1 letter" if number == 1 else f"{number} letters"
