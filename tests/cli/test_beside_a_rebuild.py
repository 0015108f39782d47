"""A store that is made anew is changed by nobody: what they wrote would be lost, or the rebuild would give up."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from monitor.cli import main
from monitor.store import open_store
from monitor.store.presence import Presence, Work, come, leave, present

WHO = ("--by", "ana", "--because", "It is time.")
PURGE = ("purge", "--closed-before", "2019-04-01")
CHANGING = [
    (*PURGE, *WHO),
    ("reassess", "--apply", *WHO),
    ("dead-letters", "replay", "--all"),
    ("dead-letters", "discard", "--all", "--why", "A test."),
    ("dead-letters", "resume", "incidents", "0"),
]


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/monitor.db"
    monkeypatch.setenv("MONITOR_DATABASE_URL", url)
    monkeypatch.setenv("MONITOR_BROKER", "127.0.0.1:1")
    engine = open_store(url)
    yield engine
    engine.dispose()


def exit_status(*arguments: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    return ended.value.code


@pytest.mark.parametrize("arguments", CHANGING, ids=" ".join)
def test_whatever_changes_the_store_waits_until_a_rebuild_has_ended(
    store: Engine, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    come(store, rebuild := Presence(Work.REBUILD), unless=())
    assert exit_status(*arguments) == 2
    assert "`monitor rebuild` is at work on this database" in capsys.readouterr().err
    assert present(store) == [rebuild]
    leave(store, rebuild)
    exit_status(*arguments)
    assert "`monitor rebuild`" not in capsys.readouterr().err
    assert present(store) == []


@pytest.mark.parametrize("arguments", [(*PURGE, "--dry-run"), ("reassess",)])
def test_whatever_only_looks_may_look_meanwhile(store: Engine, arguments: tuple[str, ...]) -> None:
    come(store, Presence(Work.REBUILD), unless=())
    assert exit_status(*arguments) == 0
