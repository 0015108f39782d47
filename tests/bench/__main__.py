"""`make bench`: what the monitor does a second, each beside a floor measured in the same run.

`--quick` takes half a minute; `--incidents N` sets the size; the default is what the goals are stated for.
"""

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from monitor.broker import EmbeddedBroker, ensure_kafka
from tests.bench import judging, large, latency, steady, throughput
from tests.bench.workload import Workload, fill, fresh_settings
from tests.postgres import postgres_in

FULL, QUICK = 200_000, 10_000
JUDGED_EVENTS = 50_000
Row = tuple[str, str, str, str]


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="monitor-bench-") as name:
        folder = Path(name)
        with EmbeddedBroker(ensure_kafka(folder, _say), folder / "kafka") as broker:
            rows = _measure(broker.bootstrap, folder, options)
    _print(rows)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} incidents and fewer alerts")
    parser.add_argument("--incidents", type=int, help=f"how many; {FULL} if not said")
    options = parser.parse_args()
    options.incidents = options.incidents or (QUICK if options.quick else FULL)
    return options


def _measure(broker: str, folder: Path, options: argparse.Namespace) -> list[Row]:
    _say(f"Filling the topics with {options.incidents:,} incidents.")
    workload = Workload(options.incidents)
    settings = fresh_settings(broker, folder)
    fill(settings, workload, JUDGED_EVENTS)
    settings = settings.model_copy(update={"clock": workload.now})
    _say(f"Reading {workload.events:,} events with nothing done to them, then into SQLite with verdicts.")
    floor = throughput.bare_consumer(settings, workload.events)
    stream = throughput.with_verdicts(settings, folder, workload.events)
    _say("The same into PostgreSQL.")
    with postgres_in(folder / "postgres", durable=True) as postgres:
        elsewhere = settings.model_copy(update={"database_url": postgres.fresh()})
        server = throughput.with_verdicts(elsewhere, folder, workload.events)
        _say("And by two workers.")
        again = elsewhere.model_copy(update={"database_url": postgres.fresh(), "group": "two"})
        two = throughput.with_two_workers(again, folder, workload.events)
        _say("With a million incidents stored.")
        stored = large.measure(fresh_settings(broker, folder), folder, postgres)
    _say("Judging without broker and database.")
    judged = judging.measure(workload.lines, workload.now)
    alerts, seconds = (100, 5.0) if options.quick else (1000, 20.0)
    _say(f"Letting {alerts} deadlines pass, quietly and then while logs pour in.")
    quiet = latency.measure(fresh_settings(broker, folder), folder, alerts, seconds, [])
    logs = [line for line in workload.lines if line["topic"] == "incidents"]
    busy = latency.measure(fresh_settings(broker, folder), folder, alerts, seconds, logs)
    rate, lasting = 500, 5 if options.quick else 20
    _say(f"At {rate} events/s for {lasting} s.")
    at_rate = steady.measure(fresh_settings(broker, folder), folder, rate, lasting)
    return [
        *_stream_rows(stream, server, two, floor),
        *_judged_rows(judged),
        *_delay_rows(quiet, busy, alerts),
        *_delays(f"event to alert, {rate} events/s", at_rate, rate * lasting),
        *_large_rows(stored),
    ]


def _stream_rows(
    stream: throughput.Throughput, server: throughput.Throughput, two: throughput.Throughput, floor: float
) -> list[Row]:
    return [
        (
            "Kafka to SQLite with verdicts",
            f"{stream.per_second:,.0f} events/s",
            "4,000",
            _beside(stream.per_second, floor),
        ),
        (
            "Kafka to PostgreSQL with verdicts",
            f"{server.per_second:,.0f} events/s",
            "",
            _beside(server.per_second, floor),
        ),
        ("  peak memory of that worker", f"{server.peak_bytes / 1e6:,.0f} MB", "", "the server's is not in it"),
        (
            "Kafka to PostgreSQL, two workers",
            f"{two.per_second:,.0f} events/s",
            "8,000",
            _beside(two.per_second, floor),
        ),
        ("  bare aiokafka consumer", f"{floor:,.0f} events/s", "", "floor"),
        ("  processor time of the worker", f"{1e6 * stream.cpu_seconds / stream.events:,.0f} µs/event", "", ""),
        ("  peak memory of the worker", f"{stream.peak_bytes / 1e6:,.0f} MB", "300", ""),
    ]


def _judged_rows(judged: judging.Judging) -> list[Row]:
    beside = _beside(judged.per_second, judged.floor_per_second)
    return [
        ("assess, reading included", f"{judged.per_second:,.0f} incidents/s", "6,000", beside),
        ("  judgement alone", f"{judged.judged_per_second:,.0f} incidents/s", "", ""),
        ("  pydantic validation alone", f"{judged.floor_per_second:,.0f} incidents/s", "", "floor"),
        ("  events an incident", f"{judged.events / judged.incidents:.2f}", "", ""),
    ]


def _large_rows(stored: large.Large) -> list[Row]:
    ratio = stored.large_micros / stored.small_micros
    beside = f"{ratio:.2f} of that at {large.SMALL:,}"
    return [
        (f"restart with {large.LARGE:,} incidents", f"{stored.restart_seconds:.1f} s", "5 s", "to reading the topics"),
        (f"one case, {large.LARGE:,} stored", f"{stored.large_micros:,.0f} µs", "the same", beside),
    ]


def _delay_rows(quiet: list[float], busy: list[float], alerts: int) -> list[Row]:
    return [
        *_delays("deadline to alert, quiet", quiet, alerts),
        *_delays("deadline to alert, logs pouring in", busy, alerts),
    ]


def _delays(name: str, delays: list[float], alerts: int) -> list[Row]:
    found = "" if len(delays) == alerts else f"only {len(delays)} of {alerts} alerts came"
    if not delays:
        return [(name, "none", "1 s", found)]
    p50, p99 = delays[len(delays) // 2], delays[min(len(delays) - 1, len(delays) * 99 // 100)]
    return [(name, f"p50 {p50:.3f} s, p99 {p99:.3f} s", "p99 1 s", found)]


def _beside(found: float, floor: float) -> str:
    return f"{found / floor:.2f} of the floor"


def _print(rows: list[Row]) -> None:
    print(f"\n{os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]:.1f}")
    widths = [max(len(row[column]) for row in rows) for column in range(3)]
    for row in [("", "measured", "goal", ""), *rows]:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, [*widths, 0], strict=True)).rstrip())


def _say(line: str) -> None:
    print(line, file=sys.stderr)


if __name__ == "__main__":
    main()
