"""A world, and the strategy for one."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from monitor.rulebook.limits import CLOSED_FOR, HEARTBEAT_AHEAD
from monitor.rulebook.mapping import ForceMappings
from tests.builders import FORCE, Line
from tests.worlds import vocabulary as words
from tests.worlds.lines import crimes, logs
from tests.worlds.others import MANGLED, decisions, heartbeats, respelled
from tests.worlds.themes import THEMES, Theme


@dataclass(frozen=True)
class World:
    events: tuple[Line, ...]  # in the order in which they were made; nothing may depend on it
    unreadable: tuple[Line, ...]
    now: datetime
    mappings: ForceMappings

    @property
    def lines(self) -> tuple[Line, ...]:
        return self.events + self.unreadable

    @property
    def instants(self) -> list[datetime]:
        """The times at which something may change, and some between."""
        return [instant for line in self.events for instant in _instants(line["topic"], line["value"])]


def _instants(topic: str, value: dict[str, str]) -> Iterator[datetime]:
    if topic == "incidents":
        yield from (datetime.fromisoformat(value["reported_at"]) + limit for limit in words.LIMITS)
        yield datetime.fromisoformat(value.get("closed_at") or value["updated_at"]) + CLOSED_FOR
    if topic == "feed-heartbeats":
        yield from (datetime.fromisoformat(value["as_of"]) - ahead for ahead in (timedelta(0), HEARTBEAT_AHEAD))


THEME = st.sampled_from(THEMES)
LATE = timedelta(days=30)
SOME = st.sampled_from([0, 1, 2, 2, 3])
FORCES = st.sampled_from([st.just(FORCE), st.just(FORCE), st.sampled_from([FORCE, FORCE, words.OTHER_FORCE])])


@st.composite
def worlds(draw: st.DrawFn, theme: Theme | None = None) -> World:
    theme, forces = theme or draw(THEME), draw(FORCES)
    lines: list[Line] = []
    for ref in (words.INCIDENTS[0], *draw(_some(words.INCIDENTS[1:3]))):
        lines += draw(logs(theme, forces, ref))
    for ref in draw(_some(words.CRIMES)):
        lines += draw(crimes(theme, forces, ref))
    lines += [draw(decisions(theme, forces)) for _ in range(draw(SOME))]
    instants = [instant for line in lines for instant in _instants(line["topic"], line["value"])]
    now = draw(_one_of(*instants, *[max(instants) + LATE] * len(instants))) + draw(st.sampled_from(words.TICKS))
    beats = (*instants, now, now - words.HOUR, now + HEARTBEAT_AHEAD, now + LATE)
    lines += [draw(heartbeats(forces, beats)) for _ in range(draw(SOME))]
    lines += [respelled(draw(_one_of(*lines))) for _ in range(draw(SOME) // 2)]
    unreadable = [{**lines[0], "value": draw(MANGLED)} for _ in range(draw(SOME) // 3)]
    return World(tuple(lines), tuple(unreadable), now, draw(st.sampled_from([words.MAPPINGS, ForceMappings()])))


@st.composite
def _some(draw: st.DrawFn, refs: tuple[str, ...]) -> list[str]:
    """Most of them."""
    return [ref for ref in refs if draw(_MOSTLY)]


_MOSTLY = st.sampled_from([False, *[True] * 5])


@st.composite
def _one_of(draw: st.DrawFn, *given: Any) -> Any:
    """Like `sampled_from`, which is dear to make anew for each world."""
    return given[draw(words.ANY) % len(given)]
