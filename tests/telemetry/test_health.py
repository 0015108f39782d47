"""What the metrics server tells whatever keeps the monitor running."""

import json
from collections.abc import Iterator
from http.client import HTTPResponse
from typing import Any
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from monitor.telemetry.health import Health, Report
from monitor.telemetry.server import MetricsServer


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture(params=["127.0.0.1", "localhost", "::1"])
def address(request: pytest.FixtureRequest, health: Health) -> Iterator[str]:
    registry = CollectorRegistry()
    Counter("things", "A counter.", registry=registry).inc()
    with MetricsServer(request.param, 0, registry, health) as server:
        yield server.address.removesuffix("/metrics")


def asked(url: str) -> tuple[int, Any]:
    answer: HTTPResponse | HTTPError
    try:
        answer = urlopen(url, timeout=5)
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status or 0, answer.read()


def told(url: str) -> tuple[int, Any]:
    status, body = asked(url)
    return status, json.loads(body)


def test_from_the_start_it_lives_and_is_not_ready(address: str) -> None:
    assert told(f"{address}/live") == (200, {"ok": True, "problems": [], "notes": []})
    assert told(f"{address}/ready") == (503, {"ok": False, "problems": ["It is starting."], "notes": []})


def test_what_is_wrong_is_told_and_notes_alone_fail_nothing(address: str, health: Health) -> None:
    health.live = lambda: Report(("Nothing moves.",))
    health.ready = lambda: Report(notes=("One partition is stopped.",))
    assert told(f"{address}/live") == (503, {"ok": False, "problems": ["Nothing moves."], "notes": []})
    assert told(f"{address}/ready") == (200, {"ok": True, "problems": [], "notes": ["One partition is stopped."]})


def test_the_metrics_are_where_they_were_and_nothing_else_is(address: str) -> None:
    status, page = asked(f"{address}/metrics")
    assert (status, b"things_total 1.0" in page) == (200, True)
    assert asked(f"{address}/other")[0] == 404
