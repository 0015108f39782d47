from types import TracebackType
from typing import Self

from prometheus_client import CollectorRegistry, start_http_server

from monitor.errors import UserError
from monitor.telemetry.metrics import REGISTRY


class MetricsServer:
    """Serves the metrics in a thread of its own until closed. Port 0 takes a free one."""

    def __init__(self, host: str, port: int, registry: CollectorRegistry = REGISTRY) -> None:
        try:
            self._server, self._thread = start_http_server(port, addr=host, registry=registry)
        except OSError as error:
            raise UserError(_why_not(host, port, error)) from None
        self.address = f"http://{host}:{self._server.server_port}/metrics"

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


def _why_not(host: str, port: int, error: OSError) -> str:
    return (
        f"Metrics cannot be served at {host}:{port} ({error.strerror or error}); stop what listens there, "
        "or set MONITOR_METRICS_PORT or MONITOR_METRICS_HOST otherwise."
    )
