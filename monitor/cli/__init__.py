"""The command `monitor`.

Each command is a module of this package, imported only when that command runs, so that start-up stays quick. Such a
module holds a public name `command`: either a function with annotated typer options, or a `typer.Typer` (see `group`)
whose functions are sub-commands. Its docstring is what `monitor NAME --help` shows; the line in COMMANDS is what
`monitor --help` shows.

A command loads its own settings (`load_settings`), imports inside the function what only some of its paths need, prints
results to standard output and everything else to standard error, raises `UserError` for what the user can put right
(printed as one sentence, exit 2) and `typer.Exit(code)` for any other exit code.
"""

import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, Any, NamedTuple

import typer
from typer.core import TyperGroup

from monitor import __version__
from monitor.errors import UserError


class Lazy(NamedTuple):
    module: str
    help: str


COMMANDS = {
    "run": Lazy("monitor.cli.run", "Run everything here: broker, worker and a synthetic force, on embedded defaults."),
    "assess": Lazy("monitor.cli.assess", "Judge the events in a file, without broker or database."),
    "rulebook": Lazy("monitor.cli.rulebook", "Show the rules: groups, limits, edition, and one offence or type."),
    "import": Lazy("monitor.cli.importing", "Turn a CSV export into events."),
    "simulate": Lazy("monitor.cli.simulate", "Make the events of a synthetic force, to a file or live."),
    "evaluate": Lazy("monitor.cli.evaluate", "Measure the monitor on synthetic events whose truth is known."),
    "broker": Lazy("monitor.cli.broker", "Run the embedded Kafka until Ctrl-C."),
    "topics": Lazy("monitor.cli.topics", "Make the topics that the monitor reads and writes."),
    "publish": Lazy("monitor.cli.publish", "Send events from a file to their topics."),
    "worker": Lazy("monitor.cli.worker", "Run the worker: events in, verdicts, alerts and metrics out."),
    "web": Lazy("monitor.cli.web", "Serve the registrars' pages: the queue, incidents and decisions."),
    "verdicts": Lazy("monitor.cli.verdicts", "Print the verdicts that the store holds."),
    "compare": Lazy("monitor.cli.compare", "Hold two sets of verdicts against each other."),
    "doctor": Lazy("monitor.cli.doctor", "Say what is wrong with this installation, and what to do."),
    "dead-letters": Lazy("monitor.cli.dead_letters", "Look at what could not be read, and send it again."),
    "reassess": Lazy("monitor.cli.reassess", "Show what other rules would change, and judge by them."),
    "rebuild": Lazy("monitor.cli.rebuild", "Make the store anew from the topics."),
    "purge": Lazy("monitor.cli.purge", "Take the people out of incidents closed long ago."),
    "audit": Lazy("monitor.cli.audit", "Verify that the audit log is whole, and export it."),
}


class LazyGroup(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        if cmd_name not in COMMANDS:
            return None
        command = _load(COMMANDS[cmd_name].module)
        command.name = cmd_name
        return command

    def format_commands(self, ctx: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, lazy.help) for name, lazy in COMMANDS.items()])


def _load(module: str) -> Any:
    command = import_module(module).command
    if isinstance(command, typer.Typer):
        return typer.main.get_command(command)
    single = _plain_typer()
    single.command()(command)
    return typer.main.get_command(single)


def _plain_typer(**options: Any) -> typer.Typer:
    return typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None, **options)


def group(summary: str) -> typer.Typer:
    """For a module whose `command` has sub-commands."""
    made = _plain_typer(no_args_is_help=True, help=summary)
    made.callback()(lambda: None)  # else typer folds a group of one into its only command
    return made


app = _plain_typer(cls=LazyGroup, no_args_is_help=True)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(__version__)
        raise typer.Exit


@app.callback()
def monitor(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Matches police incident logs to crime records as they stream in, and says which crimes are missing."""


def main(args: Sequence[str] | None = None) -> None:
    try:
        app(args=args, prog_name="monitor")
    except UserError as error:
        typer.echo(str(error), err=True)
        sys.exit(2)
