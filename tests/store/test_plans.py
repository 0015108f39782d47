"""At a million incidents in PostgreSQL every question of the review, the queue and the links goes by an index."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, text

from monitor import store
from monitor.rulebook import load_rulebook
from monitor.rulebook.mapping import ForceMappings
from monitor.store import BrokerEnds
from monitor.store.case_file import case_file
from monitor.store.engine import reading, store_at, writing
from monitor.store.match_suggestions import Round, look_on
from monitor.store.matching import Looking, matches_for
from monitor.store.overview import outcomes
from monitor.store.queue import changed_since, latest_version
from tests.builders import FORCE, crime, heartbeat, incident
from tests.postgres import Postgres
from tests.store.desk import Desk, clock

INCIDENTS = 1_000_000
QUEUED = 100_000  # of them; the others have left the queue
LARGE = ("cases", "queue", "incident_revisions", "dependencies", "verdicts", "person_logs", "crime_marks")
DEADLINE = "(1768500000 + n % 2000000) * CAST(1000000 AS bigint)"


def filling(incidents: int = INCIDENTS, queued: int = QUEUED) -> tuple[str, ...]:
    """Statements that make so many judged incidents."""
    return (
        f"""INSERT INTO cases (force, ref, status, severity, alert, open, deadline, recorded_at, reason, review_at)
        SELECT '{FORCE}', 'OLD-' || n, 'recorded_in_time', 'medium', 'none', false, {DEADLINE}, {DEADLINE},
               CASE WHEN n % 20 = 0 THEN 'duplicate' END,
               CASE WHEN n % 1000 = 0 THEN {DEADLINE} END
        FROM generate_series(1, {incidents}) AS n""",
        f"""INSERT INTO incident_revisions
            (force, ref, revision, digest, content, broker_time, merged_at, "partition", "offset")
        SELECT '{FORCE}', 'OLD-' || n, 1, '\\x00', '{{}}', 1, 1, 0, n FROM generate_series(1, {incidents}) AS n""",
        f"""INSERT INTO verdicts (force, ref, content)
        SELECT '{FORCE}', 'OLD-' || n, '{{}}' FROM generate_series(1, {incidents}) AS n""",
        f"""INSERT INTO dependencies (force, dependent, depends_on)
        SELECT '{FORCE}', 'incident OLD-' || n, 'crime OLD-' || n FROM generate_series(1, {incidents}) AS n""",
        f"""INSERT INTO person_logs (force, kind, key, ref)
        SELECT '{FORCE}', 'victim', 'person-' || n, 'OLD-' || n FROM generate_series(1, {incidents}) AS n""",
        f"""INSERT INTO crime_marks (force, key, recorded_at, ref)
        SELECT '{FORCE}', CASE WHEN n % 2 = 0 THEN 'record' ELSE 'beat:n' || n % 100 END, {DEADLINE}, 'crime OLD-' || n
        FROM generate_series(1, {incidents}) AS n""",
        f"""INSERT INTO queue (force, ref, version, gone, severity, status, deadline, concerns, findings, type, unit,
            channel, crime_refs)
        SELECT '{FORCE}', 'OLD-' || n, n, n > {queued}, 2, 'unrecorded', {DEADLINE}, 1, '', '', '', '999', ''
        FROM generate_series(1, {incidents}) AS n""",
        f"UPDATE queue_version SET version = {incidents}",
    )


@pytest.fixture(scope="module")
def filled(postgres: Postgres) -> Iterator[Desk]:
    engine = store_at(postgres.fresh())
    desk = Desk(engine)
    desk.receive(heartbeat(1))  # the first of a force makes all its cases due
    desk.review(hours=1)
    with writing(engine) as connection:
        for statement in filling():
            connection.execute(text(statement))
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql("VACUUM ANALYZE")
    yield desk
    engine.dispose()


def test_no_question_reads_a_large_table_through(filled: Desk) -> None:
    asked = _asked(filled)
    found = {name for name in LARGE if any(name in statement for statement, _ in asked)}
    assert found >= {"cases", "queue", "incident_revisions", "dependencies", "person_logs", "crime_marks"}
    with reading(filled.engine) as connection:
        for statement, parameters in asked:
            plan = [str(row[0]) for row in connection.exec_driver_sql(f"EXPLAIN {statement}", parameters)]
            through = [step for step in plan if re.search(rf"Seq Scan on ({'|'.join(LARGE)})\b", step)]
            assert through == [], (statement, plan)


def _asked(desk: Desk) -> list[tuple[str, Any]]:
    """What a merge, a review, a gauge, the queue and an incident's page ask."""
    asked: list[tuple[str, Any]] = []

    def note(connection: object, cursor: object, statement: str, parameters: Any, *_: object) -> None:
        if re.match(r"SELECT|WITH|UPDATE|DELETE", statement):
            asked.append((statement, parameters))

    engine = desk.engine
    event.listen(engine, "before_cursor_execute", note)
    place = {"beat": "N1", "lat": 51.75, "lon": -0.33}
    alike = (incident("INC-2", location=place), crime("C2", incident_refs=[], location=place))
    desk.receive(incident(), crime(), *alike, heartbeat(1.5))
    ends = BrokerEnds(desk.ends(), clock(2))
    assert store.review_due(engine, desk.judge, clock(2), ends, 10).taken
    store.due_cases(engine, clock(2))
    store.next_due(engine, clock(2))
    list(changed_since(engine, latest_version(engine)))
    outcomes(engine, frozenset({FORCE}))
    assert case_file(engine, (FORCE, "INC-1"))
    looking = Looking(load_rulebook(), ForceMappings(), clock(2))
    assert [match.crime.ref for match in matches_for(engine, (FORCE, "INC-2"), looking) or ()] == ["C2"]
    round_ = Round()
    for _ in range(2):  # the second hears of what changed since the first
        look_on(engine, looking, round_, lambda: True)
    event.remove(engine, "before_cursor_execute", note)
    return asked
