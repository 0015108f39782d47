"""`monitor run`: everything on one machine, for a first look and for small forces."""

import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor.cli.worker import Log
from monitor.errors import UserError
from monitor.settings import Settings, load_settings

if TYPE_CHECKING:
    from monitor.broker import EmbeddedBroker


def command(
    synthetic: Annotated[
        bool, typer.Option("--synthetic/--no-synthetic", help="Whether a synthetic force feeds it live.")
    ] = True,
    log: Annotated[
        Log | None, typer.Option(help="The form of the log on standard error; auto is text at a terminal, else JSON.")
    ] = None,
    shadow: Annotated[
        bool | None,
        typer.Option("--shadow", help="Judge and count, and raise no alert: in a group and a database of its own."),
    ] = None,
) -> None:
    """Run Kafka, the worker and a synthetic force until Ctrl-C. The data are kept: the next run goes on from them."""
    from monitor.telemetry.logs import set_up_logs

    settings = load_settings(log=log, shadow=shadow)
    set_up_logs(settings.log)
    with suppress(KeyboardInterrupt), ExitStack() as parts:
        _run(settings, synthetic, parts)
    _say("All of it has stopped.")


def _say(line: str) -> None:
    typer.echo(line)


def _run(settings: Settings, synthetic: bool, parts: ExitStack) -> None:
    from monitor.broker import EmbeddedBroker, ensure_kafka
    from monitor.broker.topics import create_topics
    from monitor.cli.pages import pages
    from monitor.store import open_store

    port = _port(settings)
    broker = EmbeddedBroker(ensure_kafka(settings.data_dir, _say), settings.data_dir / "kafka", port)
    _say("Starting Kafka.")
    parts.enter_context(broker)
    create_topics(settings, say=_say)
    if synthetic:
        settings = parts.enter_context(_fed(settings))
    _say("Starting the worker and the pages.")
    open_store(settings.database_url).dispose()  # made or migrated once, before two processes open it
    _work(settings, synthetic, broker, parts.enter_context(pages(settings)))


def _work(settings: Settings, synthetic: bool, broker: "EmbeddedBroker", queue: str) -> None:
    from monitor.cli.watch import Watch
    from monitor.stream.worker import run_worker

    def on_ready(metrics: str) -> None:
        _welcome(settings, synthetic, queue, metrics)
        watch.start()

    watch = Watch(settings, broker, _say)
    try:
        run_worker(settings, on_ready)
    finally:
        watch.stop()
    if broker.exit_code is not None:
        raise UserError(f"Kafka ended by itself (exit {broker.exit_code}); see server.log in {broker.log_dir}.")


@contextmanager
def _fed(settings: Settings) -> Iterator[Settings]:
    from monitor.cli.synthetic import Feeder, Story, mappings_with

    story = Story.of(settings.data_dir / "synthetic.json", datetime.now(UTC).replace(microsecond=0))
    with mappings_with(settings.force_mappings) as mappings:
        feeder = Feeder(settings, story, _say)
        feeder.start()
        try:
            yield settings.model_copy(update={"force_mappings": mappings})
        finally:
            feeder.stop()


def _welcome(settings: Settings, synthetic: bool, queue: str, metrics: str) -> None:
    _say("")
    _say("The monitor is running.")
    if synthetic:
        _say("  SYNTHETIC DATA: the force synthetic-northshire and all its people and events are made up.")
    if settings.shadow:
        _say("  SHADOW: nothing is alerted. Other commands see this run with MONITOR_SHADOW=1.")
    _say(f"  Queue     {queue}   (sign in as anybody: this machine only)")
    _say(f"  Metrics   {metrics}")
    _say(f"  Kafka     {settings.broker}, topics {settings.topic('incidents')}, {settings.topic('crime-records')}, …")
    _say(f"  Data      {settings.data_dir.absolute()}")
    _say(f"  Alerts    {_program()} verdicts --firing --format table   (in another terminal)")
    _say("  Stop      Ctrl-C")
    _say("")


def _program() -> str:
    """As it was called, so that what is shown can be copied."""
    return sys.argv[0] if Path(sys.argv[0]).name == "monitor" else "monitor"


def _port(settings: Settings) -> int:
    host, _, port = settings.bootstrap_servers[0].rpartition(":")
    if host not in {"127.0.0.1", "localhost"} or len(settings.bootstrap_servers) > 1:
        raise UserError(
            f"MONITOR_BROKER is {settings.broker}, and `monitor run` starts a Kafka of its own on 127.0.0.1: "
            "unset it, or use `monitor worker` beside your own Kafka."
        )
    return int(port)
