"""/metrics for Prometheus, /live and /ready for whatever keeps the monitor running."""

from collections.abc import Iterable
from socket import AF_INET6, SOCK_STREAM, getaddrinfo
from socketserver import TCPServer, ThreadingMixIn
from threading import Thread
from types import TracebackType
from typing import Any, Self
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from prometheus_client import CollectorRegistry, make_wsgi_app

from monitor.errors import UserError
from monitor.telemetry.health import Check, Health
from monitor.telemetry.metrics import REGISTRY


class MetricsServer:
    """Serves in threads of its own until closed. Port 0 takes a free one."""

    def __init__(
        self, host: str, port: int, registry: CollectorRegistry = REGISTRY, health: Health | None = None
    ) -> None:
        try:
            self._server = make_server(host, port, _app(registry, health or Health()), _server(host), _Quiet)
        except OSError as error:
            raise UserError(_why_not(host, port, error)) from None
        self._thread = Thread(target=self._server.serve_forever, name="metrics", daemon=True)
        self._thread.start()
        self.address = f"http://{f'[{host}]' if ':' in host else host}:{self._server.server_port}/metrics"

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _app(registry: CollectorRegistry, health: Health) -> Any:
    scrape = make_wsgi_app(registry)

    def answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        match environ.get("PATH_INFO"):
            case "/live":
                return _told(health.live, start_response)
            case "/ready":
                return _told(health.ready, start_response)
            case "/metrics" | "/":
                scraped: Iterable[bytes] = scrape(environ, start_response)
                return scraped
        start_response("404 Not Found", [("Content-Type", "text/plain")])
        return [b"Here are /metrics, /live and /ready.\n"]

    return answer


def _told(check: Check, start_response: Any) -> Iterable[bytes]:
    report = check()
    start_response(report.status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [report.to_json()]


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    block_on_close = False  # a scrape that waits for the database holds up no stop

    def server_bind(self) -> None:
        """Without looking up the name of this machine, which may take seconds where there is no name service."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = str(self.server_address[0]), int(self.server_address[1])
        self.setup_environ()


class _Server6(_Server):
    address_family = AF_INET6


def _server(host: str) -> type[_Server]:
    """Raises OSError for a name that nobody knows."""
    family = getaddrinfo(host, None, type=SOCK_STREAM)[0][0]
    return _Server6 if family == AF_INET6 else _Server


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """A scrape every few seconds is no news."""


def _why_not(host: str, port: int, error: OSError) -> str:
    return (
        f"Metrics cannot be served at {host}:{port} ({error.strerror or error}); stop what listens there, "
        "or set MONITOR_METRICS_PORT or MONITOR_METRICS_HOST otherwise."
    )
