"""Any order and any number of repeats of the same events end in the same verdicts."""

from hypothesis import given
from hypothesis import strategies as st

from tests.properties.judging import assessed, batch_of, printed, readable, reorderings
from tests.properties.profile import examples
from tests.worlds import World, worlds


@examples(80)
@given(worlds(), st.data())
def test_order_and_repetition_change_no_byte_of_what_is_printed(world: World, data: st.DataObject) -> None:
    otherwise = data.draw(reorderings(world.lines))
    assert printed(assessed(world, otherwise)) == printed(assessed(world))


@examples(30)
@given(worlds(), st.data())
def test_order_and_repetition_change_no_conflict(world: World, data: st.DataObject) -> None:
    otherwise = data.draw(reorderings(world.lines))
    assert batch_of(readable(otherwise)).conflicts == batch_of(readable(world.lines)).conflicts
