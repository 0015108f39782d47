"""Every scenario of the contract, through Kafka and the worker. Those of one `as_of` share a run, as other forces."""

import json
import re
from collections import defaultdict
from pathlib import Path

import pytest

from monitor.settings import Settings
from tests.conformance.scenarios import SCENARIOS, Scenario, as_toml, differences
from tests.system.running import by_key, send, settled, worker

_FORCES = re.compile("hertfordshire|essex", re.IGNORECASE)


def renamed(scenario: Scenario, number: int) -> Scenario:
    """The same of other forces, written as they were: in capitals, with spaces around."""
    text = _FORCES.sub(lambda match: f"{match.group()}-{number:03}", json.dumps(scenario))
    again: Scenario = json.loads(text)
    return again


RUNS: dict[str, list[Scenario]] = defaultdict(list)
for number, scenario in enumerate(SCENARIOS):
    RUNS[scenario["as_of"]].append(renamed(scenario, number))


def test_all_scenarios_are_run() -> None:
    assert sum(map(len, RUNS.values())) == len(SCENARIOS) == 127


@pytest.mark.parametrize("as_of", RUNS)
def test_the_stream_gives_the_verdicts_of_the_contract(as_of: str, kafka_settings: Settings, tmp_path: Path) -> None:
    mapping = tmp_path / "types.toml"
    mapping.write_text("".join(as_toml(scenario.get("mapping", {})) for scenario in RUNS[as_of]), "utf-8")
    settings = Settings.model_validate({**kafka_settings.model_dump(), "clock": as_of, "force_mappings": mapping})
    send((event for scenario in RUNS[as_of] for event in scenario["events"]), settings)
    with worker(settings, tmp_path / "log") as running:
        verdicts = by_key(settled(settings)).values()
        assert running.stop() == 0
    wrong = {scenario["id"]: found for scenario in RUNS[as_of] if (found := differences(scenario, verdicts))}
    assert wrong == {}
    assert {f"{verdict['force']}:{verdict['incident_ref']}" for verdict in verdicts} >= {
        key for scenario in RUNS[as_of] for key in scenario["expect"]
    }
