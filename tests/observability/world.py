"""What Prometheus has scraped, minute by minute, and what its rules must make of it, for `promtool test rules`."""

from functools import cache
from pathlib import Path
from typing import Any, Self

import yaml

from monitor.observability.promql import JOB
from monitor.telemetry.metrics import PREFIX
from tests.observability.tools import run

ROOT = Path(__file__).parents[2]
RULES = ROOT / "deploy/prometheus/rules"
NORTH, SOUTH = (
    "synthetic-northshire",
    "synthetic-southmoor",
)  # as in deploy/observability.toml, with thresholds of their own
EAST = "synthetic-eastvale"  # without
ORDER = ("recordings.yml", "bureau.yml", "operations.yml")


class World:
    """Values are written as promtool writes them, one a step: `1x10` is 1 and ten more, `0+60x10` counts up by 60,
    `_x5` are five missing samples, `stale` is what a scrape that failed leaves behind.
    """

    def __init__(self, folder: Path, step: str = "1m") -> None:
        self._folder, self._step = folder, step
        self._series: list[dict[str, str]] = []
        self._expected: list[dict[str, Any]] = []
        self._asked: list[dict[str, Any]] = []

    def raw(self, series: str, values: str) -> Self:
        self._series.append({"series": series, "values": values})
        return self

    def metric(self, name: str, values: str, worker: str = "w1", **labels: str) -> Self:
        """A metric of the monitor, scraped from a worker."""
        return self.raw(f"{PREFIX}{name}{_labels({'job': JOB, 'instance': worker, **labels})}", values)

    def worker(
        self,
        up: str = "1x3000",
        tells: str = "1x3000",
        started: str = "0x3000",
        name: str = "w1",
        tables: str | None = None,
    ) -> Self:
        """`tells`: whether it could read the database; `stale` or `_` where it did not answer at all.

        `tables`: whether they are of its version, where that is not the same.
        """
        where = _labels({"job": JOB, "instance": name})
        self.raw(f"up{where}", up).raw(f"process_start_time_seconds{where}", started)
        return self.metric("database_up", tells, name).metric("schema_current", tables or tells, name)

    def incidents(
        self, values: str, status: str = "unrecorded", severity: str = "critical", force: str = NORTH
    ) -> Self:
        return self.metric("incidents", values, force=force, severity=severity, status=status)

    def fires(self, alert: str, at: str, summary: str = "", **labels: str) -> Self:
        """The only one of its name then. The text is asserted where it is given."""
        return self._expect(alert, at, [labels | {"summary": summary}])

    def fire(self, alert: str, at: str, *several: dict[str, str]) -> Self:
        return self._expect(alert, at, list(several))

    def silent(self, alert: str, *at: str) -> Self:
        for each in at:
            self._expect(alert, each, [])
        return self

    def answers(self, query: str, at: str, found: dict[str, float] | None = None) -> Self:
        """What a query gives then, by the labels as promtool writes them; without them, nothing."""
        samples = [{"labels": labels, "value": value} for labels, value in (found or {}).items()]
        self._asked.append({"expr": query, "eval_time": at, "exp_samples": samples})
        return self

    def _expect(self, alert: str, at: str, found: list[dict[str, str]]) -> Self:
        self._expected.append(
            {"eval_time": at, "alertname": alert, "exp_alerts": [_expected(alert, each) for each in found]}
        )
        return self

    def _needed(self) -> dict[str, Any]:
        return _needed({each["alertname"] for each in self._expected}, "".join(each["expr"] for each in self._asked))

    def holds(self) -> None:
        """Fails with promtool's own words where the rules make something else of it."""
        unit: dict[str, Any] = {"interval": self._step, "input_series": self._series, "alert_rule_test": self._expected}
        unit["promql_expr_test"] = self._asked
        rules = self._folder / "rules.yml"
        rules.write_text(yaml.safe_dump(self._needed()), "utf-8")
        test = {"rule_files": [str(rules)], "evaluation_interval": self._step, "tests": [unit]}
        path = self._folder / "world.test.yml"
        path.write_text(yaml.safe_dump(test, sort_keys=False), "utf-8")
        run("promtool", "test", "rules", path)


def _needed(alerts: set[str], queries: str) -> dict[str, Any]:
    """The shipped rules for these alerts, in one group in their order: all of them would take minutes to evaluate.

    Of the annotations only the summary is kept, since promtool compares all of them or none.
    """
    rules: list[dict[str, Any]] = []
    wanted = "".join(rule_of(alert)["expr"] for alert in alerts) + queries
    for rule in reversed(shipped_rules()):
        if rule.get("alert") in alerts:
            rules.append({**rule, "annotations": {"summary": rule["annotations"]["summary"]}})
        elif "record" in rule and rule["record"] in wanted:
            rules.append(rule)
            wanted += rule["expr"]
    return {"groups": [{"name": "needed", "rules": rules[::-1]}]}


def rule_of(alert: str) -> dict[str, Any]:
    return next(rule for rule in shipped_rules() if rule.get("alert") == alert)


@cache
def shipped_rules() -> list[dict[str, Any]]:
    """In the order in which they lean on each other."""
    files = [yaml.safe_load((RULES / name).read_text("utf-8")) for name in ORDER]
    return [rule for file in files for group in file["groups"] for rule in group["rules"]]


def _labels(labels: dict[str, str]) -> str:
    return "{" + ", ".join(f'{name}="{value}"' for name, value in labels.items()) + "}"


def _expected(alert: str, found: dict[str, str]) -> dict[str, Any]:
    labels = {name: value for name, value in found.items() if name != "summary"}
    return {"exp_labels": {**rule_of(alert)["labels"], **labels}, "exp_annotations": {"summary": found["summary"]}}
