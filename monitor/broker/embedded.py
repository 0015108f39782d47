import os
import subprocess
import sys
import time
from importlib.resources import files
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from monitor.broker import launch
from monitor.broker.folder import hold_folder
from monitor.broker.installation import Installation
from monitor.broker.ports import LOOPBACK, answers, free_port, is_taken
from monitor.broker.server_properties import server_properties
from monitor.errors import UserError

_JVM = (
    "-Xmx384m",
    "-XX:+UseSerialGC",
    "-XX:TieredStopAtLevel=1",
    "-Djava.awt.headless=true",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
)
_CLUSTER = "cmVjb3JkaW5nLW1vbml0bw"  # any 16 bytes in base64 do
_POLL_SECONDS = 0.03


class EmbeddedBroker:
    """One Kafka node, its topics and its own log under `log_dir`. Port 0 takes a free one.

    Call `start` from a thread that outlives the broker: the kernel kills it when that thread ends, which is how no
    broker is left behind by a monitor that was itself killed.
    """

    def __init__(self, installation: Installation, log_dir: Path, port: int = 0) -> None:
        self.log_dir = log_dir.absolute()
        self.port = port or free_port()
        self._installation = installation
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: IO[bytes] | None = None

    @property
    def bootstrap(self) -> str:
        return f"{LOOPBACK}:{self.port}"

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    @property
    def exit_code(self) -> int | None:
        """Null while it runs."""
        return self._process.poll() if self._process else None

    def start(self, timeout: float = 60) -> None:
        """Returns once the broker serves. Raises UserError for a port or folder in use, or if it does not come up."""
        self._lock = hold_folder(self.log_dir)
        try:
            self._refuse_taken_port()
            self._configure()
            self._process = self._launch("kafka.Kafka", "server.properties")
            self._wait_until_ready(timeout)
        except BaseException:
            self.stop(timeout=0)
            raise

    def stop(self, timeout: float = 10) -> None:
        """Ends the broker cleanly within `timeout` seconds, by force after that."""
        if self._process:
            self._process.terminate()
            try:
                self._process.wait(timeout)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
            self._process = None
        if self._lock:
            self._lock.close()
            self._lock = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _refuse_taken_port(self) -> None:
        if is_taken(self.port):
            raise UserError(f"Port {self.port} of {LOOPBACK} is taken; stop what listens there, or name another port.")

    def _configure(self) -> None:
        (self.log_dir / "server.properties").write_text(server_properties(self.port, free_port()), encoding="utf-8")
        formatted = self.log_dir / "formatted"
        if formatted.exists():
            return
        format_log = ("format", "--ignore-formatted", "--cluster-id", _CLUSTER, "--config", "server.properties")
        if self._launch("kafka.tools.StorageTool", *format_log).wait():
            raise self._failure()
        formatted.touch()

    def _launch(self, main_class: str, *arguments: str) -> subprocess.Popen[bytes]:
        installation = self._installation
        log4j = f"-Dlog4j2.configurationFile={files('monitor.broker').joinpath('log4j2.properties')}"
        java = [str(installation.java), *_JVM, log4j, "-cp", installation.class_path, main_class, *arguments]
        launcher = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid())]
        assert self._lock is not None
        with (self.log_dir / "console.log").open("ab") as console:
            return subprocess.Popen(
                launcher + java,
                cwd=self.log_dir,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                pass_fds=(self._lock.fileno(),),
                start_new_session=True,  # Ctrl-C at a terminal is for the monitor, which stops the broker last
            )

    def _wait_until_ready(self, timeout: float) -> None:
        deadline = time.monotonic() + timeout
        while not answers(self.port):
            if self.exit_code is not None or time.monotonic() > deadline:
                raise self._failure()
            time.sleep(_POLL_SECONDS)

    def _failure(self) -> UserError:
        return UserError(
            f"The embedded Kafka did not start; see server.log and console.log in {self.log_dir} for the reason."
        )
