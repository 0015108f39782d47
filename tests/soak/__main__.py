"""`make soak`: events for many minutes, while workers are killed, halted and stopped. Then all is held to `assess`.

`--minutes N` says how long, `--postgres` that it is PostgreSQL, `--seed N` which faults. It exits 1 on any difference.
"""

import argparse
import random
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import orjson

from monitor.broker import EmbeddedBroker, ensure_kafka
from monitor.broker.topics import create_topics
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.simulator import mapping_path, stream_events
from tests.builders import Line
from tests.postgres import postgres_in
from tests.system.judging import assessed, unlike
from tests.system.running import READY, RunningWorker, by_key, messages, send, settled, worker

START = datetime(2026, 10, 1, tzinfo=UTC)
PER_ROUND = 2000
WORKERS = 2


def main() -> None:
    options = _options()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="monitor-soak-")))
        broker = stack.enter_context(EmbeddedBroker(ensure_kafka(folder, _say), folder / "kafka"))
        given = {"broker": broker.bootstrap, "data_dir": folder, "metrics_port": 0, "force_mappings": mapping_path()}
        if options.postgres:
            given["database_url"] = stack.enter_context(postgres_in(folder / "postgres")).fresh()
        sys.exit(_soak(Settings.model_validate(given), folder, options))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--postgres", action="store_true")
    return parser.parse_args()


def _soak(settings: Settings, folder: Path, options: argparse.Namespace) -> int:
    """The clock stands at a time after all events, so that one look by `assess` says what must come of them."""
    chance, faults = random.Random(options.seed), Counter[str]()
    events = (line for _, line in stream_events(seed=options.seed, start=START, forces=3, rate_per_hour=150))
    settings = settings.model_copy(update={"clock": START + timedelta(days=400)})
    create_topics(settings)
    sent: list[Line] = []
    until = time.monotonic() + 60 * options.minutes
    while time.monotonic() < until:
        part = list(islice(events, PER_ROUND))
        sent += part
        with ExitStack() as stack:
            running = [stack.enter_context(worker(settings, folder / f"{n}.log")) for n in range(WORKERS)]
            running[0].wait_for(READY, 60)
            send([*part, *chance.sample(sent, len(sent) // 50)], settings)  # some come again
            for name in _faults(running, chance):
                faults[name] += 1
        _say(f"{len(sent):,} events, {sum(faults.values())} faults")
    with worker(settings, folder / "last.log") as last:
        last.wait_for(READY, 60)
        verdicts = settled(settings, 600)
        last.stop()
    return _told(settings, sent, verdicts, faults)


def _faults(running: list[RunningWorker], chance: random.Random) -> Iterator[str]:
    """One by one, until no worker is left."""
    for each in running:
        time.sleep(chance.uniform(0.2, 4))
        fault = chance.choice(["killed", "stopped", "halted, then killed"])
        if fault == "stopped":
            each.stop(signal.SIGTERM, 30)
        else:
            if fault != "killed":
                each.process.send_signal(signal.SIGSTOP)
                time.sleep(chance.uniform(1, 12))
                each.process.send_signal(signal.SIGCONT)
                time.sleep(chance.uniform(0, 1))
            each.kill()
        yield fault


def _told(settings: Settings, sent: list[Line], verdicts: list[dict[str, object]], faults: Counter[str]) -> int:
    assert settings.clock
    ours, theirs = by_key(verdicts), by_key(assessed(sent, settings.clock, settings))
    different = unlike(ours, theirs)
    alerts = [orjson.loads(each.value or b"") for each in messages(settings, Topic.ALERTS)]
    last = {f"{each['force']}:{each['incident_ref']}": each["alert"] for each in alerts}
    firing = {key for key, verdict in theirs.items() if verdict["alert"] == "firing"}
    wrong = firing ^ {key for key, alert in last.items() if alert == "firing"}
    repeats = len(alerts) - len({each["id"] for each in alerts})
    print(f"{len(sent):,} events, {len(theirs):,} incidents, faults: {dict(faults)}")
    print(f"{len(different)} verdicts differ, {len(wrong)} alerts are missing or stand wrongly")
    print(f"{len(alerts):,} alert changes told, {repeats} of them again with the same id")
    return 1 if different or wrong else 0


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
