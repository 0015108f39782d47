"""What was written is whole: nothing is lost and nothing told twice, wherever a worker is cut off."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread
from typing import Any

import orjson
import pytest
from sqlalchemy import Engine

from monitor import store
from monitor.store import open_store, tables
from monitor.store.bulk import Insertion
from tests.builders import FORCE, Line, crime, heartbeat, incident
from tests.store.crashing import work
from tests.store.desk import Desk, clock

LINES: list[Line] = [
    *(incident(f"INC-{number}") for number in range(300)),
    *(crime(f"C{number}", incident_refs=[f"INC-{number}"]) for number in range(0, 300, 3)),
    *({"topic": "incidents", "value": {"force": "f", "incident_ref": f"X{number}"}} for number in range(10)),
    heartbeat(50),
]


def left(engine: Engine) -> dict[str, Any]:
    """All that a worker leaves behind, without when it was written."""
    desk = Desk(engine)
    outbox = [(each.id, each.value) for each in store.unsent(engine, 10_000)]
    counts = [(each.status, each.alert, each.cases) for each in store.case_counts(engine)]
    return {
        "verdicts": [*store.stored_verdicts(engine)],
        "told": {name: _untimed(value or b"") for name, value in outbox},
        "told twice": len(outbox) - len({name for name, _ in outbox}),
        "logs": desk.rows(tables.incident_revisions, "merged_at", "broker_time"),
        "progress": store.progress(engine),
        "counts": sorted(counts),
        "known": store.known_times(engine),
    }


def _untimed(message: bytes) -> Any:
    """Which crime record resolved what depends on where the cut was; what is told does not."""
    told = orjson.loads(message)
    told.pop("caused_by", None)
    return told


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    path = tmp_path / "lines.ndjson"
    path.write_bytes(b"\n".join(orjson.dumps(line) for line in LINES))
    return path


@pytest.mark.parametrize("seen_before_the_kill", [1, 9])
def test_a_killed_worker_goes_on_where_it_was(tmp_path: Path, lines: Path, seen_before_the_kill: int) -> None:
    whole, cut = f"sqlite:///{tmp_path / 'whole.db'}", f"sqlite:///{tmp_path / 'cut.db'}"
    work(whole, lines)
    _killed_after(seen_before_the_kill, cut, lines)
    unfinished = open_store(cut)
    assert sum(place.next_offset for place in store.progress(unfinished).values()) < len(LINES)
    unfinished.dispose()

    work(cut, lines)
    expected, found = open_store(whole), open_store(cut)
    assert left(found) == left(expected)
    assert left(found)["told twice"] == 0
    expected.dispose()
    found.dispose()


def _killed_after(lines_of_output: int, database_url: str, lines: Path) -> None:
    command = [sys.executable, "-m", "tests.store.crashing", database_url, str(lines)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout
        for _ in range(lines_of_output):
            process.stdout.readline()
        process.kill()


class PowerCutError(BaseException):
    """No `except Exception` may catch it."""


@pytest.fixture
def cut_at(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Makes the power fail when a table is about to be written."""

    def cut(table: str) -> None:
        whole = Insertion.run

        def run(self: Any, connection: Any, rows: Any) -> None:
            if self.table.name == table:
                raise PowerCutError(table)
            whole(self, connection, rows)

        monkeypatch.setattr("monitor.store.bulk.Insertion.run", run)

    return cut


@pytest.mark.parametrize("table", ["incident_revisions", "dependencies", "cases", "outbox", "progress"])
def test_a_merge_that_is_cut_off_has_written_nothing(
    desk: Desk, cut_at: Callable[[str], None], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = desk.send(incident(), crime(), {"topic": "incidents", "value": {}})
    cut_at(table)
    with pytest.raises(PowerCutError):
        desk.merge(sent)
    monkeypatch.undo()
    assert desk.rows(tables.incident_revisions) == desk.rows(tables.cases) == desk.rows(tables.outbox) == []
    assert store.progress(desk.engine) == {}
    desk.merge(sent)
    assert len(desk.rows(tables.incident_revisions)) == len(desk.rows(tables.outbox)) == 1


@pytest.mark.parametrize("table", ["cases", "verdicts", "verdict_history", "outbox", "case_counts"])
def test_a_review_that_is_cut_off_has_written_nothing(
    desk: Desk, cut_at: Callable[[str], None], table: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.receive(incident())
    cut_at(table)
    with pytest.raises(PowerCutError):
        desk.review(hours=30)
    monkeypatch.undo()
    assert desk.verdicts() == {}
    assert desk.alerts() == []
    assert store.case_counts(desk.engine) == []
    assert store.history(desk.engine, FORCE, "INC-1") == []
    desk.review(hours=30)
    assert desk.changes() == ["raised"]


def test_merging_and_reviewing_at_once_ends_in_the_same(desk: Desk) -> None:
    """An event that lands while its case is being judged makes it due again: no verdict is stale for good."""
    sent = desk.send(*LINES)
    batches = [sent[start : start + 10] for start in range(0, len(sent), 10)]
    merging = Thread(target=lambda: [desk.merge(batch) for batch in batches])
    merging.start()
    while merging.is_alive():
        desk.review(hours=60, limit=5)
    desk.review(hours=60)
    statuses = {ref: verdict["status"] for ref, verdict in desk.verdicts().items()}
    assert statuses == {f"INC-{n}": "unrecorded" if n % 3 else "recorded_in_time" for n in range(300)}
    assert store.unsettled(desk.engine, desk.ends(), clock(60)) == []
