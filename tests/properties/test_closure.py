"""What `dependencies` reaches from an incident is all that its verdict rests on."""

from collections.abc import Iterable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.compliance.dependencies import dependencies, touched
from monitor.contract.codec import Decoded
from monitor.contract.events import Heartbeat
from tests.properties.judging import assessed, batch_of, judged, readable
from tests.properties.profile import examples
from tests.worlds import worlds
from tests.worlds.themes import THEMES, Theme


@pytest.mark.parametrize("theme", THEMES, ids=lambda theme: theme.name)
@examples(30)
@given(data=st.data())
def test_a_verdict_rests_on_nothing_that_its_dependencies_do_not_reach(theme: Theme, data: st.DataObject) -> None:
    world = data.draw(worlds(theme))
    events = list(readable(world.lines))
    for (force, ref), verdict in assessed(world).items():
        ours = [event for event in events if event.event.force == force]
        reached = closure(ref, ours)
        rested_on = [event for event in ours if isinstance(event.event, Heartbeat) or touched(event.event) in reached]
        assert judged(world, batch_of(rested_on), world.now)[force, ref] == verdict


def closure(ref: str, events: Iterable[Decoded]) -> set[str]:
    pairs = {pair for each in events if not isinstance(each.event, Heartbeat) for pair in dependencies(each.event)}
    reached, ahead = {ref}, {ref}
    while ahead:
        ahead = {on for dependent, on in pairs if dependent in ahead} - reached
        reached |= ahead
    return reached
