"""Logs on standard error: one JSON object a line, or lines to read. Those of libraries take the same way, sparingly."""

import logging
import sys
import time
from collections.abc import Callable
from typing import Any, Literal, TextIO

import structlog

Mode = Literal["auto", "json", "text"]

_TALKATIVE = ("faust", "mode", "asyncio")
# They say dozens of times a second that a broker is away; the monitor says that itself, every few seconds.
_SILENT = ("aiokafka", "kafka")
_PAUSE_SECONDS = 10.0

_SHARED: tuple[Any, ...] = (
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
)


def get_logger(name: str) -> Any:
    return structlog.stdlib.get_logger(name)


def set_up_logs(mode: Mode, stream: TextIO = sys.stderr) -> None:
    """`auto` is text at a terminal, JSON otherwise."""
    as_json = mode == "json" or (mode == "auto" and not stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(as_json, stream.isatty()))
    handler.addFilter(Sparing())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger("monitor").setLevel(logging.INFO)
    for library in _SILENT:
        logging.getLogger(library).setLevel(logging.CRITICAL)
    logging.captureWarnings(capture=True)
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def _formatter(as_json: bool, colours: bool) -> logging.Formatter:
    renderers: list[Any] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if as_json:
        renderers += [structlog.processors.format_exc_info, _first_things_first, structlog.processors.JSONRenderer()]
    else:
        # The other formatters of tracebacks show local variables, which hold what must not stand in a log.
        plain = structlog.dev.plain_traceback
        renderers += [structlog.dev.ConsoleRenderer(colors=colours, pad_event_to=0, exception_formatter=plain)]
    return structlog.stdlib.ProcessorFormatter(processors=renderers, foreign_pre_chain=list(_SHARED))


def _first_things_first(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    return {key: event.pop(key) for key in ("timestamp", "level", "logger", "event") if key in event} | event


class Sparing(logging.Filter):
    """Lets each talkative library speak once in a while; what the monitor itself says always passes."""

    def __init__(self, seconds: float = _PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds, self._clock = seconds, clock
        self._spoke: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        library = record.name.partition(".")[0]
        if library not in _TALKATIVE:
            return True
        now, last = self._clock(), self._spoke.get(library)
        if last is not None and now - last < self._seconds:
            return False
        self._spoke[library] = now
        return True
