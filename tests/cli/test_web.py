import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from monitor.store import open_store
from monitor.store.presence import Occupied, Presence, Work, come, present


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    return {**os.environ, "MONITOR_DATA_DIR": str(tmp_path), "MONITOR_LOG": "text"}


def web(environment: dict[str, str], *arguments: str) -> "subprocess.Popen[str]":
    command = [sys.executable, "-m", "monitor", "web", *arguments]
    return subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def refused(environment: dict[str, str], *arguments: str) -> str:
    process = web(environment, *arguments)
    out, error = process.communicate(timeout=60)
    assert (process.returncode, out) == (2, "")
    assert error.count("\n") == 1
    return error


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[tuple["subprocess.Popen[str]", str]]:
    process = web(environment, "--port", "0", "--development-sign-in")
    assert process.stderr
    said = process.stderr.readline()
    port = re.search(r"port\D+(\d+)", said)
    assert port, said
    yield process, f"http://127.0.0.1:{port[1]}"
    process.kill()
    process.wait()


def test_it_serves_until_it_is_told_to_stop(running: tuple["subprocess.Popen[str]", str]) -> None:
    process, address = running
    assert httpx2.get(f"{address}/health/ready").text == "ready\n"
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0


def test_a_rebuild_sees_that_it_is_there_and_it_does_not_start_beside_one(
    running: tuple["subprocess.Popen[str]", str], environment: dict[str, str], tmp_path: Path
) -> None:
    store = open_store(f"sqlite:///{tmp_path}/monitor.db")
    assert [each.kind for each in present(store)] == [Work.WEB]
    with pytest.raises(Occupied, match="a web server on "):
        come(store, Presence(Work.REBUILD), unless={*Work})
    running[0].send_signal(signal.SIGTERM)
    running[0].wait(20)
    come(store, Presence(Work.REBUILD), unless={*Work})
    assert "`monitor rebuild` is at work" in refused(environment, "--port", "0", "--development-sign-in")
    store.dispose()


def test_control_c_ends_it_quietly(running: tuple["subprocess.Popen[str]", str]) -> None:
    process, address = running
    assert httpx2.get(f"{address}/sign-in").status_code == 200
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 0
    assert "Traceback" not in error


TOLD_TOO_EARLY = """
import signal
from monitor.cli import main
from monitor.web.serve import Server

run = Server.run
Server.run = lambda self, sockets: (signal.raise_signal(signal.{}), run(self, sockets))
main(["web", "--port", "0", "--development-sign-in"])
"""


@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM"])
def test_told_to_stop_before_the_server_runs_it_ends_all_the_same(environment: dict[str, str], number: str) -> None:
    command = [sys.executable, "-c", TOLD_TOO_EARLY.format(number)]
    done = subprocess.run(command, env=environment, capture_output=True, check=True, timeout=30)
    assert b"Traceback" not in done.stderr


def test_a_page_that_listens_does_not_hold_up_the_end(running: tuple["subprocess.Popen[str]", str]) -> None:
    process, address = running
    with httpx2.Client(base_url=address) as client:
        token = client.get("/sign-in").text.partition('name="csrf_token" value="')[2].partition('"')[0]
        fields = {"csrf_token": token, "name": "Sam Example", "role": "registrar", "force": "*"}
        assert client.post("/sign-in/development", data=fields).status_code == 303
        with client.stream("GET", "/queue/changes") as stream:
            assert stream.status_code == 200
            process.send_signal(signal.SIGTERM)
            assert process.wait(4) == 0


def test_without_any_way_to_sign_in_it_says_what_to_set(environment: dict[str, str]) -> None:
    assert refused(environment).startswith("Nobody could sign in: set MONITOR_OIDC_ISSUER")


def test_the_development_sign_in_is_refused_beyond_this_machine(environment: dict[str, str]) -> None:
    said = refused(environment, "--development-sign-in", "--host", "0.0.0.0")
    assert said.startswith("The development sign-in lets anybody in")


def test_a_port_that_is_taken_is_named(environment: dict[str, str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(environment, "--development-sign-in", "--port", str(port))
    assert said.startswith(f"The pages cannot be served at 127.0.0.1, port {port} (Address already in use)")


def test_a_host_that_is_not_there_is_named(environment: dict[str, str]) -> None:
    environment |= {"MONITOR_OIDC_ISSUER": "https://id.example", "MONITOR_OIDC_CLIENT_ID": "monitor"}
    environment |= {"MONITOR_WEB_ADDRESS": "https://monitor.example"}
    assert refused(environment, "--host", "203.0.113.7").startswith("The pages cannot be served at 203.0.113.7")
