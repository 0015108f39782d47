"""The pure judgement of a world's lines, as `assess` makes it."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

import orjson
from hypothesis import strategies as st

from monitor.compliance.batch import Batch
from monitor.contract.codec import Decoded, Unreadable, decode
from monitor.contract.topics import Topic
from monitor.contract.verdict import Verdict
from monitor.rulebook import load_rulebook
from tests.builders import Line
from tests.worlds import World

RULEBOOK = load_rulebook()
Key = tuple[str, str]  # force and incident ref
Verdicts = dict[Key, Verdict]


def decoded(line: Line) -> Decoded | Unreadable:
    try:
        return decode(Topic(line["topic"]), orjson.dumps(line["value"]))
    except Unreadable as why:
        return why


def readable(lines: Iterable[Line]) -> Iterator[Decoded]:
    return (content for content in map(decoded, lines) if isinstance(content, Decoded))


def batch_of(events: Iterable[Decoded]) -> Batch:
    batch = Batch()
    for event in events:
        batch.add(event)
    return batch


def judged(world: World, batch: Batch, now: datetime) -> Verdicts:
    found = batch.verdicts(RULEBOOK, world.mappings, now)
    return {(verdict.force, verdict.incident_ref): verdict for verdict in found}


def assessed(world: World, lines: Iterable[Line] | None = None, now: datetime | None = None) -> Verdicts:
    """What `assess` gives for these lines, by default all of the world's, at its clock."""
    given = world.lines if lines is None else lines
    return judged(world, batch_of(readable(given)), now or world.now)


def printed(verdicts: Verdicts) -> list[bytes]:
    """Every verdict as it is printed, in the order in which it is."""
    return [verdict.to_json() for verdict in verdicts.values()]


def meaning(verdict: dict[str, Any]) -> dict[str, Any]:
    """All but when to look again. Whether an alert fired before is not asked: a single look cannot know."""
    alert = "none" if verdict["alert"] == "resolved" else verdict["alert"]
    return {**verdict, "alert": alert, "next_review_at": None}


def meanings(verdicts: Verdicts) -> dict[Key, dict[str, Any]]:
    return {key: meaning(orjson.loads(verdict.to_json())) for key, verdict in verdicts.items()}


@st.composite
def reorderings(draw: st.DrawFn, lines: Sequence[Line]) -> list[Line]:
    """The same lines in another order, some of them more than once and with their fields in another order."""
    repeats = draw(st.lists(st.sampled_from(lines), max_size=4))
    return draw(st.permutations([*lines, *map(_backwards, repeats)]))


def _backwards(line: Line) -> Line:
    value = line["value"]
    return {**line, "value": dict(reversed(value.items())) if isinstance(value, dict) else value}
