import pytest

from monitor.matching.compare import LEVELS, Field
from monitor.matching.learn import learn
from monitor.matching.weights import DAYS
from tests.matching.sides import LOG, NOBODY, record


def test_m_is_counted_on_linked_pairs_and_u_on_pairs_by_chance() -> None:
    linked = [(LOG, record())] * 90 + [(LOG, record(unit="safeguarding"))] * 10
    by_chance = [(LOG, record())] * 100 + [(LOG, record(unit="safeguarding"))] * 900
    of_unit = learn(linked, by_chance)[Field.UNIT]
    assert of_unit["same"].m == pytest.approx(90.5 / 101)
    assert of_unit["same"].u == pytest.approx(100.5 / 1001)
    assert of_unit["other"].bits == pytest.approx(-3.1, abs=0.1)


def test_what_cannot_be_compared_is_not_counted() -> None:
    weights = learn([(LOG, record(victims=NOBODY))] * 50, [(LOG, record())] * 50)
    assert [weight.m for weight in weights[Field.VICTIM].values()] == pytest.approx([1 / 3] * 3)


def test_what_was_never_seen_is_rare_and_not_impossible() -> None:
    weights = learn([(LOG, record())] * 100, [(LOG, record())] * 100)
    for field in Field:
        assert all(0 < weights[field][level].m < 1 for level in LEVELS[field])


def test_time_goes_by_spans_whatever_the_pairs_by_chance() -> None:
    weights = learn([(LOG, record())] * 10, [(LOG, record(hours=500))] * 10)
    assert {level: weight.u for level, weight in weights[Field.TIME].items()} == DAYS
