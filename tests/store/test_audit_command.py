"""`monitor audit`, as somebody who must be able to trust it runs it."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import orjson
import pytest
from sqlalchemy import Engine

from monitor.cli import main
from monitor.contract.topics import Topic
from monitor.settings import Settings
from monitor.store import open_store, unsent
from monitor.store.audit import Deed, append, tell_heads
from monitor.stream.audit_heads import told_heads
from monitor.stream.outages import BrokerAway
from monitor.stream.relay import Relay
from tests.builders import FORCE
from tests.store.test_audit import REGISTRAR, all_heads, look, tamper


@pytest.fixture
def store_here(monkeypatch: pytest.MonkeyPatch, database_url: str) -> Iterator[Engine]:
    monkeypatch.setenv("MONITOR_DATABASE_URL", database_url)
    monkeypatch.setenv("MONITOR_BROKER", "127.0.0.1:1")
    engine = open_store(database_url)
    yield engine
    engine.dispose()


def exit_status(*arguments: str) -> int:
    try:
        main(["audit", *arguments])
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 0
    return 0


def kept(engine: Engine, path: Path) -> str:
    path.write_text("".join(head.model_dump_json() + "\n" for head in all_heads(engine)))
    return str(path)


def test_a_whole_log_is_said_to_be_whole(
    store_here: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    look(store_here, 3)
    assert exit_status("verify", "--heads", kept(store_here, tmp_path / "heads")) == 0
    assert capsys.readouterr().out.startswith(f"{FORCE}: 3 entries, whole; 3 heads agree; ")


def test_a_cut_log_ends_with_status_5_and_says_where(
    store_here: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    look(store_here, 3)
    heads = kept(store_here, tmp_path / "heads")
    tamper(store_here, "DELETE FROM audit_entries", "DELETE FROM audit_heads")
    assert exit_status("verify", "--heads", heads) == 5
    told = capsys.readouterr().out
    assert f"{FORCE}: the topic of heads was told of entry 3, and the log ends at 0: its end is cut off" in told
    assert "guards: the trigger audit_entries_stay on audit_entries is gone" in told


def test_without_the_broker_nothing_is_called_whole(store_here: Engine, capsys: pytest.CaptureFixture[str]) -> None:
    look(store_here)
    assert exit_status("verify") == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "say --offline" in captured.err
    assert exit_status("verify", "--offline") == 0


def test_a_file_that_holds_no_heads_is_named_with_its_line(
    store_here: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "heads").write_text("\n{}\n")
    assert exit_status("verify", "--heads", str(tmp_path / "heads")) == 2
    assert "heads, line 2: it is no head" in capsys.readouterr().err


def test_the_export_is_one_line_an_entry(store_here: Engine, capfdbinary: pytest.CaptureFixture[bytes]) -> None:
    look(store_here, 2)
    look(store_here, 1, ref="INC-2")
    append(store_here, Deed("synthetic-southshire", "looked", REGISTRAR))
    assert exit_status("export") == 0
    lines = [orjson.loads(line)["entry"] for line in capfdbinary.readouterr().out.splitlines()]
    assert [(line["force"], line["number"]) for line in lines] == [
        (FORCE, 1),
        (FORCE, 2),
        (FORCE, 3),
        ("synthetic-southshire", 1),
    ]
    assert exit_status("export", "--force", FORCE, "--incident", " inc-2") == 0
    assert [orjson.loads(line)["entry"]["number"] for line in capfdbinary.readouterr().out.splitlines()] == [3]


def test_heads_come_back_from_their_topic(
    kafka_settings: Settings, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert told_heads(kafka_settings) == []
    look(engine, 5)
    monkeypatch.setattr("monitor.store.audit.TELL_WITHIN", timedelta(0))
    tell_heads(engine)
    relay = Relay(engine, kafka_settings, Topic.AUDIT_HEADS)
    relay.lead(True)
    relay.start()
    deadline = time.monotonic() + 30
    while unsent(engine) and time.monotonic() < deadline:
        time.sleep(0.05)
    relay.stop()
    relay.join()
    assert told_heads(kafka_settings) == [all_heads(engine)[-1]]


def test_a_topic_that_is_not_there_is_named(bare_kafka_settings: Settings) -> None:
    with pytest.raises(BrokerAway, match="recording-audit-heads"):
        told_heads(bare_kafka_settings)
