"""`monitor worker`: events in, verdicts, alerts and metrics out."""

from enum import StrEnum
from typing import Annotated

import typer

from monitor.settings import load_settings


class Log(StrEnum):
    AUTO = "auto"
    JSON = "json"
    TEXT = "text"


def command(
    log: Annotated[
        Log | None, typer.Option(help="The form of the log on standard error; auto is text at a terminal, else JSON.")
    ] = None,
    metrics_port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Where /metrics is served; 0 takes a free port.")
    ] = None,
    shadow: Annotated[
        bool | None,
        typer.Option("--shadow", help="Judge and count, and raise no alert: in a group and a database of its own."),
    ] = None,
) -> None:
    """Run the worker until Ctrl-C. Several of one group share the partitions."""
    settings = load_settings(log=log, metrics_port=metrics_port, shadow=shadow)
    from monitor.stream.worker import run_worker
    from monitor.telemetry.logs import get_logger, set_up_logs

    set_up_logs(settings.log)
    logger = get_logger("monitor.worker")
    logger.info("The worker starts.", broker=settings.broker, group=settings.consumer_group, shadow=settings.shadow)
    run_worker(settings, lambda address: logger.info("The worker reads the topics.", metrics=address))
