"""Every scenario of the contract, through the command `monitor assess` as a user runs it."""

import json
from pathlib import Path

import pytest

from monitor.cli import main
from tests.conformance.scenarios import SCENARIOS, Scenario, as_toml, differences


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario["id"])
def test_the_scenario_holds_through_assess(
    scenario: Scenario, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    events = tmp_path / "events.ndjson"
    events.write_text("".join(json.dumps(event) + "\n" for event in scenario["events"]))
    arguments = ["assess", str(events), "--as-of", scenario["as_of"]]
    if "mapping" in scenario:
        (tmp_path / "types.toml").write_text(as_toml(scenario["mapping"]))
        arguments += ["--force-mapping", str(tmp_path / "types.toml")]
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 0
    verdicts = [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]
    assert differences(scenario, verdicts) == []


def test_there_are_scenarios_and_a_wrong_verdict_is_noticed() -> None:
    assert len(SCENARIOS) >= 127
    (key, expected), *_ = SCENARIOS[0]["expect"].items()
    force, ref = key.split(":")
    wrong = {"force": force, "incident_ref": ref, "status": "recorded_in_time"}
    assert differences(SCENARIOS[0], [wrong], fields=("status",)) == [
        f"{key}: status is 'recorded_in_time', expected {expected['status']!r}"
    ]
