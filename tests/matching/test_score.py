from math import log2
from typing import Any

import pytest

from monitor.matching.compare import LEVELS, Field
from monitor.matching.explain import likelihood, why
from monitor.matching.score import SHOWN_FROM, Scored, score
from monitor.matching.sides import Side
from monitor.matching.weights import DAYS, learnt_weights
from tests.matching.sides import LOG, NOBODY, record

WEIGHTS = learnt_weights()
PER_DAY = 100.0
STRANGER: dict[str, Any] = {"victims": frozenset({"cy"}), "suspects": frozenset({"dee"})}


def scored(*records: Side, named: dict[str, int] | None = None, per_day: float = PER_DAY) -> list[Scored]:
    return score(LOG, records, WEIGHTS, named or {}, per_day)


def test_every_level_has_a_weight() -> None:
    assert {field: set(levels) for field, levels in WEIGHTS.items()} == {
        field: set(levels) for field, levels in LEVELS.items()
    }
    for field, levels in WEIGHTS.items():
        assert sum(each.m for each in levels.values()) == pytest.approx(1, abs=0.001)
        if field is not Field.TIME:
            assert sum(each.u for each in levels.values()) == pytest.approx(1, abs=0.001)
    assert {name: each.u for name, each in WEIGHTS[Field.TIME].items()} == pytest.approx(DAYS, rel=1e-4)


def test_what_agrees_weighs_more_than_what_does_not() -> None:
    for field, best, worst in (
        (Field.VICTIM, "same", "other"),
        (Field.SUSPECT, "same", "other"),
        (Field.PLACE, "same_spot", "elsewhere"),
        (Field.OFFENCE, "same_kind", "other"),
        (Field.DOMESTIC_ABUSE, "both", "one"),
        (Field.UNIT, "same", "other"),
        (Field.TIME, "within_1_hour", "within_30_days"),
    ):
        assert WEIGHTS[field][best].bits > 1 > -1 > WEIGHTS[field][worst].bits, field


def test_the_weights_add_up_to_the_odds() -> None:
    (found,) = scored(record())
    prior = log2(0.5 / PER_DAY)
    expected = prior + sum(WEIGHTS[field][level].bits for field, level in found.levels.items())
    assert log2(found.odds) == pytest.approx(expected)
    assert found.probability == pytest.approx(found.odds / (1 + found.odds))


def test_a_field_that_nobody_filled_in_says_nothing() -> None:
    (found,) = scored(record(victims=NOBODY, suspects=NOBODY, place=None, unit=None, kinds=NOBODY))
    silent = (Field.VICTIM, Field.SUSPECT, Field.PLACE, Field.UNIT, Field.OFFENCE)
    assert [found.bits[field] for field in silent] == [0.0] * 5


def test_whom_many_records_name_says_less() -> None:
    (rare,), (common,) = scored(record()), scored(record(), named={"ana": 16, "bo": 1})
    assert rare.bits[Field.VICTIM] - common.bits[Field.VICTIM] == pytest.approx(4)
    assert rare.bits[Field.SUSPECT] == common.bits[Field.SUSPECT]


def test_where_records_are_many_one_agrees_by_chance_sooner() -> None:
    (few,), (many,) = scored(record(**STRANGER)), scored(record(**STRANGER), per_day=8 * PER_DAY)
    assert few.odds == pytest.approx(8 * many.odds)


def test_two_strangers_alike_stand_against_each_other() -> None:
    unnamed: dict[str, Any] = {"victims": NOBODY, "suspects": NOBODY}
    (alone,) = scored(record(**unnamed))
    one, other = scored(record("C1", **unnamed), record("C2", **unnamed))
    assert alone.probability > 0.9
    assert one.probability == other.probability < SHOWN_FROM


def test_the_records_of_two_victims_do_not_stand_against_each_other() -> None:
    both = score(LOG, [record("C1"), record("C2", victims=frozenset({"ana"}))], WEIGHTS, {"ana": 2}, PER_DAY)
    assert all(each.probability > 0.99 for each in both)


def test_the_likeliest_comes_first_whatever_the_order() -> None:
    records = [record("C1", **STRANGER), record("C2"), record("C3", unit="safeguarding")]
    refs = [each.record.ref for each in scored(*records)]
    assert refs == [each.record.ref for each in scored(*reversed(records))]
    assert refs == ["C2", "C3", "C1"]


def test_another_person_in_another_place_is_no_match() -> None:
    (found,) = scored(record(place=None, **STRANGER))
    assert found.probability < 0.05


def test_it_says_why_what_speaks_for_it_first() -> None:
    (found,) = scored(record(unit="safeguarding", suspects=frozenset({"dee"})))
    assert why(LOG, found) == (
        "The same victim.",
        "The same place.",
        "The kind of offence that the log tells of.",
        "Recorded 2 hours after the report.",
        "Other unit: safeguarding, not response-north.",
        "Another suspect.",
    )


@pytest.mark.parametrize(
    ("hours", "words"),
    [
        (0.5, "Recorded 30 minutes after the report."),
        (1, "Recorded 1 hour after the report."),
        (-0.25, "Recorded 15 minutes before the report."),
        (72, "Recorded 3 days after the report."),
        (0.999, "Recorded 1 hour after the report."),
    ],
)
def test_a_span_is_told_as_people_tell_it(hours: float, words: str) -> None:
    (found,) = scored(record(hours=hours))
    assert words in why(LOG, found)


@pytest.mark.parametrize(("probability", "words"), [(0.99, "Very likely"), (0.8, "Likely"), (0.5, "Possible")])
def test_a_probability_is_told_in_words(probability: float, words: str) -> None:
    assert likelihood(probability) == words
