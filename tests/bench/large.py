"""What a million stored incidents cost: at a restart of the worker, and for each further case. On PostgreSQL."""

import time
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import text

from monitor.settings import Settings
from monitor.store import open_store
from monitor.store.engine import writing
from tests.builders import crime, heartbeat, incident
from tests.postgres import Postgres
from tests.store.desk import Desk
from tests.store.test_plans import filling
from tests.system.running import READY, worker

SMALL, LARGE = 10_000, 1_000_000
CASES, ROUNDS = 1000, 5


@dataclass(frozen=True)
class Large:
    restart_seconds: float
    small_micros: float  # for each case, merged with its crime record and judged
    large_micros: float


def measure(settings: Settings, folder: Path, postgres: Postgres) -> Large:
    small, large = (_filled(postgres, size) for size in (SMALL, LARGE))
    costs = {url: _micros(url) for url in (small, large, small, large)}  # the first round of each only warms up
    return Large(_restart(settings.model_copy(update={"database_url": large}), folder), costs[small], costs[large])


def _filled(postgres: Postgres, incidents: int) -> str:
    url = postgres.fresh()
    engine = open_store(url)
    desk = Desk(engine)
    desk.receive(heartbeat(1))
    desk.review(hours=1)
    with writing(engine) as connection:
        for statement in filling(incidents):
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    engine.dispose()
    return url


def _micros(url: str) -> float:
    """The least of some rounds, as what disturbs only adds."""
    desk, found = Desk(open_store(url)), list[float]()
    for _ in range(ROUNDS):
        name = f"{time.time_ns():x}".upper()
        logs = [incident(f"{name}-{number}") for number in range(CASES)]
        records = [crime(f"C-{name}-{number}", incident_refs=[f"{name}-{number}"]) for number in range(CASES)]
        sent = desk.send(*logs, *records, hours=2)
        began = time.perf_counter()
        desk.merge(sent)
        desk.review(hours=2)
        found.append((time.perf_counter() - began) / CASES * 1e6)
    desk.engine.dispose()
    return min(found)


def _restart(settings: Settings, folder: Path) -> float:
    """From the command to reading the topics; the second time, when the system has the program in memory."""
    for _ in range(2):
        began = time.monotonic()
        with worker(settings, folder / "restart.log") as running:
            running.log.write_text("")
            running.wait_for(READY, 60)
            took = time.monotonic() - began
            assert running.stop() == 0
    return took
