"""Imports point one way. Held on the sources, so that an import inside a function counts as well."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# A room may import rooms of a lower number, and itself.
ROOMS = {
    "errors": 0,
    "settings_alerts": 0,
    "settings_limits": 0,
    "settings_web": 0,
    "links": 1,
    "settings": 1,
    "clock": 2,
    "contract": 3,
    "rulebook": 4,
    "compliance": 5,
    "matching": 6,
    "broker": 6,
    "store": 7,
    "telemetry": 8,
    "importers": 8,
    "observability": 9,
    "stream": 9,
    "web": 9,
    "simulator": 9,
    "doctor": 9,
    "evaluation": 10,
    "cli": 11,
}
PURE_ROOMS = {"contract", "rulebook", "compliance", "matching"}
FRAMEWORKS = {
    *("sqlalchemy", "alembic", "sqlite3", "psycopg", "faust", "mode", "kafka", "aiokafka"),
    *("fastapi", "starlette", "uvicorn", "jinja2", "prometheus_client", "structlog", "typer", "asyncio"),
}
SQL = {"sqlalchemy", "alembic", "sqlite3", "psycopg"}


def sources() -> list[Path]:
    return sorted((ROOT / "monitor").rglob("*.py"))


def room_of(path: Path) -> str:
    return path.relative_to(ROOT / "monitor").parts[0].removesuffix(".py")


def imported(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def faults(room: str, source: str) -> list[str]:
    return [name for name in imported(source) if not _may_import(room, name)]


def _may_import(room: str, name: str) -> bool:
    library, _, rest = name.partition(".")
    if library != "monitor":
        return library not in (FRAMEWORKS if room in PURE_ROOMS else SQL if room != "store" else set())
    other = rest.partition(".")[0]
    return other not in ROOMS or other == room or ROOMS[other] < ROOMS[room]


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_file_imports_only_what_lies_below_it(path: Path) -> None:
    room = room_of(path)
    assert room in ROOMS or room in {"__init__", "__main__"}, f"give {room} its place in ROOMS"
    if room in ROOMS:
        assert faults(room, path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("room", "source"),
    [
        ("contract", "from monitor.rulebook import limits"),
        ("compliance", "def late():\n    import monitor.store.merge"),
        ("compliance", "from monitor import store"),
        ("rulebook", "from sqlalchemy.orm import Session"),
        ("stream", "import monitor.web.app"),
        ("stream", "import sqlalchemy"),
        ("store", "from monitor.cli import main"),
    ],
)
def test_the_rule_notices_an_import_that_points_up(room: str, source: str) -> None:
    assert len(faults(room, source)) == 1


def test_the_rule_allows_what_points_down() -> None:
    assert faults("store", "import sqlalchemy\nfrom monitor.compliance.assess import assess\nimport monitor") == []
