"""The worker: starts its parts, keeps Faust running beside them, and stops all of it cleanly."""

import asyncio
import gc
import signal
import time
from collections.abc import Callable, Coroutine
from contextlib import suppress
from threading import Event

import uvloop

from monitor import __version__, store
from monitor.rulebook import load_rulebook
from monitor.settings import Settings
from monitor.stream.app import WorkerApp
from monitor.stream.batches import Batches
from monitor.stream.health import Life, Readiness
from monitor.stream.memory import use_few_arenas
from monitor.stream.outages import Outages, Stopped
from monitor.stream.parts import Parts, running_parts
from monitor.stream.stalls import Stalls
from monitor.telemetry import metrics
from monitor.telemetry.health import Health
from monitor.telemetry.logs import get_logger
from monitor.telemetry.server import MetricsServer

_log = get_logger(__name__)

STOP_SECONDS = 5.0  # for Faust to leave its group: a broker that is away must not hold up a stop
GC_THRESHOLD = 200_000  # batches of live models would else set off one full collection after the other
_CANCEL_SECONDS = 1.0
_PAUSE_SECONDS = 2.0
_TICK_SECONDS = 1.0
_FRESH_SECONDS = 5.0


def run_worker(settings: Settings, on_ready: Callable[[str], None] = lambda _: None) -> None:
    """Runs until SIGINT or SIGTERM. `on_ready` is told the address of the metrics, once it reads the topics.

    Raises UserError for what the user can put right, before anything is read.
    """
    use_few_arenas()
    health = Health()
    with (
        MetricsServer(settings.metrics_host, settings.metrics_port, health=health) as server,
        running_parts(settings) as parts,
    ):
        metrics.BUILD.labels(__version__, load_rulebook(settings.rulebook).edition).set(1)
        supervisor = _Supervisor(settings, parts, lambda: on_ready(server.address))
        health.live = Life(parts, supervisor.reading, settings.live_seconds)
        health.ready = Readiness(parts, lambda: supervisor.reads)
        _run(supervisor.run())
    _log.info("The worker has stopped.")


def _run(work: Coroutine[object, object, None]) -> None:
    """As asyncio.run does, but without waiting for ever for tasks of Faust that a broker that hangs keeps waiting."""
    loop = uvloop.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(work)
    finally:
        loop.run_until_complete(_cancel_the_rest())


async def _cancel_the_rest() -> None:
    rest = asyncio.all_tasks() - {asyncio.current_task()}
    for task in rest:
        task.cancel()
    if rest:
        await asyncio.wait(rest, timeout=_CANCEL_SECONDS)


class _Supervisor:
    """Runs one Faust app after the other: a new one wherever the last one crashed or stands still."""

    def __init__(self, settings: Settings, parts: Parts, on_ready: Callable[[], None]) -> None:
        self._settings, self._parts, self._on_ready = settings, parts, on_ready
        self._stop, self._giving_up = asyncio.Event(), Event()
        self._batches = Batches(parts.merger)
        self.reading, self.reads = self._batches.reading, False

    async def run(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, self._begin_to_stop)
        collecting = asyncio.create_task(self._batches.run())
        with suppress(Stopped):
            while not self._stop.is_set():
                await loop.run_in_executor(None, self._until_all_answer)
                await self._run_app()
        collecting.cancel()

    def _begin_to_stop(self) -> None:
        self._stop.set()
        self._giving_up.set()

    def _until_all_answer(self) -> None:
        outages = Outages(self._giving_up)
        outages.outlast(self._parts.ends.ask)
        outages.outlast(lambda: store.progress(self._parts.engine))

    async def _run_app(self) -> None:
        metrics.CONSUMER_STARTS.inc()
        merger = self._parts.merger
        await asyncio.get_running_loop().run_in_executor(merger.thread, merger.begin)
        app = WorkerApp(self._settings, self._parts, self._batches)
        try:
            if await self._unless_stopped(app.start()):
                self._ready()
                await self._unless_stopped(self._until_ended(app))
        except Exception:
            _log.exception("The consumer ended; it is started anew.")
        finally:
            await self._stop_app(app)
        if not self._stop.is_set():
            await asyncio.sleep(_PAUSE_SECONDS)

    async def _unless_stopped(self, work: Coroutine[object, object, None]) -> bool:
        """Whether it came to its end. What it raises is raised."""
        working, stopping = asyncio.ensure_future(work), asyncio.ensure_future(self._stop.wait())
        await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if working.done():
            working.result()
            return True
        working.cancel()
        return False

    def _ready(self) -> None:
        gc.collect()
        gc.freeze()
        gc.set_threshold(GC_THRESHOLD, 20, 100)
        self.reads = True
        self._on_ready()

    async def _until_ended(self, app: WorkerApp) -> None:
        stalls = Stalls(time.monotonic())
        while not app.should_stop:
            await asyncio.sleep(_TICK_SECONDS)
            if self._parts.stops.lifted & app.assigned():
                _log.info("A stopped partition may be read on: the consumer starts again.")
                return
            reads = app.assigned() - self._parts.merger.stops.held.keys()
            if stalls.is_stalled(time.monotonic(), reads, self._batches.reading.merged, self._fresh_ends()):
                raise RuntimeError("it stands still though there are messages to read")
        if app.crash_reason is not None:
            raise app.crash_reason

    def _fresh_ends(self) -> store.Places:
        """Empty while the broker does not answer, or messages wait to be merged: then standing still is right."""
        asked = self._parts.watch.asked
        if asked is None or time.time() - asked.asked_at > _FRESH_SECONDS or self._batches.is_waiting:
            return {}
        return asked.ends

    async def _stop_app(self, app: WorkerApp) -> None:
        await asyncio.get_running_loop().run_in_executor(None, self._parts.stand_down)
        self.reads = False
        stopping = asyncio.ensure_future(app.stop())
        await asyncio.wait({stopping}, timeout=STOP_SECONDS)
        if not stopping.done() or stopping.exception():
            reason = repr(stopping.exception()) if stopping.done() else "it takes too long"
            _log.warning("The consumer did not stop cleanly; nothing is lost by that.", reason=reason)
        stopping.cancel()
