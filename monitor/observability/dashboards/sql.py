"""A query of the database. The SDK has no type for PostgreSQL, so its shape stands here."""

from dataclasses import dataclass
from typing import Any

from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.cog.variants import Dataquery
from grafana_foundation_sdk.models.common import DataSourceRef

POSTGRES = "grafana-postgresql-datasource"


@dataclass
class SqlTarget(Dataquery):
    source: DataSourceRef
    ref_id: str
    sql: str

    def to_json(self) -> dict[str, Any]:
        return {
            "datasource": self.source,
            "editorMode": "code",
            "format": "table",
            "rawQuery": True,
            "rawSql": self.sql,
            "refId": self.ref_id,
        }


class SqlQuery(Builder[Dataquery]):
    def __init__(self, source: DataSourceRef, ref_id: str, sql: str) -> None:
        self._target = SqlTarget(source, ref_id, sql)

    def build(self) -> Dataquery:
        return self._target
