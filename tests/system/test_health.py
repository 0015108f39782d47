"""What a running worker tells whatever keeps it running."""

import json
from pathlib import Path
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

from sqlalchemy import text

from monitor.broker.ports import free_port
from monitor.broker.topics import create_topics
from monitor.settings import Settings
from monitor.store import open_store
from monitor.store.engine import writing
from tests.system.running import READY, until, worker


def told(port: int, path: str) -> tuple[int, Any]:
    """0 before anybody answers there."""
    try:
        with urlopen(f"http://127.0.0.1:{port}{path}", timeout=10) as answer:
            return answer.status, json.loads(answer.read())
    except HTTPError as error:
        return error.code, json.loads(error.read())
    except URLError:
        return 0, None


def test_a_worker_lives_from_the_start_and_is_ready_once_it_can_work(
    bare_kafka_settings: Settings, tmp_path: Path
) -> None:
    port = free_port()
    settings = bare_kafka_settings.model_copy(update={"metrics_port": port})
    with worker(settings, tmp_path / "log") as running:
        running.wait_for("Waiting for the broker.")
        assert told(port, "/live") == (200, {"ok": True, "problems": [], "notes": []})
        code, body = told(port, "/ready")
        assert (code, body["ok"]) == (503, False)
        assert "The broker has not answered yet, or a topic is missing (`monitor topics create`)." in body["problems"]

        create_topics(settings)
        running.wait_for(READY)
        until(lambda: told(port, "/ready")[0] == 200, 20, "it is ready")

        engine = open_store(settings.database_url)
        with writing(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        engine.dispose()
        assert told(port, "/ready") == (
            503,
            {"ok": False, "problems": ["The database's tables are of another version of the monitor."], "notes": []},
        )
        assert told(port, "/live")[0] == 200
        assert running.stop() == 0
    assert told(port, "/live") == (0, None)
