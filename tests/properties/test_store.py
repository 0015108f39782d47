"""The store ends in the verdicts of `assess`, however the events come to it."""

from collections import Counter
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from monitor import store
from tests.builders import REPORTED, Line
from tests.properties.feeding import Blank, Topics, Worker, alerts_told, stored, stored_meanings
from tests.properties.judging import assessed, meanings, printed, reorderings
from tests.properties.profile import examples
from tests.worlds import World, worlds
from tests.worlds.vocabulary import HOUR, TICK

LIMITS = st.sampled_from([1000, 1, 4])  # cases of one review
GAPS = st.sampled_from([HOUR, TICK, 20 * HOUR])  # of broker time, between batches


@st.composite
def batches(draw: st.DrawFn, lines: list[Line]) -> list[list[Line]]:
    """These lines, cut into up to five."""
    cuts = sorted(draw(st.lists(st.integers(0, len(lines)), max_size=4)))
    return [lines[start:end] for start, end in pairwise([0, *cuts, len(lines)])]


@examples(15)
@given(worlds(), st.data())
def test_a_first_review_prints_what_assess_prints(blank: Blank, world: World, data: st.DataObject) -> None:
    with blank.opened() as engine:
        worker = Worker(engine, Topics(), world.mappings)
        for batch in data.draw(batches(data.draw(reorderings(world.lines)))):
            worker.merge(worker.topics.send(batch, REPORTED))
        worker.settle(world.now)
        assert list(store.stored_verdicts(engine)) == printed(assessed(world))


@examples(25)
@given(worlds(), st.data())
def test_any_order_repetition_batches_and_reviews_end_as_assess(
    blank: Blank, world: World, data: st.DataObject
) -> None:
    """All stands in the topics before the worker starts: known time is held back until the last crime record."""
    with blank.opened() as engine:
        worker = Worker(engine, Topics(), world.mappings, data.draw(LIMITS))
        for messages in sent_before(worker.topics, world, data):
            worker.merge(messages)
            if data.draw(st.booleans()):
                worker.review(world.now)
        worker.settle(world.now)
        assert stored_meanings(engine) == meanings(assessed(world))
        assert_books_balance(engine)


@examples(12)
@given(worlds(), st.data())
def test_reading_the_topics_again_changes_nothing(blank: Blank, world: World, data: st.DataObject) -> None:
    with blank.opened() as engine:
        worker = Worker(engine, Topics(), world.mappings)
        sent = sent_before(worker.topics, world, data)
        for messages in sent:
            worker.merge(messages)
        worker.settle(world.now)
        before = stored(engine), store.unsent(engine), store.case_counts(engine)
        store.place(engine, dict.fromkeys(worker.topics.ends, 0))
        for messages in sent:
            assert worker.merge(messages).marked == 0
            worker.review(world.now)
        worker.settle(world.now)
        assert (stored(engine), store.unsent(engine), store.case_counts(engine)) == before


@examples(12)
@given(worlds(), st.data())
def test_reading_the_topics_into_an_empty_database_gives_the_same_verdicts(
    blank: Blank, world: World, data: st.DataObject
) -> None:
    topics = Topics()
    sent = sent_before(topics, world, data)
    with blank.opened() as first, blank.opened() as second:
        reviewing, merging = Worker(first, topics, world.mappings), Worker(second, topics, world.mappings)
        for messages in sent:
            reviewing.merge(messages)
            reviewing.review(world.now)
        merging.merge(sorted((message for messages in sent for message in messages), key=place))
        for worker in (reviewing, merging):
            worker.settle(world.now)
        assert stored_meanings(first) == stored_meanings(second)


def place(message: store.Received) -> tuple[str, int, int]:
    return message.topic, message.partition, message.offset


def sent_before(topics: Topics, world: World, data: st.DataObject) -> list[list[store.Received]]:
    """All lines in any order, in batches; the last came to the broker just now."""
    split, gap = data.draw(batches(data.draw(reorderings(world.lines)))), data.draw(GAPS)
    return [
        topics.send(batch, world.now - gap * age) for batch, age in zip(split, range(len(split), 0, -1), strict=True)
    ]


def assert_books_balance(engine: Engine) -> None:
    """The counts are those of the verdicts, and what was told of each alert ends in how it stands."""
    verdicts, told = stored(engine), alerts_told(engine)
    counts = Counter((one["force"], one["status"], one["severity"], one["alert"]) for one in verdicts.values())
    kept: Counter[tuple[str, str, str, str]] = Counter()
    for row in store.case_counts(engine):
        kept[row.force, row.status, row.severity, row.alert] += row.cases
    assert kept == counts
    assert told.keys() == {key for key, verdict in verdicts.items() if verdict["alert"] != "none"}
    for key, messages in told.items():
        steps = [message["change"] for message in messages]
        assert [message["id"].rsplit("/")[-1] for message in messages] == [str(n + 1) for n in range(len(steps))]
        assert steps[0] == "raised"
        assert all((two == "raised") == (one == "resolved") for one, two in pairwise(steps))
        assert messages[-1]["alert"] == verdicts[key]["alert"]
        assert messages[-1]["alert"] == "resolved" or messages[-1]["status"] == verdicts[key]["status"]
