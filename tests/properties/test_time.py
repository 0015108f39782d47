"""Nothing changes before `next_review_at`, and something does at it."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor.contract.verdict import Verdict
from tests.properties.judging import Verdicts, assessed, batch_of, judged, meanings, readable
from tests.properties.profile import examples
from tests.worlds import World, worlds
from tests.worlds.vocabulary import TICK

FAR = (timedelta(days=1), timedelta(days=400), timedelta(days=40_000))


@examples(60)
@given(worlds(), st.data())
def test_before_the_next_review_time_alone_changes_nothing(world: World, data: st.DataObject) -> None:
    batch = batch_of(readable(world.lines))
    verdicts = judged(world, batch, world.now)
    between = data.draw(st.lists(st.sampled_from(world.instants), unique=True, max_size=5))
    times = {world.now + TICK, *between, *(world.now + far for far in FAR), *(at - TICK for at in reviews(verdicts))}
    for time in sorted(time for time in times if time > world.now):
        later = judged(world, batch, time)
        for key, verdict in verdicts.items():
            if is_before_review(time, verdict):
                assert later[key] == verdict, f"changed at {time}"


@examples(60)
@given(worlds())
def test_at_the_next_review_something_changes(world: World) -> None:
    batch = batch_of(readable(world.lines))
    verdicts = judged(world, batch, world.now)
    for time in reviews(verdicts):
        assert time > world.now
        before, after = meanings(verdicts), meanings(judged(world, batch, time))
        due = [key for key, verdict in verdicts.items() if verdict.next_review_at == time]
        assert [key for key in due if before[key] == after[key]] == []


@examples(60)
@given(worlds(), st.data())
def test_a_sentence_never_says_how_long_is_left(world: World, data: st.DataObject) -> None:
    """One that did would read otherwise a moment later."""
    now, later = assessed(world), assessed(world, now=data.draw(st.sampled_from(world.instants)))
    for key, verdict in now.items():
        messages = {finding.code: finding for finding in later[key].findings}
        assert [found for found in verdict.findings if messages.get(found.code, found) != found] == []


def reviews(verdicts: Verdicts) -> list[datetime]:
    return sorted({verdict.next_review_at for verdict in verdicts.values() if verdict.next_review_at})


def is_before_review(time: datetime, verdict: Verdict) -> bool:
    return verdict.next_review_at is None or time < verdict.next_review_at
