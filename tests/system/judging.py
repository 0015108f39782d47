"""The pure judgement of the same lines, to hold the stream against."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import orjson

from monitor.compliance.batch import Batch
from monitor.contract.codec import read
from monitor.contract.topics import Topic
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import load_mappings
from monitor.settings import Settings
from tests.builders import Line


def assessed(lines: Iterable[Line], now: datetime, settings: Settings) -> list[dict[str, Any]]:
    batch = Batch()
    for line in lines:
        batch.add(read(Topic(line["topic"]), line["value"]))
    mappings = load_mappings(settings.force_mappings)
    return [orjson.loads(verdict.to_json()) for verdict in batch.verdicts(load_rulebook(), mappings, now)]
