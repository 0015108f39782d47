"""Worker, Prometheus and Alertmanager together, as they are shipped but for how long they wait."""

import json
import re
import socketserver
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import yaml

from monitor.broker.ports import free_port
from tests.observability.tools import program
from tests.observability.world import ROOT, RULES

DEPLOY = ROOT / "deploy"
Told = tuple[float, dict[str, Any]]
SHORT = "2s"  # for how long a condition must hold, in the copies that run here


class Webhook:
    """Takes notifications, and remembers when each alert first came in each of its states."""

    def __init__(self) -> None:
        self.notifications: list[tuple[float, dict[str, Any]]] = []
        webhook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                webhook.notifications.append((time.time(), json.loads(body)))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def told(self, status: str, labels: dict[str, str], since: float = 0) -> list[Told]:
        """When, and the alert as it was told."""
        return [
            (at, alert)
            for at, notification in list(self.notifications)
            for alert in notification["alerts"]
            if at >= since and alert["status"] == status and labels.items() <= alert["labels"].items()
        ]

    def repeats(self, labels: dict[str, str], since: float) -> list[list[str]]:
        """What fired by each message that told of this alert again, and of none that had not been told before.

        A group whose members change is told anew, whole: that is no repetition.
        """
        before = {_fingerprint(alert) for at, alert in self.told("firing", {}) if at < since}
        firing = [
            [alert for alert in notification["alerts"] if alert["status"] == "firing"]
            for at, notification in list(self.notifications)
            if at >= since
        ]
        return [
            [alert["labels"]["alertname"] for alert in alerts]
            for alerts in firing
            if any(labels.items() <= alert["labels"].items() for alert in alerts)
            and before.issuperset(map(_fingerprint, alerts))
        ]

    def first(self, status: str, labels: dict[str, str], since: float = 0, seconds: float = 30) -> Told:
        deadline = time.monotonic() + seconds
        while not (found := self.told(status, labels, since)):
            assert time.monotonic() < deadline, f"{labels} was not told as {status} in {seconds:g} s"
            time.sleep(0.05)
        return found[0]


def _fingerprint(alert: dict[str, Any]) -> str:
    return json.dumps(alert["labels"], sort_keys=True)


class Mailbox:
    """An SMTP server that takes whatever comes."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        mailbox = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                self._say("220 here")
                while line := self.rfile.readline().strip():
                    if line.upper() == b"DATA":
                        self._say("354 go on")
                        mailbox.messages.append(self._data())
                    self._say("221 bye" if line.upper() == b"QUIT" else "250 so be it")

            def _data(self) -> EmailMessage:
                lines = []
                while (line := self.rfile.readline()) != b".\r\n":
                    lines.append(line.removeprefix(b"."))
                return BytesParser(EmailMessage, policy=policy.default).parsebytes(b"".join(lines))

            def _say(self, text: str) -> None:
                with suppress(OSError):
                    self.wfile.write(f"{text}\r\n".encode())

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self.address = f"127.0.0.1:{self._server.server_address[1]}"
        Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Server:
    """A program of Debian's that serves HTTP, and can be killed and started anew."""

    def __init__(self, name: str, port: int, folder: Path, *arguments: str) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._command = [program(name), *arguments]
        self._log = folder / f"{name}.log"
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(self._command, stdout=log, stderr=log)
        until_answered(f"{self.url}/-/ready", self._log)

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def ask(self, path: str, **query: str) -> Any:
        with urlopen(f"{self.url}{path}{'?' if query else ''}{urlencode(query)}", timeout=10) as answer:
            return json.loads(answer.read())


class Prometheus(Server):
    def series(self, expr: str) -> list[Any]:
        found: list[Any] = self.ask("/api/v1/query", query=expr)["data"]["result"]
        return found

    def ever(self, expr: str, seconds: int) -> bool:
        """Whether it had a series at any second of the last so many, as a panel shows them."""
        now = time.time()
        asked = {"query": expr, "start": f"{now - seconds:.0f}", "end": f"{now:.0f}", "step": "1"}
        return bool(self.ask("/api/v1/query_range", **asked)["data"]["result"])


def until_answered(url: str, log: Path, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while True:
        try:
            urlopen(url, timeout=2).close()
            return
        except OSError:
            assert time.monotonic() < deadline, log.read_text("utf-8")
            time.sleep(0.05)


def prometheus_in(folder: Path, worker: str, alertmanager: str) -> Prometheus:
    """The shipped configuration and rules. It looks and evaluates every second, and conditions hold after two."""
    config = yaml.safe_load((DEPLOY / "prometheus/prometheus.yml").read_text("utf-8"))
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    config["alerting"]["alertmanagers"][0]["static_configs"][0]["targets"] = [alertmanager]
    (job,) = config["scrape_configs"]
    del job["dns_sd_configs"]
    job["static_configs"] = [{"targets": [worker]}]
    rules = folder / "rules"
    rules.mkdir()
    for path in RULES.iterdir():
        (rules / path.name).write_text(yaml.safe_dump(_impatient(path)), "utf-8")
    (folder / "prometheus.yml").write_text(yaml.safe_dump(config), "utf-8")
    port = free_port()
    return Prometheus(
        "prometheus",
        port,
        folder,
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/tsdb",
        f"--web.listen-address=127.0.0.1:{port}",
        f"--web.user-assets={ROOT}/docs/runbooks",
        "--rules.alert.resend-delay=2s",  # what is over is told of again, too: one that starts anew hears of it
    )


def _impatient(path: Path) -> Any:
    made = yaml.safe_load(path.read_text("utf-8"))
    for group in made["groups"]:
        group["interval"] = "1s"
        for rule in group["rules"]:
            rule |= {name: SHORT for name in ("for", "keep_firing_for") if name in rule}
    return made


def alertmanager_in(folder: Path, webhook: str, smarthost: str) -> Server:
    """The shipped configuration. It sends half a second after the first of a group, to us."""
    text = (DEPLOY / "alertmanager/alertmanager.yml").read_text("utf-8")
    text = re.sub(r"group_wait: .*", "group_wait: 500ms", text)
    text = re.sub(r"group_interval: .*", "group_interval: 1s", text)
    text = re.sub(r"smtp_smarthost: .*", f"smtp_smarthost: {smarthost}\n  smtp_require_tls: false", text)
    text = re.sub(r"url: .*", f"url: {webhook}", text)
    (folder / "alertmanager.yml").write_text(text, "utf-8")
    (folder / "templates").symlink_to(DEPLOY / "alertmanager/templates")
    port = free_port()
    return Server(
        "prometheus-alertmanager",
        port,
        folder,
        f"--config.file={folder}/alertmanager.yml",
        f"--storage.path={folder}/kept",
        f"--web.listen-address=127.0.0.1:{port}",
        "--cluster.listen-address=",
    )


@contextmanager
def started(server: Server) -> Iterator[None]:
    server.start()
    try:
        yield
    finally:
        server.kill()
