"""The web server."""

import os
import signal
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import uvicorn
from fastapi import FastAPI

from monitor.errors import UserError
from monitor.settings import Settings
from monitor.store import DatabaseAway, open_store
from monitor.store.attendance import attending
from monitor.store.presence import Work
from monitor.store.scope import Store
from monitor.telemetry.logs import get_logger
from monitor.web.app import check, create_app
from monitor.web.oidc import own_address
from monitor.web.queue.live import LiveQueue

log = get_logger(__name__)


class Server(uvicorn.Server):
    """Tells streams to end when it is told to: it would wait for them."""

    def __init__(self, config: uvicorn.Config, stopping: threading.Event) -> None:
        super().__init__(config)
        self._stopping = stopping

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._stopping.set()
        super().handle_exit(sig, frame)


def serve(settings: Settings) -> None:
    """Serve the pages until SIGINT or SIGTERM. Raises UserError where they cannot be served."""
    check(settings)
    with _listening(settings) as listening, _opened(settings) as store:
        app = create_app(settings, store)
        server = _server(app)
        # The server listens only once it runs, and what comes before must not be lost. It raises them again at its end.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, server.handle_exit)
        threading.Thread(target=_warm_up, args=(app,), daemon=True, name="queue").start()
        log.info("pages are served", address=own_address(settings), port=listening.getsockname()[1])
        server.run([listening])


@contextmanager
def _opened(settings: Settings) -> Iterator[Store]:
    store = open_store(settings.database_url)
    try:
        with attending(store, Work.WEB):
            yield store
    finally:
        store.dispose()


def _listening(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.web_host else socket.AF_INET
    try:
        return socket.create_server((settings.web_host, settings.web_port), family=family)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
        raise UserError(
            f"The pages cannot be served at {settings.web_host}, port {settings.web_port} ({reason}): "
            "give another --host or --port, or MONITOR_WEB_HOST or MONITOR_WEB_PORT."
        ) from None


def _server(app: FastAPI) -> Server:
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,  # addresses hold references of incidents
        server_header=False,
        timeout_graceful_shutdown=5,
    )
    return Server(config, app.state.stopping)


def _warm_up(app: FastAPI) -> None:
    """While the server starts. Where the database is away meanwhile, the first reader waits instead."""
    queue: LiveQueue = app.state.queue
    try:
        queue.warm_up(app.state.parts.clock.now())
    except DatabaseAway as away:
        log.warning("the queue could not be read yet", reason=str(away))
