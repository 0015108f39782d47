import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from monitor.errors import UserError
from monitor.settings import Settings

ATTEMPT_MS = 3000


@contextmanager
def admin_client(
    settings: Settings, say: Callable[[str], None], timeout: float | None = None
) -> Iterator[KafkaAdminClient]:
    """Waits for the broker and says so every few seconds; raises UserError after `timeout` seconds (None: never)."""
    client = _connected(settings, say, timeout)
    try:
        yield client
    finally:
        client.close()


def _connected(settings: Settings, say: Callable[[str], None], timeout: float | None) -> KafkaAdminClient:
    logging.getLogger("kafka").setLevel(logging.CRITICAL)  # it reports each refused connection; `say` does that here
    started = time.monotonic()
    while True:
        try:
            return KafkaAdminClient(
                bootstrap_servers=settings.bootstrap_servers, bootstrap_timeout_ms=ATTEMPT_MS, client_id="monitor"
            )
        except KafkaError:
            waited = time.monotonic() - started
            if timeout is not None and waited >= timeout:
                raise UserError(
                    f"No broker answers at {settings.broker}; start one (`monitor broker`) or set MONITOR_BROKER."
                ) from None
            say(f"Waiting for the broker at {settings.broker} ({waited:.0f} s).")
