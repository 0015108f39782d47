"""What agreement and disagreement weigh: for each level m, the share of true pairs at it, and u, that of other pairs.

Learnt on a synthetic force, and kept in `data/weights.toml` with the command and the seed that made them. For levels of
time u is the span in days: how many records that long a time has, for each record of a day.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from math import log2

from monitor.matching.compare import SPANS, Field

PRIOR = 0.5  # taken, not learnt: that a record of this incident is there, and linked to nothing


@dataclass(frozen=True, slots=True)
class Weight:
    m: float
    u: float

    @property
    def bits(self) -> float:
        """How much likelier a true pair is at this level than another pair: Fellegi and Sunter (1969), in bits."""
        return log2(self.m / self.u)


Weights = Mapping[Field, Mapping[str, Weight]]
DAYS = {span.name: (span.most - span.least) / 24 for span in SPANS}


@cache
def learnt_weights() -> Weights:
    text = (resources.files("monitor.matching") / "data" / "weights.toml").read_text(encoding="utf-8")
    fields = tomllib.loads(text)["fields"]
    return {Field(name): {level: Weight(**each) for level, each in levels.items()} for name, levels in fields.items()}
