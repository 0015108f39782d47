import re
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from monitor import __version__
from monitor.cli import COMMANDS, main


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "monitor", *arguments], capture_output=True, text=True, check=False)


def test_help_lists_every_command_and_imports_none() -> None:
    script = "import sys; from monitor.cli import main\ntry: main(['--help'])\nfinally: print(*sys.modules)"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert re.findall(r"^  ([\w-]+)  ", result.stdout.partition("Commands:")[2], re.MULTILINE) == list(COMMANDS)
    assert not {"pydantic", "kafka", "faust", "sqlalchemy", "rich", "jgo"} & set(result.stdout.split())


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_that_is_listed_is_there_and_has_help(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert import_module(COMMANDS[name].module).command
    with pytest.raises(SystemExit) as ended:
        main([name, "--help"])
    assert ended.value.code == 0
    assert f"Usage: monitor {name}" in capsys.readouterr().out


def test_the_version_is_printed() -> None:
    result = run("--version")
    assert (result.returncode, result.stdout) == (0, f"{__version__}\n")


@pytest.mark.parametrize(
    "arguments", [["nonsense"], ["topics", "create", "--partitions", "none"], ["broker", "--porte"]]
)
def test_a_wrong_command_line_exits_2_without_a_traceback(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.returncode == 2
    assert "Error: " in result.stderr
    assert "Traceback" not in result.stderr


def test_what_the_user_can_put_right_is_one_sentence_and_exit_2(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONITOR_CLOCK", "noon")
    with pytest.raises(SystemExit) as ended:
        main(["topics", "create"])
    assert ended.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("MONITOR_CLOCK must be a time with an offset")
    assert captured.err.count("\n") == 1


@pytest.mark.parametrize(
    ("option", "sentence"),
    [
        ("--as-of", "--as-of must be a time with an offset"),
        ("--force-mapping", "--force-mapping must name a TOML file"),
    ],
)
def test_a_wrong_option_is_named_and_not_the_variable_behind_it(
    option: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _ended(main, ["assess", "-", option, "nowhere"]) == 2
    assert capsys.readouterr().err.startswith(sentence)


@pytest.mark.parametrize("force", [[], ["--force", "kent"]])
def test_an_empty_store_is_not_told_as_if_nothing_were_missing(
    force: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    assert _ended(main, ["verdicts", *force]) == 0
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.startswith("There is no incident of kent in" if force else "There is no incident in")
    assert _ended(main, ["verdicts", "--format", "table"]) == 0
    assert capsys.readouterr().out.endswith("0 incidents, 0 with a firing alert.\n")


def _ended(command: Callable[[list[str]], None], arguments: list[str]) -> object:
    with pytest.raises(SystemExit) as ended:
        command(arguments)
    return ended.value.code


@pytest.mark.parametrize("what", ["verify", "export"])
def test_a_force_without_an_audit_log_is_told(
    what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MONITOR_DATABASE_URL", f"sqlite:///{tmp_path}/empty.db")
    offline = ["--offline"] if what == "verify" else []
    with pytest.raises(SystemExit) as ended:
        main(["audit", what, "--force", "kent", *offline])
    assert ended.value.code == 2
    assert "There is no audit log of kent" in capsys.readouterr().err
