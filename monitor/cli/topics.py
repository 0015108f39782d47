from typing import Annotated

import typer

from monitor.cli import group
from monitor.settings import load_settings

command = group("Make the topics that the monitor reads and writes.")


def _say(line: str) -> None:
    typer.echo(line, err=True)


@command.command()
def create(
    partitions: Annotated[int, typer.Option(min=1, help="Partitions of each topic: workers share these out.")] = 4,
    replication: Annotated[int, typer.Option(min=1, help="Brokers that keep a copy of each partition.")] = 1,
    timeout: Annotated[
        float | None, typer.Option(help="Give up on a broker that is away after so many seconds.")
    ] = None,
) -> None:
    """Make the topics that are not there yet; leave the others as they are."""
    from monitor.broker.topics import create_topics

    outcome = create_topics(load_settings(), partitions, replication, _say, timeout)
    for name in outcome.made:
        typer.echo(f"made     {name}")
    for name in outcome.present:
        typer.echo(f"present  {name}")
    for difference in outcome.differences:
        _say(f"{difference}.")
