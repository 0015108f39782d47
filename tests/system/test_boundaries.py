"""kill -9 of the worker at each single boundary, on the real broker and on each kind of database."""

import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import pytest

from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from tests.builders import Line
from tests.system.dying import BOUNDARIES
from tests.system.judging import assessed, every_alert_was_told, unlike
from tests.system.running import READY, all_sent, by_key, environment, send, settled, until, worker

EVENTS = 4500  # more than two batches of a merge
START = datetime(2026, 10, 1, tzinfo=UTC)
TIMES = {"after the ack, before the offsets": 1, "before the relay sends": 1, "after the relay has sent": 1}  # else 2


@pytest.fixture(scope="module")
def events() -> list[tuple[datetime, Line]]:
    return list(islice(stream_events(seed=5, start=START, forces=2, rate_per_hour=60), EVENTS))


# Merge, review and relay each within or after a transaction: there the two kinds of database might differ.
IN_THE_DATABASE = (
    "within the merge",
    "after the commit, before the ack",
    "within the review",
    "after the relay has sent",
)
CASES = [*((each, "sqlite") for each in BOUNDARIES), *((each, "postgresql") for each in IN_THE_DATABASE)]


@pytest.mark.parametrize(("boundary", "either_settings"), CASES, indirect=["either_settings"])
def test_a_worker_killed_at_any_boundary_loses_nothing_and_repeats_only_by_id(
    events: list[tuple[datetime, Line]], boundary: str, either_settings: Settings, tmp_path: Path
) -> None:
    lines, now = [line for _, line in events], events[-1][0] + timedelta(hours=6)
    settings = either_settings.model_copy(update={"clock": now, "force_mappings": mapping_path()})
    send(lines, settings)
    assert die_at(boundary, settings, tmp_path / "dying.log") == -signal.SIGKILL
    # In a group of its own the next worker need not wait until the broker gives up the dead one: where it reads on, the
    # store says. (test_sharing holds how long that takes.) Where the offsets matter it is the same group.
    follower = settings if "offsets" in boundary else settings.model_copy(update={"group": "next"})
    with worker(follower, tmp_path / "log") as running:
        running.wait_for(READY)
        verdicts = by_key(settled(settings, 60))
        until(lambda: all_sent(settings), 30, "all is sent")
        assert running.stop() == 0
    assert unlike(verdicts, by_key(assessed(lines, now, settings))) == {}
    every_alert_was_told(settings, verdicts)


def die_at(boundary: str, settings: Settings, log: Path) -> int:
    command = [
        sys.executable,
        "-m",
        "tests.system.dying",
        boundary,
        str(TIMES.get(boundary, 2)),
        "worker",
        "--log",
        "json",
    ]
    with log.open("ab") as file:
        return subprocess.run(command, env=environment(settings), stderr=file, timeout=60, check=False).returncode
