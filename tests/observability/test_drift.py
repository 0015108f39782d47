"""What is committed is what is made, and every way of giving a wrong threshold is a sentence."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from monitor.errors import UserError
from monitor.observability.alertmanager import alertmanager_config
from monitor.observability.configuration import Configuration, Section, load_configuration, seconds, shown
from monitor.observability.files import files
from monitor.observability.grafana_notify import contact_points, policies
from monitor.observability.prometheus import rule_files
from tests.observability.world import ROOT

SHIPPED = ROOT / "deploy/observability.toml"
CONFIGURATION = load_configuration(SHIPPED)
MADE = files(CONFIGURATION)


@pytest.mark.parametrize("name", MADE)
def test_a_made_file_stands_as_it_is_made(name: str) -> None:
    assert (ROOT / name).read_text("utf-8") == MADE[name], "run make observability"


def test_no_made_file_is_left_over() -> None:
    folders = {(ROOT / name).parent for name in MADE if "/rules/" in name or name.startswith("grafana/")}
    there = {str(path.relative_to(ROOT)) for folder in folders for path in folder.iterdir() if path.is_file()}
    assert there <= set(MADE)


def test_it_is_the_same_each_time() -> None:
    assert files(load_configuration(SHIPPED)) == MADE


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("default = 0.80", "default = 80", "recorded_in_time.default"),
        (
            'feed_silent_after = "30m"',
            'feed_silent_after = "half an hour"',
            "bureau.feed_silent_after: must be a length",
        ),
        ("lag_most = 5000", "lag_least = 5000", "operations.lag_"),
        ('web = "http://127.0.0.1:8080"', 'web = "127.0.0.1:8080"', "addresses.web: must be an http"),
        ('from = "monitor@example.org"', 'from = "monitor"', "notify.from"),
        ("[bureau]", "[bureau", "observability.toml: "),
        ("synthetic-northshire = 0.85", "synthetic-northshire = 1.0", "recorded_in_time.forces.synthetic-northshire"),
    ],
)
def test_a_wrong_threshold_is_a_sentence_that_names_it(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = SHIPPED.read_text("utf-8")
    assert old in text
    wrong = tmp_path / "observability.toml"
    wrong.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(UserError, match=said.replace("[", r"\[")):
        load_configuration(wrong)


def test_a_file_that_is_missing_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        load_configuration(tmp_path / "none.toml")


def test_lengths_of_time_are_read_and_said() -> None:
    assert [seconds(each) for each in ("30s", "5m", "2h", "7d")] == [30, 300, 7200, 604800]
    assert [shown(each) for each in ("1m", "30m", "1h", "7d")] == ["1 minute", "30 minutes", "1 hour", "7 days"]


def numbers(section: Section, *path: str) -> Iterator[tuple[str, ...]]:
    for name in type(section).model_fields:
        value = getattr(section, name)
        if isinstance(value, Section):
            yield from numbers(value, *path, name)
        else:
            yield *path, name


@pytest.mark.parametrize("path", list(numbers(CONFIGURATION)), ids=".".join)
def test_each_setting_reaches_a_file(path: tuple[str, ...]) -> None:
    """One that reached none would be changed in vain."""
    assert rules_and_routes(_changed(CONFIGURATION, path)) != rules_and_routes(CONFIGURATION)


def rules_and_routes(configuration: Configuration) -> list[object]:
    """All but the dashboards, which are slow to build; addresses reach the rules as well."""
    notify = [alertmanager_config(configuration), contact_points(configuration), policies(configuration)]
    return [rule_files(configuration), *notify]


def _changed(section: Any, path: tuple[str, ...]) -> Any:
    name, *rest = path
    value = getattr(section, name)
    return section.model_copy(update={name: _changed(value, tuple(rest)) if rest else _other(value)})


def _other(value: Any) -> Any:
    match value:
        case bool():
            return not value
        case int() | float():
            return value * 1.5
        case dict():
            return {}
        case str() if re.fullmatch(r"\d+[smhd]", value):
            return "97s"
    return f"{value}x"
