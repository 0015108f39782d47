"""Re-coding a log never makes it quieter."""

from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.compliance.holdings import Holdings
from monitor.contract.events import Heartbeat, IncidentSnapshot
from tests.builders import incident
from tests.properties.judging import assessed, readable
from tests.properties.profile import examples
from tests.worlds import World, worlds
from tests.worlds.lines import changes, log_fields
from tests.worlds.themes import THEMES

NEW_REVISIONS = st.sampled_from([1, 0, -1])  # later, in conflict, and stale


@examples(100)
@given(worlds(), st.sampled_from(THEMES).flatmap(lambda theme: changes(log_fields(theme), most=6)), st.data())
def test_one_more_revision_never_lowers_severity_nor_ends_an_expectation(
    world: World, fields: dict[str, object], data: st.DataObject
) -> None:
    before = assessed(world)
    force, ref = key = data.draw(st.sampled_from(sorted(before)))
    log = standing_log(world, force, ref)
    assume(log.opening_type)  # a missing one is `unmapped` only as long as it is the latest
    number = max(0, log.revision + data.draw(NEW_REVISIONS))
    links = {"crime_refs": list(log.crime_refs)}  # taking back a link is not re-coding
    after = assessed(world, [*world.lines, incident(ref, number, force=force, **fields | links)])
    assert after[key].severity.rank >= before[key].severity.rank
    assert after[key].expects_crime or not before[key].expects_crime


def standing_log(world: World, force: str, ref: str) -> IncidentSnapshot:
    holdings = Holdings(force)
    for each in readable(world.lines):
        if each.event.force == force and not isinstance(each.event, Heartbeat):
            holdings.add(each.event, each.canonical)
    return holdings.revisions(ref)[-1]
