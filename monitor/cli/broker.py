import signal
from pathlib import Path
from typing import Annotated

import typer

from monitor.errors import UserError
from monitor.settings import Settings, load_settings

_WATCH_SECONDS = 1.0


def _say(line: str) -> None:
    typer.echo(line, err=True)


def _port(settings: Settings) -> int:
    host, _, port = settings.bootstrap_servers[0].rpartition(":")
    if host not in {"127.0.0.1", "localhost"}:
        raise UserError(f"MONITOR_BROKER is {settings.broker}, and the embedded Kafka serves 127.0.0.1; give --port.")
    return int(port)


def command(
    port: Annotated[
        int | None, typer.Option(min=1, max=65535, help="Port on 127.0.0.1; that of MONITOR_BROKER if not given.")
    ] = None,
    data_dir: Annotated[Path | None, typer.Option(help="Where its log lies; MONITOR_DATA_DIR if not given.")] = None,
) -> None:
    """Run the embedded Kafka until Ctrl-C. Its log is kept, so nothing is lost between runs."""
    from monitor.broker import EmbeddedBroker, ensure_kafka

    settings = load_settings(data_dir=data_dir)
    installation = ensure_kafka(settings.data_dir, _say)
    broker = EmbeddedBroker(installation, settings.data_dir / "kafka", port or _port(settings))
    wanted = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, wanted)  # none may fall between the start and the wait
    try:
        _say("Starting Kafka.")
        broker.start()
        _say(f"Kafka serves {broker.bootstrap}; its log is in {broker.log_dir}. Ctrl-C stops it.")
        while broker.exit_code is None and signal.sigtimedwait(wanted, _WATCH_SECONDS) is None:
            pass
        if broker.exit_code is not None:
            raise UserError(f"Kafka ended by itself (exit {broker.exit_code}); see server.log in {broker.log_dir}.")
    finally:
        broker.stop()
    _say("Kafka has stopped.")
