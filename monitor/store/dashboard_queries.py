"""Questions that Grafana asks of PostgreSQL, for the tables on the bureau's dashboard.

`${force:regex}` and `${severity:regex}` are what the reader chose there. The queue is small and indexed by what stands
in it; of the revisions only those of incidents in question are read.
"""

from monitor.contract.verdict import Severity
from monitor.store.concerns import Concern, packed

_SEVERITY = f"(ARRAY[{', '.join(map(repr, map(str, Severity)))}])[q.severity + 1]"


def _concerned(*concerns: Concern) -> str:
    chosen = f"q.force ~ '^(${{force:regex}})$' AND {_SEVERITY} ~ '^(${{severity:regex}})$'"
    return f"NOT q.gone AND (q.concerns & {packed(concerns)}) <> 0 AND {chosen}"


WORST_FIRST = f"""\
SELECT q.force, q.ref AS incident, {_SEVERITY} AS severity, q.status, to_timestamp(q.deadline / 1e6) AS deadline,
  q.unit, q.channel, q.type, q.findings
FROM queue q
WHERE {_concerned(Concern.FIRING)}
ORDER BY q.severity DESC, q.deadline
LIMIT 200"""  # noqa: S608 - made of constants

RECODED = f"""\
SELECT COALESCE(opened.log ->> 'opening_type', 'not said') AS opened_as,
  COALESCE(NULLIF(q.type, ''), 'not said') AS says_now, count(*) AS incidents
FROM queue q CROSS JOIN LATERAL (
  SELECT convert_from(r.content, 'UTF8')::jsonb AS log FROM incident_revisions r
  WHERE r.force = q.force AND r.ref = q.ref ORDER BY r.revision LIMIT 1
) opened
WHERE {_concerned(Concern.RECODED)}
GROUP BY 1, 2 ORDER BY 3 DESC
LIMIT 100"""  # noqa: S608 - made of constants


def _unrecorded_by(column: str) -> str:
    return f"""\
SELECT COALESCE(NULLIF(q.{column}, ''), 'not said') AS {column}, count(*) AS incidents,
  count(*) FILTER (WHERE q.severity >= {Severity.HIGH.rank}) AS serious, to_timestamp(min(q.deadline) / 1e6) AS oldest
FROM queue q
WHERE {_concerned(Concern.UNRECORDED, Concern.TOO_FEW)}
GROUP BY 1 ORDER BY 3 DESC, 2 DESC
LIMIT 50"""  # noqa: S608 - made of constants


UNRECORDED_BY_UNIT = _unrecorded_by("unit")
UNRECORDED_BY_CHANNEL = _unrecorded_by("channel")
