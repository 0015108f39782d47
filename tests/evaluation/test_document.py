"""A small version of docs/evaluation.md."""

import pytest

from monitor.evaluation.document import figures
from monitor.simulator.likeness import likenesses


@pytest.mark.parametrize("like", [*likenesses()])
def test_a_force_like_a_real_one_has_99_in_100_alerts_and_below_1_false_alarm_in_1000_incidents(like: str) -> None:
    evaluation = figures(like, seed=1, days=6, rate=20)
    assert evaluation.recall.of > 200
    assert (evaluation.recall.rate or 0) >= 0.99
    assert evaluation.told.of > 200
    assert (evaluation.told.rate or 0) >= 0.99
    assert evaluation.false_per_thousand < 1
    assert evaluation.queue_recall["hidden_in_asb"].of > 0
    assert evaluation.unseen.of > 0
