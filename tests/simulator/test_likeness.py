"""Forces like real ones: as much goes unrecorded as inspectors published."""

import tomllib
from datetime import UTC, datetime, timedelta

import pytest

from monitor.cli import main
from monitor.evaluation.shares import Share
from monitor.evaluation.strata import recording_rates
from monitor.simulator import stream_events, truth_of
from monitor.simulator.force import NAMES, mapping_path
from monitor.simulator.likeness import likenesses
from monitor.simulator.live import until
from monitor.simulator.plans import PLANS
from monitor.simulator.truth import Truth

START = datetime(2026, 10, 1, tzinfo=UTC)
WITHOUT_INTERVAL = 2.0  # percentage points, where none was published


@pytest.fixture(scope="module", params=[*likenesses()])
def rates(request: pytest.FixtureRequest) -> tuple[str, dict[str, Share]]:
    truths: list[Truth] = []
    events = stream_events(
        2, START, 1, 60, lambda story: truths.append(truth_of(story)), likenesses()[request.param].plans
    )
    for _ in until(events, START + timedelta(days=10)):
        pass
    return request.param, recording_rates(truths)


@pytest.mark.parametrize("stratum", ["all", "violence"])
def test_the_recording_rate_lies_within_the_published_interval(
    rates: tuple[str, dict[str, Share]], stratum: str
) -> None:
    name, simulated = rates
    published, share = likenesses()[name].rates[stratum], simulated[stratum]
    assert share.of > 1000
    assert 100 * (share.rate or 0) == pytest.approx(published.percent, abs=published.half_width or WITHOUT_INTERVAL)


def test_every_weight_is_of_a_kind_of_story_and_every_likeness_has_its_source() -> None:
    for fields in tomllib.loads((mapping_path().parent / "likenesses.toml").read_text(encoding="utf-8")).values():
        assert fields["weights"].keys() <= {plan.kind for plan in PLANS}
        assert fields["source"].startswith("https://hmicfrs.justiceinspectorates.gov.uk/")


def test_an_unknown_likeness_is_one_sentence_and_exit_2(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["simulate", "--like", "rutland-1999"])
    assert ended.value.code == 2
    assert "--like knows hertfordshire-2017, hertfordshire-2024, not 'rutland-1999'." in capfd.readouterr().err


def test_there_are_as_many_forces_as_in_england_and_wales_and_no_two_share_a_reference() -> None:
    assert len(NAMES) == 43
    assert len({name[:3] for name in NAMES}) == 43
    sent = until(stream_events(1, START, 43, 1), START + timedelta(hours=6))
    assert len({line["value"]["force"] for line in sent}) == 43
