"""As events come one by one and the clock runs, the store stands at every moment where `assess` does."""

from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from monitor import store
from tests.builders import Line
from tests.properties.feeding import Blank, Topics, Worker, stored_meanings
from tests.properties.judging import assessed, meanings
from tests.properties.profile import examples
from tests.properties.test_store import assert_books_balance, batches
from tests.worlds import World, worlds
from tests.worlds.vocabulary import HOUR, TICK

LATE = st.sampled_from([timedelta(0), timedelta(0), TICK, 5 * HOUR])  # how late a review is
PASSES = st.integers(0, 4)  # how many reviews between two batches
MOST_REVIEWS = 60
FAR = timedelta(days=40_000)


@examples(25)
@given(worlds(), st.data())
def test_each_review_at_its_time_leaves_the_store_where_assess_stands(
    blank: Blank, world: World, data: st.DataObject
) -> None:
    clock = min(world.instants) - data.draw(st.sampled_from([HOUR, -HOUR, -30 * HOUR]))
    received: list[Line] = []
    with blank.opened() as engine:
        worker = Worker(engine, Topics(), world.mappings)
        for batch in data.draw(batches(data.draw(st.permutations(world.lines)))):
            received += batch
            worker.merge(worker.topics.send(batch, clock))
            clock = follow(worker, world, received, clock, data)
        assert_books_balance(engine)


def follow(worker: Worker, world: World, received: list[Line], clock: datetime, data: st.DataObject) -> datetime:
    """Reviews now and at the next few times at which the clock alone makes something due."""
    for _ in range(data.draw(PASSES) + 1):
        worker.settle(clock)
        stands = stored_meanings(worker.engine)
        assert stands == meanings(assessed(world, received, clock)), f"at {clock}"
        due = store.next_due(worker.engine, clock)
        last = clock + FAR if due is None else due - TICK
        assert stands == meanings(assessed(world, received, last)), f"not due between {clock} and {last}"
        if due is None:
            break
        assert due > clock
        clock = due + data.draw(LATE)
    worker.settle(clock)
    return clock
