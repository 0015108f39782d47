"""From events and the truth about them to the figures."""

from collections.abc import Iterable
from datetime import datetime

from monitor.contract.codec import Decoded
from monitor.evaluation.compare import compare
from monitor.evaluation.evaluation import Evaluation, evaluate
from monitor.evaluation.replay import replay
from monitor.evaluation.told import listen
from monitor.rulebook import Rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.simulator.truth import Truth


def run(
    events: Iterable[Decoded], truths: Iterable[Truth], rulebook: Rulebook, mappings: ForceMappings, end: datetime
) -> Evaluation:
    told = listen(replay(events, rulebook, mappings, end))
    return evaluate(compare(truths, told, end), end)
