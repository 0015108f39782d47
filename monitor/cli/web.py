"""`monitor web`: the registrars' pages."""

from collections.abc import Callable
from typing import Annotated

import typer

from monitor.errors import UserError
from monitor.settings import Settings, load_settings
from monitor.telemetry.logs import set_up_logs


def command(
    host: Annotated[str | None, typer.Option(help="The address to listen on; 127.0.0.1 by default.")] = None,
    port: Annotated[int | None, typer.Option(min=0, max=65535, help="8080 by default.")] = None,
    development_sign_in: Annotated[
        bool, typer.Option("--development-sign-in", help="Let anybody on this machine be who they say they are.")
    ] = False,
) -> None:
    """Serve the registrars' pages until Ctrl-C."""
    serve = _server()
    settings = load_settings(web_host=host, web_port=port, development_sign_in=development_sign_in or None)
    set_up_logs(settings.log)
    serve(settings)


def _server() -> Callable[[Settings], None]:
    try:
        from monitor.web.serve import serve
    except ModuleNotFoundError as missing:
        if (missing.name or "").startswith("monitor"):
            raise
        raise UserError(
            f"The pages need the Python package {missing.name}: install recording-compliance-monitor[web]."
        ) from None
    return serve
